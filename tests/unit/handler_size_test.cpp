//===- handler_size_test.cpp - Estimated sizes of handlers ----------------===//

#include "rewriter/handler_size.h"

#include "lowering_helpers.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

// The first block of a function, as one tile.
struct Block0 : Lowered {
  explicit Block0(std::string_view body, uint32_t burned = 0)
      : Lowered("(module (memory 1) (func (param i32 i32) (result i32) " +
                std::string(body) + "))") {
    lower();
    const Block &block = program->functions[0].blocks[0];
    Tile tile{0, uint32_t(block.statements.size()), true};
    tile.burned = burned;
    shared = sharedHandlerBytes(block, tile,
                                shapeOf(*program, block, tile, false));
    fused = fusedHandlerBytes(block);
  }
  uint32_t shared, fused;
};

constexpr char kSum[] = "(i32.add (local.get 0) (local.get 1))",
               kLoad[] = "(i32.load offset=8 (local.get 0))";

TEST(HandlerSize, GrowsByWhatIsFetched) {
  Block0 sum(kSum), burned(kSum, 1), both(kSum, 3);
  EXPECT_GT(sum.shared, burned.shared + 5);
  EXPECT_GT(burned.shared, both.shared + 5);
  // Nothing is fetched if everything is burned in.
  EXPECT_GT(sum.shared, sum.fused + 10);
}

TEST(HandlerSize, CountsWhatAnOffsetTakes) {
  Block0 with(kLoad), without("(i32.load (local.get 0))");
  EXPECT_GT(with.shared, without.shared + 15);
  EXPECT_EQ(with.fused, without.fused);
}

} // namespace
