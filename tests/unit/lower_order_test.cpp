//===- lower_order_test.cpp - What waits on the operand stack -------------===//
//
// Small functions and the lowered form that they must become, before any pass.
// A value that waits on the operand stack is evaluated where it is taken; what
// something in between would disturb is evaluated into a temporary first, and
// no trap overtakes another effect.
//
//===----------------------------------------------------------------------===//

#include "lowering_helpers.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

TEST(LowerOrder, SpillsATrapBelowOneThatIsSpilled) {
  // only the load reads the local, but it must not overtake the division
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32 i32) (result i32)
  (i32.add (i32.div_u (i32.const 7) (local.get 0))
    (i32.add (i32.load (local.get 1))
      (block (result i32)
        (local.set 1 (i32.const 1))
        (local.get 1)))))))"),
            R"(b0:
  s3 = (i32.div_u i32.const 7 s1)
  s4 = (i32.load $0 s2)
  s2 = i32.const 1
  return (i32.add s3 (i32.add s4 s2))
)");
}

TEST(LowerOrder, EvaluatesOperandsWhereTheyAreTaken) {
  // a chain of operators becomes one tree
  EXPECT_EQ(lowered(R"((module (func (param i32 i32) (result i32)
  (i32.mul (i32.add (local.get 0) (local.get 1)) (i32.const 3)))))"),
            R"(b0:
  return (i32.mul (i32.add s1 s2) i32.const 3)
)");
}

TEST(LowerOrder, LoadsBeforeALaterStore) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32) (result i32)
  (i32.sub (i32.load (local.get 0))
    (block (result i32)
      (i32.store (local.get 0) (i32.const 1))
      (i32.load (local.get 0)))))))"),
            R"(b0:
  s2 = (i32.load $0 s1)
  (i32.store $0 s1 i32.const 1)
  return (i32.sub s2 (i32.load $0 s1))
)");
}

TEST(LowerOrder, KeepsArithmeticAcrossAStore) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32) (result i32)
  (i32.sub (i32.add (local.get 0) (i32.const 1))
    (block (result i32)
      (i32.store (local.get 0) (i32.const 1))
      (i32.const 2))))))"),
            R"(b0:
  (i32.store $0 s1 i32.const 1)
  return (i32.sub (i32.add s1 i32.const 1) i32.const 2)
)");
}

TEST(LowerOrder, ReadsALocalBeforeItIsSet) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (i32.sub (local.get 0)
    (block (result i32)
      (local.set 0 (i32.const 5))
      (local.get 0))))))"),
            R"(b0:
  s2 = s1
  s1 = i32.const 5
  return (i32.sub s2 s1)
)");
}

TEST(LowerOrder, ReadsATeeAfterwards) {
  EXPECT_EQ(lowered(R"((module (func (param i32 i32) (result i32)
  (i32.sub (local.tee 0 (i32.add (local.get 1) (i32.const 1)))
    (i32.add (local.tee 0 (i32.const 7)) (local.get 0))))))"),
            R"(b0:
  s1 = (i32.add s2 i32.const 1)
  s3 = s1
  s1 = i32.const 7
  return (i32.sub s3 (i32.add s1 s1))
)");
}

TEST(LowerOrder, ReadsAGlobalBeforeItIsSet) {
  EXPECT_EQ(
      lowered(R"((module (global $g (mut i32) (i32.const 1)) (func (result i32)
  (i32.sub (global.get $g)
    (block (result i32)
      (global.set $g (i32.const 2))
      (global.get $g))))))"),
      R"(b0:
  s2 = global.get $global$0
  (global.set $global$0 i32.const 2)
  return (i32.sub s2 global.get $global$0)
)");
}

TEST(LowerOrder, PutsConstantGlobalsInTheirPlace) {
  EXPECT_EQ(lowered(R"((module (global $g i64 (i64.const 77)) (func (result i64)
  (i64.add (global.get $g) (global.get $g)))))"),
            R"(b0:
  return (i64.add i64.const 77 i64.const 77)
)");
}

TEST(LowerOrder, KeepsTheOrderOfTraps) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32 i32) (result i32)
  (i32.add (i32.div_u (local.get 0) (local.get 1))
    (block (result i32)
      (i32.store (local.get 0) (i32.load (local.get 1)))
      (i32.const 1))))))"),
            R"(b0:
  s3 = (i32.div_u s1 s2)
  (i32.store $0 s1 (i32.load $0 s2))
  return (i32.add s3 i32.const 1)
)");
}

