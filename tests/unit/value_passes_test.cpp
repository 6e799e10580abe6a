//===- value_passes_test.cpp - Passes that change trees, not blocks -------===//
//
// fold-constants and forward-copies, each alone on a small function. The other
// passes are in passes_test.cpp.
//
//===----------------------------------------------------------------------===//

#include "passes/pass.h"

#include "lowering_helpers.h"
#include "wasm-builder.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

// fold-constants -------------------------------------------------------------

// What a function that gives this expression of its parameters returns.
std::string foldedTo(std::string_view expression,
                     std::string_view type = "i32") {
  std::string text = "(module (memory 1) (func (param " + std::string(type) +
                     " " + std::string(type) + ") (result " +
                     std::string(type) + ") " + std::string(expression) + "))";
  std::string result = after({"fold-constants"}, text);
  std::string_view head = "b0:\n  return ";
  EXPECT_EQ(result.substr(0, head.size()), head);
  return result.substr(head.size(), result.size() - head.size() - 1);
}

TEST(FoldConstants, Computes) {
  EXPECT_EQ(foldedTo("(i32.add (i32.const 2) (i32.const 3))"), "i32.const 5");
  EXPECT_EQ(foldedTo("(i32.shl (i32.const 1) (i32.const 33))"), "i32.const 2");
  EXPECT_EQ(foldedTo("(i32.shr_s (i32.const -8) (i32.const 1))"),
            "i32.const -4");
  EXPECT_EQ(foldedTo("(i32.shr_u (i32.const -8) (i32.const 28))"),
            "i32.const 15");
  EXPECT_EQ(foldedTo("(i64.mul (i64.const 3) (i64.extend_i32_u (i32.const "
                     "-1)))",
                     "i64"),
            "i64.const 12884901885");
  EXPECT_EQ(foldedTo("(i64.extend_i32_s (i32.const -1))", "i64"),
            "i64.const -1");
  EXPECT_EQ(foldedTo("(i32.wrap_i64 (i64.const 4294967297))"), "i32.const 1");
  EXPECT_EQ(foldedTo("(i32.eqz (i64.ne (i64.const 1) (i64.const 1)))"),
            "i32.const 1");
}

TEST(FoldConstants, GivesOneForm) {
  EXPECT_EQ(foldedTo("(i32.add (i32.const 2) (local.get 0))"),
            "(i32.add s1 i32.const 2)");
  EXPECT_EQ(foldedTo("(i32.sub (local.get 0) (i32.const 2))"),
            "(i32.add s1 i32.const -2)");
  EXPECT_EQ(foldedTo("(i64.sub (local.get 0) (i64.const -9223372036854775808))",
                     "i64"),
            "(i64.add s1 i64.const -9223372036854775808)");
  EXPECT_EQ(foldedTo("(i32.eq (i32.const 0) (local.get 0))"), "(i32.eqz s1)");
  EXPECT_EQ(foldedTo("(i32.sub (i32.const 2) (local.get 0))"),
            "(i32.sub i32.const 2 s1)");
}

TEST(FoldConstants, JoinsConstants) {
  EXPECT_EQ(foldedTo("(i32.sub (i32.add (local.get 0) (i32.const 2)) "
                     "(i32.const 5))"),
            "(i32.add s1 i32.const -3)");
  EXPECT_EQ(foldedTo("(i32.add (i32.const -2) (i32.add (i32.const 2) "
                     "(local.get 0)))"),
            "s1");
  EXPECT_EQ(foldedTo("(i32.and (i32.and (local.get 0) (i32.const 6)) "
                     "(i32.const 3))"),
            "(i32.and s1 i32.const 2)");
  EXPECT_EQ(foldedTo("(i32.eq (i32.eq (local.get 0) (i32.const 2)) "
                     "(i32.const 3))"),
            "(i32.eq (i32.eq s1 i32.const 2) i32.const 3)");
  EXPECT_EQ(foldedTo("(i32.shl (i32.shl (local.get 0) (i32.const 20)) "
                     "(i32.const 20))"),
            "(i32.shl (i32.shl s1 i32.const 20) i32.const 20)");
}

TEST(FoldConstants, DropsWhatChangesNothing) {
  for (std::string op : {"add", "sub", "or", "xor", "shl", "shr_u", "shr_s"})
    EXPECT_EQ(foldedTo("(i32." + op + " (local.get 0) (i32.const 0))"), "s1");
  EXPECT_EQ(foldedTo("(i64.mul (i64.const 1) (local.get 1))", "i64"), "s2");
  EXPECT_EQ(foldedTo("(i32.and (local.get 1) (i32.const -1))"), "s2");
}

