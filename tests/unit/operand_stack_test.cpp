//===- operand_stack_test.cpp - What is spilled when ----------------------===//
//
// The stack by itself, with a spiller that only writes down what it is asked
// for. Trees are slots, told apart by their index.
//
//===----------------------------------------------------------------------===//

#include "rewriter/operand_stack.h"

#include "wasm-builder.h"
#include <gtest/gtest.h>

using namespace ireko;
using wasm::Expression;
using wasm::LocalGet;
using wasm::Type;

namespace {

constexpr Slot kFirstTemporary = 1000;

struct OperandStacks : testing::Test, Spiller {
  OperandStacks() : builder(module), stack(*this) {}

  Slot spillToTemporary(Expression *tree) override {
    spilled.push_back(tree->cast<LocalGet>()->index);
    Slot slot = nextTemporary;
    nextTemporary += slotsOf(tree->type);
    return slot;
  }
  Expression *readSlot(Slot slot, Type type) override {
    return builder.makeLocalGet(slot, type);
  }

  void push(Slot name, Effects effects = {}, Type type = Type::i32) {
    stack.push({builder.makeLocalGet(name, type), effects});
  }
  Slot pop() { return stack.pop().tree->cast<LocalGet>()->index; }

  static Effects reading(Slot slot) {
    Effects effects;
    effects.reads.push_back(slot);
    return effects;
  }
  static Effects memory() {
    Effects effects;
    effects.readsMemory = effects.mayTrap = true;
    effects.nodes = 1;
    return effects;
  }
  static Effects trap() {
    Effects effects;
    effects.mayTrap = true;
    effects.nodes = 1;
    return effects;
  }
  static Effects global() {
    Effects effects;
    effects.readsGlobals = true;
    effects.nodes = 1;
    return effects;
  }
  static Effects operators(uint32_t nodes) {
    Effects effects;
    effects.nodes = nodes;
    return effects;
  }
  static Writes writing(Slot slot) {
    Writes writes;
    writes.slot = slot;
    return writes;
  }

