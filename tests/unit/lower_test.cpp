//===- lower_test.cpp - Calls, references, vectors, frames ----------------===//
//
// Small functions and the lowered form that they must become, before any pass.
// What is about order and about control stands in lower_order_test.cpp and
// lower_control_test.cpp.
//
//===----------------------------------------------------------------------===//

#include "lowering_helpers.h"
#include "rewriter/tree.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

// As printed; it is the same whoever asks first.
std::string numberOfType(Lowered &module, uint32_t function) {
  return std::to_string(module.program->typeNumber(
      module.function(function).source->type.getHeapType()));
}

TEST(Lower, PassesArgumentsInTheCalleesFrame) {
  EXPECT_EQ(lowered(R"((module (func (param i32 i64) (result i64)
  (i64.add (i64.const 1)
    (call 1 (i32.add (local.get 0) (i32.const 1)) (local.get 1))))
  (func (param i32 i64) (result i64) (local.get 1))))"),
            R"(b0:
  s4 = (i32.add s1 i32.const 1)
  s5 = s2
  call 1 at s3, 2 in, 1 out
b1:
  return (i64.add i64.const 1 s4)
)");
}

TEST(Lower, NestsCallsInArguments) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
   (call 0 (i32.add (call 0 (local.get 0)) (call 0 (i32.const 2)))))))"),
            R"(b0:
  s3 = s1
  call 0 at s2, 1 in, 1 out
b1:
  s5 = i32.const 2
  call 0 at s4, 1 in, 1 out
b2:
  s7 = (i32.add s3 s5)
  call 0 at s6, 1 in, 1 out
b3:
  return s7
)");
}

TEST(Lower, KeepsResultsOfCallsApart) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
   (local.get 0)
   (call 0 (i32.const 1))
   (call 0 (i32.const 2))
   (call 0 (i32.const 3))
   i32.add i32.add i32.add)))"),
            R"(b0:
  s3 = i32.const 1
  call 0 at s2, 1 in, 1 out
b1:
  s5 = i32.const 2
  call 0 at s4, 1 in, 1 out
b2:
  s7 = i32.const 3
  call 0 at s6, 1 in, 1 out
b3:
  return (i32.add s1 (i32.add s3 (i32.add s5 s7)))
)");
}

TEST(Lower, CallsThroughAnArray) {
  Lowered module(R"((module (table 2 funcref) (elem (i32.const 0) func 0)
  (func (param i32) (result i32)
    (call_indirect (param i32) (result i32)
      (i32.const 4) (i32.add (local.get 0) (i32.const 1))))))");
  module.lower();
  EXPECT_EQ(print(*module.program, module.function(0)),
            R"(b0:
  s3 = i32.const 4
  call table 0[(i32.add s1 i32.const 1)] type )" +
                numberOfType(module, 0) + R"( at s2, 1 in, 1 out
b1:
  return s3
)");
}

TEST(Lower, CallsThroughARealTable) {
  EXPECT_EQ(lowered(R"((module (table (export "t") 2 funcref)
  (func (param i32) (result i32)
    (call_indirect (param i32) (result i32)
      (i32.const 4) (i32.add (local.get 0) (i32.const 1))))))"),
            R"(b0:
  s3 = i32.const 4
  s4 = (i32.add s1 i32.const 1)
  cold (call_indirect $0 (type $func.0) s1 s2) at s2, 2 in, 1 out
b1:
  return s3
)");
}

TEST(Lower, CallsImportsOutOfLine) {
  EXPECT_EQ(
      lowered(
          R"((module (import "m" "f" (func $f (param i32 v128) (result i64)))
  (func (param v128) (result i64)
    (call $f (i32.const 4) (local.get 0)))))"),
      R"(b0:
  s4 = i32.const 4
  s5 = s1
  cold (call $f s1 s2) at s3, 3 in, 1 out
b1:
  return s4
)");
}

TEST(Lower, ReturnsSeveralValues) {
  EXPECT_EQ(lowered(R"((module (func (param i32 i64) (result i64 i32)
  (local.get 1) (local.get 0))))"),
            R"(b0:
  s3 = s2
  s4 = s1
  s2 = s4
  s1 = s3
  return, 2 slots
)");
}

TEST(Lower, ReturnsSwappedParameters) {
  EXPECT_EQ(lowered(R"((module (func (param i32 i32) (result i32 i32)
  (local.get 1) (local.get 0))))"),
            R"(b0:
  s3 = s2
  s4 = s1
  s2 = s4
  s1 = s3
  return, 2 slots
)");
}

TEST(Lower, TakesSeveralResults) {
  EXPECT_EQ(lowered(R"((module (func (param i32 i32) (result i32)
  (call 1 (local.get 0) (local.get 1))
  i32.sub)
  (func (param i32 i32) (result i32 i32)
  (local.get 1) (local.get 0))))"),
            R"(b0:
  s9 = s1
  s10 = s2
  call 1 at s8, 2 in, 2 out
