//===- tree_test.cpp - Nodes of expression trees --------------------------===//

#include "rewriter/tree.h"

#include "ir/effects.h"
#include "pass.h"
#include "rewriter/lowered.h"
#include "wasm-builder.h"
#include <gtest/gtest.h>

using namespace ireko;
using namespace wasm;

namespace {

struct Tree : testing::Test {
  Tree() : builder(module) {
    module.addMemory(Builder::makeMemory("m"));
    module.addMemory(Builder::makeMemory("n"));
  }

  Expression *i32(int32_t value) { return builder.makeConst(Literal(value)); }
  Expression *slot(Slot index, Type type = Type::i32) {
    return builder.makeLocalGet(index, type);
  }
  Expression *load(uint32_t offset, uint32_t align = 4, unsigned bytes = 4,
                   bool isSigned = false, Type type = Type::i32,
                   Name memory = "m") {
    return builder.makeLoad(bytes, isSigned, offset, align, slot(1), type,
                            memory);
  }
  Expression *add(Expression *a, Expression *b) {
    return builder.makeBinary(AddInt32, a, b);
  }

  static std::string spelling(Expression *tree) {
    std::string out;
    spell(tree, out, [](Expression *, std::string &) { return false; });
    return out;
  }
  // With every immediate that a handler may take as an operand left out.
  static std::string shape(Expression *tree) {
    std::string out;
    spell(tree, out, [](Expression *, std::string &) { return true; });
    return out;
  }

