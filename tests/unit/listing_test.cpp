// Putting a function's original code beside the stream (rewriter/listing.h).

#include "rewriter/listing.h"

#include <gtest/gtest.h>

#include "rewriter/original_code.h"
#include "wasm-traversal.h"

namespace ireko {
namespace {

std::vector<uint64_t> keptOf(std::vector<uint64_t> offsets) {
  std::vector<bool> kept = longestAscent(offsets);
  std::vector<uint64_t> result;
  for (size_t i = 0; i < offsets.size(); ++i)
    if (kept[i])
      result.push_back(offsets[i]);
  return result;
}

using Offsets = std::vector<uint64_t>;

TEST(Listing, KeepsTheLongestAscent) {
  EXPECT_EQ(keptOf({}), Offsets());
  EXPECT_EQ(keptOf({0, 0}), Offsets());
  EXPECT_EQ(keptOf({3, 4, 4, 5}), Offsets({3, 4, 4, 5}));
  // A block that was moved to the front does not drag the others along.
  EXPECT_EQ(keptOf({90, 91, 1, 2, 0, 3, 95}), Offsets({1, 2, 3, 95}));
  EXPECT_EQ(keptOf({5, 4, 3}), Offsets({3}));
}

constexpr llvm::StringLiteral kModule = R"((module
  (memory 1)
  (func $other (result i32) (i32.const 1))
  (func $f (param $n i32) (result i32)
    (i32.store (local.get $n) (i32.add (i32.const 1) (local.get $n)))
    (if (i32.eqz (local.get $n)) (then (return (call $other))))
    (i32.load (local.get $n)))))";

struct Collect
    : wasm::PostWalker<Collect, wasm::UnifiedExpressionVisitor<Collect>> {
  std::vector<wasm::Expression *> all;
  void visitExpression(wasm::Expression *node) { all.push_back(node); }
};

size_t locatedNodes(const SourceModule &source, const char *name) {
  wasm::Function *function = source.module->getFunction(name);
  Collect collect;
  collect.walk(function->body);
  size_t located = 0;
  for (wasm::Expression *node : collect.all)
    located += SourceModule::offsetOf(*function, node).has_value();
  return located;
}

TEST(Listing, LocatesEveryInstructionOfTheFunctionOnly) {
  auto source =
      readModuleFromBytes({kModule.begin(), kModule.end()}, "t.wat", "f");
  ASSERT_TRUE(bool(source));
  std::vector<OriginalInstruction> code = originalCode(*source, 1);
  std::vector<std::string> texts;
  for (const OriginalInstruction &instruction : code)
    texts.push_back(instruction.text);
  EXPECT_EQ(texts,
            (std::vector<std::string>{
                "local.get $n", "i32.const 1", "local.get $n", "i32.add",
                "i32.store", "local.get $n", "i32.eqz", "if $1", "call $other",
                "return", "end", "local.get $n", "i32.load"}));
  for (size_t i = 1; i < code.size(); ++i)
    EXPECT_LT(code[i - 1].offset, code[i].offset);
  // All but the end.
  EXPECT_EQ(locatedNodes(*source, "f"), code.size() - 1);
  EXPECT_EQ(locatedNodes(*source, "other"), 0u);
}

} // namespace
} // namespace ireko
