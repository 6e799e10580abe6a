#include "rewriter/weights.h"

#include <algorithm>
#include <cmath>

namespace ireko {

namespace {

double loopFactor(const Block &block) {
  return std::pow(Weights::kLoop, std::min(block.loopDepth, 6u));
}

} // namespace

// Weights flow from callers to callees. A few rounds are enough to reach the
// bottom of most call graphs; recursion gains a little in each of them, which
// is what sets it apart from code that runs once.
Weights::Weights(const Program &program)
    : functions(program.functions.size(), 1) {
  constexpr int kRounds = 6;
  std::vector<double> fromTables(program.functions.size());
  for (const StaticTable &table : program.staticTables)
    for (uint32_t element : table.functions)
      if (element)
        fromTables[element - 1] = kLoop;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> next(functions.size(), 1);
    for (size_t i = 0; i < next.size(); ++i)
      next[i] += fromTables[i];
    for (size_t i = 0; i < functions.size(); ++i) {
      const Function &function = program.functions[i];
      for (BlockIndex index : function.layout) {
        const Block &block = function.blocks[index];
        if (block.end.kind == Terminator::Kind::Call ||
            block.end.kind == Terminator::Kind::TailCall) {
          double &callee = next[block.end.callee];
          callee =
              std::min(kMax, callee + functions[i] * loopFactor(block) / 2);
        }
      }
    }
    functions = std::move(next);
  }
}

double Weights::ofBlock(uint32_t function, const Block &block) const {
  return std::min(kMax, functions[function] * loopFactor(block));
}

} // namespace ireko
