// Which functions become regions, how their control flow nests, and what is
// live where they leave. That they compute the right thing, and leave rightly
// at each safepoint, is shown on real hosts (tests/spec, tests/differential).

#include "rewriter/regions.h"

#include "lowering_helpers.h"
#include "rewriter/leaves.h"
#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

Lowered lowered(std::string_view text) {
  Lowered result(text);
  result.lower();
  result.runPasses(2);
  return result;
}

// An outer loop with an inner one; $0 counts.
constexpr char kNest[] = R"((module (memory 1)
  (func (export "f") (param i32) (result i32) (local i32 i32)
    (loop $outer
      (local.set 1 (i32.const 9))
      (loop $inner
        (i32.store (local.get 1) (local.get 0))
        (br_if $inner
          (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
      (local.set 2 (i32.add (local.get 2) (i32.load (i32.const 4))))
      (br_if $outer
        (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 2))))";

TEST(FlowGraph, FindsLoops) {
  Lowered program = lowered(kNest);
  FlowGraph graph(program.own());
  ASSERT_TRUE(graph.isReducible());
  ASSERT_EQ(graph.enteredLoops().size(), 1u);
  FlowNode outer = graph.enteredLoops()[0];
  EXPECT_EQ(graph.entryOf(outer), 1u);
  EXPECT_TRUE(graph.hasInnerLoops(outer));
  uint32_t headers = 0;
  for (FlowNode node : graph.nodes())
    if (graph.isHeader(node)) {
      ++headers;
      EXPECT_EQ(graph.entryOf(node) != 0, node == outer);
      EXPECT_FALSE(graph.isInline(outer));
    }
  EXPECT_EQ(headers, 2u);
}

// Code behind a loop is not placed in it.
TEST(FlowGraph, EndsLoopsEarly) {
  Lowered program = lowered(kNest);
  const Function &function = program.own();
  FlowGraph graph(function);
  for (FlowNode node : graph.nodes()) {
    if (node == kRoot || function.blocks[blockOf(node)].loopDepth)
      continue;
    for (FlowNode in : graph.nodes())
      if (in != kRoot && graph.isHeader(in))
        for (FlowNode placed : graph.placedIn(in))
          EXPECT_NE(placed, node);
  }
  EXPECT_EQ(graph.placedAfterLoop(graph.enteredLoops()[0]).size(), 1u);
}

// So many blocks of a loop's body, each of which may go on with the next.
std::string blocks(uint32_t count) {
  std::string text;
  for (uint32_t i = 0; i < count; ++i)
    text += "(if (i32.load (i32.const " + std::to_string(4 * i) +
            ")) (then (call $mark (i32.const 1))))\n";
  return text;
}

// Three loops in each other, of which the innermost has so many blocks.
std::string threeLoops(uint32_t innermost) {
  return R"((module (memory 1)
    (func $mark (param i32) (i32.store (i32.const 0) (local.get 0)))
    (func (export "f") (param i32)
      (loop $a (call $mark (i32.const 2))
        (loop $b (call $mark (i32.const 3))
          (loop $c )" +
         blocks(innermost) + R"(
            (br_if $c (i32.load (i32.const 8))))
          (br_if $b (i32.load (i32.const 16))))
        (loop $small (br_if $small (i32.load (i32.const 20))))
        (br_if $a (i32.load (i32.const 24)))))))";
}

