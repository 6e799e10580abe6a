// Embeds vm-runtime.wasm; the build makes that file first and passes its
// folder as --embed-dir.

#include "rewriter/runtime_blob.h"

namespace ireko {

// Compiler caches compare preprocessed text, in which #embed stays as it is;
// the time makes each text another one.
static_assert(sizeof(__TIME__));

static const char kRuntime[] = {
#embed "vm-runtime.wasm"
};

llvm::StringRef embeddedRuntime() {
  return llvm::StringRef(kRuntime, sizeof(kRuntime));
}

} // namespace ireko
