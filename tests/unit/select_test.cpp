//===- select_test.cpp - Tiles and handlers -------------------------------===//

#include "rewriter/select.h"

#include "lowering_helpers.h"
#include "rewriter/encode.h"
#include "rewriter/tree.h"

#include <gtest/gtest.h>
#include <set>

using namespace ireko;
using namespace ireko::test;

namespace {

/// A program that was lowered at -O2 and cut into tiles.
struct Selected : Lowered {
  Selected(std::string_view text, const SelectOptions &options)
      : Lowered(text) {
    lower();
    runPasses(2);
    tiling = selectTiles(*program, options);
  }
  Tiling tiling;
};

constexpr SelectOptions kNothing{};
constexpr SelectOptions kPlenty{.sharedBytes = 1u << 20,
                                .fusedBytes = 1u << 20};

// Something of everything, with a hot loop.
constexpr std::string_view kProgram = R"((module (memory 1)
  (global $g (mut i32) (i32.const 3))
  (table 2 funcref) (elem (i32.const 0) func $sum $sum)
  (func $sum (export "sum") (param i32 i32) (result i32) (local i32)
    (loop $l
      (local.set 2 (i32.add (i32.mul (local.get 2) (i32.const 31))
        (i32.load offset=8 (i32.add (local.get 0) (local.get 1)))))
      (i32.store (local.get 0)
        (i32.xor (i32.shr_u (local.get 2) (i32.const 3)) (local.get 1)))
      (br_if $l (i32.lt_u
        (local.tee 0 (i32.add (local.get 0) (i32.const 4)))
        (i32.shl (local.get 1) (i32.const 2)))))
    (global.set $g (i32.sub (global.get $g) (i32.clz (local.get 2))))
    (local.get 2))
  (func (export "run") (param i32) (result i32)
    (i32.add
      (call $sum (i32.and (local.get 0) (i32.const 12)) (i32.const 5))
      (call_indirect (param i32 i32) (result i32)
        (i32.const 1) (i32.div_u (i32.const 7) (local.get 0))
        (i32.rem_u (local.get 0) (i32.const 2)))))
  (func (export "choose") (param i32) (result i64)
    (block $a (block $b (block $c
      (br_table $a $b $c (i32.add (local.get 0) (i32.const 1))))
      (return (i64.const 1)))
      (return (i64.extend_i32_s (i32.mul (local.get 0) (local.get 0)))))
    (i64.const 3))))";

// Every block is covered by its tiles: all statements in order, then the
// terminator, unless the block just falls through.
void expectCovered(const Program &program, const Tiling &tiling) {
  ASSERT_EQ(tiling.functions.size(), program.functions.size());
  for (uint32_t f = 0; f < program.functions.size(); ++f) {
    const Function &function = program.functions[f];
    const FunctionTiles &tiles = tiling.functions[f];
    ASSERT_EQ(tiles.blocks.size(), function.layout.size());
    for (size_t i = 0; i < function.layout.size(); ++i) {
      const Block &block = function.blocks[function.layout[i]];
      ASSERT_EQ(tiles.blocks[i].block, function.layout[i]);
      uint32_t next = 0;
      bool end = false;
      for (const Tile &tile : tiles.blocks[i].tiles) {
        EXPECT_FALSE(end);
        EXPECT_TRUE(tile.count || tile.end);
        if (tile.count) {
          EXPECT_EQ(tile.first, next);
        }
        next += tile.count;
        end = tile.end;
        ASSERT_GT(tile.handler, 0u);
        ASSERT_LT(tile.handler, tiling.handlers.size());
        const Handler &handler = tiling.handlers[tile.handler];
        EXPECT_EQ(handler.fused, tile.fused);
        if (!tile.fused) {
          EXPECT_EQ(shapeOf(program, block, tile, tiles.wideTargets).key,
                    handler.shape.key);
        }
      }
      EXPECT_EQ(next, block.statements.size());
      EXPECT_EQ(end, !fallsThrough(function, i));
    }
  }
}

// How many operators the largest tile of a shared handler does.
uint32_t largestShared(const Program &program, const Tiling &tiling) {
  uint32_t largest = 0;
  for (size_t i = 1; i < tiling.handlers.size(); ++i) {
    const Handler &handler = tiling.handlers[i];
    if (handler.fused)
      continue;
    const Block &block =
        program.functions[handler.function].blocks[handler.block];
    const Tile &tile = handler.tile;
    if (tile.count)
      largest = std::max(largest, countOperators(block.statements[tile.first]));
    else if (block.end.tree)
      largest = std::max(largest, countOperators(block.end.tree));
  }
  return largest;
}

