//===- catalogue_test.cpp - Handlers of the generic VM, and covering ------===//

#include "rewriter/catalogue.h"

#include "lowering_helpers.h"
#include "rewriter/cover.h"
#include "rewriter/flatten.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

std::unique_ptr<Catalogue> catalogueWith(const std::string &mined) {
  auto catalogue = Catalogue::read(mined);
  if (catalogue)
    return std::move(*catalogue);
  std::cerr << llvm::toString(catalogue.takeError()) << "\n";
  std::abort();
}

std::string refusalOf(const std::string &mined) {
  auto catalogue = Catalogue::read(mined);
  return catalogue ? "" : llvm::toString(catalogue.takeError());
}

// Two statements; what the first one writes is gone afterwards.
const std::string kAddLoad =
    "(func $r0:1110 (param $0 i32) (param $1 i32) (param $2 i32) (local $t i32)"
    " (local.set $t (i32.add (local.get $0) (local.get $1)))"
    " (local.set $2 (i32.load (local.get $t))))";

struct Covered : Lowered {
  Covered(std::string_view text, const Catalogue &catalogue) : Lowered(text) {
    Catalogue::normalise(*source.module);
    lower();
    auto result = coverProgram(catalogue, *program, "t.wat");
    if (result)
      tiling = std::move(*result);
    else
      error = llvm::toString(result.takeError());
  }

  // Statements and terminators of each instruction of the first function.
  std::vector<uint32_t> runs() const {
    std::vector<uint32_t> list;
    for (const BlockTiles &block : tiling.functions[0].blocks)
      for (const Tile &tile : block.tiles)
        list.push_back(tile.count + tile.end);
    return list;
  }

  Tiling tiling;
  std::string error;
};

using Runs = std::vector<uint32_t>;

TEST(Flatten, OneOperatorAStatementInTheOrderOfEvaluation) {
  Lowered lowered("(module (memory 1) (func (param i32 i32) (result i32)"
                  " (i32.sub (i32.load (i32.add (local.get 0) (i32.const 4)))"
                  " (i32.div_u (local.get 0) (local.get 1)))))");
  lowered.lower();
  Function &function = lowered.own();
  Block &block = function.blocks[function.layout.front()];
  Slot temporary = 100;
  flattenBlock(*lowered.program, block, temporary);
  ASSERT_EQ(block.statements.size(), 4u);
  EXPECT_EQ(temporary, 104u);
  Slot next = 100;
  wasm::Expression::Id ids[] = {
      wasm::Expression::BinaryId, wasm::Expression::LoadId,
      wasm::Expression::BinaryId, wasm::Expression::BinaryId};
  for (int i = 0; i < 4; ++i) {
    auto *set = block.statements[i]->cast<wasm::LocalSet>();
    EXPECT_EQ(set->index, next++);
    EXPECT_EQ(set->value->_id, ids[i]);
  }
  EXPECT_EQ(block.end.tree->cast<wasm::LocalGet>()->index, 103u);
}

TEST(Catalogue, TheSetDependsOnNothingButItsText) {
  auto one = catalogueWith(kAddLoad), two = catalogueWith(kAddLoad);
  EXPECT_EQ(one->name(), two->name());
  EXPECT_EQ(one->tiling.handlers.size(), two->tiling.handlers.size());
  auto base = catalogueWith("");
  EXPECT_EQ(base->tiling.handlers.size() + 1, one->tiling.handlers.size());
  EXPECT_NE(base->name(), one->name());
  EXPECT_EQ(base->name().substr(0, 2), std::to_string(kFormatVersion) + "-");
}

TEST(Catalogue, WhatWasTakenApartIsATreeAgain) {
  auto catalogue = catalogueWith(kAddLoad);
  const Handler &handler = catalogue->tiling.handlers.back();
  EXPECT_EQ(handler.tile.count, 1u);
  EXPECT_EQ(handler.shape.bytes, 8u);
  const Function &function = catalogue->program->functions[handler.function];
  auto *set = function.blocks[handler.block].statements.front();
  auto *load = set->cast<wasm::LocalSet>()->value->cast<wasm::Load>();
  EXPECT_TRUE(load->ptr->is<wasm::Binary>());
}

