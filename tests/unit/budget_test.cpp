//===- budget_test.cpp - What levels mean ---------------------------------===//

#include "rewriter/budget.h"
#include "rewriter/profile.h"

#include <gtest/gtest.h>

using namespace ireko;

namespace {

constexpr uint64_t kBig = 10 << 20;

uint64_t chosenBytes(const SelectOptions &select) {
  return uint64_t(select.sharedBytes) + select.runBytes + select.fusedBytes +
         select.specialBytes;
}

TEST(Budget, LevelsSayWhatHandlersThereAre) {
  EXPECT_EQ(chosenBytes(selectOptions({.optLevel = 0}, kBig)), 0u);
  SelectOptions trees = selectOptions({.optLevel = 1}, kBig);
  EXPECT_GT(trees.sharedBytes, 0u);
  EXPECT_EQ(trees.runBytes + trees.fusedBytes, 0u);
  SelectOptions usual = selectOptions({.optLevel = 2}, kBig);
  EXPECT_GT(usual.runBytes, 0u);
  EXPECT_GT(usual.fusedBytes, 0u);
  SelectOptions small = selectOptions({.forSize = true}, kBig);
  EXPECT_TRUE(small.forSize);
  EXPECT_EQ(small.fusedBytes, 0u);
  EXPECT_GT(small.specialBytes, usual.specialBytes);
}

TEST(Budget, StaysWithinTheSizeOfTheVm) {
  for (uint32_t size : {20u << 10, 100u << 10, 1u << 20})
    for (bool forSize : {false, true}) {
      SelectOptions select =
          selectOptions({.forSize = forSize, .vmBytes = size}, kBig);
      // Burning operands in makes handlers smaller than they are selected.
      EXPECT_LE(select.allBytes + select.specialBytes, size + size / 64);
      EXPECT_LE(chosenBytes(select), select.allBytes + select.specialBytes);
    }
  uint32_t usual = selectOptions({.optLevel = 2}, kBig).allBytes;
  EXPECT_LE(usual, 160u << 10);
  EXPECT_GE(selectOptions({.optLevel = 3}, kBig).allBytes, 2 * usual);
}

TEST(Budget, IsSmallForASmallProgram) {
  SelectOptions select = selectOptions({}, 1000);
  EXPECT_LT(chosenBytes(select) - select.specialBytes, 10000u);
}

TEST(Budget, GivesMostToBlocksIfTheyWereCounted) {
  SelectOptions guessed = selectOptions({}, kBig),
                counted = selectOptions({}, kBig, Counts::Profiled);
  EXPECT_GT(counted.fusedBytes, guessed.fusedBytes);
  EXPECT_GT(2 * counted.fusedBytes, counted.allBytes);
}

TEST(Budget, HasRegionsButForLookingAndForSize) {
  EXPECT_EQ(regionOptions({.optLevel = 0}, kBig).bytes, 0u);
  EXPECT_EQ(regionOptions({.forSize = true}, kBig).bytes, 0u);
  EXPECT_EQ(regionOptions({.forSize = true, .regionBytes = 7}, kBig).bytes, 7u);
  for (int level : {1, 2, 3})
    EXPECT_GT(regionOptions({.optLevel = level}, kBig).bytes, 0u) << level;
}

} // namespace