TEST(Select, CoversEverything) {
  for (const SelectOptions &options :
       {kNothing, kPlenty, SelectOptions{.sharedBytes = 300},
        SelectOptions{.fusedBytes = 500},
        SelectOptions{.sharedBytes = 1000, .fusedBytes = 1000},
        SelectOptions{.specialBytes = 1u << 20}}) {
    Selected selected(kProgram, options);
    expectCovered(*selected.program, selected.tiling);
  }
}

TEST(Select, HasOneOperatorHandlersWithoutABudget) {
  Selected selected(kProgram, kNothing);
  EXPECT_EQ(largestShared(*selected.program, selected.tiling), 1u);
  for (const Handler &handler : selected.tiling.handlers)
    EXPECT_FALSE(handler.fused);
}

TEST(Select, HasLargerHandlersWithABudget) {
  Selected selected(kProgram, {.sharedBytes = 1u << 20});
  EXPECT_GT(largestShared(*selected.program, selected.tiling), 2u);
}

// But for those that the program cannot do without.
TEST(Select, HasNoMoreHandlersThanAllowed) {
  SelectOptions options = kPlenty;
  options.runBytes = options.specialBytes = 1u << 20;
  size_t most = Selected(kProgram, options).tiling.handlers.size();
  size_t least = Selected(kProgram, kNothing).tiling.handlers.size();
  for (uint32_t limit = 1; limit < most; limit += 3) {
    options.handlers = limit;
    Selected selected(kProgram, options);
    EXPECT_LE(selected.tiling.handlers.size(),
              std::max<size_t>(limit + 1, least))
        << limit;
    expectCovered(*selected.program, selected.tiling);
  }
}

TEST(Select, FusesWholeBlocksWithABudget) {
  Selected selected(kProgram, kPlenty);
  // The loop of $sum first of all.
  const FunctionTiles &sum = selected.tiling.functions[0];
  bool fusedLoop = false;
  for (const BlockTiles &tiles : sum.blocks)
    if (selected.function(0).blocks[tiles.block].isLoopHeader) {
      ASSERT_EQ(tiles.tiles.size(), 1u);
      fusedLoop = tiles.tiles.front().fused;
    }
  EXPECT_TRUE(fusedLoop);
}

// Dispatches are what costs time: a bigger budget must not add any.
// A loop around a switch to so many cases, each of which goes round again.
std::string interpreter(uint32_t cases) {
  std::string labels, blocks, bodies;
  for (uint32_t i = 0; i < cases; ++i) {
    std::string number = std::to_string(i);
    labels += " $c" + number;
    blocks = "(block $c" + number + " " + blocks;
    bodies += ") (i32.store offset=" + number +
              " (local.get 0) (local.get 1))"
              " (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br $l)";
  }
  return "(module (memory 1) (func (export \"run\") (param i32 i32) (loop $l " +
         blocks + "(br_table" + labels + " (i32.load8_u (local.get 0)))" +
         bodies + ")))";
}

TEST(Select, GivesHandlersToTheBlocksOfInterpreters) {
  auto countFused = [](uint32_t cases, uint32_t bytes) {
    Selected selected(interpreter(cases), {.interpreterBytes = bytes});
    expectCovered(*selected.program, selected.tiling);
    uint32_t fused = 0;
    for (const Handler &handler : selected.tiling.handlers)
      fused += handler.fused;
    return fused;
  };
  EXPECT_EQ(countFused(64, 0), 0u);
  EXPECT_EQ(countFused(63, 100000), 0u);
  EXPECT_EQ(countFused(64, 100000), 65u);
  uint32_t some = countFused(64, 2000);
  EXPECT_GT(some, 0u);
  EXPECT_LT(some, 60u);
}

TEST(Select, NeedsFewerInstructionsWithABudget) {
  size_t first = 0, last = ~size_t(0);
  for (uint32_t bytes : {0u, 500u, 1u << 20}) {
    Selected selected(kProgram, {.sharedBytes = bytes, .fusedBytes = bytes});
    size_t tiles = 0;
    for (const FunctionTiles &function : selected.tiling.functions)
      for (const BlockTiles &block : function.blocks)
        tiles += block.tiles.size();
    EXPECT_LE(tiles, last) << bytes;
    last = tiles;
    first = first ? first : tiles;
  }
  EXPECT_LT(last, first);
}