TEST(LowerOrder, KeepsTheOrderOfTrapsThroughALocal) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32 i32) (result i32)
  (i32.add (i32.div_u (local.get 1) (local.get 1))
    (block (result i32)
      (local.set 0 (i32.load (local.get 1)))
      (local.get 0))))))"),
            R"(b0:
  s3 = (i32.div_u s2 s2)
  s1 = (i32.load $0 s2)
  return (i32.add s3 s1)
)");
}

TEST(LowerOrder, EvaluatesADroppedTrap) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32 i32)
  (drop (i32.load (local.get 0)))
  (drop (i32.add (local.get 0) (local.get 1))))))"),
            R"(b0:
  (drop (i32.load $0 s1))
  return
)");
}

TEST(LowerOrder, EvaluatesPendingTrapsBeforeUnreachable) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32) (result i32)
  (i32.add (i32.load (local.get 0)) (unreachable)))))"),
            R"(b0:
  (drop (i32.load $0 s1))
  trap 0
)");
}

TEST(LowerOrder, EvaluatesPendingTrapsBeforeReturn) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32) (result i32)
  (i32.add (i32.load (local.get 0))
    (block (result i32)
      (return (i32.const 3)))))))"),
            R"(b0:
  (drop (i32.load $0 s1))
  return i32.const 3
)");
}

TEST(LowerOrder, DropsPendingValuesWithoutTrapsAtReturn) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (i32.add (i32.clz (local.get 0))
    (block (result i32)
      (return (i32.const 3)))))))"),
            R"(b0:
  return i32.const 3
)");
}

TEST(LowerOrder, SpillsAtAnIf) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32) (result i32)
  (i32.add (i32.load (local.get 0))
  (if (result i32) (i32.eqz (local.get 0))
    (then (i32.const 1)) (else (i32.const 2)))))))"),
            R"(b0:
  s2 = (i32.load $0 s1)
  if s1 jump b2
b1:
  s3 = i32.const 1
  jump b3
b2:
  s3 = i32.const 2
  jump b3
b3:
  return (i32.add s2 s3)
)");
}

TEST(LowerOrder, SpillsAtALoop) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (i32.add (local.get 0)
    (loop $l (result i32)
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br_if $l (local.get 0))
      (local.get 0))))))"),
            R"(b0:
  s2 = s1
  jump b1
b1:
  s1 = (i32.sub s1 i32.const 1)
  if s1 jump b1 (back)
b2:
  jump b3
b3:
  return (i32.add s2 s1)
)");
}

TEST(LowerOrder, EvaluatesTrapsBeforeABranchThatSkipsThem) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32 i32)
  (block $b
    (drop (i32.add (i32.load (local.get 0))
      (block (result i32) (br_if $b (local.get 1)) (i32.const 1))))))))"),
            R"(b0:
  s3 = (i32.load $0 s1)
  if s2 jump b1
b2:
  jump b1
b1:
  return
)");
}

TEST(LowerOrder, EvaluatesTrapsBeforeAnUnconditionalBranch) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32) (result i32)
  (block $b (result i32)
    (i32.add (i32.load (local.get 0)) (br $b (i32.const 1)))))))"),
            R"(b0:
  (drop (i32.load $0 s1))
  s2 = i32.const 1
  jump b1
b1:
  return s2
)");
}

TEST(LowerOrder, SpillsOnlyReadersOfTheLocal) {
  EXPECT_EQ(lowered(R"((module (func (param i32 i32) (result i32)
  (i32.sub (i32.add (i32.clz (local.get 0)) (i32.ctz (local.get 1)))
    (block (result i32)
      (i32.sub (i32.popcnt (local.get 1))
        (block (result i32)
          (local.set 0 (i32.const 5))
          (local.get 0))))))))"),
            R"(b0:
  s3 = (i32.add (i32.clz s1) (i32.ctz s2))
  s1 = i32.const 5
  return (i32.sub s3 (i32.sub (i32.popcnt s2) s1))
)");
}

