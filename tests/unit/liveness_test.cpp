//===- liveness_test.cpp - Which slots may still be read ------------------===//

#include "rewriter/liveness.h"

#include "lowering_helpers.h"

#include <algorithm>
#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

using Slots = std::vector<Slot>;
using Kind = Terminator::Kind;

Slots members(const SlotSet &set, Slot end) {
  Slots slots;
  for (Slot slot = 0; slot < end; ++slot)
    if (set.contains(slot))
      slots.push_back(slot);
  return slots;
}

/// The live slots of each block of the layout.
std::vector<Slots> liveIns(Lowered &module) {
  module.lower();
  const Function &function = module.own();
  Liveness liveness(function);
  std::vector<Slots> result;
  for (BlockIndex block : function.layout)
    result.push_back(members(liveness.liveIn(block), function.frameSlots));
  return result;
}

std::vector<Slots> liveIns(std::string_view text) {
  Lowered module(text);
  return liveIns(module);
}

TEST(SlotSet, HoldsSlots) {
  SlotSet set(200);
  for (Slot slot : {0u, 63u, 64u, 127u, 128u, 199u})
    set.insert(slot);
  EXPECT_EQ(members(set, 200), Slots({0, 63, 64, 127, 128, 199}));
  set.erase(64);
  set.erase(65);
  EXPECT_EQ(members(set, 200), Slots({0, 63, 127, 128, 199}));
}

TEST(SlotSet, ErasesFromASlotOn) {
  for (Slot from : {0u, 1u, 63u, 64u, 65u, 128u, 199u, 256u, 1000u}) {
    SlotSet set(200);
    set.insertAll();
    set.eraseFrom(from);
    for (Slot slot = 0; slot < 200; ++slot)
      EXPECT_EQ(set.contains(slot), slot < from) << slot << " from " << from;
  }
}

TEST(SlotSet, Unites) {
  SlotSet a(100), b(100);
  a.insert(3);
  b.insert(3);
  EXPECT_FALSE(a.unite(b));
  b.insert(99);
  EXPECT_TRUE(a.unite(b));
  EXPECT_FALSE(a.unite(b));
  EXPECT_EQ(members(a, 100), Slots({3, 99}));
}

TEST(Liveness, FollowsBothEdgesOfABranch) {
  // b0 branches, b1 reads the first parameter, b2 the second, b3 the result.
  EXPECT_EQ(liveIns(R"((module (func (param i32 i32 i32) (result i32)
    (if (result i32) (local.get 2)
      (then (local.get 0)) (else (local.get 1))))))"),
            std::vector<Slots>({{1, 2, 3}, {1}, {2}, {4}}));
}

TEST(Liveness, GoesAroundALoop) {
  // The sum is read and written in the loop, so it is live at its start and
  // before; the limit is live throughout although only the end reads it.
  EXPECT_EQ(liveIns(R"((module (func (param i32 i32) (result i32) (local i32)
    (loop $l
      (local.set 2 (i32.add (local.get 2) (local.get 0)))
      (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.add (local.get 1) (local.get 2)))))"),
            std::vector<Slots>({{1, 2, 3}, {1, 2, 3}, {2, 3}, {2, 3}}));
}

TEST(Liveness, EndsAtAWrite) {
  EXPECT_EQ(liveIns(R"((module (func (param i32) (result i32)
    (local.set 0 (i32.const 1))
    (local.get 0))))"),
            std::vector<Slots>({{}}));
}

TEST(Liveness, KnowsWhatACallTakesAndOverwrites) {
  Lowered module(R"((module
    (func (param i32 i32) (result i32)
      (i32.add (local.get 0) (call 1 (i32.const 1) (local.get 1))))
    (func (param i32 i32) (result i32) (i32.const 1))))");
  module.lower();
  const Function &function = module.function(0);
  const Block &block = function.blocks[0];
  ASSERT_EQ(block.end.kind, Kind::Call);
  ASSERT_EQ(block.end.frame, 3u);
  Liveness liveness(function);
  // The result and the parameter.
  EXPECT_EQ(members(liveness.liveOut(block), 6), Slots({1, 4}));
  SlotSet live = liveness.liveOut(block);
  // Just before the call: the parameter and both arguments.
  Liveness::stepBack(block.end, live);
  EXPECT_EQ(members(live, 6), Slots({1, 4, 5}));
  EXPECT_EQ(members(liveness.liveIn(0), 6), Slots({1, 2}));
}