  wasm::Module module;
  Builder builder;
};

TEST_F(Tree, SpellsEqualTreesEqually) {
  EXPECT_EQ(spelling(add(slot(1), i32(2))), spelling(add(slot(1), i32(2))));
  // Alignment is a hint.
  EXPECT_EQ(spelling(load(8, 4)), spelling(load(8, 1)));
}

TEST_F(Tree, SpellsDifferentTreesDifferently) {
  std::vector<Expression *> trees = {
      slot(1),
      slot(2),
      slot(1, Type::i64),
      slot(1, Type::f32),
      i32(1),
      i32(2),
      builder.makeConst(Literal(int64_t(1))),
      builder.makeConst(Literal(1.0f)),
      builder.makeConst(Literal(1.0)),
      builder.makeConst(Literal(0.0f)),
      builder.makeConst(Literal(-0.0f)),
      builder.makeConst(Literal(std::array<uint8_t, 16>{1}.data())),
      builder.makeConst(Literal(std::array<uint8_t, 16>{0, 1}.data())),
      add(slot(1), slot(2)),
      add(slot(2), slot(1)),
      add(slot(1), add(slot(2), slot(3))),
      add(add(slot(1), slot(2)), slot(3)),
      builder.makeBinary(SubInt32, slot(1), slot(2)),
      builder.makeBinary(LtSInt32, slot(1), slot(2)),
      builder.makeBinary(LtUInt32, slot(1), slot(2)),
      builder.makeUnary(EqZInt32, slot(1)),
      builder.makeUnary(ClzInt32, slot(1)),
      load(0),
      load(1),
      load(0, 1, 2),
      load(0, 1, 2, true),
      load(0, 1, 1),
      load(0, 1, 4, false, Type::i64),
      load(0, 1, 4, true, Type::i64),
      load(0, 4, 4, false, Type::f32),
      load(0, 4, 4, false, Type::i32, "n"),
      builder.makeStore(4, 0, 4, slot(1), slot(2), Type::i32, "m"),
      builder.makeStore(4, 0, 4, slot(1), slot(2, Type::i64), Type::i64, "m"),
      builder.makeStore(4, 4, 4, slot(1), slot(2), Type::i32, "m"),
      builder.makeGlobalGet("a", Type::i32),
      builder.makeGlobalGet("b", Type::i32),
      builder.makeGlobalGet("ab", Type::i32),
      builder.makeGlobalSet("a", slot(1)),
      builder.makeLocalSet(1, slot(1)),
      builder.makeLocalSet(2, slot(1)),
      builder.makeDrop(slot(1)),
      builder.makeSelect(slot(1), slot(2), slot(3)),
      builder.makeSelect(slot(1), slot(2), slot(4)),
      builder.makeSIMDExtract(ExtractLaneSVecI8x16, slot(1, Type::v128), 1),
      builder.makeSIMDExtract(ExtractLaneUVecI8x16, slot(1, Type::v128), 1),
      builder.makeSIMDExtract(ExtractLaneSVecI8x16, slot(1, Type::v128), 2),
      builder.makeSIMDShuffle(slot(1, Type::v128), slot(2, Type::v128), {1}),
      builder.makeSIMDShuffle(slot(1, Type::v128), slot(2, Type::v128), {2}),
  };
  for (size_t i = 0; i < trees.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      EXPECT_NE(spelling(trees[i]), spelling(trees[j])) << i << " and " << j;
}

// NaNs differ in their bits only.
TEST_F(Tree, SpellsNansByTheirBits) {
  auto nan = [&](uint32_t bits) {
    return builder.makeConst(Literal(bit_cast<float>(bits)));
  };
  EXPECT_NE(spelling(nan(0x7fc00000)), spelling(nan(0x7fc00001)));
  EXPECT_NE(spelling(nan(0x7fc00000)), spelling(nan(0xffc00000)));
  EXPECT_EQ(spelling(nan(0x7fa00000)), spelling(nan(0x7fa00000)));
}

TEST_F(Tree, LeavesOutImmediates) {
  EXPECT_EQ(shape(slot(1)), shape(slot(7)));
  EXPECT_EQ(shape(i32(1)), shape(i32(-5)));
  EXPECT_EQ(shape(load(0)), shape(load(12)));
  EXPECT_EQ(shape(builder.makeGlobalGet("a", Type::i32)),
            shape(builder.makeGlobalGet("b", Type::i32)));
  EXPECT_EQ(shape(builder.makeLocalSet(1, i32(0))),
            shape(builder.makeLocalSet(2, i32(3))));
  EXPECT_EQ(shape(builder.makeSIMDShuffle(slot(1, Type::v128),
                                          slot(2, Type::v128), {1})),
            shape(builder.makeSIMDShuffle(slot(1, Type::v128),
                                          slot(2, Type::v128), {2})));
}

TEST_F(Tree, KeepsWhatHandlersCannotTakeAsOperands) {
  EXPECT_NE(shape(slot(1)), shape(slot(1, Type::i64)));
  EXPECT_NE(shape(i32(1)), shape(slot(1)));
  EXPECT_NE(shape(load(0, 1, 2)), shape(load(0, 1, 2, true)));
  EXPECT_NE(shape(load(0, 1, 2)), shape(load(0, 1, 1)));
  EXPECT_NE(shape(builder.makeSIMDExtract(ExtractLaneSVecI8x16,
                                          slot(1, Type::v128), 1)),
            shape(builder.makeSIMDExtract(ExtractLaneSVecI8x16,
                                          slot(1, Type::v128), 2)));
}

TEST_F(Tree, KnowsWhatTraps) {
  EXPECT_TRUE(mayTrap(load(0)));
  EXPECT_TRUE(
      mayTrap(builder.makeStore(4, 0, 4, slot(1), slot(2), Type::i32, "m")));
  EXPECT_TRUE(mayTrap(builder.makeBinary(DivSInt32, slot(1), i32(1))));
  EXPECT_TRUE(mayTrap(builder.makeBinary(RemUInt64, slot(1), slot(2))));
  EXPECT_TRUE(
      mayTrap(builder.makeUnary(TruncSFloat64ToInt32, slot(1, Type::f64))));
  EXPECT_FALSE(
      mayTrap(builder.makeUnary(TruncSatSFloat64ToInt32, slot(1, Type::f64))));
  EXPECT_FALSE(mayTrap(
      builder.makeBinary(DivFloat64, slot(1, Type::f64), slot(2, Type::f64))));
  EXPECT_FALSE(mayTrap(add(load(0), i32(1)))); // only the node itself
  EXPECT_FALSE(mayTrap(builder.makeMemorySize("m")));
}

// mayTrap against Binaryen's own effect analysis, over every operator.
TEST_F(Tree, AgreesWithBinaryenOnTraps) {
  PassOptions options;
  auto check = [&](Expression *node) {
    EffectAnalyzer effects(options, module, node);
    EXPECT_EQ(mayTrap(node), effects.trap)
        << wasm::ShallowExpression{node, nullptr};
    EXPECT_EQ(readsMemory(node), effects.readsMemory || node->is<MemorySize>())
        << wasm::ShallowExpression{node, nullptr};
  };
  for (int op = 0; op < InvalidUnary; ++op) {
    // The operand's type does not matter to either.
    auto *node = module.allocator.alloc<Unary>();
    node->op = UnaryOp(op);
    node->value = slot(1);
    node->type = Type::i32;
    check(node);
  }
  for (int op = 0; op < InvalidBinary; ++op) {
    auto *node = module.allocator.alloc<Binary>();
    node->op = BinaryOp(op);
    node->left = slot(1);
    node->right = slot(2);
    node->type = Type::i32;
    check(node);
  }
  check(load(0));
  check(builder.makeSIMDLoad(Load8SplatVec128, 0, 1, slot(1), "m"));
  check(builder.makeSIMDLoadStoreLane(Load8LaneVec128, 0, 1, 0, slot(1),
                                      slot(2, Type::v128), "m"));
  check(builder.makeSIMDShuffle(slot(1, Type::v128), slot(2, Type::v128), {}));
  check(builder.makeSelect(slot(1), slot(2), slot(3)));
  check(builder.makeMemorySize("m"));
  check(i32(1));
}

TEST_F(Tree, CountsOperators) {
  EXPECT_EQ(countOperators(slot(1)), 0u);
  EXPECT_EQ(countOperators(i32(1)), 0u);
  EXPECT_EQ(countOperators(builder.makeLocalSet(1, i32(1))), 0u);
  EXPECT_EQ(countOperators(builder.makeDrop(load(0))), 1u);
  EXPECT_EQ(countOperators(builder.makeGlobalGet("a", Type::i32)), 1u);
  EXPECT_EQ(countOperators(builder.makeLocalSet(1, add(load(0), load(4)))), 3u);
  EXPECT_EQ(countOperators(
                builder.makeStore(4, 0, 4, slot(1), load(0), Type::i32, "m")),
            2u);
}

TEST_F(Tree, FindsOffsets) {
  Expression *access = load(12);
  ASSERT_NE(memoryOffset(access), nullptr);
  EXPECT_EQ(uint64_t(*memoryOffset(access)), 12u);
  access = builder.makeSIMDLoad(Load8SplatVec128, 5, 1, slot(1), "m");
  EXPECT_EQ(uint64_t(*memoryOffset(access)), 5u);
  EXPECT_EQ(memoryOffset(slot(1)), nullptr);
  EXPECT_EQ(memoryOffset(builder.makeMemorySize("m")), nullptr);
}

TEST_F(Tree, VisitsChildrenInTheOrderOfEvaluation) {
  std::vector<Slot> seen;
  forEachChild(builder.makeSelect(slot(1), slot(2), slot(3)),
               [&](Expression *&child) {
                 seen.push_back(child->cast<LocalGet>()->index);
               });
  // The operands of select: condition last.
  EXPECT_EQ(seen, std::vector<Slot>({2, 3, 1}));
  seen.clear();
  forEachChild(builder.makeStore(4, 0, 4, slot(1), slot(2), Type::i32, "m"),
               [&](Expression *&child) {
                 seen.push_back(child->cast<LocalGet>()->index);
               });
  EXPECT_EQ(seen, std::vector<Slot>({1, 2}));
}

} // namespace
