// Puts blocks that are not expected to run behind those that are, and turns
// branches round, so that control falls through where it mostly goes.
//
//     b1: if (c) jump b3           b1: unless (c) jump b2
//     b2: trap               ==>   b3: ...
//     b3: ...                      b2: trap
//
// Expected is what counts say, if the function has run where they come from,
// else what is guessed of a condition (weights.h), and that nothing leads to a
// trap. Without any of that everything stays in its place.

#include "passes/pass.h"
#include "rewriter/liveness.h"
#include "rewriter/weights.h"

#include <algorithm>

namespace ireko {

namespace {

using Kind = Terminator::Kind;

class Orderer {
public:
  Orderer(const Program &program, Function &function)
      : program(program), function(function), isDoomed(function.blocks.size()),
        entries(countEntries(function)), rareness(isDoomed.size(), kUnknown) {}

  void run() {
    lookAhead();
    findRareness();
    std::stable_sort(
        function.layout.begin(), function.layout.end(),
        [&](BlockIndex a, BlockIndex b) { return rareness[a] < rareness[b]; });
    turnBranches();
  }

private:
  // By how many branches that are not expected control comes to a block, at
  // the least.
  static constexpr uint8_t kMostRare = 3, kUnknown = 255;
  // An edge is not expected if it is taken less than once in this many times.
  static constexpr uint64_t kRare = 8;

  // Finds the blocks from which all ways lead to a trap. Loops are left, in the
  // end, by the branch that goes back to their header.
  void lookAhead() {
    for (size_t i = function.layout.size(); i-- > 0;) {
      BlockIndex index = function.layout[i];
      const Terminator &end = function.blocks[index].end;
      bool doomed = true, any = end.kind == Kind::Trap;
      auto lead = [&](BlockIndex to) {
        any = true;
        doomed = doomed && isDoomed[to];
      };
      if (!end.backEdge)
        forEachSuccessor(end, lead);
      else if (end.kind == Kind::Branch)
        lead(end.next);
      isDoomed[index] = any && doomed;
    }
  }

  // How often a branch goes to `to` and not to `other`, as far as counts tell.
  bool isCountedRare(const Block &block, BlockIndex to,
                     BlockIndex other) const {
    uint64_t count;
    if (entries[to] == 1)
      count = function.blocks[to].count;
    else if (entries[other] == 1)
      count = block.count - std::min(block.count, function.blocks[other].count);
    else
      return false;
    return count < block.count / kRare;
  }

  // Whether the branch is not expected to go to `to`, but to `other`.
  bool isRare(const Block &block, BlockIndex to, BlockIndex other,
              Guess against) const {
    // Loops are left, in the end.
    if (function.blocks[to].loopDepth < block.loopDepth && !isDoomed[to])
      return false;
    if (isDoomed[to] || isDoomed[other])
      return !isDoomed[other];
    if (program.counts != Counts::None && block.count >= kRare)
      return isCountedRare(block, to, other);
    return guessBranch(block) == against;
  }

  void findRareness() {
    rareness[function.layout.front()] = 0;
    for (BlockIndex index : function.layout) {
      const Block &block = function.blocks[index];
      const Terminator &end = block.end;
      auto come = [&](BlockIndex to, bool isRare) {
        uint8_t by = std::min<uint8_t>(rareness[index] + isRare, kMostRare);
        rareness[to] = std::min(rareness[to], by);
      };
      if (rareness[index] == kUnknown)
        rareness[index] = 0; // control comes from behind
      if (end.kind != Kind::Branch || end.backEdge) {
        forEachSuccessor(end, [&](BlockIndex to) { come(to, false); });
        continue;
      }
      BlockIndex taken = end.targets[0];
      come(taken, isRare(block, taken, end.next, Guess::False));
      come(end.next, isRare(block, end.next, taken, Guess::True));
    }
  }

  // Where the taken edge leads to the following block.
  void turnBranches() {
    for (size_t i = 0; i + 1 < function.layout.size(); ++i) {
      Terminator &end = function.blocks[function.layout[i]].end;
      BlockIndex following = function.layout[i + 1];
      if (end.kind != Kind::Branch || end.backEdge || end.next == following ||
          end.targets[0] != following)
        continue;
      std::swap(end.next, end.targets[0]);
      end.negated = !end.negated;
    }
  }

  const Program &program;
  Function &function;
  std::vector<bool> isDoomed;
  std::vector<uint32_t> entries;
  std::vector<uint8_t> rareness;
};

} // namespace

void orderBlocks(Program &program, Function &function) {
  Orderer(program, function).run();
}

} // namespace ireko
