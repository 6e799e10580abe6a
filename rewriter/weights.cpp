#include "rewriter/weights.h"

#include <algorithm>
#include <cmath>

#include "rewriter/liveness.h"

using namespace wasm;

namespace ireko {

namespace {

Guess opposite(Guess guess) {
  return guess == Guess::None   ? guess
         : guess == Guess::True ? Guess::False
                                : Guess::True;
}

Guess guessOf(Expression *condition, const std::vector<Expression *> &before) {
  if (condition->is<GlobalGet>())
    return Guess::False;
  if (auto *get = condition->dynCast<LocalGet>()) {
    constexpr size_t kMaxBack = 32; // keeps long blocks linear
    for (size_t i = before.size(), left = kMaxBack; i > 0 && left > 0; --left)
      if (auto *set = before[--i]->dynCast<LocalSet>())
        if (set->index == get->index)
          return set->value->is<LocalGet>() ? Guess::None
                                            : guessOf(set->value, {});
    return Guess::None;
  }
  if (auto *unary = condition->dynCast<Unary>())
    return unary->op == EqZInt32 ? opposite(guessOf(unary->value, before))
                                 : Guess::None;
  if (auto *binary = condition->dynCast<Binary>())
    if (binary->left->is<GlobalGet>() && binary->right->is<Const>()) {
      if (binary->op == EqInt32)
        return Guess::False;
      if (binary->op == NeInt32)
        return Guess::True;
    }
  return Guess::None;
}

// The likelihood of each block: 1, or less where control only comes by ways
// that are not expected.
class Likelihood {
public:
  explicit Likelihood(const Function &function)
      : function(function), result(function.blocks.size()) {}

  std::vector<float> run() {
    result[function.layout.front()] = 1;
    // Control goes forward in the layout, but for loops.
    for (BlockIndex index : function.layout)
      leave(function.blocks[index], result[index]);
    return std::move(result);
  }

private:
  void flow(BlockIndex to, float p) { result[to] = std::max(result[to], p); }
  bool traps(BlockIndex block) const {
    return function.blocks[block].end.kind == Terminator::Kind::Trap;
  }
  void leave(const Block &block, float p) {
    constexpr float kRare = 0.03;
    std::vector<Expression *> before;
    for (Expression *statement : block.statements) {
      if (auto *exit = statement->dynCast<Break>()) {
        Guess taken = guessOf(exit->condition, before);
        BlockIndex to = exitTarget(exit);
        flow(to, taken == Guess::False || traps(to) ? p * kRare : p);
      }
      before.push_back(statement);
    }
    const Terminator &end = block.end;
    if (end.kind == Terminator::Kind::Branch) {
      Guess taken = guessBranch(block);
      BlockIndex to = end.targets[0];
      flow(to, taken == Guess::False || traps(to) ? p * kRare : p);
      flow(end.next, taken == Guess::True || traps(end.next) ? p * kRare : p);
    } else {
      forEachSuccessor(end, [&](BlockIndex to) { flow(to, p); });
    }
  }

  const Function &function;
  std::vector<float> result;
};

} // namespace

Guess guessBranch(const Block &block) {
  Guess taken = guessOf(block.end.tree, block.statements);
  return block.end.negated ? opposite(taken) : taken;
}

Weights::Weights(const Program &program)
    : program(program), frequencies(program.functions.size(), 1),
      ranks(frequencies), likely(frequencies.size()) {
  std::vector<Call> calls;
  for (uint32_t f = 0; f < likely.size(); ++f) {
    const Function &function = program.functions[f];
    if (function.layout.empty())
      continue;
    likely[f] = Likelihood(function).run();
    size_t first = calls.size();
    double sum = 0;
    for (BlockIndex index : function.layout) {
      const Terminator &end = function.blocks[index].end;
      if (end.kind != Terminator::Kind::Call &&
          end.kind != Terminator::Kind::TailCall)
        continue;
      double chance = likely[f][index];
      calls.push_back({f, end.callee, perCall(f, index), chance});
      sum += chance;
    }
    for (size_t i = first; i < calls.size(); ++i)
      calls[i].share /= std::max(1.0, sum);
  }
  estimateFrequencies(calls);
  rank(calls);
  if (areCounts())
    scaleCounts();
}

void Weights::scaleCounts() {
  // Of code that did not run, against code that did.
  constexpr double kGuessed = 0.03;
  double counted = 0, guessed = 0;
  for (uint32_t f = 0; f < program.functions.size(); ++f) {
    const Function &function = program.functions[f];
    for (BlockIndex index : function.layout) {
      const Block &block = function.blocks[index];
      double length = block.statements.size() + 1;
      counted += block.count * length;
      guessed += guessedScore(f, index) * length;
    }
  }
  countScale = kProfiled / std::max(1.0, counted);
  guessScale = kGuessed * kProfiled / std::max(1.0, guessed);
}

// Calls flow from callers to callees. A few rounds are enough to reach the
// bottom of most call graphs; recursion gains a little in each of them, which
// is what sets it apart from code that runs once.
void Weights::estimateFrequencies(const std::vector<Call> &calls) {
  constexpr int kRounds = 6;
  std::vector<double> initial(frequencies.size(), 1);
  for (const StaticTable &table : program.staticTables)
    for (uint32_t element : table.functions)
      if (element)
        initial[element - 1] = 1 + kLoop;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> next = initial;
    for (const Call &call : calls) {
      double &callee = next[call.callee];
      callee =
          std::min(kMax, callee + frequencies[call.caller] * call.perCall / 2);
    }
    frequencies = std::move(next);
  }
}

// A function hands most of its rank on to those that it calls, in equal parts
// for each call that is expected to happen.
void Weights::rank(const std::vector<Call> &calls) {
  constexpr int kRounds = 20;
  constexpr double kHandedOn = 0.85;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> next(ranks.size(), 1);
    for (const Call &call : calls)
      next[call.callee] += kHandedOn * ranks[call.caller] * call.share;
    ranks = std::move(next);
  }
}

double Weights::perCall(uint32_t function, BlockIndex block) const {
  uint32_t depth = program.functions[function].blocks[block].loopDepth;
  return likely[function][block] * std::pow(kLoop, std::min(depth, 6u));
}

double Weights::ofBlock(uint32_t function, BlockIndex block) const {
  if (areCounts())
    return countScale * program.functions[function].blocks[block].count;
  return std::min(kMax, frequencies[function] * perCall(function, block));
}

double Weights::rankOf(uint32_t function) const {
  const std::vector<BlockIndex> &layout = program.functions[function].layout;
  if (areCounts())
    return layout.empty() ? 0 : ofBlock(function, layout.front());
  return ranks[function];
}

double Weights::scoreOf(uint32_t function, BlockIndex block) const {
  double guess = guessedScore(function, block);
  return areCounts() ? ofBlock(function, block) + guessScale * guess : guess;
}

double Weights::guessedScore(uint32_t function, BlockIndex block) const {
  double p = likely[function][block];
  if (p == 0)
    return 0;
  return p * std::log2(2 + ranks[function] * perCall(function, block) / p);
}

} // namespace ireko
