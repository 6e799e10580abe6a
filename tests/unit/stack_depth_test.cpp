//===- stack_depth_test.cpp - How much guest stack a program can use ------===//

#include "rewriter/stack_depth.h"

#include "lowering_helpers.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

/// Slots of stack that the module can use; -1 if that is not known.
int depth(std::string_view text, bool importsCallBack = true) {
  Lowered module(text);
  module.lower();
  auto bytes = stackDepth(*module.program,
                          [&](wasm::Function &) { return importsCallBack; });
  return bytes ? int(*bytes / kSlotBytes) : -1;
}

/// Slots of the frame of a function of the module.
int frame(std::string_view text, uint32_t function) {
  Lowered module(text);
  module.lower();
  return module.function(function).frameSlots;
}

TEST(StackDepth, IsTheLargestFrameWithoutCalls) {
  EXPECT_EQ(depth("(module (func) (func (local i32 i32 i32)) (func))"), 4);
  EXPECT_EQ(depth("(module)"), 0);
}

TEST(StackDepth, AddsUpCallees) {
  // Frames: header and 2 locals; header, parameter and 1 local; header.
  const char *text = R"((module
    (func (local i32 i32) (call 1 (i32.const 5)))
    (func (param i32) (local i64) (call 2))
    (func (local v128))))";
  EXPECT_EQ(frame(text, 2), 3);
  EXPECT_EQ(depth(text), 3 + 3 + 3);
  // A callee's frame lies where the caller has its arguments.
  EXPECT_EQ(frame(text, 0), 3 + 2);
}

TEST(StackDepth, TakesTheDeepestOfManyWays) {
  // Each function calls the next one twice: ways double with each.
  std::string text = "(module";
  for (int i = 0; i < 200; ++i)
    text += "(func (call " + std::to_string(i + 1) + ") (call " +
            std::to_string(i + 1) + "))";
  EXPECT_EQ(depth(text + "(func))"), 201);
}

TEST(StackDepth, IsUnknownOfRecursion) {
  EXPECT_EQ(depth("(module (func (call 0)))"), -1);
  EXPECT_EQ(depth("(module (func) (func (call 2)) (func (call 3))"
                  " (func (call 1)))"),
            -1);
  EXPECT_EQ(depth("(module (func (return_call 0)))"), -1);
}

TEST(StackDepth, PutsATailCallInPlaceOfItsCaller) {
  EXPECT_EQ(depth("(module (func (local i32 i32) (return_call 1))"
                  " (func (local i32 i32 i32 i32)))"),
            5);
}

TEST(StackDepth, TakesCallsThroughTablesForCallsOfAllWithThatType) {
  auto text = [](const std::string &elements) {
    return "(module (type $a (func)) (type $b (func (param i32)))"
           " (table 8 funcref) (elem (i32.const 0) " +
           elements +
           ")"
           " (func $calls (local i32) (call_indirect (type $a) (i32.const 0)))"
           " (func $small (local i32))"
           " (func $large (local v128 v128))"
           " (func $other (param i32) (call $calls)))";
  };
  EXPECT_EQ(depth(text("$small")), 2 + 2 + 2);
  EXPECT_EQ(depth(text("$small $large")), 2 + 2 + 5);
  EXPECT_EQ(depth(text("$calls")), -1);
  // Calls it, but has another type.
  EXPECT_EQ(depth(text("$small $other")), 2 + 2 + 2);
}

TEST(StackDepth, DependsOnWhetherImportsCallBack) {
  const char *text = R"((module (import "m" "f" (func))
    (func (local i32) (call 0))))";
  EXPECT_EQ(depth(text), -1);
  EXPECT_EQ(depth(text, false), 3);
}

TEST(StackDepth, IsUnknownOfTablesThatOthersSee) {
  EXPECT_EQ(depth(R"((module (table (export "t") 1 funcref)
    (func (call_indirect (i32.const 0)))))"),
            -1);
}

} // namespace
