#include "rewriter/leaves.h"

#include <algorithm>

#include "rewriter/weights.h"

namespace ireko {

using Kind = Terminator::Kind;

namespace {

// How deep they call each other.
constexpr int kMostCalls = 4;

// Called in a loop, or by one that is, or through a table.
std::vector<bool> findCalledOften(const Program &program) {
  std::vector<bool> often(program.functions.size());
  std::vector<uint32_t> work;
  auto add = [&](uint32_t f) {
    if (!often[f])
      work.push_back(f);
    often[f] = true;
  };
  for (const StaticTable &table : program.staticTables)
    for (uint32_t element : table.functions)
      if (element)
        add(element - 1);
  auto addCallees = [&](const Function &function, bool inLoopsOnly) {
    for (BlockIndex index : function.layout) {
      const Block &block = function.blocks[index];
      if (block.end.kind == Kind::Call && (block.loopDepth || !inLoopsOnly))
        add(block.end.callee);
    }
  };
  for (const Function &function : program.functions)
    addCallees(function, true);
  while (!work.empty()) {
    uint32_t f = work.back();
    work.pop_back();
    addCallees(program.functions[f], false);
  }
  // However often an interpreter is called, its loop runs for long.
  constexpr uint32_t kFewCases = 12;
  for (uint32_t f = 0; f < often.size(); ++f)
    if (often[f] && interpretedCases(program.functions[f], kFewCases))
      often[f] = false;
  return often;
}

bool mayBeLeaf(const Function &function, const CallTypes &types, bool mayLoop,
               bool mayCall) {
  if (function.blocks.empty() ||
      valuesOf(function.source->type.getHeapType().getSignature().results,
               kFirstSlot)
              .size() > 1)
    return false;
  return std::all_of(function.layout.begin(), function.layout.end(),
                     [&](BlockIndex index) {
                       const Terminator &end = function.blocks[index].end;
                       switch (end.kind) {
                       case Kind::None:
                       case Kind::Jump:
                       case Kind::Branch:
                       case Kind::Switch:
                         return mayLoop || !end.backEdge;
                       case Kind::Return:
                       case Kind::Trap:
                         return true;
                       case Kind::Call:
                         return mayCall;
                       default:
                         return types.isValueOperator(end);
                       }
                     });
}

bool callsOnly(const Function &function, const std::vector<bool> &callees) {
  return std::all_of(function.layout.begin(), function.layout.end(),
                     [&](BlockIndex index) {
                       const Terminator &end = function.blocks[index].end;
                       return end.kind != Kind::Call || callees[end.callee];
                     });
}

} // namespace

Leaves findLeaves(const Program &program, const CallTypes &types,
                  bool isExact) {
  size_t count = program.functions.size();
  Leaves leaves{std::vector<bool>(count), std::vector<bool>(count)};
  if (!isExact)
    leaves.isOften = findCalledOften(program);
  std::vector<bool> may(count);
  for (uint32_t f = 0; f < count; ++f)
    may[f] =
        mayBeLeaf(program.functions[f], types, leaves.isOften[f], !isExact);
  for (int depth = 0; depth <= kMostCalls; ++depth) {
    std::vector<bool> found(count);
    for (uint32_t f = 0; f < count; ++f)
      found[f] = may[f] && callsOnly(program.functions[f], leaves.isLeaf);
    leaves.isLeaf = std::move(found);
  }
  return leaves;
}

std::vector<bool> keepLeaves(const Program &program,
                             const std::vector<bool> &regions, Leaves &leaves) {
  std::vector<bool> before = leaves.isLeaf;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t f = 0; f < before.size(); ++f)
      if (leaves.isLeaf[f] &&
          !(regions[f] && callsOnly(program.functions[f], leaves.isLeaf))) {
        leaves.isLeaf[f] = false;
        changed = true;
      }
  }
  std::vector<bool> stays(before.size()), differs(before.size());
  for (uint32_t f = 0; f < before.size(); ++f)
    stays[f] = before[f] == leaves.isLeaf[f];
  for (uint32_t f = 0; f < before.size(); ++f)
    differs[f] = !stays[f] || !callsOnly(program.functions[f], stays);
  return differs;
}

} // namespace ireko
