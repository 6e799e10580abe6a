//===- profile_test.cpp - Profiles and counters ---------------------------===//
//
// The file: what is written is read again, and whatever else is read is
// refused. That counts are right is shown by golden/profile, on real hosts.
//
//===----------------------------------------------------------------------===//

#include "rewriter/profile.h"

#include "lowering_helpers.h"
#include "rewriter/pack.h"
#include "rewriter/weights.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

const char kLoop[] =
    "(module (func (export \"f\") (param i32) (loop $l (local.set 0 (i32.sub "
    "(local.get 0) (i32.const 1))) (br_if $l (local.get 0)))) (func "
    "(export \"g\") (call 0 (i32.const 5))) (func))";

Profile sample() {
  Profile profile;
  profile.moduleHash = 0x123456789abcdef0;
  profile.moduleBytes = 77;
  profile.functions = {{0, {1, 0, 300}}, {5, {UINT64_MAX}}, {6, {}}};
  return profile;
}

std::string parseError(llvm::ArrayRef<uint8_t> bytes) {
  auto profile = parseProfile(bytes, "p");
  return profile ? "" : llvm::toString(profile.takeError());
}

// With a checksum that is right.
std::vector<uint8_t> signedBytes(std::vector<uint8_t> bytes) {
  uint64_t sum =
      programChecksum(kChecksumStart, bytes.data() + 16, bytes.size() - 16);
  memcpy(bytes.data() + 8, &sum, sizeof(sum));
  return bytes;
}

// Of `counter`'s value in each block, in order.
std::string counted(llvm::ArrayRef<uint64_t> counters) {
  Lowered module(kLoop);
  module.lower();
  CounterPlan plan = addCounters(*module.program, module.source);
  std::string bytes(reinterpret_cast<const char *>(counters.data()),
                    counters.size() * sizeof(uint64_t));
  EXPECT_EQ(plan.bytes(), bytes.size());
  std::string text;
  for (auto &[function, counts] : profileOf(plan, bytes).functions) {
    text += std::to_string(function) + ":";
    for (uint64_t count : counts)
      text += " " + std::to_string(count);
    text += "\n";
  }
  return text;
}

TEST(Profile, IsReadAsItWasWritten) {
  Profile written = sample();
  auto read = parseProfile(profileBytes(written), "p");
  ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
  EXPECT_EQ(read->moduleHash, written.moduleHash);
  EXPECT_EQ(read->moduleBytes, written.moduleBytes);
  ASSERT_EQ(read->functions.size(), written.functions.size());
  for (size_t i = 0; i < read->functions.size(); ++i) {
    EXPECT_EQ(read->functions[i].function, written.functions[i].function);
    EXPECT_EQ(read->functions[i].counts, written.functions[i].counts);
  }
}

TEST(Profile, EveryDamageIsFound) {
  std::vector<uint8_t> good = profileBytes(sample());
  for (size_t length = 0; length < good.size(); ++length)
    EXPECT_NE(parseError(llvm::ArrayRef(good).take_front(length)), "")
        << length;
  for (size_t at = 0; at < good.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::vector<uint8_t> bad = good;
      bad[at] ^= 1 << bit;
      EXPECT_NE(parseError(bad), "") << at << " " << bit;
    }
}

// Where somebody has made the checksum fit.
TEST(Profile, ForgedContentsAreRefused) {
  std::vector<uint8_t> good = profileBytes(sample());
  ASSERT_EQ(parseError(signedBytes(good)), "");
  for (size_t at = 28; at < good.size(); ++at)
    for (int value : {0, 1, 0x7f, 0x80, 0xff}) {
      std::vector<uint8_t> bad = good;
      bad[at] = value;
      (void)parseError(signedBytes(bad)); // ends
    }
  std::vector<uint8_t> tail = good;
  tail.push_back(0);
  EXPECT_EQ(parseError(signedBytes(tail)),
            "p: at 0x34: the profile is damaged (record one with ireko run "
            "--profile)");
  std::vector<uint8_t> many = good;
  many[28] = many[29] = many[30] = many[31] = 0xff;
  EXPECT_NE(parseError(signedBytes(many)), "");
  std::vector<uint8_t> later = good;
  later[4] = 9;
  EXPECT_EQ(parseError(signedBytes(later)),
            "p: the profile is of version 9, and this tool reads version 1 "
            "(record one with ireko run --profile)");
  EXPECT_EQ(parseError({}), "p: this is no profile (record one with ireko run "
                            "--profile)");
}

