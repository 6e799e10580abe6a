//===- order_blocks_test.cpp - Where blocks go, and branches turn ---------===//
//
// The pass on functions of which something is known, by traps, globals or
// counts, and on some of which nothing is.
//
//===----------------------------------------------------------------------===//

#include "lowering_helpers.h"
#include "rewriter/liveness.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

using Kind = Terminator::Kind;
using Layout = std::vector<BlockIndex>;

std::string ordered(const std::string &text) {
  return after({"merge-blocks", "remove-unreachable", "order-blocks"}, text);
}

// The module with a function of blocks that all end in jumps or branches, with
// counts; `edges` has for each block where its branch leads, or itself for
// none.
struct Counted {
  explicit Counted(std::vector<uint64_t> counts)
      : module("(module (func (param i32)))"),
        function((module.lower(), module.function(0))) {
    module.program->counts = Counts::Profiled;
    function.blocks.resize(counts.size());
    function.layout.clear();
    for (BlockIndex i = 0; i < counts.size(); ++i) {
      Block &block = function.blocks[i];
      block.count = counts[i];
      block.end = Terminator();
      block.end.kind = i + 1 < counts.size() ? Kind::Jump : Kind::Return;
      block.end.next = i + 1 < counts.size() ? i + 1 : kNoBlock;
      function.layout.push_back(i);
    }
  }
  void branch(BlockIndex from, BlockIndex to) {
    wasm::Builder builder(module.program->module);
    Terminator &end = function.blocks[from].end;
    end.kind = Kind::Branch;
    end.tree = builder.makeLocalGet(kFirstSlot, wasm::Type::i32);
    end.targets = {to};
  }
  void jump(BlockIndex from, BlockIndex to) {
    function.blocks[from].end.next = to;
  }
  Layout run() {
    module.runPass("order-blocks");
    return function.layout;
  }
  bool isTurned(BlockIndex block) const {
    return function.blocks[block].end.negated;
  }

  Lowered module;
  Function &function;
};

// By what is guessed ---------------------------------------------------------

TEST(OrderBlocks, PutsTrapsLast) {
  EXPECT_EQ(ordered(R"((module (memory 1) (func (param i32) (result i32)
  (block $ok
    (br_if $ok (i32.load (local.get 0)))
    (i32.store (i32.const 0) (i32.const 1))
    (unreachable))
  (i32.const 5))))"),
            R"(b0:
  unless (i32.load $0 s1) jump b2
b1:
  return i32.const 5
b2:
  (i32.store $0 i32.const 0 i32.const 1)
  trap 0
)");
}

TEST(OrderBlocks, LeavesTrapsThatComeAnyway) {
  for (const char *text : {"(module (func (param i32) (if (local.get 0) (then "
                           "(unreachable)) (else "
                           "(local.set 0 (i32.const 1)) (unreachable)))))",
                           "(module (func (unreachable)))"}) {
    std::string before = after({"merge-blocks", "remove-unreachable"}, text);
    EXPECT_EQ(ordered(text), before);
  }
}

TEST(OrderBlocks, LeavesWhatNothingIsKnownOf) {
  const char *text = R"((module (func (param i32) (result i32)
  (if (local.get 0)
    (then (local.set 0 (i32.const 4)))
    (else (local.set 0 (i32.const 5))))
  (loop $l (br_if $l (local.tee 0 (i32.shr_u (local.get 0) (i32.const 1)))))
  (local.get 0))))";
  EXPECT_EQ(ordered(text), after({"merge-blocks", "remove-unreachable"}, text));
}

TEST(OrderBlocks, FollowsGuessesAboutFlags) {
  EXPECT_EQ(ordered(R"((module (global $flag (mut i32) (i32.const 0))
  (func (param i32) (result i32)
  (global.set $flag (local.get 0))
  (if (global.get $flag)
    (then (local.set 0 (i32.const 4))))
  (local.get 0))))"),
            R"(b0:
  (global.set $global$0 s1)
  if global.get $global$0 jump b1
b2:
  return s1
b1:
  s1 = i32.const 4
  jump b2
)");
}

// What is rare in a loop goes behind the loop, so that its end still falls
// through.
TEST(OrderBlocks, TakesTrapsOutOfLoops) {
  EXPECT_EQ(ordered(R"((module (func (param i32) (result i32)
  (loop $l
    (block $ok
      (br_if $ok (i32.and (local.get 0) (i32.const 1)))
      (loop $inner (br_if $inner (local.tee 0 (i32.const 9))))
      (unreachable))
    (br_if $l (local.tee 0 (i32.shr_u (local.get 0) (i32.const 1)))))
  (local.get 0))))"),
            R"(b0:
  jump b1
b1:
  unless (i32.and s1 i32.const 1) jump b4
b2:
  s1 = (i32.shr_u s1 i32.const 1)
  if s1 jump b1 (back)
