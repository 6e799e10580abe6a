#include "rewriter/weights.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

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

// Whether each block may well run: 1, or less where control only comes by ways
// that are not expected.
class Reach {
public:
  explicit Reach(const Function &function)
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

// How likely the target of a branch is, by what its condition compares.
double guessCondition(Expression *condition,
                      const std::vector<Expression *> &before) {
  constexpr double kRare = 0.03, kNegative = 0.16, kEqual = 0.3, kZero = 0.4;
  switch (guessOf(condition, before)) {
  case Guess::True:
    return 1 - kRare;
  case Guess::False:
    return kRare;
  case Guess::None:
    break;
  }
  if (auto *unary = condition->dynCast<Unary>())
    if (unary->op == EqZInt32 || unary->op == EqZInt64) {
      double inner = guessCondition(unary->value, before);
      return inner == 0.5 ? kZero : 1 - inner;
    }
  auto *binary = condition->dynCast<Binary>();
  auto *constant = binary ? binary->right->dynCast<Const>() : nullptr;
  if (!constant || !constant->type.isInteger())
    return 0.5;
  bool isSmall = constant->value.getInteger() <= 0;
  switch (binary->op) {
  case EqInt32:
  case EqInt64:
    return kEqual;
  case NeInt32:
  case NeInt64:
    return 1 - kEqual;
  case LtSInt32:
  case LtSInt64:
  case LeSInt32:
  case LeSInt64:
    return isSmall ? kNegative : 0.5;
  case GtSInt32:
  case GtSInt64:
  case GeSInt32:
  case GeSInt64:
    return isSmall ? 1 - kNegative : 0.5;
  default:
    return 0.5;
  }
}

// How likely control comes to each block, of each time it comes to the
// function or, within a loop, goes round in it: the flow of control through the
// blocks, by what is expected of each branch. All that comes to a loop leaves
// it, in the end.
//
// Control goes forward in the layout, but for jumps back to the headers of
// loops, and the blocks of a loop follow each other.
class Likelihood {
public:
  explicit Likelihood(const Function &function)
      : function(function), result(function.blocks.size()),
        isCold(result.size()), goesRound(result.size()),
        position(result.size()) {}

  std::vector<float> run();

private:
  struct OpenLoop {
    uint32_t depth;
    double entered;  // how likely control comes to it
    double left = 0; // how likely it leaves when it goes round
    std::vector<std::pair<BlockIndex, double>> leaving;
  };
  const Block &blockAt(BlockIndex index) const {
    return function.blocks[index];
  }
  void lookAhead();
  double expect(Expression *condition, const std::vector<Expression *> &before,
                BlockIndex from, BlockIndex to, BlockIndex other) const;
  void leaveLoop(BlockIndex to, double p);
  void endLoop();
  void leave(BlockIndex index, double p);

