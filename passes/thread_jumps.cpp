// Jump threading: leads control past tests whose outcome is known from an
// earlier test or write, and folds what is known within blocks.
//
//     b1: if (g) jump b3           b1: if (g) jump b5
//     b2: x = 1; jump b3           b2: x = 1; jump b4
//     b3: if (g) jump b5     ==>
//     b4: ...                      b4: ...
//
// Known is, of the variables that the function tests most (slots and globals of
// type i32), which of the values 0, 1, 2 or any other they can have:
// conditional constant propagation (Wegman and Zadeck, "Constant propagation
// with conditional branches", 1991) over sets of values. A program that
// Asyncify made suspendable tests one global before and after nearly everything
// it does, though only calls can change it.
//
// Never leads into a loop past its header, nor over a jump that the counter
// counts.

#include "passes/pass.h"
#include "rewriter/liveness.h"
#include "rewriter/tree.h"
#include "wasm-builder.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

using namespace wasm;

namespace ireko {

namespace {

using Kind = Terminator::Kind;

// A set of values of an i32, one bit for each of 0, 1, 2 and all others.
using Values = unsigned;
constexpr Values kZero = 1, kOne = 2, kOther = 8, kAll = 15;
constexpr Values kBoolean = kZero | kOne;

Values valueOf(int32_t value) {
  return value >= 0 && value <= 2 ? 1u << value : kOther;
}
bool isOneValue(Values values) {
  return values == kZero || values == kOne || values == 4;
}
// Of a condition with these values.
std::optional<bool> truthOf(Values values) {
  if (values == kZero)
    return false;
  if (values & kZero)
    return std::nullopt;
  return true;
}

// What is known at a point of the function: the values of each variable.
class Facts {
public:
  static constexpr unsigned kMaxVariables = 16;

  static Facts unreached() { return Facts(0); }
  static Facts unknown() { return Facts(~0ull); }

  bool isUnreached() const { return bits == 0; }
  Values of(unsigned variable) const { return bits >> 4 * variable & kAll; }
  void set(unsigned variable, Values values) {
    bits = (bits & ~(uint64_t(kAll) << 4 * variable)) | uint64_t(values)
                                                            << 4 * variable;
  }
  // Leaves these values only; if none is left, control cannot be here.
  void keep(unsigned variable, Values values) {
    set(variable, of(variable) & values);
    if (!of(variable))
      bits = 0;
  }
  // Returns whether anything was added.
  bool unite(Facts other) {
    uint64_t before = bits;
    bits |= other.bits;
    return bits != before;
  }

private:
  explicit Facts(uint64_t bits) : bits(bits) {}
  uint64_t bits;
};

class Threader {
public:
  Threader(Program &program, Function &function)
      : builder(program.module), function(function) {}

  void run();

private:
  struct Variable {
    Slot slot = 0;
    Name global; // if it is one
    unsigned tests = 0;
  };

  void chooseVariables();
  void countTests(Expression *condition);
  std::optional<unsigned> variableOf(Expression *tree) const;

  Values valuesOf(Expression *tree, const Facts &facts) const;
  void assume(Expression *condition, bool truth, Facts &facts) const;
  void step(Expression *statement, Facts &facts) const;
  void stepEnd(const Terminator &end, Facts &facts) const;
  // Calls visit(edge, facts on it) for each edge that control may take.
  template <typename Visit>
  void forEachEdge(Block &block, Facts facts, Visit visit) const;

  void propagate();
  bool thread();
  BlockIndex destination(BlockIndex to, const Facts &facts) const;
  void fold();
  Expression *folded(Expression *tree, const Facts &facts, bool asCondition);