TEST(Profile, IsForOneModule) {
  SourceModule source = readText(kLoop);
  Profile profile = sample();
  EXPECT_TRUE(bool(checkProfile(profile, source)) && "not consumed");
  Lowered module(kLoop);
  profile.moduleHash = addCounters(*module.program, source).moduleHash;
  profile.moduleBytes = source.bytes.size();
  EXPECT_FALSE(bool(checkProfile(profile, source)));
}

TEST(Profile, MustFitTheBlocks) {
  for (Profile::FunctionCounts wrong :
       {Profile::FunctionCounts{3, {1}}, Profile::FunctionCounts{0, {1}},
        Profile::FunctionCounts{0, {1, 2, 3, 4, 5, 6, 7}}}) {
    Lowered module(kLoop);
    module.lower();
    Profile profile;
    profile.functions = {wrong};
    llvm::Error error = applyProfile(profile, *module.program);
    EXPECT_TRUE(bool(error)) << wrong.function;
    llvm::consumeError(std::move(error));
    EXPECT_EQ(module.program->counts, Counts::None);
  }
}

TEST(Profile, CountersBecomeCounts) {
  Lowered module(kLoop);
  module.lower();
  size_t blocks = 0;
  for (Function &function : module.program->functions)
    blocks += function.blocks.size();
  std::vector<uint64_t> counters(blocks);
  EXPECT_EQ(counted(counters), "");
  counters[1] = 70000;
  EXPECT_EQ(counted(counters).substr(0, 10), "0: 0 70000");
}

// Passes keep a counter in front of what it counts.
TEST(Profile, EachBlockCountsItself) {
  Lowered module(kLoop);
  module.lower();
  CounterPlan plan = addCounters(*module.program, module.source);
  EXPECT_EQ(module.program->globalBytes, plan.bytes());
  for (Function &function : module.program->functions)
    for (BlockIndex index : function.layout)
      EXPECT_TRUE(
          function.blocks[index].statements.front()->is<wasm::GlobalSet>());
  std::string before = print(*module.program, module.function(0));
  EXPECT_NE(before.find("global.set $ireko.count.0 (i64.add"),
            std::string::npos)
      << before;
}

TEST(Profile, WeightsAreCounts) {
  Lowered module(kLoop);
  module.lower();
  Function &function = module.function(0);
  Profile profile;
  profile.functions = {{0, std::vector<uint64_t>(function.blocks.size())}};
  std::vector<uint64_t> &counts = profile.functions[0].counts;
  counts[0] = 10;
  counts[1] = 90;
  ASSERT_FALSE(bool(applyProfile(profile, *module.program)));
  EXPECT_EQ(function.blocks[1].count, 90u);
  Weights weights(*module.program);
  EXPECT_TRUE(weights.areCounts());
  EXPECT_DOUBLE_EQ(weights.ofBlock(0, 1), 9 * weights.ofBlock(0, 0));
  double sum = 0;
  for (uint32_t f = 0; f < module.program->functions.size(); ++f)
    for (BlockIndex index : module.function(f).layout)
      sum += weights.ofBlock(f, index) *
             (module.function(f).blocks[index].statements.size() + 1);
  EXPECT_NEAR(sum, Weights::kProfiled, 1);
  // Code that did not run counts a little.
  EXPECT_EQ(weights.ofBlock(1, 0), 0);
  EXPECT_GT(weights.scoreOf(1, 0), 0);
  EXPECT_LT(weights.scoreOf(1, 0), weights.scoreOf(0, 0));
}

} // namespace
