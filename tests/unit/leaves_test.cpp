// Which functions are leaves. That regions of them compute the right thing is
// shown on real hosts.

#include "rewriter/leaves.h"

#include "lowering_helpers.h"
#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

std::vector<bool> leavesOf(std::string_view text, bool isExact) {
  Lowered program(text);
  program.lower();
  program.runPasses(2);
  CallTypes types(*program.program);
  return findLeaves(*program.program, types, isExact).isLeaf;
}

constexpr char kText[] = R"((module (memory 1)
  (func $plain (export "plain") (param i32) (result i32)
    (if (local.get 0) (then (return (i32.load (local.get 0)))))
    (memory.fill (i32.const 0) (local.get 0) (i32.const 9))
    (i32.const 1))
  (func $calls (export "calls") (param i32) (result i32)
    (call $plain (local.get 0)))
  (func (export "two") (result i32 i32) (i32.const 1) (i32.const 2))
  (func $loops (export "loops") (param i32) (result i32)
    (loop (br_if 0
      (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.const 2))
  (func (export "reference") (param funcref) (result i32)
    (ref.is_null (local.get 0)))))";

} // namespace

TEST(Leaves, NeitherCallNorLoopWhereSafepointsAreCounted) {
  EXPECT_EQ(leavesOf(kText, true),
            std::vector<bool>({true, false, false, false, false}));
}

TEST(Leaves, CallLeavesWhereTheyAreNot) {
  EXPECT_EQ(leavesOf(kText, false),
            std::vector<bool>({true, true, false, false, false}));
}

TEST(Leaves, LoopIfTheyAreCalledOften) {
  EXPECT_EQ(leavesOf(R"((module
    (table 1 funcref)
    (elem (i32.const 0) $held)
    (type $t (func (param i32)))
    (func $once (param i32)
      (loop (br_if 0
        (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func $often (param i32)
      (loop (br_if 0
        (local.tee 0 (i32.sub (local.get 0) (i32.const 2))))))
    (func $held (type $t)
      (loop (br_if 0
        (local.tee 0 (i32.sub (local.get 0) (i32.const 3))))))
    (func $within (param i32)
      (loop (br_if 0
        (local.tee 0 (i32.sub (local.get 0) (i32.const 4))))))
    (func $between (param i32)
      (call $within (local.get 0))
      (call $within (i32.const 5)))
    (func (export "main") (param i32)
      (call $once (local.get 0))
      (loop
        (call $often (local.get 0))
        (call $between (local.get 0))
        (call_indirect (type $t) (local.get 0) (i32.const 0))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))))",
                     false),
            std::vector<bool>({false, true, true, true, true, false}));
}

// A host's stack takes so many more than it would before somebody looks.
TEST(Leaves, DoNotCallEachOtherDeeplyNorThemselves) {
  EXPECT_EQ(leavesOf(R"((module
    (func $zero (export "zero") (param i32) (result i32)
      (i32.add (local.get 0) (i32.const 1)))
    (func $one (export "one") (param i32) (result i32)
      (call $zero (local.get 0)))
    (func $two (export "two") (param i32) (result i32)
      (call $one (local.get 0)))
    (func $three (export "three") (param i32) (result i32)
      (call $two (local.get 0)))
    (func $four (export "four") (param i32) (result i32)
      (call $three (local.get 0)))
    (func $five (export "five") (param i32) (result i32)
      (call $four (local.get 0)))
    (func $itself (export "itself") (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (call $itself (i32.sub (local.get 0) (i32.const 1))))
        (else (i32.const 0))))))",
                     false),
            std::vector<bool>({true, true, true, true, true, false, false}));
}

TEST(Leaves, CallOnlyWhatIsARegion) {
  Lowered program(kText);
  program.lower();
  program.runPasses(2);
  CallTypes types(*program.program);
  Leaves leaves = findLeaves(*program.program, types, false);
  std::vector<bool> differs =
      keepLeaves(*program.program, {false, true, true, true, true}, leaves);
  EXPECT_EQ(leaves.isLeaf, std::vector<bool>(5));
  EXPECT_EQ(differs, std::vector<bool>({true, true, false, false, false}));
}
