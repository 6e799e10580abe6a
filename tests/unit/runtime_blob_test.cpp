// The embedded VM runtime is a WebAssembly module.

#include "rewriter/runtime_blob.h"

#include "gtest/gtest.h"

namespace ireko {
namespace {

TEST(RuntimeBlob, IsAWebAssemblyModule) {
  llvm::StringRef runtime = embeddedRuntime();
  EXPECT_TRUE(runtime.starts_with(llvm::StringRef("\0asm\1\0\0\0", 8)));
}

} // namespace
} // namespace ireko