  Builder builder;
  Function &function;
  std::vector<Variable> variables;
  // Their numbers plus one, while they are counted.
  std::unordered_map<Slot, size_t> slotNumbers;
  std::unordered_map<Name, size_t> globalNumbers;
  std::vector<Facts> in; // by block
};

std::optional<unsigned> Threader::variableOf(Expression *tree) const {
  auto *get = tree->dynCast<LocalGet>();
  auto *global = tree->dynCast<GlobalGet>();
  if ((!get && !global) || tree->type != Type::i32)
    return std::nullopt;
  for (unsigned i = 0; i < variables.size(); ++i)
    if (get ? !variables[i].global && variables[i].slot == get->index
            : variables[i].global == global->name)
      return i;
  return std::nullopt;
}

void Threader::countTests(Expression *condition) {
  auto *get = condition->dynCast<LocalGet>();
  auto *global = condition->dynCast<GlobalGet>();
  if ((get || global) && condition->type == Type::i32) {
    auto &number = get ? slotNumbers[get->index] : globalNumbers[global->name];
    if (!number) {
      variables.push_back(
          {get ? get->index : 0, global ? global->name : Name()});
      number = variables.size();
    }
    ++variables[number - 1].tests;
    return;
  }
  auto *unary = condition->dynCast<Unary>();
  auto *binary = condition->dynCast<Binary>();
  if (condition->is<Select>() || (unary && unary->op == EqZInt32) ||
      (binary && (binary->op == EqInt32 || binary->op == NeInt32 ||
                  binary->op == AndInt32 || binary->op == OrInt32)))
    forEachChild(condition, [&](Expression *child) { countTests(child); });
}

// The most tested ones.
void Threader::chooseVariables() {
  for (BlockIndex index : function.layout) {
    const Terminator &end = function.blocks[index].end;
    if (end.kind == Kind::Branch)
      countTests(end.tree);
  }
  std::stable_sort(
      variables.begin(), variables.end(),
      [](const Variable &a, const Variable &b) { return a.tests > b.tests; });
  variables.resize(std::min<size_t>(variables.size(), Facts::kMaxVariables));
}

Values Threader::valuesOf(Expression *tree, const Facts &facts) const {
  if (auto *constant = tree->dynCast<Const>())
    return constant->type == Type::i32 ? valueOf(constant->value.geti32())
                                       : kAll;
  if (auto variable = variableOf(tree))
    return facts.of(*variable);
  if (auto *select = tree->dynCast<Select>()) {
    Values condition = valuesOf(select->condition, facts);
    Values result = 0;
    if (condition & ~kZero)
      result |= valuesOf(select->ifTrue, facts);
    if (condition & kZero)
      result |= valuesOf(select->ifFalse, facts);
    return result;
  }
  if (auto *unary = tree->dynCast<Unary>()) {
    if (unary->op != EqZInt32)
      return unary->isRelational() ? kBoolean : kAll;
    Values value = valuesOf(unary->value, facts);
    return (value & ~kZero ? kZero : 0) | (value & kZero ? kOne : 0);
  }
  if (auto *binary = tree->dynCast<Binary>()) {
    if (binary->isRelational() && binary->op != EqInt32 &&
        binary->op != NeInt32)
      return kBoolean;
    if (binary->type != Type::i32 || binary->left->type != Type::i32)
      return kAll;
    Values left = valuesOf(binary->left, facts);
    Values right = valuesOf(binary->right, facts);
    bool bothBoolean = !((left | right) & ~kBoolean);
    switch (binary->op) {
    case EqInt32:
    case NeInt32: {
      bool isEq = binary->op == EqInt32;
      Values result = 0;
      if (left & right)
        result |= isEq ? kOne : kZero;
      if (left != right || !isOneValue(left))
        result |= isEq ? kZero : kOne;
      return result;
    }
    case AndInt32:
      if (left == kZero || right == kZero)
        return kZero;
      return bothBoolean ? (left & right & kOne) | ((left | right) & kZero)
                         : kAll;
    case OrInt32:
      if (bothBoolean)
        return (left & right & kZero) | ((left | right) & kOne);
      return left & right & kZero ? kAll : kAll & ~kZero;
    default:
      return kAll;
    }
  }
  return kAll;
}

// Adds what follows from the condition being true or false.
void Threader::assume(Expression *condition, bool truth, Facts &facts) const {
  if (facts.isUnreached())
    return;
  if (auto variable = variableOf(condition)) {
    facts.keep(*variable, truth ? kAll & ~kZero : kZero);
  } else if (auto *unary = condition->dynCast<Unary>()) {
    if (unary->op == EqZInt32)
      assume(unary->value, !truth, facts);
  } else if (auto *binary = condition->dynCast<Binary>()) {
    if (binary->op == EqInt32 || binary->op == NeInt32) {
      Expression *left = binary->left, *right = binary->right;
      if (!right->is<Const>())
        std::swap(left, right);
      auto variable = variableOf(left);
      auto *constant = right->dynCast<Const>();
      if (!variable || !constant)
        return;
      Values value = valueOf(constant->value.geti32());
      if ((binary->op == EqInt32) == truth)
        facts.keep(*variable, value);
      else if (value != kOther)
        facts.keep(*variable, kAll & ~value);
    } else if (binary->op == (truth ? AndInt32 : OrInt32)) {
      assume(binary->left, truth, facts);
      assume(binary->right, truth, facts);
    }
  } else if (auto *select = condition->dynCast<Select>()) {
    // An arm that cannot give this truth was not the one.
    for (bool arm : {true, false}) {
      Expression *other = arm ? select->ifFalse : select->ifTrue;
      auto known = truthOf(valuesOf(other, facts));
      if (!known || *known == truth)
        continue;
      assume(select->condition, arm, facts);
      assume(arm ? select->ifTrue : select->ifFalse, truth, facts);
      return;
    }
  }
}

void Threader::step(Expression *statement, Facts &facts) const {
  if (auto *set = statement->dynCast<LocalSet>()) {
    Values values =
        set->value->type == Type::i32 ? valuesOf(set->value, facts) : kAll;
    for (unsigned i = 0; i < variables.size(); ++i)
      if (!variables[i].global && variables[i].slot >= set->index &&
          variables[i].slot < set->index + slotsOf(set->value->type))
        facts.set(i, values);
  } else if (auto *set = statement->dynCast<GlobalSet>()) {
    for (unsigned i = 0; i < variables.size(); ++i)
      if (variables[i].global == set->name)
        facts.set(i, valuesOf(set->value, facts));
  }
}

// What a call or a cold operator may change: all globals, and from its frame
// on all slots.
void Threader::stepEnd(const Terminator &end, Facts &facts) const {
  if (end.kind != Kind::Call && end.kind != Kind::CallIndirect &&
      end.kind != Kind::Cold)
    return;
  for (unsigned i = 0; i < variables.size(); ++i)
    if (variables[i].global || variables[i].slot >= end.frame)
      facts.set(i, kAll);
}

template <typename Visit>
void Threader::forEachEdge(Block &block, Facts facts, Visit visit) const {
  for (Expression *statement : block.statements)
    step(statement, facts);
  Terminator &end = block.end;
  if (end.kind != Kind::Branch) {
    stepEnd(end, facts);
    forEachSuccessor(end, [&](BlockIndex &next) { visit(next, facts); });
    return;
  }
  auto truth = truthOf(valuesOf(end.tree, facts));
  for (bool taken : {false, true}) {
    bool value = taken != end.negated;
    Facts onEdge = facts;
    assume(end.tree, value, onEdge);
    if (onEdge.isUnreached() || (truth && *truth != value))
      continue;
    visit(taken ? end.targets[0] : end.next, onEdge);
  }
}

void Threader::propagate() {
  in.assign(function.blocks.size(), Facts::unreached());
  std::vector<BlockIndex> work{function.layout.front()};
  std::vector<bool> waiting(function.blocks.size());
  in[work[0]] = Facts::unknown();
  // Facts only grow, so a block is visited once for each bit at most.
  while (!work.empty()) {
    std::vector<BlockIndex> now = std::move(work);
    work.clear();
    for (BlockIndex index : now)
      waiting[index] = false;
    for (size_t i = 0; i < now.size(); ++i)
      forEachEdge(function.blocks[now[i]], in[now[i]],
                  [&](BlockIndex next, const Facts &facts) {
                    if (in[next].unite(facts) && !waiting[next]) {
                      waiting[next] = true;
                      work.push_back(next);
                    }
                  });
  }
}

// Where control comes from block `to`, through blocks that only decide what is
// known already.
BlockIndex Threader::destination(BlockIndex to, const Facts &facts) const {
  constexpr int kMaxSteps = 64; // empty blocks may form a cycle
  for (int step = 0; step < kMaxSteps; ++step) {
    const Block &block = function.blocks[to];
    if (!block.statements.empty() || block.isLoopHeader)
      break;
    BlockIndex next = block.end.next;
    if (block.end.kind == Kind::Branch) {
      auto truth = truthOf(valuesOf(block.end.tree, facts));
      if (!truth || treeMayTrap(block.end.tree))
        break;
      if (*truth != block.end.negated) {
        if (block.end.backEdge)
          break;
        next = block.end.targets[0];
      }
    } else if (block.end.kind != Kind::Jump || block.end.backEdge) {
      break;
    }
    to = next;
  }
  return to;
}

bool Threader::thread() {
  bool changed = false;
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    if (in[index].isUnreached() || block.end.kind == Kind::Switch)
      continue;
    forEachEdge(block, in[index], [&](BlockIndex &next, const Facts &facts) {
      bool isBackEdge = block.end.backEdge && (block.end.kind == Kind::Jump ||
                                               &next != &block.end.next);
      if (isBackEdge)
        return;
      BlockIndex to = destination(next, facts);
      changed |= to != next;
      next = to;
    });
  }
  return changed;
}

Expression *Threader::folded(Expression *tree, const Facts &facts,
                             bool asCondition) {
  if (tree->is<Const>() || (tree->is<LocalGet>() && !asCondition))
    return tree;
  auto *unary = tree->dynCast<Unary>();
  auto *select = tree->dynCast<Select>();
  bool isEqz = unary && unary->op == EqZInt32;
  forEachChild(tree, [&](Expression *&child) {
    bool condition = isEqz || (select && &child == &select->condition) ||
                     (select && asCondition);
    child = folded(child, facts, condition);
  });
  if (tree->type == Type::i32 && !treeMayTrap(tree)) {
    Values values = valuesOf(tree, facts);
    auto truth = truthOf(values);
    if (isOneValue(values) || (asCondition && truth)) {
      int32_t value = values == 4 ? 2 : *truth;
      return builder.makeConst(Literal(value));
    }
  }
  if (select) {
    if (auto truth = truthOf(valuesOf(select->condition, facts))) {
      Expression *dropped = *truth ? select->ifFalse : select->ifTrue;
      if (!treeMayTrap(dropped) && !treeMayTrap(select->condition))
        return *truth ? select->ifTrue : select->ifFalse;
    }
    auto *left = select->ifTrue->dynCast<Const>();
    auto *right = select->ifFalse->dynCast<Const>();
    if (asCondition && left && right && left->type == Type::i32) {
      bool ifTrue = left->value.geti32(), ifFalse = right->value.geti32();
      if (ifTrue && !ifFalse)
        return select->condition;
      if (!ifTrue && ifFalse)
        return folded(builder.makeUnary(EqZInt32, select->condition), facts,
                      true);
    }
  }
  if (isEqz && asCondition)
    if (auto *inner = unary->value->dynCast<Unary>())
      if (inner->op == EqZInt32)
        return inner->value;
  return tree;
}

void Threader::fold() {
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    Facts facts = in[index];
    if (facts.isUnreached())
      continue;
    for (Expression *&statement : block.statements) {
      forEachChild(statement, [&](Expression *&child) {
        child = folded(child, facts, false);
      });
      step(statement, facts);
    }
    Terminator &end = block.end;
    if (end.tree)
      end.tree = folded(end.tree, facts, end.kind == Kind::Branch);
    if (end.kind != Kind::Branch)
      continue;
    if (auto *unary = end.tree->dynCast<Unary>();
        unary && unary->op == EqZInt32) {
      end.tree = unary->value;
      end.negated = !end.negated;
    }
    if (auto *constant = end.tree->dynCast<Const>()) {
      bool taken = (constant->value.geti32() != 0) != end.negated;
      if (taken)
        end.next = end.targets[0];
      else
        end.backEdge = false;
      end.targets.clear();
      end.tree = nullptr;
      end.negated = false;
      end.kind = Kind::Jump;
    }
  }
}

void Threader::run() {
  constexpr int kRounds = 4;
  chooseVariables();
  if (variables.empty())
    return;
  propagate();
  for (int round = 0; round < kRounds && thread(); ++round)
    propagate();
  fold();
}

} // namespace

void threadJumps(Program &program, Function &function) {
  Threader(program, function).run();
}

} // namespace ireko