TEST(FoldConstants, LeavesTrapsAndFloats) {
  for (std::string text :
       {"(i32.div_u (i32.const 1) (i32.const 0))",
        "(i32.mul (i32.load (local.get 0)) (i32.const 0))",
        "(i32.rem_s (local.get 0) (i32.const 1))",
        "(i32.reinterpret_f32 (f32.add (f32.const 1) (f32.const 2)))"}) {
    std::string whole =
        "(module (memory 1) (func (param i32) (result i32) " + text + "))";
    EXPECT_EQ(after({"fold-constants"}, whole), lowered(whole));
  }
}

// forward-copies -------------------------------------------------------------

TEST(ForwardCopies, ReadsTheOriginal) {
  EXPECT_EQ(after({"forward-copies"}, R"((module (memory 1)
  (func (param i32) (result i32) (local i32)
  (local.set 1 (local.get 0))
  (i32.store (local.get 1) (i32.const 1))
  (local.set 0 (i32.add (local.get 1) (i32.const 1)))
  (local.get 0))))"),
            R"(b0:
  (i32.store $0 s1 i32.const 1)
  s1 = (i32.add s1 i32.const 1)
  return s1
)");
}

TEST(ForwardCopies, KeepsACopyOfWhatIsOverwritten) {
  std::string_view text = R"((module (memory 1)
    (func (param i32) (result i32) (local i32)
      (local.set 1 (local.get 0))
      (local.set 0 (i32.const 4))
      (i32.store (local.get 0) (i32.const 1))
      (local.get 1))))";
  EXPECT_EQ(after({"forward-copies"}, text), lowered(text));
}

TEST(ForwardCopies, KeepsACopyThatIsReadElsewhere) {
  std::string_view text = R"((module
    (func (param i32) (result i32) (local i32)
      (local.set 1 (local.get 0))
      (loop $l
        (local.set 1 (i32.sub (local.get 1) (i32.const 1)))
        (br_if $l (local.get 0)))
      (local.get 1))))";
  EXPECT_EQ(after({"forward-copies"}, text), lowered(text));
}

TEST(ForwardCopies, PutsAValueWhereItIsMovedTo) {
  EXPECT_EQ(after({"forward-copies"}, R"((module (memory 1)
  (func (param i32) (result i32) (local i32 i32)
  (local.set 1 (i32.load (local.get 0)))
  (i32.store (local.get 0) (local.get 1))
  (local.set 0 (local.get 1))
  (i32.store offset=4 (local.get 0) (i32.const 1))
  (local.get 2))))"),
            R"(b0:
  s2 = (i32.load $0 s1)
  (i32.store $0 s1 s2)
  (i32.store $0 offset=4 s2 i32.const 1)
  return s3
)");
  EXPECT_EQ(after({"forward-copies"}, R"((module
  (func (param i32) (local i32)
  (loop $l
    (local.set 1 (i32.sub (local.get 0) (i32.const 1)))
    (local.set 0 (local.get 1))
    (br_if $l (local.get 0))))))"),
            R"(b0:
  jump b1
b1:
  s1 = (i32.sub s1 i32.const 1)
  if s1 jump b1 (back)
b2:
  jump b3
b3:
  return
)");
}

TEST(ForwardCopies, KeepsAMoveToWhatIsReadInBetween) {
  std::string_view text = R"((module (memory 1)
    (func (param i32) (local i32)
      (loop $l
        (local.set 1 (i32.sub (local.get 0) (i32.const 1)))
        (i32.store (local.get 0) (i32.const 1))
        (local.set 0 (local.get 1))
        (br_if $l (local.get 0))))))";
  EXPECT_EQ(after({"forward-copies"}, text), lowered(text));
}

// A slot that is written in halves is not taken for a vector, nor the other way
// round.
TEST(ForwardCopies, KeepsVectorsThatMeetOthers) {
  Lowered module("(module (func (param v128)))");
  module.lower();
  wasm::Builder builder(*module.source.module);
  Function &function = module.function(0);
  function.frameSlots = 8;
  Block &block = function.blocks[0];
  block.statements = {
      builder.makeLocalSet(3, builder.makeLocalGet(1, wasm::Type::v128)),
      builder.makeLocalSet(2, builder.makeConst(wasm::Literal(int64_t(5))))};
  block.end.tree = builder.makeLocalGet(3, wasm::Type::v128);
  std::string before = print(*module.program, function);
  module.runPass("forward-copies");
  EXPECT_EQ(print(*module.program, function), before);
  block.statements.pop_back();
  module.runPass("forward-copies");
  EXPECT_EQ(print(*module.program, function), "b0:\n  return s1\n");
}

} // namespace
