//===- specialize_test.cpp - Handlers for short instructions --------------===//

#include "rewriter/specialize.h"

#include "lowering_helpers.h"
#include "rewriter/encode.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

struct Special : Lowered {
  Special(std::string_view text, Budget budget, const EntryBlocks &entries = {})
      : Lowered(text) {
    lower();
    runPasses(2);
    tiling = selectTiles(*program, {});
    before = codeBytes();
    specializeHandlers(*program, tiling, budget, entries);
  }
  uint32_t codeBytes() {
    Image image = encodeImage(*program, tiling, {});
    EXPECT_FALSE(image.overflow);
    return image.codeBytes;
  }
  template <typename F> uint32_t countOperands(F matches) const {
    uint32_t count = 0;
    for (const Handler &handler : tiling.handlers)
      for (const TileOperand &operand : handler.shape.operands)
        count += matches(operand);
    return count;
  }
  uint32_t burned() const {
    return countOperands(
        [](const TileOperand &operand) { return operand.isBurned; });
  }
  uint32_t nearTargets() const {
    return countOperands([](const TileOperand &operand) {
      return operand.kind == OperandKind::Target && operand.bytes == 1;
    });
  }

  Tiling tiling;
  uint32_t before = 0;
};

constexpr Budget kPlenty{1 << 20, 60000};

// Stores of a constant each, to an address that differs.
std::string stores(int same, int different) {
  std::string text = "(module (memory 1) (func (param i32)";
  for (int i = 0; i < same + different; ++i)
    text += "(i32.store offset=" + std::to_string(1000 + i) +
            " (local.get 0) (i32.const " +
            std::to_string(i < same ? 7 : i % 100) + "))";
  return text + "))";
}

TEST(Specialize, BurnsInWhatRecurs) {
  Special special(stores(300, 100), kPlenty);
  // The slot everywhere, the constant in a handler of its own.
  EXPECT_EQ(special.burned(), 3u);
  EXPECT_EQ(special.before - special.codeBytes(), 400 + 300 + 1u);
  for (const Handler &handler : special.tiling.handlers)
    if (handler.shape.operands.size() == 3 && handler.uses == 300) {
      const TileOperand &value = handler.shape.operand(OperandKind::Immediate);
      EXPECT_TRUE(value.isBurned);
      EXPECT_EQ(value.bytes, 0u);
      EXPECT_EQ(value.low, 7u);
    }
}

TEST(Specialize, MakesNoHandlerThatDoesNotPay) {
  Special special(stores(10, 100), kPlenty);
  EXPECT_EQ(special.burned(), 1u); // the slot, which is always the same
}

TEST(Specialize, StaysWithinItsBudget) {
  for (Budget budget : {Budget{10, 60000}, Budget{1 << 20, 0}}) {
    Special special(stores(300, 100), budget);
    EXPECT_EQ(special.burned(), 1u);
  }
}

TEST(Specialize, CountsUses) {
  Special special(stores(300, 100), kPlenty);
  std::vector<uint32_t> uses(special.tiling.handlers.size());
  for (const FunctionTiles &function : special.tiling.functions)
    for (const BlockTiles &block : function.blocks)
      for (const Tile &tile : block.tiles)
        ++uses.at(tile.handler);
  for (uint32_t i = 1; i < uses.size(); ++i) {
    EXPECT_GT(uses[i], 0u) << i;
    EXPECT_EQ(uses[i], special.tiling.handlers[i].uses) << i;
  }
}

// Loops over `statements` stores.
std::string loops(int count, int statements) {
  std::string text = "(module (memory 1) (func (param i32)";
  for (int i = 0; i < count; ++i) {
    text += "(loop $l ";
    for (int s = 0; s < statements; ++s)
      text += "(i32.store (local.get 0) (i32.const 1))";
    text += "(br_if $l (local.get 0)))";
  }
  return text + "))";
}

TEST(Specialize, HasTargetsOfAByteWhereAllAreNear) {
  EXPECT_EQ(Special(loops(2, 3), kPlenty).nearTargets(), 1u);
  EXPECT_EQ(Special(loops(2, 200), kPlenty).nearTargets(), 0u);
  // Instructions that enter a region come in between.
  auto entered = [](uint32_t times) {
    Special bare(loops(2, 3), kPlenty);
    EntryBlocks entries(1);
    for (BlockIndex block : bare.function(0).layout)
      entries[0].insert(entries[0].end(), times, block);
    return Special(loops(2, 3), kPlenty, entries).nearTargets();
  };
  EXPECT_EQ(entered(1), 1u);
  EXPECT_EQ(entered(20), 0u);
}

} // namespace
