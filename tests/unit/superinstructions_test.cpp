//===- superinstructions_test.cpp - Runs that recur -----------------------===//

#include "rewriter/superinstructions.h"

#include "lowering_helpers.h"
#include "rewriter/encode.h"
#include "rewriter/tree.h"

#include <gtest/gtest.h>
#include <map>

using namespace ireko;
using namespace ireko::test;

namespace {

constexpr SelectOptions kRuns{.sharedBytes = 1u << 20, .runBytes = 1u << 20};

struct Mined : Lowered {
  explicit Mined(std::string_view text, const SelectOptions &options = kRuns)
      : Lowered(text) {
    lower();
    runPasses(2);
    tiling = selectTiles(*program, options);
  }

  // How many tiles do more than one statement or terminator.
  uint32_t runs() const {
    uint32_t count = 0;
    for (const FunctionTiles &function : tiling.functions)
      for (const BlockTiles &block : function.blocks)
        for (const Tile &tile : block.tiles)
          count += tile.count + tile.end > 1;
    return count;
  }

  Tiling tiling;
};

// The body `count` times, as functions of their own.
std::string repeated(const std::string &function, int count) {
  std::string text = "(module (memory 1) (global $g (mut i32) (i32.const 0)) ";
  for (int i = 0; i < count; ++i)
    text += function;
  return text + ")";
}

const std::string kStores =
    "(func (param i32 i32)"
    " (i32.store (local.get 0) (i32.const 1))"
    " (i32.store offset=4 (local.get 0) (local.get 1))"
    " (i32.store8 offset=9 (local.get 1) (i32.const 7)))";

// The first result is used once, by the next statement.
const std::string kTemporary =
    "(func (param i32 i32) (result i32) (local i32)"
    " (local.set 2 (i32.load (local.get 0)))"
    " (i32.store (local.get 1) (i32.const 5))"
    " (i32.store offset=8 (local.get 1) (local.get 2))"
    " (i32.const 3))";

TEST(Superinstructions, AreRunsThatRecur) {
  Mined mined(repeated(kStores, 12));
  EXPECT_GE(mined.runs(), 12u);
  // All twelve share them.
  for (size_t i = 1; i < mined.tiling.handlers.size(); ++i)
    EXPECT_EQ(mined.tiling.handlers[i].uses, 12u);
}

TEST(Superinstructions, NeedABudget) {
  SelectOptions none = kRuns;
  none.runBytes = 0;
  EXPECT_EQ(Mined(repeated(kStores, 12), none).runs(), 0u);
}

TEST(Superinstructions, NeedToRecur) {
  EXPECT_EQ(Mined(repeated(kStores, 1)).runs(), 0u);
}

// Tiles still cover each block, in order, and equal shapes share a handler.
TEST(Superinstructions, CoverTheProgram) {
  Mined mined(repeated(kStores + kTemporary, 20));
  EXPECT_GT(mined.runs(), 0u);
  for (uint32_t f = 0; f < mined.program->functions.size(); ++f) {
    const Function &function = mined.function(f);
    const FunctionTiles &tiles = mined.tiling.functions[f];
    ASSERT_EQ(tiles.blocks.size(), function.layout.size());
    for (size_t i = 0; i < tiles.blocks.size(); ++i) {
      const Block &block = function.blocks[tiles.blocks[i].block];
      uint32_t next = 0;
      bool end = false;
      for (const Tile &tile : tiles.blocks[i].tiles) {
        EXPECT_FALSE(end);
        EXPECT_EQ(tile.first, next);
        next += tile.count;
        end = tile.end;
        EXPECT_EQ(shapeOf(*mined.program, block, tile, tiles.wideTargets).key,
                  mined.tiling.handlers[tile.handler].shape.key);
      }
      EXPECT_EQ(next, block.statements.size());
      EXPECT_EQ(end, !fallsThrough(function, i));
    }
  }
}

// What is written, read and dead within a tile is no operand.
TEST(Superinstructions, KeepTemporariesInside) {
  Mined mined(repeated(kTemporary, 30));
  EXPECT_EQ(print(*mined.program, mined.function(0)), R"(b0:
  t0 = (i32.load $0 s1)
  (i32.store $0 s2 i32.const 5)
  (i32.store $0 offset=8 s2 t0)
  return i32.const 3
)");
}

TEST(Superinstructions, KeepLiveSlotsInTheFrame) {
  // The sum is read by the next round, and after the loop.
  Mined mined(repeated("(func (param i32) (result i32) (local i32)"
                       " (loop $l"
                       "  (local.set 1 (i32.add (local.get 1)"
                       "    (i32.load (local.get 0))))"
                       "  (i32.store (local.get 0) (local.get 1))"
                       "  (br_if $l (local.get 1)))"
                       " (local.get 1))",
                       20));
  EXPECT_GT(mined.runs(), 0u);
  std::string text = print(*mined.program, mined.function(0));
  EXPECT_EQ(text.find(" t"), std::string::npos) << text;
}

// An internal slot never reaches out of its tile: within the tile, each read
// comes after a write.
TEST(Superinstructions, ReadInternalSlotsAfterWritingThem) {
  for (int statements : {2, 5, 11}) {
    std::string function = "(func (param i32 i32) (result i32) (local i32 i64)";
    for (int i = 0; i < statements; ++i)
      function += " (local.set 2 (i32.load offset=" + std::to_string(4 * i) +
                  " (local.get 0)))"
                  " (local.set 3 (i64.extend_i32_u (local.get 2)))"
                  " (i64.store (local.get 1) (local.get 3))";
    function += " (if (local.get 2) (then (global.set $g (local.get 0))))"
                " (local.get 0))";
    Mined mined(repeated(function, 15));
    uint32_t internals = 0;
    for (uint32_t f = 0; f < mined.program->functions.size(); ++f)
      for (const BlockTiles &tiles : mined.tiling.functions[f].blocks) {
        const Block &block = mined.function(f).blocks[tiles.block];
        for (const Tile &tile : tiles.tiles) {
          std::map<Slot, wasm::Type> written;
          auto check = [&](auto &self, wasm::Expression *tree) -> void {
            auto *get = tree->dynCast<wasm::LocalGet>();
            if (get && isInternal(get->index)) {
              ASSERT_TRUE(written.count(get->index));
              EXPECT_EQ(written[get->index], get->type);
              ++internals;
            }
            forEachChild(tree,
                         [&](wasm::Expression *&child) { self(self, child); });
            auto *set = tree->dynCast<wasm::LocalSet>();
            if (set && isInternal(set->index))
              written[set->index] = set->value->type;
          };
          for (uint32_t s = 0; s < tile.count; ++s)
            check(check, block.statements[tile.first + s]);
          if (tile.end && block.end.tree)
            check(check, block.end.tree);
        }
      }
    EXPECT_GT(internals, 0u);
  }
}

TEST(Superinstructions, AreDeterministic) {
  std::string text = repeated(kStores + kTemporary, 10);
  Mined first(text), second(text);
  EXPECT_EQ(encodeImage(*first.program, first.tiling, {}).bytes,
            encodeImage(*second.program, second.tiling, {}).bytes);
}

TEST(Superinstructions, MakeTheCodeSmaller) {
  SelectOptions none = kRuns;
  none.runBytes = 0;
  std::string text = repeated(kStores + kTemporary, 20);
  Mined with(text), without(text, none);
  EXPECT_LT(encodeImage(*with.program, with.tiling, {}).codeBytes,
            encodeImage(*without.program, without.tiling, {}).codeBytes);
}

} // namespace
