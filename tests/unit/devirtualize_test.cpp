//===- devirtualize_test.cpp - Calls of table elements that are known -----===//
//
// The pass on a function that calls elements of a table: which calls become
// direct ones.
//
//===----------------------------------------------------------------------===//

#include "lowering_helpers.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

using Kind = Terminator::Kind;

// A module with a table of $a, $b, nothing, a host function and one of another
// type; `code` is the first function of its own, of type $t.
std::string withTable(std::string code, std::string more = "") {
  return "(module (type $t (func (param i32) (result i32)))"
         "(import \"m\" \"host\" (func $host (param i32) (result i32)))"
         "(table $table 5 funcref)"
         "(elem (i32.const 0) $a $b) (elem (i32.const 3) $host $other)"
         "(func $code (param i32) (result i32) (local i32 v128)" +
         code +
         ")"
         "(func $a (param i32) (result i32) (local.get 0))"
         "(func $b (param i32) (result i32) (i32.const 7))"
         "(func $other (param i64))" +
         more + ")";
}

// The ways in which the function calls after the pass, in the order of its
// code.
std::vector<std::string> callsOf(const std::string &text) {
  Lowered module(text);
  module.lower();
  module.runPass("devirtualize");
  std::vector<std::string> calls;
  Function &function = module.function(1);
  for (BlockIndex index : function.layout) {
    const Terminator &end = function.blocks[index].end;
    if (end.kind == Kind::Call || end.kind == Kind::TailCall) {
      EXPECT_EQ(end.tree, nullptr);
      calls.push_back(std::to_string(end.callee));
    } else if (end.kind == Kind::CallIndirect ||
               end.kind == Kind::TailCallIndirect) {
      EXPECT_NE(end.tree, nullptr);
      calls.push_back("table");
    }
  }
  return calls;
}

using Calls = std::vector<std::string>;

std::string callOf(std::string index, std::string how = "call_indirect") {
  return "(" + how + " (type $t) (local.get 0) " + index + ")";
}

TEST(Devirtualize, CallsKnownElements) {
  EXPECT_EQ(callsOf(withTable(callOf("(i32.const 0)"))), Calls{"2"});
  EXPECT_EQ(callsOf(withTable(callOf("(i32.const 1)"))), Calls{"3"});
  EXPECT_EQ(callsOf(withTable(callOf("(i32.const 1)", "return_call_indirect"))),
            Calls{"3"});
}

TEST(Devirtualize, KeepsPlaceAndFrameOfTheCall) {
  Lowered module(withTable(callOf("(i32.const 1)")));
  module.lower();
  Terminator before = module.function(1).blocks[0].end;
  module.runPass("devirtualize");
  const Terminator &end = module.function(1).blocks[0].end;
  EXPECT_EQ(end.frame, before.frame);
  EXPECT_EQ(end.argSlots, 1u);
  EXPECT_EQ(end.resultSlots, 1u);
  EXPECT_EQ(end.next, before.next);
  EXPECT_EQ(end.location, before.location);
  EXPECT_NE(end.location, 0u);
}

TEST(Devirtualize, LeavesWhatTrapsAndHostFunctions) {
  for (const char *index : {"2", "3", "4", "5", "-1"})
    EXPECT_EQ(
        callsOf(withTable(callOf("(i32.const " + std::string(index) + ")"))),
        Calls{"table"})
        << index;
}

TEST(Devirtualize, LeavesTablesThatMayChange) {
  std::string call = callOf("(i32.const 0)");
  EXPECT_EQ(callsOf(withTable(call, "(func (table.set $table (i32.const 0) "
                                    "(ref.func $b)))"
                                    "(elem declare func $b)")),
            Calls{});
  EXPECT_EQ(callsOf(withTable(call, "(export \"t\" (table $table))")), Calls{});
}

TEST(Devirtualize, FollowsSlots) {
  EXPECT_EQ(callsOf(withTable("(local.set 1 (i32.const 1)) (local.set 0 "
                              "(i32.const 5)) " +
                              callOf("(local.get 1)"))),
            Calls{"3"});
  // Through a call, and a branch that goes elsewhere.
  EXPECT_EQ(callsOf(withTable(
                "(local.set 1 (i32.const 1)) (drop (call $a (i32.const "
                "4))) (if (local.get 0) (then (return (i32.const 2)))) " +
                callOf("(local.get 1)"))),
            (Calls{"2", "3"}));
}

TEST(Devirtualize, LeavesSlotsThatMayHoldAnother) {
  // A parameter; a later write; two ways to the call; a loop.
  for (
      std::string code :
      {callOf("(local.get 0)"),
       "(local.set 1 (i32.const 1)) (local.set 1 (i32.load8_u (local.get 0)))" +
           callOf("(local.get 1)"),
       "(local.set 1 (i32.const 1)) (if (local.get 0) (then (local.set 1 "
       "(i32.const 0)))) " +
           callOf("(local.get 1)"),
       "(local.set 1 (i32.const 1)) (loop $l (drop " + callOf("(local.get 1)") +
           ") (local.set 1 (local.get 0)) (br $l)) (unreachable)"})
    EXPECT_EQ(callsOf(withTable(code, "(memory 1)")), Calls{"table"}) << code;
}

// What a call leaves behind is not what was written there before it.
TEST(Devirtualize, KnowsWhatCallsWrite) {
  Lowered module(withTable(callOf("(call $a (i32.const 1))")));
  module.lower();
  Function &function = module.function(1);
  // The index is the result of the call in front, whose argument was constant
  // and in the same slot.
  const Terminator &call = function.blocks[0].end;
  ASSERT_EQ(call.kind, Kind::Call);
  Terminator &end = function.blocks[call.next].end;
  ASSERT_EQ(end.kind, Kind::CallIndirect);
  ASSERT_EQ(end.tree->cast<wasm::LocalGet>()->index, call.frame + kFirstSlot);
  module.runPass("devirtualize");
  EXPECT_EQ(end.kind, Kind::CallIndirect);
}

TEST(Devirtualize, GivesUpAfterSomeBlocks) {
  std::string code = "(local.set 1 (i32.const 1))";
  for (int i = 0; i < 20; ++i)
    code += "(drop (call $a (i32.const 4)))";
  EXPECT_EQ(callsOf(withTable(code + callOf("(local.get 1)"))).back(), "table");
}

} // namespace