b1:
  s6 = s10
  s5 = s9
  s11 = s5
  s12 = s6
  s7 = s11
  s8 = s5
  s9 = s6
  s4 = s9
  s3 = s7
  return (i32.sub s3 s4)
)");
}

TEST(Lower, GivesVectorsTwoSlots) {
  EXPECT_EQ(lowered(R"((module (func (param i32 v128 i32) (result v128)
  (i8x16.add (local.get 1) (i8x16.splat (local.get 2))))))"),
            R"(b0:
  return (i8x16.add s2 (i8x16.splat s4))
)");
}

TEST(Lower, MovesReferencesThroughGlobals) {
  EXPECT_EQ(lowered(R"((module (func (param externref) (local externref)
  (local.set 1 (local.get 0)))))"),
            R"(b0:
  cold ref.null noextern at s1, 1 out
b1:
  cold (global.set $ireko.ref.extern s0) at s1
b2:
  cold global.get $ireko.ref.extern at s2
b3:
  return
)");
}

TEST(Lower, SelectsReferencesByBranching) {
  EXPECT_EQ(
      lowered(
          R"((module (func (param externref externref i32) (result externref)
  (select (result externref) (local.get 0) (local.get 1) (local.get 2)))))"),
      R"(b0:
  cold (global.set $ireko.ref.extern s0) at s1
b1:
  cold global.get $ireko.ref.extern at s4
b2:
  cold (global.set $ireko.ref.extern s0) at s2
b3:
  cold global.get $ireko.ref.extern at s5
b4:
  s6 = s3
  cold (global.set $ireko.ref.extern s0) at s5
b5:
  cold global.get $ireko.ref.extern at s7
b6:
  unless s6 jump b7
b8:
  cold (global.set $ireko.ref.extern s0) at s4
b9:
  cold global.get $ireko.ref.extern at s7
b10:
  jump b7
b7:
  cold (global.set $ireko.ref.extern s0) at s7
b11:
  cold global.get $ireko.ref.extern at s1
b12:
  return, 1 slots
)");
}

TEST(Lower, RunsHeavyOperatorsOutOfLine) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32)
  (memory.fill (local.get 0) (i32.const 0) (i32.add (local.get 0) (i32.const 1)))
  (drop (memory.grow (i32.const 1))))))"),
            R"(b0:
  s3 = s1
  s4 = i32.const 0
  s5 = (i32.add s1 i32.const 1)
  cold (memory.fill $0 s1 s2 s3) at s2, 3 in
b1:
  s3 = i32.const 1
  cold (memory.grow $0 s1) at s2, 1 in, 1 out
b2:
  return
)");
}

TEST(Lower, KnowsTheSizeOfAnArray) {
  EXPECT_EQ(
      lowered(R"((module (table 5 funcref) (func (result i32) (table.size))))"),
      R"(b0:
  return i32.const 5
)");
}

TEST(Lower, StoresALane) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32 v128)
  (v128.store8_lane offset=3 1 (local.get 0) (local.get 1)))))"),
            R"(b0:
  (v128.store8_lane $0 offset=3 1 s1 s2)
  return
)");
}

TEST(LowerOneOperator, ComputesOneOperatorAStatement) {
  EXPECT_EQ(lowered(R"((module (memory 1) (func (param i32 i32) (result i32)
  (i32.mul (i32.add (i32.load offset=4 (local.get 0)) (local.get 1)) (i32.clz (local.get 0))))))",
                    {.maxTreeNodes = 1}),
            R"(b0:
  s3 = (i32.load $0 offset=4 s1)
  s4 = (i32.add s3 s2)
  s5 = (i32.clz s1)
  s6 = (i32.mul s4 s5)
  return s6
)");
}

TEST(LowerOneOperator, ComputesConditionsBeforeBranches) {
  EXPECT_EQ(lowered(R"((module (func (param i32) (result i32)
  (if (result i32) (i32.eqz (i32.and (local.get 0) (i32.const 1)))
    (then (i32.const 1)) (else (i32.const 2))))))",
                    {.maxTreeNodes = 1}),
            R"(b0:
  s2 = (i32.and s1 i32.const 1)
  s3 = (i32.eqz s2)
  unless s3 jump b2
b1:
  s4 = i32.const 1
  jump b3
b2:
  s4 = i32.const 2
  jump b3
b3:
  return s4
)");
}

TEST(LowerOneOperator, ComputesAnIndexBeforeACall) {
  Lowered module(R"((module (table 2 funcref) (elem (i32.const 0) func 0)
  (func (param i32) (result i32)
    (call_indirect (param i32) (result i32) (i32.const 4)
      (i32.add (i32.clz (local.get 0)) (i32.const 1))))))");
  module.lower({.maxTreeNodes = 1});
  EXPECT_EQ(print(*module.program, module.function(0)), R"(b0:
  s2 = (i32.clz s1)
  s3 = (i32.add s2 i32.const 1)
  s5 = i32.const 4
  call table 0[s3] type )" + numberOfType(module, 0) + R"( at s4, 1 in, 1 out
b1:
  return s5
)");
}