  wasm::Module module;
  wasm::Builder builder;
  std::vector<Slot> spilled;
  Slot nextTemporary = kFirstTemporary;
  OperandStack stack;
};

using Slots = std::vector<Slot>;

TEST_F(OperandStacks, SpillsReadersOfTheSlotOnly) {
  push(1, reading(5));
  push(2, reading(6));
  push(3, reading(5));
  push(4);
  stack.prepareFor(writing(5));
  EXPECT_EQ(spilled, Slots({1, 3}));
  EXPECT_EQ(pop(), 4u);
  EXPECT_EQ(pop(), kFirstTemporary + 1);
  EXPECT_EQ(pop(), 2u);
  EXPECT_EQ(pop(), kFirstTemporary);
}

TEST_F(OperandStacks, SpillsOnce) {
  push(1, reading(5));
  stack.prepareFor(writing(5));
  stack.prepareFor(writing(5));
  stack.spillAll();
  EXPECT_EQ(spilled, Slots({1}));
}

TEST_F(OperandStacks, SpillsReadersOfMemoryBeforeAStore) {
  push(1, memory());
  push(2, global());
  push(3, reading(5));
  Writes store;
  store.memory = store.mayTrap = true;
  stack.prepareFor(store);
  EXPECT_EQ(spilled, Slots({1}));
}

TEST_F(OperandStacks, SpillsReadersOfGlobalsBeforeAGlobalIsSet) {
  push(1, global());
  push(2, reading(5));
  Writes set;
  set.globals = true;
  stack.prepareFor(set);
  EXPECT_EQ(spilled, Slots({1}));
}

TEST_F(OperandStacks, SpillsTrapsBeforeEffects) {
  for (int which = 0; which < 3; ++which) {
    spilled.clear();
    push(7, trap());
    push(8, operators(3));
    Writes writes;
    writes.memory = which == 0;
    writes.globals = which == 1;
    writes.mayTrap = which == 2;
    stack.prepareFor(writes);
    EXPECT_EQ(spilled, Slots({7})) << which;
    stack.truncate(0);
  }
}

TEST_F(OperandStacks, LetsTrapsWaitWhileASlotIsWritten) {
  push(1, trap());
  stack.prepareFor(writing(5));
  EXPECT_EQ(spilled, Slots());
}

TEST_F(OperandStacks, SpillsTrapsBelowASpilledTrap) {
  push(1, trap());
  push(2, operators(1));
  Effects both = trap();
  both.reads.push_back(5);
  push(3, both);
  push(4, trap());
  stack.prepareFor(writing(5));
  EXPECT_EQ(spilled, Slots({1, 3}));
}

TEST_F(OperandStacks, SpillsAllButWhatNothingDisturbs) {
  push(1);
  push(2, reading(5));
  push(3, operators(4));
  push(4, memory());
  push(5, global());
  stack.spillAll();
  EXPECT_EQ(spilled, Slots({2, 4, 5}));
}

TEST_F(OperandStacks, SpillsTheTopmost) {
  push(1, reading(5));
  push(2, reading(5));
  push(3, operators(1));
  push(4);
  stack.spillTop(3);
  EXPECT_EQ(spilled, Slots({2, 3}));
}

TEST_F(OperandStacks, SpillsTheLargeOnes) {
  push(1, operators(2));
  push(2, reading(5));
  push(3, operators(1));
  stack.spillTop(2, true);
  EXPECT_EQ(spilled, Slots({3}));
}

TEST_F(OperandStacks, SpillsTrapsBelowTheTopmost) {
  push(1, trap());
  push(2, reading(5));
  push(3, memory());
  stack.spillTop(1);
  EXPECT_EQ(spilled, Slots({1, 3}));
}

TEST_F(OperandStacks, TakesTrapsFromBottomToTop) {
  push(1, trap());
  push(2, reading(5));
  push(3, memory());
  Slots taken;
  for (Expression *tree : stack.takeTrapping())
    taken.push_back(tree->cast<LocalGet>()->index);
  EXPECT_EQ(taken, Slots({1, 3}));
  EXPECT_EQ(spilled, Slots());
  EXPECT_TRUE(stack.takeTrapping().empty());
  EXPECT_EQ(stack.size(), 3u);
}

TEST_F(OperandStacks, KnowsWhereTemporariesEnd) {
  EXPECT_EQ(stack.temporariesEnd(), 0u);
  push(1, reading(5));
  push(2, reading(6), Type::v128);
  push(3, reading(7));
  EXPECT_EQ(stack.temporariesEnd(), 0u);
  stack.prepareFor(writing(6));
  EXPECT_EQ(stack.temporariesEnd(), kFirstTemporary + 2);
  stack.prepareFor(writing(5));
  EXPECT_EQ(stack.temporariesEnd(), kFirstTemporary + 3);
  pop();
  pop();
  // The lowest operand went to the highest temporary.
  EXPECT_EQ(stack.temporariesEnd(), kFirstTemporary + 3);
  pop();
  EXPECT_EQ(stack.temporariesEnd(), 0u);
}

TEST_F(OperandStacks, GoesOnAfterTruncation) {
  push(1, reading(5));
  push(2, memory());
  push(3, reading(5));
  stack.truncate(1);
  push(4, reading(5));
  stack.prepareFor(writing(5));
  EXPECT_EQ(spilled, Slots({1, 4}));
}

// So that each statement looks at a bounded number of operands.
TEST_F(OperandStacks, SpillsWhenTooManyWait) {
  Slot name = 0;
  while (spilled.empty() && name < 10000)
    push(name++, reading(5));
  EXPECT_EQ(spilled.size(), name);
  EXPECT_LT(name, 100u);
  // Inert ones do not count.
  spilled.clear();
  for (; name < 10000; ++name)
    push(name);
  EXPECT_EQ(spilled, Slots());
}

TEST_F(OperandStacks, AddsEffects) {
  Effects sum = reading(5);
  Effects other = memory();
  other.reads.push_back(5);
  other.reads.push_back(6);
  other.nodes = 4;
  sum.add(other);
  EXPECT_EQ(sum.reads.size(), 2u);
  EXPECT_TRUE(sum.readsMemory && sum.mayTrap && !sum.readsGlobals);
  EXPECT_EQ(sum.nodes, 4u);
  EXPECT_FALSE(sum.isInert());
  EXPECT_TRUE(operators(3).isInert());
}

} // namespace