// A cold operator has no frame over the caller's other slots.
TEST(Liveness, KnowsThatAColdOperatorOverwritesItsResultsOnly) {
  Terminator end;
  end.kind = Kind::Cold;
  end.frame = 3;
  end.argSlots = 3;
  end.resultSlots = 1;
  SlotSet live(20);
  for (Slot slot : {1u, 4u, 9u})
    live.insert(slot);
  Liveness::stepBack(end, live);
  EXPECT_EQ(members(live, 20), Slots({1, 4, 5, 6, 9}));
}

TEST(Liveness, KnowsThatACallOverwritesEverythingAbove) {
  Terminator end;
  end.kind = Kind::Call;
  end.frame = 3;
  SlotSet live(20);
  for (Slot slot : {1u, 3u, 4u, 9u})
    live.insert(slot);
  Liveness::stepBack(end, live);
  EXPECT_EQ(members(live, 20), Slots({1}));
}

TEST(Liveness, ReadsWhatIsReturned) {
  Terminator end;
  end.kind = Kind::Return;
  end.resultSlots = 3;
  SlotSet live(20);
  Liveness::stepBack(end, live);
  EXPECT_EQ(members(live, 20), Slots({1, 2, 3}));
}

TEST(Liveness, ReadsArgumentsOfTailCalls) {
  Terminator end;
  end.kind = Kind::TailCall;
  end.frame = 5;
  end.argSlots = 2;
  SlotSet live(20);
  Liveness::stepBack(end, live);
  EXPECT_EQ(members(live, 20), Slots({6, 7}));
}

TEST(Liveness, CoversBothSlotsOfAVector) {
  EXPECT_EQ(liveIns(R"((module (func (param i32 v128) (result v128)
    (local.get 1))))"),
            std::vector<Slots>({{2, 3}}));
  EXPECT_EQ(liveIns(R"((module (func (param i32 v128) (result v128)
    (local.set 1 (i32x4.splat (local.get 0)))
    (local.get 1))))"),
            std::vector<Slots>({{1}}));
}

TEST(Liveness, FollowsEveryTargetOfASwitch) {
  EXPECT_EQ(liveIns(R"((module (func (param i32 i32 i32 i32) (result i32)
    (block $a (block $b (block $c
      (br_table $a $b $c (local.get 0)))
      (return (local.get 1)))
     (return (local.get 2)))
    (local.get 3))))"),
            std::vector<Slots>({{1, 2, 3, 4}, {2}, {3}, {4}}));
}

TEST(Liveness, StopsAtATrap) {
  EXPECT_EQ(liveIns("(module (func (param i32) (result i32) (unreachable)))"),
            std::vector<Slots>({{}}));
}

// A chain of 6,000 blocks and loops in loops: must not take quadratic time.
TEST(Liveness, IsFastOnLongFunctions) {
  std::string text = "(module (func (param i32 i32) (result i32) ";
  for (int i = 0; i < 3000; ++i)
    text += "(if (local.get 0) (then (local.set 0 (i32.const 1))))";
  text += "(local.get 1)))";
  Lowered module(text);
  auto live = liveIns(module);
  ASSERT_GT(live.size(), 6000u);
  for (size_t i = 0; i < live.size(); ++i)
    EXPECT_TRUE(std::count(live[i].begin(), live[i].end(), 2)) << i;
  EXPECT_EQ(live.back(), Slots({2}));
}

// Beyond the limit everything counts as live, which is always sound.
TEST(Liveness, GivesUpOnHugeFunctions) {
  Function function;
  function.frameSlots = 1u << 20;
  function.blocks.resize(300);
  for (BlockIndex i = 0; i < function.blocks.size(); ++i) {
    function.layout.push_back(i);
    function.blocks[i].end.kind = Kind::Return;
  }
  ASSERT_GT(uint64_t(function.frameSlots) * function.blocks.size(),
            Liveness::kMaxBits);
  Liveness liveness(function);
  EXPECT_TRUE(liveness.liveIn(0).contains(0));
  EXPECT_TRUE(liveness.liveIn(299).contains(function.frameSlots - 1));
}

TEST(Successors, AreAllEdges) {
  Terminator end;
  end.kind = Kind::Branch;
  end.next = 4;
  end.targets = {7};
  std::vector<BlockIndex> seen;
  forEachSuccessor(std::as_const(end),
                   [&](BlockIndex next) { seen.push_back(next); });
  EXPECT_EQ(seen, std::vector<BlockIndex>({4, 7}));
  forEachSuccessor(end, [&](BlockIndex &next) { ++next; });
  EXPECT_EQ(end.next, 5u);
  EXPECT_EQ(end.targets, std::vector<BlockIndex>({8}));
}

} // namespace
