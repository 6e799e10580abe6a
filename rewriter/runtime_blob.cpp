// Embeds vm-runtime.wasm and vm-generic.wasm; the build makes them first and
// passes their folder as --embed-dir.

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

static const char kGenericRuntime[] = {
#embed "vm-generic.wasm"
};

llvm::StringRef embeddedGenericRuntime() {
  return llvm::StringRef(kGenericRuntime, sizeof(kGenericRuntime));
}

} // namespace ireko