  const Function &function;
  std::vector<float> result;
  std::vector<bool> isCold;       // leads to a trap
  std::vector<bool> goesRound;    // leads back to the header of its loop
  std::vector<uint32_t> position; // in the layout
  std::vector<OpenLoop> open;
};

void Likelihood::lookAhead() {
  for (size_t i = function.layout.size(); i-- > 0;) {
    BlockIndex index = function.layout[i];
    position[index] = i;
    const Block &block = blockAt(index);
    bool cold = !block.end.backEdge, round = block.end.backEdge;
    if (block.end.kind == Terminator::Kind::Return)
      cold = false;
    forEachSuccessor(block.end, [&](BlockIndex to) {
      cold = cold && isCold[to];
      round = round || blockAt(to).loopDepth > block.loopDepth ||
              (goesRound[to] && blockAt(to).loopDepth == block.loopDepth);
    });
    isCold[index] = cold;
    goesRound[index] = round;
  }
}

// That the condition leads from one block to another one, and not to `other`.
double Likelihood::expect(Expression *condition,
                          const std::vector<Expression *> &before,
                          BlockIndex from, BlockIndex to,
                          BlockIndex other) const {
  constexpr double kCold = 0.02, kLeaves = 0.12, kReturns = 0.3;
  double p = guessCondition(condition, before);
  // Evidence is combined as Dempster and Shafer do it.
  auto add = [&](double likely) {
    p = p * likely / (p * likely + (1 - p) * (1 - likely));
  };
  auto compare = [&](bool is, bool otherIs, double likely) {
    if (is != otherIs)
      add(is ? likely : 1 - likely);
  };
  compare(isCold[to], isCold[other], kCold);
  if (blockAt(from).loopDepth)
    compare(!goesRound[to] || blockAt(to).loopDepth < blockAt(from).loopDepth,
            !goesRound[other] ||
                blockAt(other).loopDepth < blockAt(from).loopDepth,
            kLeaves);
  compare(blockAt(to).end.kind == Terminator::Kind::Return,
          blockAt(other).end.kind == Terminator::Kind::Return, kReturns);
  return p;
}

void Likelihood::leaveLoop(BlockIndex to, double p) {
  if (open.empty() ||
      (to != kNoBlock && blockAt(to).loopDepth >= open.back().depth)) {
    if (to != kNoBlock)
      result[to] += p;
    return;
  }
  open.back().left += p;
  if (to != kNoBlock)
    open.back().leaving.push_back({to, p});
}

void Likelihood::endLoop() {
  OpenLoop loop = std::move(open.back());
  open.pop_back();
  double scale = loop.left > 0 ? loop.entered / loop.left : 0;
  double returned = loop.left;
  for (auto [to, p] : loop.leaving) {
    returned -= p;
    leaveLoop(to, p * scale);
  }
  if (returned > 0)
    leaveLoop(kNoBlock, returned * scale);
}

void Likelihood::leave(BlockIndex index, double p) {
  const Block &block = blockAt(index);
  const Terminator &end = block.end;
  std::vector<Expression *> before;
  for (Expression *statement : block.statements) {
    if (auto *exit = statement->dynCast<Break>()) {
      BlockIndex to = exitTarget(exit);
      double taken = expect(exit->condition, before, index, to, index);
      leaveLoop(to, p * taken);
      p *= 1 - taken;
    }
    before.push_back(statement);
  }
  switch (end.kind) {
  case Terminator::Kind::Branch: {
    double taken;
    if (end.backEdge) {
      taken = 1 - 1 / Weights::kLoop;
    } else {
      BlockIndex ifTrue = end.targets[0], ifFalse = end.next;
      if (end.negated)
        std::swap(ifTrue, ifFalse);
      taken = expect(end.tree, before, index, ifTrue, ifFalse);
      if (end.negated)
        taken = 1 - taken;
      leaveLoop(end.targets[0], p * taken);
    }
    return leaveLoop(end.next, p * (1 - taken));
  }
  case Terminator::Kind::Switch: {
    std::vector<BlockIndex> targets = end.targets;
    std::sort(targets.begin(), targets.end());
    targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
    for (BlockIndex to : targets)
      if (position[to] > position[index])
        leaveLoop(to, p / targets.size());
    return;
  }
  case Terminator::Kind::Return:
  case Terminator::Kind::TailCall:
  case Terminator::Kind::TailCallIndirect:
    return leaveLoop(kNoBlock, p);
  default:
    if (end.next != kNoBlock && !end.backEdge)
      leaveLoop(end.next, p);
  }
}

std::vector<float> Likelihood::run() {
  lookAhead();
  result[function.layout.front()] = 1;
  for (BlockIndex index : function.layout) {
    const Block &block = blockAt(index);
    while (!open.empty() &&
           (open.back().depth > block.loopDepth ||
            (block.isLoopHeader && open.back().depth == block.loopDepth)))
      endLoop();
    if (block.isLoopHeader)
      open.push_back({block.loopDepth, result[index], 0, {}});
    leave(index, result[index]);
  }
  constexpr float kLeast = 0.002; // these are guesses
  for (BlockIndex index : function.layout)
    result[index] = std::max(result[index], kLeast);
  return std::move(result);
}

} // namespace

Guess guessBranch(const Block &block) {
  Guess taken = guessOf(block.end.tree, block.statements);
  return block.end.negated ? opposite(taken) : taken;
}

uint32_t interpretedCases(const Function &function, uint32_t least) {
  uint32_t most = 0;
  for (BlockIndex index : function.layout) {
    const Block &block = function.blocks[index];
    if (block.loopDepth == 0 || block.end.kind != Terminator::Kind::Switch ||
        block.end.targets.size() < std::max(least, most))
      continue;
    std::unordered_set<BlockIndex> cases(block.end.targets.begin(),
                                         block.end.targets.end());
    most = std::max<uint32_t>(most, cases.size());
  }
  return most >= least ? most : 0;
}

Weights::Weights(const Program &program)
    : program(program), frequencies(program.functions.size(), 1),
      ranks(frequencies), likely(frequencies.size()),
      expected(frequencies.size()) {
  std::vector<Call> calls;
  for (uint32_t f = 0; f < likely.size(); ++f) {
    const Function &function = program.functions[f];
    if (function.layout.empty())
      continue;
    likely[f] = Reach(function).run();
    expected[f] = Likelihood(function).run();
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
  // Of code that did not run, against code that did. What runs after a
  // rehearsal is not known.
  const double kGuessed = program.counts == Counts::Profiled ? 0.03 : 0.5;
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
// for each call that is expected to happen. An interpreter begins with as much
// as all others together, for what it calls runs whenever it runs.
void Weights::rank(const std::vector<Call> &calls) {
  constexpr int kRounds = 20;
  constexpr double kHandedOn = 0.85;
  std::vector<double> start(ranks.size(), 1);
  for (uint32_t f = 0; f < start.size(); ++f)
    if (interpretedCases(program.functions[f]))
      start[f] += start.size();
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> next = start;
    for (const Call &call : calls)
      next[call.callee] += kHandedOn * ranks[call.caller] * call.share;
    ranks = std::move(next);
  }
}

double Weights::perCall(uint32_t function, BlockIndex block) const {
  uint32_t depth = program.functions[function].blocks[block].loopDepth;
  return likely[function][block] * std::pow(kLoop, std::min(depth, 6u));
}

double Weights::inOneCall(uint32_t function, BlockIndex block) const {
  uint32_t depth = program.functions[function].blocks[block].loopDepth;
  return expected[function][block] * std::pow(kLoop, std::min(depth, 6u));
}

double Weights::ofBlock(uint32_t function, BlockIndex block) const {
  if (areCounts())
    return countScale * program.functions[function].blocks[block].count;
  return std::min(kMax, frequencies[function] * perCall(function, block));
}

double Weights::rankOf(uint32_t function) const { return ranks[function]; }

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
