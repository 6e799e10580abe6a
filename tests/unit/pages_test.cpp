// Pages: which handlers go together, and how large they are thought to be.

#include "rewriter/pages.h"

#include "wasm-binary.h"
#include "wasm-builder.h"
#include "gtest/gtest.h"

using namespace wasm;

namespace ireko {
namespace {

using Ends = std::vector<uint32_t>;

// The end of each page; checks that they follow each other.
Ends pagesOf(const std::vector<PagedHandler> &handlers, HostLimits limits) {
  Ends ends;
  uint32_t next = 0;
  for (Page page : planPages(handlers, limits)) {
    EXPECT_EQ(page.first, next);
    EXPECT_GT(page.end, page.first);
    ends.push_back(next = page.end);
  }
  return ends;
}

std::vector<PagedHandler> handlers(size_t count, uint32_t bytes) {
  return std::vector<PagedHandler>(count, PagedHandler{bytes, 0});
}

TEST(Pages, OneWithoutLimits) {
  EXPECT_EQ(pagesOf(handlers(70000, 100), {}), Ends{70000});
}

TEST(Pages, CutByTargets) {
  EXPECT_EQ(pagesOf(handlers(10, 100), {0, 4, 0}), (Ends{4, 8, 10}));
}

TEST(Pages, CutByBytes) {
  // Nine of 106 bytes and 160 around them, or one alone that is too large.
  EXPECT_EQ(pagesOf(handlers(20, 100), {1150, 0, 0}), (Ends{9, 18, 20}));
  EXPECT_EQ(pagesOf(handlers(3, 5000), {2048, 0, 0}), (Ends{1, 2, 3}));
}

TEST(Pages, KeepsAFunctionTogether) {
  auto list = handlers(12, 100);
  for (size_t i = 6; i < 12; ++i)
    list[i].group = 7;
  EXPECT_EQ(pagesOf(list, {1150, 0, 0}), (Ends{6, 12}));
  EXPECT_EQ(pagesOf(list, {0, 8, 0}), (Ends{6, 12}));
  // Too large for any page: no reason to leave the first one.
  EXPECT_EQ(pagesOf(list, {560, 0, 0}), (Ends{3, 6, 9, 12}));
}

TEST(Pages, ChoicesFitIntoAFunction) {
  EXPECT_EQ(choicesPerFunction({}), UINT32_MAX);
  EXPECT_EQ(choicesPerFunction({0, 50, 0}), 50u);
  EXPECT_LE(choicesPerFunction({2048, 0, 0}), 100u);
  EXPECT_GE(choicesPerFunction({16, 1, 0}), 2u);
}

// The bytes of a function's body that consists of `expr`.
uint32_t written(Module &module, Expression *expr) {
  module.addFunction(Builder::makeFunction(
      "f", Signature(Type::none, Type::none), {Type::i32, Type::v128}, expr));
  BufferWithRandomAccess buffer;
  PassOptions options;
  WasmBinaryWriter writer(&module, buffer, options);
  writer.setNamesSection(false);
  writer.write();
  return writer.tableOfContents.functionBodies.front().size;
}

TEST(Pages, BytesAreABound) {
  Module module;
  module.features = FeatureSet::All;
  Builder builder(module);
  module.addMemory(Builder::makeMemory("m", 1));
  auto i32 = [&](uint32_t value) { return builder.makeConst(Literal(value)); };
  std::vector<Expression *> list;
  for (uint32_t value : {0u, 63u, 64u, 8191u, 8192u, 1u << 20, ~0u, 1u << 31})
    list.push_back(builder.makeStore(4, value, 1, i32(value), i32(~value),
                                     Type::i32, "m"));
  list.push_back(builder.makeLocalSet(
      1, builder.makeBinary(
             AddVecI16x8,
             builder.makeConst(Literal(std::array<uint8_t, 16>{}.data())),
             builder.makeUnary(SplatVecI16x8, i32(7)))));
  list.push_back(builder.makeDrop(builder.makeUnary(
      TruncSatSFloat64ToInt64, builder.makeConst(Literal(0.25)))));
  list.push_back(
      builder.makeDrop(builder.makeConst(Literal(int64_t(0x123456789abcdef)))));
  for (int i = 0; i < 30; ++i)
    list.push_back(builder.makeIf(
        builder.makeLocalGet(0, Type::i32),
        builder.makeBlock({builder.makeNop(), builder.makeNop()}),
        builder.makeLocalSet(0, i32(i))));
  Expression *body = builder.makeBlock(list);
  uint32_t bound = boundOnBytes(body);
  uint32_t bytes = written(module, body);
  EXPECT_GE(bound + 5, bytes); // local declarations and the end
  EXPECT_LE(bound, bytes * 2);
}

} // namespace
} // namespace ireko