TEST(Lower, ReplacesTheFrameInTailCalls) {
  Lowered module(R"((module (table 2 funcref) (elem (i32.const 0) func 0 1)
  (func (param i32 i32) (result i32)
    (return_call 1 (local.get 1)))
  (func (param i32) (result i32)
    (return_call_indirect (param i32 i32) (result i32)
      (local.get 0) (i32.const 7) (i32.const 0)))))");
  module.lower();
  EXPECT_EQ(print(*module.program, module.function(0)), R"(b0:
  s4 = s2
  tail call 1 at s3, 1 in
)");
  EXPECT_EQ(print(*module.program, module.function(1)), R"(b0:
  s3 = s1
  s4 = i32.const 7
  tail call table 0[i32.const 0] type )" + numberOfType(module, 0) +
                                                            R"( at s2, 2 in
)");
}

// An import in tail position returns to this frame, which then returns.
TEST(Lower, ReturnsWhatAnImportInTailPositionReturns) {
  EXPECT_EQ(lowered(R"((module
  (import "m" "f" (func $f (param i32) (result i32)))
  (func (param i32) (result i32) (return_call $f (local.get 0)))))"),
            R"(b0:
  s3 = s1
  cold (call $f s1) at s2, 1 in, 1 out
b1:
  return s3
)");
}

TEST(Lower, GivesImportsCodeForArrays) {
  Lowered module(R"((module
  (import "m" "f" (func $f (param i32 v128) (result i64 f32)))
  (table 1 funcref) (elem (i32.const 0) func $f)))");
  Function &import = module.function(0);
  lowerImport(*module.program, import);
  EXPECT_EQ(print(*module.program, import), R"(b0:
  cold (call $f s1 s2) at s0, 3 in, 2 out
b1:
  return, 2 slots
)");
  EXPECT_EQ(import.frameSlots, 4u);
  EXPECT_EQ(import.paramSlots, 3u);
}

TEST(Lower, CountsTheSlotsOfAFrame) {
  // Parameters in 1 and 2-3, locals in 4 and 5-6.
  Lowered module(R"((module
  (func (param i32 v128) (local i64 v128)
    (call 1 (local.get 0) (local.get 3)))
  (func (param i32 v128))))");
  module.lower();
  const Function &caller = module.function(0);
  EXPECT_EQ(caller.paramSlots, 3u);
  EXPECT_EQ(caller.localSlots, 6u);
  // The callee's header and parameters.
  EXPECT_EQ(caller.blocks[0].end.frame, 7u);
  EXPECT_EQ(caller.frameSlots, 7u + 4);
}

// Several results leave through slots that may lie above the locals.
TEST(Lower, KeepsTemporariesOffTheResults) {
  Lowered module(R"((module (func (param i32) (result i32 i32 i32 i32)
    (i32.add (local.get 0) (i32.const 1)) (i32.const 2)
    (i32.clz (local.get 0)) (local.get 0))))");
  module.lower();
  EXPECT_EQ(module.function(0).localSlots, 1u);
  EXPECT_EQ(print(*module.program, module.function(0)), R"(b0:
  s5 = (i32.add s1 i32.const 1)
  s6 = (i32.clz s1)
  s7 = s1
  s4 = s7
  s3 = s6
  s2 = i32.const 2
  s1 = s5
  return, 4 slots
)");
}

TEST(Lower, CutsLargeTrees) {
  std::string sum = "(local.get 0)";
  for (int i = 0; i < 100; ++i)
    sum = "(i32.add " + sum + " (local.get 0))";
  std::string module = "(module (func (param i32) (result i32) " + sum + "))";
  for (uint32_t limit : {1u, 2u, 7u, 24u, 200u}) {
    Lowered result(module);
    result.lower({.maxTreeNodes = limit});
    const Block &block = result.function(0).blocks.front();
    uint32_t operators = countOperators(block.end.tree);
    for (wasm::Expression *statement : block.statements) {
      EXPECT_LE(countOperators(statement), limit);
      operators += countOperators(statement);
    }
    EXPECT_LE(countOperators(block.end.tree), limit);
    EXPECT_EQ(operators, 100u);
  }
}

TEST(Lower, RemembersWhereTrapsComeFrom) {
  std::string text = R"((module (table 1 funcref) (func (param i32)
    (call_indirect (local.get 0))
    (unreachable))))";
  Lowered result(text);
  result.lower();
  const Function &function = result.function(0);
  std::vector<uint32_t> locations;
  for (BlockIndex index : function.layout)
    locations.push_back(function.blocks[index].end.location);
  ASSERT_EQ(locations.size(), 2u);
  const std::vector<uint8_t> &bytes = result.source.bytes;
  EXPECT_EQ(bytes[locations[0]], 0x11); // call_indirect
  EXPECT_EQ(bytes[locations[1]], 0x00); // unreachable
}

} // namespace
