//===- thread_jumps_test.cpp - Tests whose outcome is known ---------------===//

#include "lowering_helpers.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

// What Asyncify makes of two calls of nothing in a row: a flag guards each.
TEST(ThreadJumps, LeadsPastASecondTestOfAFlag) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks", "remove-unreachable"},
                  R"((module (memory 1) (global $g (mut i32) (i32.const 0))
  (func (export "set") (global.set $g (i32.const 1)))
  (func (export "f")
    (if (i32.eqz (global.get $g))
      (then (i32.store (i32.const 0) (i32.const 1))))
    (if (i32.eqz (global.get $g))
      (then (i32.store (i32.const 4) (i32.const 2)))))))",
                  1),
            R"(b0:
  if global.get $global$0 jump b4
b1:
  (i32.store $0 i32.const 0 i32.const 1)
  (i32.store $0 i32.const 4 i32.const 2)
  jump b4
b4:
  return
)");
}

TEST(ThreadJumps, ForgetsAFlagAtACall) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (global $g (mut i32) (i32.const 0))
  (func $set (export "set") (global.set $g (i32.const 1)))
  (func (export "f") (result i32)
    (if (global.get $g) (then (return (i32.const 1))))
    (call $set)
    (if (global.get $g) (then (return (i32.const 2))))
    (i32.const 3))))",
                  1),
            R"(b0:
  unless global.get $global$0 jump b2
b1:
  return i32.const 1
b2:
  call 0 <set> at s2
b3:
  unless global.get $global$0 jump b5
b4:
  return i32.const 2
b5:
  return i32.const 3
)");
}

TEST(ThreadJumps, KnowsWhatWasWritten) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (func (param i32) (result i32) (local i32)
  (if (local.get 0)
    (then (local.set 1 (i32.const 0)))
    (else (local.set 1 (i32.const 1))))
  (if (result i32) (i32.eq (local.get 1) (i32.const 1))
    (then (i32.const 5)) (else (i32.const 6))))))"),
            R"(b0:
  unless s1 jump b2
b1:
  s2 = i32.const 0
  s3 = i32.const 6
  jump b6
b2:
  s2 = i32.const 1
  s3 = i32.const 5
  jump b6
b6:
  return s3
)");
}

// The counter counts each jump back, and nothing enters a loop but by its
// header.
TEST(ThreadJumps, KeepsLoops) {
  EXPECT_EQ(after({"thread-jumps"},
                  R"((module (func (param i32)
  (if (local.get 0) (then
    (loop $l (br_if $l (local.get 0))))))))"),
            R"(b0:
  unless s1 jump b2, then b3
b1:
  jump b3
b3:
  jump b3 (back)
b4:
  jump b5
b5:
  jump b2
b2:
  return
)");
}

// A load may trap even where its value does not matter.
TEST(ThreadJumps, KeepsTraps) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (memory 1) (func (param i32) (result i32)
  (if (local.get 0) (then (return (i32.const 1))))
  (if (i32.and (local.get 0) (i32.load (i32.const 70000)))
    (then (return (i32.const 2))))
  (i32.const 3))))"),
            R"(b0:
  unless s1 jump b2
b1:
  return i32.const 1
b2:
  unless (i32.and s1 (i32.load $0 i32.const 70000)) jump b4
b3:
  return i32.const 2
b4:
  return i32.const 3
)");
}

TEST(ThreadJumps, FoldsSelectsInConditions) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (func (param i32 i32) (result i32)
  (if (local.get 0) (then (return (i32.const 1))))
  (if (select (local.get 0) (i32.const 1) (local.get 1))
    (then (return (i32.const 2))))
  (i32.const 3))))"),
            R"(b0:
  unless s1 jump b2
b1:
  return i32.const 1
b2:
  if s2 jump b4
b3:
  return i32.const 2
b4:
  return i32.const 3
)");
}