TEST(FlowGraph, EntersLargeLoopsInOthers) {
  Lowered small = lowered(threeLoops(4)), large = lowered(threeLoops(80));
  EXPECT_EQ(FlowGraph(small.function(1)).enteredLoops().size(), 1u);
  FlowGraph graph(large.function(1));
  ASSERT_TRUE(graph.isReducible());
  ASSERT_EQ(graph.enteredLoops().size(), 2u);
  FlowNode a = graph.enteredLoops()[0], c = graph.enteredLoops()[1];
  FlowNode b = graph.nextOnWay(a);
  ASSERT_NE(b, kRoot);
  EXPECT_EQ(graph.nextOnWay(b), c);
  EXPECT_EQ(graph.nextOnWay(c), kRoot);
  EXPECT_EQ(graph.entryOf(a), 1u);
  EXPECT_EQ(graph.entryOf(b), 0u);
  EXPECT_EQ(graph.entryOf(c), 2u);
  EXPECT_GE(graph.loopSize(c), FlowGraph::kLargeLoop);
  EXPECT_GT(graph.loopSize(b), graph.loopSize(c));
  EXPECT_GT(graph.loopSize(a), graph.loopSize(b));
  // Control may come to it from the headers around it too.
  for (FlowNode header : {b, c})
    EXPECT_FALSE(graph.isInline(header));
}

TEST(FlowGraph, RefusesLoopsWithTwoEntries) {
  // b0 -> b1, b2; b1 -> b2; b2 -> b1
  Function function;
  function.blocks.resize(3);
  function.layout = {0, 1, 2};
  Terminator &first = function.blocks[0].end;
  first.kind = Terminator::Kind::Switch;
  first.targets = {1, 2};
  for (BlockIndex block : {1, 2}) {
    function.blocks[block].end.kind = Terminator::Kind::Jump;
    function.blocks[block].end.next = 3 - block;
  }
  EXPECT_FALSE(FlowGraph(function).isReducible());
}

TEST(Region, KnowsWhatIsLive) {
  Lowered program = lowered(kNest);
  CallTypes types(*program.program);
  Leaves leaves = findLeaves(*program.program, types, true);
  Region region(*program.program, types, 0, leaves, {}, false);
  ASSERT_EQ(region.obstacle(), nullptr);
  BlockIndex outer = blockOf(region.graph.enteredLoops()[0]);
  // The counter and the sum, but not the counter of the inner loop.
  uint32_t live = 0;
  for (uint32_t i = 0; i < region.variables.size(); ++i)
    live += region.liveIn(outer).contains(i);
  EXPECT_EQ(live, 2u);
  EXPECT_TRUE(region.liveIn(outer).contains(
      region.variable(kFirstSlot, wasm::Type::i32)));
}

