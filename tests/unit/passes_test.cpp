//===- passes_test.cpp - What passes change, and what not -----------------===//
//
// Each pass alone on a small function: the lowered form before it stands in
// lower_*_test.cpp.
//
//===----------------------------------------------------------------------===//

#include "passes/pass.h"

#include "lowering_helpers.h"
#include "rewriter/liveness.h"
#include "wasm-builder.h"

#include <gtest/gtest.h>
#include <set>

using namespace ireko;
using namespace ireko::test;

namespace {

// The table ------------------------------------------------------------------

TEST(Passes, HaveNamesAndHelp) {
  std::set<std::string_view> names;
  for (const Pass &pass : kPasses) {
    EXPECT_TRUE(names.insert(pass.name).second) << pass.name;
    EXPECT_FALSE(pass.name.empty());
    EXPECT_EQ(pass.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"),
              std::string_view::npos)
        << pass.name;
    EXPECT_FALSE(pass.help.empty()) << pass.name;
    EXPECT_NE(pass.help.back(), '.') << pass.name;
    EXPECT_TRUE(pass.fromLevel == 0 || pass.fromLevel == 1) << pass.name;
    EXPECT_NE(pass.run, nullptr) << pass.name;
  }
}

// Every pass leaves a function of each kind well-formed, in table order and
// when it is run a second time.
TEST(Passes, KeepTheFormIntact) {
  const char *functions[] = {
      "(func)",
      "(func (unreachable))",
      "(func (loop $l (br $l)))",
      "(func (param i32) (loop $l (br_if $l (local.get 0))))",
      "(func (param i32) (block $a (loop $l (br_table $a $l (local.get 0)))))",
      "(func (result i32) (block $a (result i32) (br $a (i32.const 1))))",
      "(func (param i32) (local externref v128) (if (local.get 0) (then "
      "(local.set 1 (ref.null extern)))))",
      "(func (call 0) (call 0))",
      "(func (param i32) (result i32) (if (result i32) (local.get 0) (then "
      "(return_call 0 (i32.const 0))) (else (i32.const 1))))",
  };
  for (std::string text : functions) {
    Lowered module("(module " + text + ")");
    module.lower();
    Function &function = module.function(0);
    for (int round = 0; round < 2; ++round)
      for (const Pass &pass : kPasses) {
        pass.run(*module.program, function);
        std::set<BlockIndex> inLayout(function.layout.begin(),
                                      function.layout.end());
        ASSERT_EQ(inLayout.size(), function.layout.size())
            << pass.name << " on " << text;
        ASSERT_EQ(function.layout.front(), 0u) << pass.name << " on " << text;
        for (BlockIndex index : function.layout) {
          const Block &block = function.blocks[index];
          EXPECT_NE(block.end.kind, Terminator::Kind::None)
              << pass.name << " on " << text;
          forEachSuccessor(block, [&](BlockIndex next) {
            EXPECT_TRUE(inLayout.count(next)) << pass.name << " on " << text;
          });
        }
      }
  }
}

// merge-blocks ---------------------------------------------------------------

TEST(MergeBlocks, JoinsASequence) {
  EXPECT_EQ(after({"merge-blocks"}, R"((module (func (param i32) (result i32)
  (block $a (block $b (local.set 0 (i32.const 1))) (br $a))
  (local.get 0))))"),
            R"(b0:
  s1 = i32.const 1
  return s1
)");
}

TEST(MergeBlocks, ThreadsJumpsThroughEmptyBlocks) {
  EXPECT_EQ(after({"merge-blocks"}, R"((module (func (param i32) (result i32)
  (block $a
    (block $b
      (br_if $b (local.get 0))
      (local.set 0 (i32.const 3)) (br $a))
    (nop))
  (local.get 0))))"),
            R"(b0:
  if s1 jump b1
b3:
  s1 = i32.const 3
  jump b1
b1:
  return s1
)");
}

TEST(MergeBlocks, ThreadsTargetsOfSwitches) {
  EXPECT_EQ(after({"merge-blocks"}, R"((module (func (param i32) (result i32)
  (block $a
    (block $b (block $c
      (br_table $a $b $c (local.get 0)))
     (br $a))
    (return (i32.const 1)))
  (i32.const 2))))"),
            R"(b0:
  switch s1 [b1 b2 b1]
b2:
  return i32.const 1
b1:
  return i32.const 2
)");
}

TEST(MergeBlocks, KeepsABlockWithTwoPredecessors) {
  EXPECT_EQ(after({"merge-blocks"}, R"((module (func (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.const 1)) (else (i32.const 2))))))"),
            R"(b0:
  unless s1 jump b2
b1:
  s2 = i32.const 1
  jump b3
b2:
  s2 = i32.const 2
  jump b3
b3:
  return s2
)");
}