// Each call leaves its result in the same slot.
TEST(ThreadJumps, ForgetsWhatCallsWrite) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (type $t (func (result i32)))
  (table 1 funcref) (memory 1)
  (func $f (result i32) (i32.const 1))
  (func (param i32) (result i32)
    (if (call $f) (then (return (i32.const 1))))
    (if (call $f) (then (return (i32.const 2))))
    (if (call_indirect (type $t) (local.get 0))
      (then (return (i32.const 3))))
    (if (memory.grow (i32.const 1)) (then (return (i32.const 4))))
    (i32.const 5))))",
                  1),
            R"(b0:
  call 0 <f> at s2, 1 out
b1:
  unless s3 jump b3
b2:
  return i32.const 1
b3:
  call 0 <f> at s2, 1 out
b4:
  unless s3 jump b6
b5:
  return i32.const 2
b6:
  call table 0[s1] type 1 at s2, 1 out
b7:
  unless s3 jump b9
b8:
  return i32.const 3
b9:
  s3 = i32.const 1
  cold (memory.grow $0 s1) at s2, 1 in, 1 out
b10:
  unless s3 jump b12
b11:
  return i32.const 4
b12:
  return i32.const 5
)");
}

TEST(ThreadJumps, KnowsLittleOfLargeValues) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (func (param i32) (result i32)
  (if (i32.eq (local.get 0) (i32.const 3)) (then (return (i32.const 1))))
  (if (i32.eq (local.get 0) (i32.const 4)) (then (return (i32.const 2))))
  (if (local.get 0) (then (return (i32.const 3))))
  (i32.const 4))))"),
            R"(b0:
  unless (i32.eq s1 i32.const 3) jump b2
b1:
  return i32.const 1
b2:
  unless (i32.eq s1 i32.const 4) jump b4
b3:
  return i32.const 2
b4:
  unless s1 jump b6
b5:
  return i32.const 3
b6:
  return i32.const 4
)");
}

TEST(ThreadJumps, FoldsValues) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (func (param i32) (result i32) (local i32)
  (local.set 1 (i32.const 2))
  (if (local.get 1) (then (nop)))
  (select (local.get 1) (i32.const 2) (local.get 0)))))"),
            R"(b0:
  s2 = i32.const 2
  return i32.const 2
)");
}

TEST(ThreadJumps, TakesConditionsApart) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (func (param i32 i32) (result i32)
  (if (i32.or (local.get 0) (local.get 1)) (then (return (i32.const 1))))
  (if (local.get 0) (then (return (i32.const 2))))
  (if (local.get 1) (then (return (i32.const 3))))
  (i32.const 4))))"),
            R"(b0:
  unless (i32.or s1 s2) jump b6
b1:
  return i32.const 1
b6:
  return i32.const 4
)");
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (func (param i32 i32) (result i32)
  (if (i32.and (local.get 0) (local.get 1)) (then (return (i32.const 1))))
  (if (local.get 0) (then (return (i32.const 2))))
  (i32.const 4))))"),
            R"(b0:
  unless (i32.and s1 s2) jump b2
b1:
  return i32.const 1
b2:
  unless s1 jump b4
b3:
  return i32.const 2
b4:
  return i32.const 4
)");
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (func (param i32 i32) (result i32)
  (if (select (local.get 0) (i32.const 0) (local.get 1))
    (then
      (if (local.get 0) (then (return (i32.const 1))))
      (if (local.get 1) (then (return (i32.const 2))))
      (return (i32.const 3))))
  (if (local.get 1) (then (return (i32.const 4))))
  (i32.const 5))))"),
            R"(b0:
  unless (select s1 i32.const 0 s2) jump b2
b3:
  return i32.const 1
b2:
  unless s2 jump b8
b7:
  return i32.const 4
b8:
  return i32.const 5
)");
}

// What is known before a loop may not be known in its second round.
TEST(ThreadJumps, ForgetsWhatALoopWrites) {
  EXPECT_EQ(after({"thread-jumps", "merge-blocks"},
                  R"((module (func (param i32) (result i32) (local i32)
  (loop $l
    (if (local.get 1) (then (return (i32.const 1))))
    (local.set 1 (i32.const 1))
    (br_if $l (local.get 0)))
  (i32.const 2))))"),
            R"(b0:
  jump b1
b1:
  unless s2 jump b3
b2:
  return i32.const 1
b3:
  s2 = i32.const 1
  if s1 jump b1 (back)
b5:
  return i32.const 2
)");
}

} // namespace
