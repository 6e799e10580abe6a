// Which blocks regions leave out. That going on in the stream there does the
// right thing is shown by tests/differential, which leaves out others at
// random.

#include "rewriter/cold_paths.h"

#include "lowering_helpers.h"
#include "rewriter/leaves.h"
#include "rewriter/region.h"
#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

// $long calls a good deal before it exits; $short only traps.
constexpr char kText[] = R"((module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory 1)
  (func $die (param i32)
    (i32.store (i32.const 8) (local.get 0))
    (call $exit (i32.const 3))
    (unreachable))
  (func $long (export "long") (param i32 i32) (result i32)
    (block $cold
      (br_if $cold (local.get 0))
      (loop $again
        (br_if $again
          (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
      (return (local.get 1)))
    (i32.store (i32.const 0) (i32.mul (local.get 1) (i32.const 7)))
    (i32.store (i32.const 4) (i32.mul (local.get 1) (i32.const 9)))
    (call $die (i32.add (local.get 1) (i32.const 5)))
    (unreachable))
  (func $short (export "short") (param i32) (result i32)
    (if (local.get 0) (then (unreachable)))
    (loop $again
      (br_if $again
        (local.tee 0 (i32.add (local.get 0) (i32.const 1)))))
    (local.get 0))))";
enum { kDie = 1, kLong = 2, kShort = 3 };

Lowered lowered() {
  Lowered result(kText);
  result.lower();
  result.runPasses(2);
  return result;
}

uint32_t count(const std::vector<Cold> &all, Cold which) {
  return std::count(all.begin(), all.end(), which);
}

TEST(ColdPaths, LeadToTrapsAndExits) {
  Lowered program = lowered();
  ColdPaths cold(*program.program, 0);
  EXPECT_GE(count(cold.of(kLong), Cold::IfShorter), 1u);
  EXPECT_EQ(count(cold.of(kLong), Cold::Always), 0u);
  // Never the first block, which the stream would enter the region from.
  EXPECT_EQ(cold.of(kDie)[program.function(kDie).layout.front()], Cold::Never);
}

// A block that goes on behind a branch to one that traps, and returns there.
TEST(ColdPaths, AreNotThoseThatReturnBehindAnExit) {
  Lowered program(R"((module (memory 1)
    (func (export "f") (param i32) (result i32)
      (loop $l (br_if $l (i32.load (i32.const 4))))
      (block $ok
        (br_if $ok (i32.load (i32.const 8)))
        (unreachable))
      (local.get 0))))");
  program.lower();
  program.runPasses(2);
  bool found = false;
  std::vector<Cold> cold = ColdPaths(*program.program, 0).of(0);
  for (BlockIndex index : program.own().layout) {
    const Block &block = program.own().blocks[index];
    if (block.end.kind != Terminator::Kind::Return)
      continue;
    EXPECT_EQ(cold[index], Cold::Never);
    for (wasm::Expression *statement : block.statements)
      found |= statement->is<wasm::Break>();
  }
  EXPECT_TRUE(found);
}

TEST(ColdPaths, AreThoseThatDidNotRun) {
  Lowered program = lowered();
  program.program->counts = Counts::Profiled;
  Function &function = program.function(kShort);
  for (BlockIndex block : function.layout)
    function.blocks[block].count = 1;
  BlockIndex last = function.layout.back();
  function.blocks[last].count = 0;
  EXPECT_EQ(ColdPaths(*program.program, 0).of(kShort)[last], Cold::IfShorter);
  // Of a function that never ran, nothing is known.
  function.blocks[function.layout.front()].count = 0;
  bool isDoomed = function.blocks[last].end.kind == Terminator::Kind::Trap;
  EXPECT_EQ(ColdPaths(*program.program, 0).of(kShort)[last] != Cold::Never,
            isDoomed);
}

// In a rehearsal, only in the large loop of an interpreter, if that ran.
TEST(ColdPaths, AreWhatInterpretersDidNotRun) {
  constexpr uint32_t kCases = 80;
  std::string starts, labels, cases;
  for (uint32_t i = 0; i < kCases; ++i) {
    starts += "(block ";
    labels += std::to_string(i) + " ";
    cases += "(i32.store (i32.const " + std::to_string(8 + 4 * i) +
             ") (local.get 0)) (br $next))\n";
  }
  Lowered program(R"((module (memory 1) (func (export "f") (param i32)
    (loop $again
      (block $next )" +
                  starts + "(br_table " + labels +
                  "0 (i32.load (i32.const 4)))" + cases + R"()
      (br_if $again (i32.load (i32.const 0)))))))");
  program.lower();
  program.program->counts = Counts::Rehearsed;
  Function &function = program.own();
  auto found = [&] {
    return count(ColdPaths(*program.program, 0).of(0), Cold::IfShorter);
  };
  EXPECT_EQ(found(), 0u); // nothing has run
  BlockIndex rare = kNoBlock;
  for (BlockIndex block : function.layout) {
    function.blocks[block].count = 1;
    if (function.blocks[block].end.kind == Terminator::Kind::Switch)
      rare = function.blocks[block].end.targets[5];
  }
  EXPECT_EQ(found(), 0u);
  function.blocks[rare].count = 0;
  EXPECT_EQ(found(), 1u);
  // In a function without such a loop, it may only be that this start is short.
  Lowered others = lowered();
  others.program->counts = Counts::Rehearsed;
  Function &small = others.function(kShort);
  for (BlockIndex block : small.layout)
    small.blocks[block].count = block == small.layout.front();
  EXPECT_EQ(ColdPaths(*others.program, 0).of(kShort)[small.layout.back()],
            ColdPaths(*lowered().program, 0).of(kShort)[small.layout.back()]);
}

TEST(ColdPaths, AreLeftOutWhereThatIsShorter) {
  Lowered program = lowered();
  CallTypes types(*program.program);
  Leaves leaves = findLeaves(*program.program, types, true);
  ColdPaths cold(*program.program, 0);
  for (uint32_t f : {kLong, kShort}) {
    Region whole(*program.program, types, f, leaves, {}, false);
    Region region(*program.program, types, f, leaves, cold.of(f), false);
    ASSERT_EQ(region.obstacle(), nullptr);
    EXPECT_EQ(region.leavesOut, f == kLong);
    EXPECT_EQ(region.nodes < whole.nodes, f == kLong);
    for (BlockIndex block : region.code.layout)
      if (region.isLeftOut(block)) {
        EXPECT_TRUE(region.code.blocks[block].statements.empty());
        // What the block reads is live where control goes there.
        EXPECT_TRUE(region.liveIn(block).contains(
            region.variable(kFirstSlot + 1, wasm::Type::i32)));
      }
  }
}

} // namespace