// What is cut goes through temporaries above all else in the frame.
TEST(Select, SplitsThroughTemporariesOfTheirOwn) {
  Lowered before(kProgram);
  before.lower();
  before.runPasses(2);
  Selected after(kProgram, kNothing);
  const Function &function = after.function(0);
  uint32_t frame = before.function(0).frameSlots;
  EXPECT_GT(function.frameSlots, frame);
  std::set<Slot> written;
  for (BlockIndex index : function.layout)
    for (wasm::Expression *statement : function.blocks[index].statements)
      if (auto *set = statement->dynCast<wasm::LocalSet>()) {
        EXPECT_LT(set->index, function.frameSlots);
        if (set->index >= frame)
          written.insert(set->index);
      }
  EXPECT_FALSE(written.empty());
}

TEST(Select, KeepsTheOrderOfTrapsWhenItSplits) {
  Selected selected(R"((module (memory 1) (func (param i32 i32) (result i32)
    (i32.sub (i32.div_u (local.get 0) (local.get 1))
             (i32.load (i32.rem_u (local.get 1) (local.get 0)))))))",
                    kNothing);
  EXPECT_EQ(print(*selected.program, selected.function(0)), R"(b0:
  s3 = (i32.div_u s1 s2)
  s5 = (i32.rem_u s2 s1)
  s4 = (i32.load $0 s5)
  return (i32.sub s3 s4)
)");
}

TEST(Select, SharesHandlers) {
  // Two functions that differ in slots and constants only.
  Selected selected(R"((module
    (func (param i32 i32) (result i32)
      (i32.add (local.get 0) (i32.const 5)))
    (func (param i32 i32) (result i32)
      (i32.add (local.get 1) (i32.const 77)))))",
                    kNothing);
  EXPECT_EQ(selected.tiling.handlers.size(), 2u); // HALT and that one
  EXPECT_EQ(selected.tiling.handlers[1].uses, 2u);
}

TEST(Select, NumbersTheMostUsedFirst) {
  Selected selected(kProgram, {.sharedBytes = 2000, .fusedBytes = 1000});
  uint32_t last = ~0u;
  bool fused = false;
  const auto &handlers = selected.tiling.handlers;
  for (size_t i = 1; i < handlers.size(); ++i) {
    EXPECT_LE(fused, handlers[i].fused) << "shared ones first";
    fused = handlers[i].fused;
    if (!fused) {
      EXPECT_LE(handlers[i].uses, last);
      last = handlers[i].uses;
    }
    EXPECT_GT(handlers[i].uses, 0u);
  }
}

TEST(Select, HasWideTargetsInLargeFunctionsOnly) {
  auto wide = [](int statements) {
    std::string text = "(module (memory 1) (func (param i32) ";
    for (int i = 0; i < statements; ++i)
      text += "(i32.store (local.get 0) (i32.const 1))";
    Selected selected(text + "))", kNothing);
    return selected.tiling.functions[0].wideTargets;
  };
  EXPECT_FALSE(wide(10));
  EXPECT_TRUE(wide(8000));
}

TEST(Select, HandlesModulesWithoutCode) {
  for (std::string_view text :
       {"(module)", "(module (import \"m\" \"f\" (func)))"}) {
    Selected selected(text, kPlenty);
    EXPECT_EQ(selected.tiling.handlers.size(), 1u);
    expectCovered(*selected.program, selected.tiling);
  }
}

// No order of a hash table shows.
TEST(Select, IsDeterministic) {
  for (const SelectOptions &options :
       {kNothing, kPlenty,
        SelectOptions{.sharedBytes = 600, .fusedBytes = 300}}) {
    Selected first(kProgram, options), second(kProgram, options);
    EXPECT_EQ(encodeImage(*first.program, first.tiling, {}).bytes,
              encodeImage(*second.program, second.tiling, {}).bytes);
    ASSERT_EQ(first.tiling.handlers.size(), second.tiling.handlers.size());
    for (size_t i = 0; i < first.tiling.handlers.size(); ++i) {
      EXPECT_EQ(first.tiling.handlers[i].fused,
                second.tiling.handlers[i].fused);
      EXPECT_EQ(first.tiling.handlers[i].block,
                second.tiling.handlers[i].block);
    }
  }
}

} // namespace