// The counter counts jumps back.
TEST(MergeBlocks, KeepsJumpsBack) {
  EXPECT_EQ(after({"merge-blocks"}, "(module (func (loop $l (br $l))))"),
            R"(b0:
  jump b1
b1:
  jump b1 (back)
)");
  EXPECT_EQ(after({"merge-blocks"}, R"((module (func (param i32)
  (block $out (loop $l
      (br_if $out (i32.eqz (local.get 0)))
      (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
      (br $l))))))"),
            R"(b0:
  jump b2
b2:
  unless s1 jump b1
b3:
  s1 = (i32.sub s1 i32.const 1)
  jump b2 (back)
b1:
  return
)");
}

// The entry runs once, a loop often: they have different weights, and locals
// are cleared in the entry.
TEST(MergeBlocks, KeepsTheLoopApartFromItsSurroundings) {
  Lowered module(R"((module (func (param i32) (result i32)
    (local.set 0 (i32.const 1))
    (loop (local.set 0 (i32.const 2)))
    (local.set 0 (i32.const 3))
    (local.get 0))))");
  module.lower();
  module.runPass("merge-blocks");
  const Function &function = module.function(0);
  std::vector<uint32_t> depths;
  for (BlockIndex index : function.layout)
    depths.push_back(function.blocks[index].loopDepth);
  EXPECT_EQ(depths, std::vector<uint32_t>({0, 1, 0}));
}

// remove-unreachable ---------------------------------------------------------

TEST(RemoveUnreachable, TakesOutWhatNothingReaches) {
  std::string_view text = R"((module (func (param i32) (result i32)
    (block $b (loop $l (br_if $l (local.get 0)) (br $b)))
    (i32.const 1))))";
  Lowered module(text);
  module.lower();
  Function &function = module.function(0);
  std::string before = print(*module.program, function);
  module.runPass("remove-unreachable");
  EXPECT_EQ(print(*module.program, function), before);
  // Nothing goes to what comes after the jump now.
  function.blocks[function.layout.front()].end = {};
  function.blocks[function.layout.front()].end.kind = Terminator::Kind::Return;
  module.runPass("remove-unreachable");
  EXPECT_EQ(print(*module.program, function), "b0:\n  return\n");
}

// copy-ends ------------------------------------------------------------------

TEST(CopyEnds, CopiesAShortEndToEachJump) {
  EXPECT_EQ(after({"copy-ends", "remove-unreachable"}, R"((module
  (func (param i32) (result i32)
  (if (result i32) (local.get 0)
    (then (i32.const 1))
    (else (i32.const 2))))))"),
            R"(b0:
  unless s1 jump b2
b1:
  s2 = i32.const 1
  return s2
b2:
  s2 = i32.const 2
  return s2
)");
}

TEST(CopyEnds, LeavesLongEnds) {
  std::string_view text = R"((module (memory 1)
    (func (param i32) (result i32)
      (if (local.get 0)
        (then (i32.store (local.get 0) (i32.const 1)))
        (else (i32.store (local.get 0) (i32.const 2))))
      (i32.store (i32.const 0) (i32.const 3))
      (i32.store (i32.const 4) (i32.const 3))
      (i32.store (i32.const 8) (i32.const 3))
      (i32.store (i32.const 12) (i32.const 3))
      (i32.const 4))))";
  EXPECT_EQ(after({"copy-ends"}, text), lowered(text));
}

// Each round counts once, as before.
TEST(CopyEnds, LeavesJumpsBackAndHeaders) {
  std::string_view text = R"((module
    (func (param i32)
      (block $out
        (loop $l
          (block $next
            (br_if $next (local.get 0))
            (br_table $out $next (local.get 0)))
          (br $l))))))";
  EXPECT_EQ(after({"merge-blocks", "copy-ends"}, text),
            after({"merge-blocks"}, text));
}

TEST(CopyEnds, CopiesShareNoTree) {
  Lowered module(R"((module (func (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.const 1))
      (else (i32.const 2))))))");
  module.lower();
  module.runPass("copy-ends");
  std::set<wasm::Expression *> trees;
  Function &function = module.function(0);
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    for (wasm::Expression *statement : block.statements)
      EXPECT_TRUE(trees.insert(statement).second);
    if (block.end.tree)
      EXPECT_TRUE(trees.insert(block.end.tree).second);
  }
}

// dead-stores ----------------------------------------------------------------

TEST(DeadStores, DropsWhatNothingReads) {
  EXPECT_EQ(after({"dead-stores"}, R"((module (memory 1)
  (func (param i32) (result i32) (local i32 i64 v128)
  (local.set 1 (i32.add (local.get 0) (i32.const 1)))
  (local.set 1 (i32.const 4))
  (local.set 2 (i64.const 9))
  (local.set 3 (v128.const i64x2 1 2))
  (local.get 1))))"),
            R"(b0:
  s2 = i32.const 4
  return s2
)");
}

