// The shape of the code of regions, apart from any region.

#include "rewriter/region_code.h"

#include "ir/find_all.h"
#include "lowering_helpers.h"
#include "wasm-binary.h"
#include "wasm-builder.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

namespace {

// As a bundle is written.
std::vector<uint8_t> written(wasm::Module &module) {
  wasm::PassOptions options;
  options.generateStackIR = options.optimizeStackIR = true;
  options.shrinkLevel = 1;
  wasm::BufferWithRandomAccess buffer;
  wasm::WasmBinaryWriter(&module, buffer, options).write();
  return std::move(buffer);
}

// The writer takes time quadratic in the length of a block: it gets several,
// which it does not write.
TEST(Tidy, DividesLongBlocks) {
  SourceModule source = readText(R"((module
    (func (param i32) (local i32) (local.set 1 (local.get 0)))))");
  wasm::Function &function = *source.module->functions.front();
  wasm::Builder builder(*source.module);
  std::vector<wasm::Expression *> items;
  constexpr size_t kItems = 20000;
  for (size_t i = 0; i < kItems; ++i)
    items.push_back(builder.makeLocalSet(1, builder.makeConst(uint32_t(i))));
  wasm::Block *block = builder.makeBlock();
  block->list.set(items);
  block->finalize();
  function.body = block;
  std::vector<uint8_t> before = written(*source.module);
  tidy(builder, function);
  EXPECT_EQ(written(*source.module), before);
  EXPECT_EQ(wasm::FindAll<wasm::LocalSet>(function.body).list.size(), kItems);
  for (wasm::Block *each : wasm::FindAll<wasm::Block>(function.body).list)
    EXPECT_LE(each->list.size(), 5000u);
}

} // namespace
