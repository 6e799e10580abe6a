// Embeds vm-runtime.wasm; the build makes that file first and passes its
// folder as --embed-dir.

#include "rewriter/runtime_blob.h"

namespace ireko {

static const char kRuntime[] = {
#embed "vm-runtime.wasm"
};

llvm::StringRef embeddedRuntime() {
  return llvm::StringRef(kRuntime, sizeof(kRuntime));
}

} // namespace ireko