TEST(Catalogue, RefusesWidthsThatDoNotFitTheFunction) {
  auto set = [](const char *name) {
    return std::string("(func $") + name +
           " (param i32) (local.set 0 (i32.const 1)))";
  };
  EXPECT_EQ(refusalOf(set("r0:12")), "");
  EXPECT_NE(refusalOf(set("r0:1")).find("fewer widths"), std::string::npos);
  EXPECT_NE(refusalOf(set("r0:111")).find("more widths"), std::string::npos);
  EXPECT_NE(refusalOf(set("r0:14")).find("width that there is not"),
            std::string::npos);
  EXPECT_NE(refusalOf(set("r0:01")).find("width that there is not"),
            std::string::npos);
}

TEST(Cover, TakesTheRunWhereTheValueInBetweenIsGone) {
  auto catalogue = catalogueWith(kAddLoad);
  Covered good("(module (memory 1) (func (param i32 i32) (result i32)"
               " (i32.load (i32.add (local.get 0) (local.get 1)))))",
               *catalogue);
  EXPECT_EQ(good.runs(), (Runs{2, 1}));
  // The sum is needed again.
  Covered kept("(module (memory 1) (func (param i32 i32) (result i32)"
               " (local.set 0 (i32.add (local.get 0) (local.get 1)))"
               " (local.set 1 (i32.load (local.get 0)))"
               " (i32.mul (local.get 0) (local.get 1))))",
               *catalogue);
  EXPECT_EQ(kept.runs(), (Runs{1, 1, 1, 1}));
  // Nothing has an offset in this handler.
  Covered offset("(module (memory 1) (func (param i32 i32) (result i32)"
                 " (i32.load offset=4 (i32.add (local.get 0) (local.get 1)))))",
                 *catalogue);
  EXPECT_EQ(offset.runs(), (Runs{1, 1, 1}));
}

// A handler reads `c` after it has written `a`, maybe from where it keeps it.
TEST(Cover, SlotsThatTheHandlerTakesForDifferentOnesAreDifferent) {
  auto catalogue = catalogueWith(
      "(func $r0:1111 (param $a i32) (param $b i32) (param $c i32)"
      " (param $d i32) (local.set $a (local.get $b))"
      " (local.set $d (local.get $c)))");
  Covered different("(module (func (param i32 i32 i32 i32) (result i32)"
                    " (local.set 0 (local.get 1)) (local.set 3 (local.get 2))"
                    " (i32.add (local.get 0) (local.get 3))))",
                    *catalogue);
  EXPECT_EQ(different.runs().front(), 2u);
  Covered same("(module (func (param i32 i32 i32 i32) (result i32)"
               " (local.set 0 (local.get 1)) (local.set 3 (local.get 0))"
               " (i32.add (local.get 0) (local.get 3))))",
               *catalogue);
  EXPECT_EQ(same.runs().front(), 1u);
}

TEST(Cover, ConstantsThatNoHandlerHasGoThroughTemporaries) {
  auto catalogue = catalogueWith("");
  Covered covered("(module (func (param f64) (result f64)"
                  " (f64.sub (f64.const 1.5) (f64.mul (local.get 0)"
                  " (f64.const 2)))))",
                  *catalogue);
  EXPECT_EQ(covered.runs(), (Runs{1, 1, 1, 1, 1}));
  EXPECT_EQ(covered.error, "");
}

TEST(Cover, NamesWhatTheVmCannotDo) {
  auto catalogue = catalogueWith("");
  Covered covered("(module (func (param v128 v128) (result v128)"
                  " (i8x16.relaxed_swizzle (local.get 0) (local.get 1))))",
                  *catalogue);
  EXPECT_NE(covered.error.find("cannot do i8x16.relaxed_swizzle"),
            std::string::npos)
      << covered.error;
}

} // namespace