TEST(DeadStores, KeepsTraps) {
  EXPECT_EQ(after({"dead-stores"}, R"((module (memory 1)
  (func (param i32) (local i32)
  (local.set 1 (i32.load (local.get 0)))
  (local.set 1 (i32.add (i32.div_u (local.get 0) (i32.const 3))
                        (i32.const 1))))))"),
            R"(b0:
  (drop (i32.load $0 s1))
  (drop (i32.add (i32.div_u s1 i32.const 3) i32.const 1))
  return
)");
}

TEST(DeadStores, KeepsOtherEffects) {
  std::string_view text = R"((module (memory 1)
    (global $g (mut i32) (i32.const 0))
    (func (param i32)
      (i32.store (local.get 0) (i32.const 1))
      (global.set $g (i32.const 1)))))";
  EXPECT_EQ(after({"dead-stores"}, text), lowered(text));
}

TEST(DeadStores, FollowsChains) {
  // Nothing reads local 2, so nothing reads local 1, so nothing reads local 0.
  EXPECT_EQ(after({"dead-stores"}, R"((module (func (local i32 i32 i32)
  (local.set 0 (i32.const 1))
  (local.set 1 (local.get 0))
  (local.set 2 (local.get 1)))))"),
            "b0:\n  return\n");
}

TEST(DeadStores, KeepsWhatALoopReadsAgain) {
  EXPECT_EQ(after({"dead-stores"}, R"((module (func (param i32) (local i32)
  (loop $l
    (local.set 0 (i32.sub (local.get 0) (local.get 1)))
    (local.set 1 (i32.const 5))
    (br_if $l (local.get 0))))))"),
            R"(b0:
  jump b1
b1:
  s1 = (i32.sub s1 s2)
  s2 = i32.const 5
  if s1 jump b1 (back)
b2:
  jump b3
b3:
  return
)");
}

TEST(DeadStores, KeepsArguments) {
  std::string_view text = R"((module (func (param i32 i32)
    (call 0 (i32.const 1) (i32.const 2)))))";
  EXPECT_EQ(after({"dead-stores"}, text), lowered(text));
}

TEST(DeadStores, KeepsSeveralResults) {
  std::string_view text = R"((module (func (result i32 i64 v128)
    (i32.const 1) (i64.const 2) (v128.const i64x2 3 4))))";
  std::string result = after({"dead-stores"}, text);
  EXPECT_NE(result.find("s1 = i32.const 1\n"), std::string::npos) << result;
  EXPECT_NE(result.find("s2 = i64.const 2\n"), std::string::npos) << result;
  EXPECT_NE(result.find("s3 = v128.const"), std::string::npos) << result;
}

// Only the upper half of the vector is read after an i32 has been written over
// the lower one.
TEST(DeadStores, KeepsAVectorOfWhichHalfIsRead) {
  Lowered module("(module (func (param v128)))");
  module.lower();
  wasm::Builder builder(*module.source.module);
  Function &function = module.function(0);
  Block &block = function.blocks[0];
  std::array<uint8_t, 16> bytes{};
  block.statements = {
      builder.makeLocalSet(1, builder.makeConst(wasm::Literal(bytes.data()))),
      builder.makeLocalSet(1, builder.makeConst(wasm::Literal(5)))};
  block.end.tree = builder.makeLocalGet(2, wasm::Type::i64);
  module.runPass("dead-stores");
  EXPECT_EQ(print(*module.program, function),
            R"(b0:
  s1 = v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  return s2
)");
}

// zero-locals ----------------------------------------------------------------

TEST(ZeroLocals, ClearsWhatIsReadFirst) {
  EXPECT_EQ(after({"zero-locals"}, R"((module
  (func (param i32) (result i32) (local i32 i64 v128 f32 f64)
  (if (local.get 0)
    (then
      (local.set 1 (i32.const 1))
      (local.set 2 (i64.const 1))
      (return (i32.const 0))))
  (local.set 5 (f64.const 1))
  (i32.add (local.get 1) (i8x16.extract_lane_s 0 (local.get 3))))))"),
            R"(b0:
  s2 = i32.const 0
  s4 = v128.const i32x4 0x00000000 0x00000000 0x00000000 0x00000000
  unless s1 jump b2
b1:
  s2 = i32.const 1
  s3 = i64.const 1
  return i32.const 0
b2:
  s7 = f64.const 1
  return (i32.add s2 (i8x16.extract_lane_s 0 s4))
)");
}