b8:
  return s1
b4:
  s1 = i32.const 9
  if s1 jump b4 (back)
b6:
  trap 0
)");
}

// By counts ------------------------------------------------------------------

//     0 -> 1 or 2; 1 -> 2
TEST(OrderBlocks, MovesWhatSeldomRan) {
  Counted rare({100, 12, 100});
  rare.branch(0, 2);
  EXPECT_EQ(rare.run(), (Layout{0, 1, 2}));
  Counted rarer({100, 11, 100});
  rarer.branch(0, 2);
  EXPECT_EQ(rarer.run(), (Layout{0, 2, 1}));
  EXPECT_TRUE(rarer.isTurned(0));
  EXPECT_EQ(rarer.function.blocks[0].end.next, 2u);
  EXPECT_EQ(rarer.function.blocks[0].end.targets, Layout{1});
}

TEST(OrderBlocks, LeavesWhatDidNotRun) {
  Counted never({0, 0, 0});
  never.branch(0, 2);
  EXPECT_EQ(never.run(), (Layout{0, 1, 2}));
  // Too seldom to tell.
  Counted seldom({7, 0, 7});
  seldom.branch(0, 2);
  EXPECT_EQ(seldom.run(), (Layout{0, 1, 2}));
}

//     0 -> 1 or 2; 1 -> 3; 2 -> 3. The branch to 2 is seldom taken.
TEST(OrderBlocks, MovesTargetsWithoutTurningTheBranch) {
  Counted counted({100, 98, 2, 100});
  counted.branch(0, 2);
  counted.jump(1, 3);
  EXPECT_EQ(counted.run(), (Layout{0, 1, 3, 2}));
  EXPECT_FALSE(counted.isTurned(0));
}

//     0 -> 1 or 3; 1 -> 2 or 3; 2 -> 3 or 4. No block has one way in but 1 and
//     2, and how often 3 is reached from 2 cannot be told.
TEST(OrderBlocks, TellsEdgesByBlocksWithOneWayIn) {
  Counted counted({100, 2, 1, 99, 100});
  counted.branch(0, 3);
  counted.branch(1, 3);
  counted.branch(2, 4);
  EXPECT_EQ(counted.run(), (Layout{0, 3, 4, 1, 2}));
  Counted unknown({100, 90, 90, 50, 100});
  unknown.branch(0, 3);
  unknown.branch(1, 3);
  unknown.branch(2, 4);
  EXPECT_EQ(unknown.run(), (Layout{0, 1, 2, 3, 4}));
}

// What is rare within what is rare comes behind it.
TEST(OrderBlocks, SortsByHowRare) {
  //     0 -> 1 or 3; 1 -> 2 or 3; 2 -> 3
  Counted counted({10000, 800, 50, 10000});
  counted.branch(0, 3);
  counted.branch(1, 3);
  EXPECT_EQ(counted.run(), (Layout{0, 3, 1, 2}));
  //     0 -> 1 or 4; 1 -> 2 or 3; 2 -> 3; 3 -> 4
  Counted inner({10000, 800, 50, 800, 10000});
  inner.branch(0, 4);
  inner.branch(1, 3);
  EXPECT_EQ(inner.run(), (Layout{0, 4, 1, 3, 2}));
  EXPECT_TRUE(inner.isTurned(1));
}

TEST(OrderBlocks, LeavesBranchesBack) {
  Counted counted({10, 1000, 10});
  counted.function.blocks[1].isLoopHeader = true;
  counted.function.blocks[1].loopDepth = 1;
  counted.branch(1, 1);
  counted.function.blocks[1].end.backEdge = true;
  EXPECT_EQ(counted.run(), (Layout{0, 1, 2}));
  EXPECT_FALSE(counted.isTurned(1));
}

TEST(OrderBlocks, LeavesTheWayOutOfLoops) {
  //     1 -> 2 or 3, 2 -> 1; 3 is behind the loop
  Counted counted({10, 1000, 990, 10});
  for (BlockIndex index : {1, 2})
    counted.function.blocks[index].loopDepth = 1;
  counted.function.blocks[1].isLoopHeader = true;
  counted.branch(1, 3);
  counted.jump(2, 1);
  counted.function.blocks[2].end.backEdge = true;
  EXPECT_EQ(counted.run(), (Layout{0, 1, 2, 3}));
}

// Branches stay what they are when the pass runs again.
TEST(OrderBlocks, IsDoneAfterOneRound) {
  Counted counted({10000, 800, 50, 800, 10000});
  counted.branch(0, 4);
  counted.branch(1, 3);
  Layout once = counted.run();
  std::string text = print(*counted.module.program, counted.function);
  EXPECT_EQ(counted.run(), once);
  EXPECT_EQ(print(*counted.module.program, counted.function), text);
}

} // namespace