// One of the copies counts; a loop that calls has none.
TEST(Region, HasCopiesOfSmallLoops) {
  Lowered program = lowered(R"((module
    (func $short (param i32)
      (loop (br_if 0
        (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "calls") (param i32)
      (loop
        (call $short (local.get 0))
        (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))))");
  CallTypes types(*program.program);
  Leaves leaves = findLeaves(*program.program, types, true);
  auto edgesBack = [](const Region &region) {
    uint32_t count = 0;
    for (BlockIndex index : region.code.layout)
      count += region.code.blocks[index].end.backEdge;
    return count;
  };
  for (uint32_t f = 0; f < 2; ++f) {
    Region once(*program.program, types, f, leaves, {}, false);
    Region often(*program.program, types, f, leaves, {}, true);
    size_t blocks = once.code.blocks.size();
    EXPECT_EQ(edgesBack(often), 1u);
    EXPECT_EQ(often.graph.enteredLoops().size(), 1u);
    EXPECT_EQ(often.code.blocks.size(), f == 0 ? blocks + 3 : blocks);
    for (BlockIndex index : often.code.layout)
      EXPECT_LT(often.origin(index), blocks);
  }
}

Regions regionsOf(std::string_view text, uint64_t bytes,
                  HostLimits limits = {}) {
  Lowered program = lowered(text);
  RegionOptions options;
  options.bytes = bytes;
  options.limits = limits;
  return formRegions(*program.program, options);
}

TEST(Regions, StayWithinTheBudget) {
  EXPECT_EQ(regionsOf(kNest, 0).list.size(), 0u);
  EXPECT_EQ(regionsOf(kNest, 40).list.size(), 0u);
  EXPECT_EQ(regionsOf(kNest, 4096).list.size(), 1u);
}

// Without a profile, functions that are called often; with one, those that run
// long.
TEST(Regions, AreChosenByProfile) {
  constexpr char kText[] = R"((module
    (func $called (param i32) (result i32)
      (i32.mul (local.get 0) (i32.const 3)))
    (func $long (param i32) (result i32)
      (loop $again
        (br_if $again
          (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
      (i32.const 5))
    (func (export "f") (param i32) (result i32)
      (loop $again
        (local.set 0 (call $called (call $called (local.get 0))))
        (br_if $again (local.get 0)))
      (call $long (i32.const 1000)))))";
  for (bool hasProfile : {false, true}) {
    Lowered program = lowered(kText);
    if (hasProfile) {
      program.program->counts = Counts::Profiled;
      auto &called = program.function(0), &running = program.function(1);
      called.blocks[called.layout.front()].count = 10;
      for (BlockIndex index : running.layout)
        running.blocks[index].count = 1000;
      running.blocks[running.layout.front()].count = 1;
    }
    RegionOptions options;
    options.bytes = 110;
    Regions regions = formRegions(*program.program, options);
    ASSERT_EQ(regions.list.size(), 1u);
    EXPECT_EQ(regions.list[0].function, hasProfile ? 1u : 0u);
  }
}

TEST(Regions, RespectTheHostsLimits) {
  HostLimits limits;
  limits.functionBytes = 64;
  EXPECT_EQ(regionsOf(kNest, 4096, limits).list.size(), 0u);
  limits.functionBytes = 4096;
  limits.locals = 10;
  EXPECT_EQ(regionsOf(kNest, 4096, limits).list.size(), 0u);
  limits = {};
  limits.branchTargets = 120;
  EXPECT_EQ(regionsOf(kNest, 4096, limits).list.size(), 0u);
  // Of hosts that get slow beyond such a nest only.
  limits.branchTargets = 16384;
  EXPECT_EQ(regionsOf(kNest, 4096, limits).list.size(), 1u);
}

TEST(Regions, FitIntoAFunctionThatHostsTake) {
  std::string body;
  for (int i = 0; i < 330000; ++i)
    body += "global.get 0 global.set 1 ";
  std::string text = "(module (global (mut i32) i32.const 1)"
                     " (global (mut i32) i32.const 2) (func (loop " +
                     body + "br 0)))";
  EXPECT_EQ(regionsOf(text, 100 << 20).list.size(), 0u);
}

TEST(Regions, NeedCodeThatRunsTwice) {
  auto count = [](const std::string &body, bool adapts) {
    Lowered program = lowered(
        "(module (func $a) (func $main (export \"_start\")" + body + "))");
    RegionOptions options;
    options.bytes = 4096;
    options.adapts = adapts;
    return formRegions(*program.program, options).list.size();
  };
  EXPECT_EQ(count("(call $a)", true), 0u);
  EXPECT_EQ(count("(call $a)", false), 2u);
  EXPECT_EQ(count("(call $a) (call $a)", true), 2u);
  EXPECT_EQ(count("(loop $l (br $l))", true), 2u);
  EXPECT_EQ(count("(call $main)", true), 2u);
  EXPECT_EQ(count(") (start $main", true), 2u);
}

// The table of regions would be a second one.
TEST(Regions, NeedATableOfTheirOwn) {
  Lowered program = lowered(R"((module (table (export "t") 1 funcref)
    (func (export "f") (result i32) (i32.const 1))))");
  RegionOptions options;
  options.bytes = 4096;
  options.hostFeatures.programs = false;
  EXPECT_EQ(formRegions(*program.program, options).list.size(), 0u);
  options.hostFeatures.named = wasm::FeatureSet::ReferenceTypes;
  EXPECT_EQ(formRegions(*program.program, options).list.size(), 1u);
}

} // namespace
