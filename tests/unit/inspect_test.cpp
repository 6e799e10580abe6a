//===- inspect_test.cpp - What is counted and found in a bundle -----------===//

#include "rewriter/budget.h"
#include "rewriter/inspect_limits.h"
#include "rewriter/inspect_module.h"
#include "rewriter/inspect_profile.h"

#include "lowering_helpers.h"

#include <gtest/gtest.h>

using namespace ireko;

namespace {

// Wide enough for handlers of all kinds.
constexpr std::string_view kModule = R"((module
  (memory 1)
  (func $sum (export "sum") (param $n i32) (result i32)
    (local $i i32) (local $s i32)
    (loop $again
      (i32.store offset=64 (local.get $i) (local.get $s))
      (local.set $s (i32.add (local.get $s)
        (i32.load offset=8 (i32.shl (local.get $i) (i32.const 2)))))
      (br_if $again (i32.lt_u
        (local.tee $i (i32.add (local.get $i) (i32.const 1)))
        (local.get $n))))
    (local.get $s))
  (func $twice (export "twice") (param i32) (result i32)
    (block $b (block $a
      (br_table $a $b $a (local.get 0)))
      (return (i32.const 7)))
    (i32.add (call $sum (local.get 0)) (call $sum (local.get 0))))))";

InspectedModule inspected(const PackOptions &options) {
  std::vector<uint8_t> text(kModule.begin(), kModule.end());
  SourceModule module =
      llvm::cantFail(readModuleFromBytes(std::move(text), "t.wat", ""));
  InspectWishes wishes;
  wishes.generated = wishes.located = true;
  return llvm::cantFail(
      packInspected(std::move(module), options, wishes, nullptr));
}

void expectCode(const PackOptions &options) {
  InspectedModule what = inspected(options);
  ASSERT_EQ(what.image.code.size(), what.image.table.handlers.size());
  uint32_t bytes = 0;
  for (const HandlerCode &code : what.image.code) {
    EXPECT_GT(code.bytes, 0u);
    ASSERT_FALSE(code.lines.empty());
    EXPECT_NE(code.lines.front().front(), ' ');
    bytes += code.bytes;
  }
  EXPECT_LE(bytes, what.facts.sizes.dispatchBytes);
  EXPECT_GE(2 * bytes, what.facts.sizes.dispatchBytes);
}

} // namespace

TEST(HandlerCode, IsFoundInEachBundle) {
  PackOptions options;
  expectCode(options);
  options.optLevel = 0;
  expectCode(options);
  options.optLevel = 3;
  options.regionBytes = 0;
  expectCode(options);
  options.layout = Layout::Separate;
  expectCode(options);
}

TEST(HandlerCode, IsFoundInAllPages) {
  PackOptions options;
  options.optLevel = 0;
  options.limits.branchTargets = 8;
  InspectedModule what = inspected(options);
  ASSERT_GT(what.image.table.handlers.size(), 8u);
  ASSERT_EQ(what.image.code.size(), what.image.table.handlers.size());
  for (const HandlerCode &code : what.image.code)
    EXPECT_FALSE(code.lines.empty());
}

TEST(HandlerCode, IsNoneForAnotherNumberOfHandlers) {
  InspectedModule what = inspected({});
  std::vector<uint8_t> text(kModule.begin(), kModule.end());
  SourceModule module =
      llvm::cantFail(readModuleFromBytes(std::move(text), "t.wat"));
  EXPECT_TRUE(findHandlerCode(module, 3).empty());
}

TEST(Inspect, CountsEachInstructionOnce) {
  PackOptions options;
  options.regionBytes = 0;
  InspectedModule what = inspected(options);
  InspectCounts counts = countInstructions(what.image, &what.facts);
  uint64_t uses = 0, ends = 0;
  double weight = 0;
  for (const KindCounts &kind : counts.kinds)
    uses += kind.uses;
  for (const LimitCounts &limit : countLimits(what.image, &what.facts)) {
    ends += limit.instructions;
    weight += limit.weight;
  }
  EXPECT_EQ(uses, counts.instructions);
  EXPECT_EQ(ends, counts.instructions);
  EXPECT_DOUBLE_EQ(weight, counts.weight);
}

TEST(Inspect, SafepointsAreAtStartsLoopsAndCalls) {
  InspectedModule what = inspected({});
  auto kinds = [&](uint32_t function) {
    std::string text;
    for (const Safepoint &point : what.facts.safepoints[function])
      text += std::string(text.empty() ? "" : " ") + nameOf(point.kind) + " " +
              std::to_string(point.live.size());
    return text;
  };
  EXPECT_EQ(kinds(0), "start 1 loop 3");
  EXPECT_EQ(kinds(1), "start 1 call 1 call 1");
}

TEST(Inspect, SaysWhyAFunctionIsNoRegion) {
  PackOptions options;
  options.regionBytes = 0;
  InspectedModule what = inspected(options);
  EXPECT_STREQ(what.facts.regions[0].obstacle, "there are to be no regions");
  options.regionBytes = 100;
  what = inspected(options);
  uint32_t none = 0;
  for (const RegionChoice &choice : what.facts.regions)
    if (choice.obstacle) {
      EXPECT_STREQ(choice.obstacle, "others are worth more of the budget");
      EXPECT_GT(choice.bytes, 0u);
      ++none;
    }
  EXPECT_GT(none, 0u);
}

TEST(Inspect, OriginsOfAllInstructionsAreKnownAndAscend) {
  PackOptions options;
  options.regionBytes = 0;
  InspectedModule what = inspected(options);
  for (uint32_t f = 0; f < 2; ++f) {
    ASSERT_TRUE(what.facts.isLocated(f));
    for (size_t i = 1; i < what.facts.origins[f].size(); ++i)
      EXPECT_GT(what.facts.origins[f][i].address,
                what.facts.origins[f][i - 1].address);
  }
}

TEST(Advice, NamesTheBudgetsThatTheProgramHad) {
  ModuleFacts facts;
  facts.sizes.codeSection = 10 << 20;
  auto trees = [&](uint32_t regions) {
    InspectCounts counts;
    counts.regions = regions;
    for (const Advice &advice : adviceFor(counts, facts))
      if (advice.option == "-O3")
        return advice.why;
    return std::string();
  };
  for (Counts counts : {Counts::None, Counts::Rehearsed, Counts::Profiled})
    for (uint32_t regions : {0, 3}) {
      facts.counts = counts;
      SelectOptions had = selectOptions(facts.options, facts.sizes.codeSection,
                                        counts, regions != 0);
      std::string kilobytes =
          std::to_string((had.sharedBytes + 512) >> 10) + " KB ->";
      EXPECT_EQ(trees(regions).rfind("larger budgets: trees " + kilobytes, 0),
                0u)
          << trees(regions);
    }
}