TEST(ZeroLocals, ClearsWhatALoopReadsInItsFirstRound) {
  EXPECT_EQ(after({"zero-locals"}, R"((module (func (param i32) (local i32)
  (loop $l
    (local.set 0 (i32.sub (local.get 0) (local.get 1)))
    (local.set 1 (i32.const 5))
    (br_if $l (local.get 0))))))"),
            R"(b0:
  s2 = i32.const 0
  jump b1
b1:
  s1 = (i32.sub s1 s2)
  s2 = i32.const 5
  if s1 jump b1 (back)
b2:
  jump b3
b3:
  return
)");
}

TEST(ZeroLocals, LeavesTheRestAlone) {
  for (std::string_view text :
       {// Parameters are given.
        "(module (func (param i32) (result i32) (local.get 0)))",
        // Never read.
        "(module (func (local i32 i64 f32 f64 v128)))",
        // Written first.
        "(module (func (result i32) (local i32) (local.set 0 (i32.const 7)) "
        "(local.get 0)))",
        // Cleared by lowering.
        "(module (func (result externref) (local externref) "
        "(local.get 0)))"})
    EXPECT_EQ(after({"zero-locals"}, text), lowered(text));
}

// place-jumps ----------------------------------------------------------------

TEST(PlaceJumps, JumpsWhereTheNextBlockIsAnother) {
  Lowered module(R"((module (func (param i32) (result i32)
    (if (result i32) (local.get 0)
      (then (i32.const 1)) (else (i32.const 2))))))");
  module.lower();
  Function &function = module.function(0);
  ASSERT_EQ(function.layout, std::vector<BlockIndex>({0, 1, 2, 3}));
  function.layout = {0, 2, 3, 1};
  module.runPass("place-jumps");
  EXPECT_EQ(print(*module.program, function), R"(b0:
  unless s1 jump b2
b4:
  jump b1
b2:
  s2 = i32.const 2
  jump b3
b3:
  return s2
b1:
  s2 = i32.const 1
  jump b3
)");
}

TEST(PlaceJumps, AddsNothingWhereControlFallsThrough) {
  for (std::string_view text :
       {"(module (func (param i32) (if (local.get 0) (then (call 0 "
        "(i32.const 1))))))",
        "(module (func (param i32) (loop $l (br_if $l (local.get 0)))))"})
    EXPECT_EQ(after({"place-jumps"}, text), lowered(text));
}

// A call returns to the block after it, wherever that has been moved.
TEST(PlaceJumps, JumpsBehindACall) {
  Lowered module("(module (func (call 0) (call 0)))");
  module.lower();
  Function &function = module.function(0);
  ASSERT_EQ(function.layout, std::vector<BlockIndex>({0, 1, 2}));
  function.layout = {0, 2, 1};
  module.runPass("place-jumps");
  EXPECT_EQ(print(*module.program, function), R"(b0:
  call 0 at s1
b3:
  jump b1
b2:
  return
b1:
  call 0 at s1
b4:
  jump b2
)");
}

// extend-blocks --------------------------------------------------------------

TEST(ExtendBlocks, GoesOnBehindABranch) {
  EXPECT_EQ(after({"merge-blocks", "remove-unreachable", "extend-blocks"},
                  R"((module (func (param i32 i32) (result i32)
  (block $out
    (br_if $out (local.get 0))
    (local.set 1 (i32.const 5))
    (br_if $out (i32.eqz (local.get 1)))
    (return (i32.const 7)))
  (local.get 1))))"),
            R"(b0:
  if s1 exit to b1
  s2 = i32.const 5
  if (i32.eqz s2) exit to b1
  return i32.const 7
b1:
  return s2
)");
}

TEST(ExtendBlocks, StopsWhereOthersEnter) {
  // b1 is entered by the branch and from the block before it.
  EXPECT_EQ(after({"merge-blocks", "remove-unreachable", "extend-blocks"},
                  R"((module (func (param i32) (result i32)
  (block $skip (br_if $skip (local.get 0)) (local.set 0 (i32.const 5)))
  (local.get 0))))"),
            R"(b0:
  if s1 exit to b1
  s1 = i32.const 5
  jump b1
b1:
  return s1
)");
}

TEST(ExtendBlocks, MarksLoopsOfOneBlock) {
  Lowered module(R"((module (func (param i32)
  (loop $l
    (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
    (br_if $l (local.get 0))))))");
  module.lower();
  module.runPasses(2);
  const Function &function = module.function(0);
  bool found = false;
  for (BlockIndex index : function.layout) {
    const Block &block = function.blocks[index];
    EXPECT_EQ(block.end.toItself, block.isLoopHeader);
    found |= block.end.toItself;
  }
  EXPECT_TRUE(found);
}

} // namespace
