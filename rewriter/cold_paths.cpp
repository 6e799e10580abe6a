#include "rewriter/cold_paths.h"

#include <random>

#include "rewriter/flow_graph.h"
#include "rewriter/liveness.h"

using namespace wasm;

namespace ireko {

using Kind = Terminator::Kind;

ColdPaths::ColdPaths(const Program &program, uint32_t seed)
    : program(program), seed(seed), doomed(program.functions.size()) {
  for (uint32_t f = 0; f < doomed.size(); ++f) {
    const wasm::Function &source = *program.functions[f].source;
    doomed[f] = source.imported() &&
                source.module == "wasi_snapshot_preview1" &&
                source.base == "proc_exit";
  }
  // As long as that finds more.
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t f = 0; f < doomed.size(); ++f) {
      const Function &function = program.functions[f];
      if (doomed[f] || function.blocks.empty() ||
          !doomedOf(function)[function.layout.front()])
        continue;
      doomed[f] = changed = true;
    }
  }
}

bool ColdPaths::neverReturns(const Terminator &end) const {
  switch (end.kind) {
  case Kind::Trap:
    return true;
  case Kind::Call:
  case Kind::TailCall:
    return doomed[end.callee];
  case Kind::Cold:
    if (auto *call = program.coldOperators[end.callee].tree->dynCast<Call>()) {
      auto callee = program.functionIndex.find(call->target);
      return callee != program.functionIndex.end() && doomed[callee->second];
    }
    return false;
  default:
    return false;
  }
}

// The blocks from which every way ends so.
std::vector<bool> ColdPaths::doomedOf(const Function &function) const {
  std::vector<bool> found(function.blocks.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = function.layout.size(); i-- > 0;) {
      BlockIndex index = function.layout[i];
      if (found[index])
        continue;
      const Block &block = function.blocks[index];
      // What returns does not end so, whatever its exits lead to.
      bool all = block.end.kind != Kind::Return &&
                 block.end.kind != Kind::TailCall &&
                 block.end.kind != Kind::TailCallIndirect;
      bool any = false;
      auto visit = [&](BlockIndex to) {
        any = true;
        all &= found[to];
      };
      if (neverReturns(block.end)) {
        all = any = true;
        for (Expression *statement : block.statements)
          if (auto *exit = statement->dynCast<Break>())
            visit(exitTarget(exit));
      } else {
        forEachSuccessor(block, visit);
      }
      if (any && all)
        found[index] = changed = true;
    }
  }
  return found;
}

std::vector<Cold> ColdPaths::of(uint32_t index) const {
  const Function &function = program.functions[index];
  std::vector<Cold> cold(function.blocks.size(), Cold::Never);
  BlockIndex first = function.layout.front();
  if (seed) {
    // Where few are left out, loops remain that activations go on with.
    constexpr uint32_t kOneOf[] = {3, 8, 24};
    uint32_t oneOf = kOneOf[(seed + index) % std::size(kOneOf)];
    std::minstd_rand random(seed + index);
    random.discard(8);
    for (BlockIndex block : function.layout)
      if (block != first && random() % oneOf == 0)
        cold[block] = Cold::Always;
    return cold;
  }
  bool ran = function.blocks[first].count;
  bool isProfiled = program.counts == Counts::Profiled && ran;
  std::vector<bool> doomed = doomedOf(function), rare(function.blocks.size());
  if (program.counts == Counts::Rehearsed && ran)
    rare = rareOf(function);
  for (BlockIndex block : function.layout)
    if (block != first &&
        (doomed[block] || rare[block] ||
         (isProfiled && !function.blocks[block].count)))
      cold[block] = Cold::IfShorter;
  return cold;
}

// A rehearsal sees little of what a program does, so what did not run in it may
// yet run often. But in the loop of an interpreter it costs little each time:
// the stream runs it, and the region goes on at the loop's header.
std::vector<bool> ColdPaths::rareOf(const Function &function) const {
  std::vector<bool> rare(function.blocks.size());
  if (function.layout.size() < FlowGraph::kLargeLoop)
    return rare;
  FlowGraph graph(function);
  if (!graph.isReducible())
    return rare;
  for (BlockIndex block : function.layout) {
    FlowNode loop = graph.outermostLoopOf(nodeOf(block));
    rare[block] = loop != kRoot &&
                  graph.loopSize(loop) >= FlowGraph::kLargeLoop &&
                  function.blocks[blockOf(loop)].count &&
                  !function.blocks[block].count;
  }
  return rare;
}

} // namespace ireko
