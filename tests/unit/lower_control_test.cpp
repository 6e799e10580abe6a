//===- lower_control_test.cpp - From structured control to basic blocks ---===//
//
// Small functions and the lowered form that they must become, before any pass.
//
//===----------------------------------------------------------------------===//

#include "lowering_helpers.h"
#include "rewriter/liveness.h"

#include <algorithm>
#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

TEST(LowerControl, JoinsBlocksInBlocks) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (i32.add (local.get 0)
    (block $a (result i32)
      (i32.mul (i32.const 3)
        (block $b (result i32)
          (drop (br_if $a (i32.const 1) (local.get 0)))
          (drop (br_if $b (i32.const 2) (local.get 0)))
          (i32.const 4))))))))"),
            R"(b0:
  s2 = s1
  s5 = s1
  s3 = i32.const 1
  if s5 jump b1
b3:
  s5 = s1
  s4 = i32.const 2
  if s5 jump b2
b4:
  s4 = i32.const 4
  jump b2
b2:
  s3 = (i32.mul i32.const 3 s4)
  jump b1
b1:
  return (i32.add s2 s3)
)");
}

TEST(LowerControl, GivesAnIfWithoutElseAnEdge) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (if (local.get 0) (then (local.set 0 (i32.const 9))))
  (local.get 0))))"),
            R"(b0:
  unless s1 jump b2
b1:
  s1 = i32.const 9
  jump b2
b2:
  return s1
)");
}

TEST(LowerControl, EndsADeadArm) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (if (result i32) (local.get 0) (then (return (i32.const 1))) (else (i32.const 2))))))"),
            R"(b0:
  unless s1 jump b2
b1:
  return i32.const 1
b2:
  s2 = i32.const 2
  jump b3
b3:
  return s2
)");
}

TEST(LowerControl, LeavesNothingAfterTwoDeadArms) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (if (result i32) (local.get 0) (then (return (i32.const 1))) (else (return (i32.const 2)))))))"),
            R"(b0:
  unless s1 jump b2
b1:
  return i32.const 1
b2:
  return i32.const 2
)");
}

TEST(LowerControl, LeavesTheLoopsDepthAfterIt) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (loop $l (result i32)
    (br_if $l (local.get 0))
    (i32.mul (local.get 0) (i32.const 2))))))"),
            R"(b0:
  jump b1
b1:
  if s1 jump b1 (back)
b2:
  jump b3
b3:
  return (i32.mul s1 i32.const 2)
)");
}

TEST(LowerControl, KeepsTheValueOfABranchNotTaken) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (block $b (result i32)
    (br_if $b (i32.add (local.get 0) (i32.const 1)) (local.get 0))
    (i32.const 5)
    i32.mul))))"),
            R"(b0:
  s3 = (i32.add s1 i32.const 1)
  s4 = s1
  s2 = s3
  if s4 jump b1
b2:
  s2 = (i32.mul s3 i32.const 5)
  jump b1
b1:
  return s2
)");
}

TEST(LowerControl, CarriesSeveralValuesOverABranch) {
  EXPECT_EQ(lowered(R"((module (func (param i32 i64) (result i32 i64)
  (block $b (result i32 i64)
    (local.get 0) (local.get 1)
    (br_if $b (local.get 0))
    drop drop
    (i32.const 1) (i64.const 2)))))"),
            R"(b0:
  s11 = s1
  s12 = s2
  s13 = s1
  s9 = s11
  s10 = s12
  if s13 jump b1
b2:
  s7 = s12
  s6 = s11
  s14 = s6
  s15 = s7
  s8 = s14
  s11 = s6
  s12 = s7
  s5 = s12
  s3 = s8
  s4 = s3
  s10 = i64.const 2
  s9 = i32.const 1
  jump b1
b1:
  s2 = s10
  s1 = s9
  return, 2 slots
)");
}

TEST(LowerControl, ClampsATableOfBranches) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (block $a (block $b (block $c
    (br_table $a $b $c $a (local.get 0)))
    (return (i32.const 30)))
   (return (i32.const 20)))
  (i32.const 10))))"),
            R"(b0:
  switch s1 [b1 b2 b3 b1]
b3:
  return i32.const 30
b2:
  return i32.const 20
b1:
  return i32.const 10
)");
}

TEST(LowerControl, CarriesAValueOverATableOfBranches) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32) (result i32)
  (block $a (result i32)
    (i32.add (i32.const 1)
      (block $b (result i32)
        (i32.add (i32.load (local.get 0))
          (br_table $a $b (i32.const 5) (i32.load (local.get 0))))))))))"),
            R"(b0:
  (drop (i32.load $0 s1))
  s4 = (i32.load $0 s1)
  s2 = i32.const 5
  s3 = i32.const 5
  switch s4 [b1 b2]
b2:
  s2 = (i32.add i32.const 1 s3)
  jump b1
b1:
  return s2
)");
}

TEST(LowerControl, GoesBackFromATableInABlockOfItsOwn) {
  EXPECT_EQ(lowered(R"((module (func (param i32)
  (loop $l (block $b
    (br_table $b $l (local.get 0)))))))"),
            R"(b0:
  jump b1
b1:
  switch s1 [b2 b3]
b3:
  jump b1 (back)
b2:
  jump b4
b4:
  return
)");
}

TEST(LowerControl, IgnoresCodeAfterABranch) {
  EXPECT_EQ(lowered(R"((module (func (result i32)
  (block $b
    (br $b)
    (drop (i32.div_u (i32.const 1) (i32.const 0))))
  (i32.const 1))))"),
            R"(b0:
  jump b1
b1:
  return i32.const 1
)");
}

// What cannot be reached is not lowered, whatever stands there.
TEST(LowerControl, LeavesNoBlockWithoutATerminator) {
  const char *bodies[] = {
      "unreachable",
      "(loop $l (br $l))",
      "(block $b (br $b) (br $b))",
      "(block $b (br_table $b $b (i32.const 0)) (br $b))",
      "(if (i32.const 1) (then (return)) (else (unreachable)))",
      "(loop $l (if (i32.const 1) (then (br $l)) (else (return))))",
      "(block $b (block $c (br_if $c (i32.const 1)) (br $b)) (return))",
      "(drop (block $b (result i32) (br $b (unreachable))))",
      "(return) (drop (i32.add (i32.const 1) (i32.const 2)))",
      "(call 0) (unreachable) (call 0)",
      "(return_call 0) (call 0)",
      "(block $b (loop $l (br_if $l (i32.const 0)) (br $b)))",
  };
  for (std::string body : bodies) {
    Lowered result("(module (func " + body + "))");
    result.lower();
    const Function &function = result.function(0);
    ASSERT_FALSE(function.layout.empty()) << body;
    EXPECT_EQ(function.layout.front(), 0u) << body;
    std::vector<BlockIndex> sorted(function.layout);
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(std::unique(sorted.begin(), sorted.end()), sorted.end()) << body;
    for (BlockIndex index : function.layout) {
      const Block &block = function.blocks[index];
      EXPECT_NE(block.end.kind, Terminator::Kind::None) << body;
      forEachSuccessor(block.end, [&](BlockIndex next) {
        EXPECT_TRUE(std::binary_search(sorted.begin(), sorted.end(), next))
            << body << " goes to b" << next;
      });
    }
  }
}

} // namespace