TEST(LowerOrder, SetsALocalUnderAPendingTrap) {
  // nobody sees the local if it traps
  EXPECT_EQ(lowered(R"((module (func (param i32 i32 i32) (result i32)
  (i32.add (i32.div_u (local.get 0) (local.get 1))
    (block (result i32)
      (local.set 2 (i32.const 1))
      (local.get 2))))))"),
            R"(b0:
  s3 = i32.const 1
  return (i32.add (i32.div_u s1 s2) s3)
)");
}

TEST(LowerOrder, LetsATrapWaitForAGlobal) {
  // no effect may come before a trap that was there first
  EXPECT_EQ(lowered(R"((module (global $g (mut i32) (i32.const 1))
  (func (param i32 i32) (result i32)
  (i32.add (i32.div_u (local.get 0) (local.get 1))
      (block (result i32)
        (global.set $g (i32.const 1))
        (i32.const 2))))))"),
            R"(b0:
  s3 = (i32.div_u s1 s2)
  (global.set $global$0 i32.const 1)
  return (i32.add s3 i32.const 2)
)");
}

TEST(LowerOrder, SpillsMemoryGlobalsAndTrapsBeforeACall) {
  EXPECT_EQ(lowered(R"((module (memory 1) (global $g (mut i32) (i32.const 0))
  (func (param i32) (result i32)
    (i32.add (i32.load (local.get 0))
     (i32.add (global.get $g)
      (i32.add (memory.size)
       (i32.add (i32.clz (local.get 0))
       (call 1))))))
  (func (result i32) (i32.const 1))))"),
            R"(b0:
  s2 = (i32.load $0 s1)
  s3 = global.get $global$0
  s4 = memory.size $0
  call 1 at s5, 1 out
b1:
  return (i32.add s2 (i32.add s3 (i32.add s4 (i32.add (i32.clz s1) s6))))
)");
}

TEST(LowerOrder, TakesArgumentsInOrder) {
  // the second argument sets what the first one reads
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32)
  (call 1 (i32.load (local.get 0)) (local.get 0)
    (block (result i32)
      (local.set 0 (i32.const 1))
      (i32.store (i32.const 0) (i32.const 2))
      (local.get 0))))
  (func (param i32 i32 i32))))"),
            R"(b0:
  s2 = (i32.load $0 s1)
  s3 = s1
  s1 = i32.const 1
  (i32.store $0 i32.const 0 i32.const 2)
  s5 = s2
  s6 = s3
  s7 = s1
  call 1 at s4, 3 in
b1:
  return
)");
}

TEST(LowerOrder, KeepsSpilledOperandsOverStatements) {
  // each statement frees its temporaries, but not those of the outer operands
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32) (result i32)
  (i32.sub (i32.load (local.get 0))
    (block (result i32)
      (i32.store (local.get 0) (i32.const 1))
      (call 1 (i32.const 5))
      (call 1 (i32.const 6))
      (i32.load (local.get 0)))))
  (func (param i32))))"),
            R"(b0:
  s2 = (i32.load $0 s1)
  (i32.store $0 s1 i32.const 1)
  s4 = i32.const 5
  call 1 at s3, 1 in
b1:
  s4 = i32.const 6
  call 1 at s3, 1 in
b2:
  return (i32.sub s2 (i32.load $0 s1))
)");
}

// Thousands of operands wait at once, and each of many stores looks at those
// that it could disturb: without a bound on these, time would be quadratic.
TEST(LowerOrder, StaysLinearWithManyPendingOperands) {
  constexpr int kDepth = 1500;
  std::string text = "(module (memory 1) (func (param i32) (result i32) ";
  for (int i = 0; i < kDepth; ++i)
    text += "(i32.add (i32.load (local.get 0)) (block (result i32) ";
  text += "(i32.const 1)";
  for (int i = 0; i < kDepth; ++i)
    text += "))";
  text += "))";
  Lowered result(text);
  result.lower();
  const Block &block = result.function(0).blocks.front();
  uint32_t loads = 0;
  for (wasm::Expression *statement : block.statements) {
    auto *set = statement->dynCast<wasm::LocalSet>();
    ASSERT_NE(set, nullptr);
    loads += set->value->is<wasm::Load>();
  }
  // All but the innermost ones, which the sums take where they are.
  EXPECT_GE(loads, kDepth - 48u);
}

} // namespace
