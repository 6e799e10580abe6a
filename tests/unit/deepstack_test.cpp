//===- deepstack_test.cpp - Code that recurses deeply
//----------------------===//

#include "rewriter/deepstack.h"

#include <cstdint>
#include <gtest/gtest.h>

using namespace ireko;

namespace {

/// Takes at least 4 KiB of stack a level.
uint64_t recurse(unsigned levels) {
  volatile char frame[4096];
  frame[0] = char(levels);
  return levels ? recurse(levels - 1) + uint64_t(frame[0] == char(levels)) : 0;
}

TEST(DeepStack, HoldsFarMoreThanAThreadUsuallyHas) {
  uint64_t result = 0;
  runWithDeepStack([&] { result = recurse(50000); }); // 200 MiB
  EXPECT_EQ(result, 50000u);
}

TEST(DeepStack, Nests) {
  int depth = 0;
  runWithDeepStack([&] {
    ++depth;
    runWithDeepStack([&] { ++depth; });
  });
  EXPECT_EQ(depth, 2);
}

} // namespace
