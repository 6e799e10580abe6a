// The VM runtime (vm/, built for wasm32-wasi) as the tool carries it.

#ifndef IREKO_REWRITER_RUNTIME_BLOB_H
#define IREKO_REWRITER_RUNTIME_BLOB_H

#include "llvm/ADT/StringRef.h"

namespace ireko {

// The bytes of vm-runtime.wasm: a WebAssembly module, valid for the life of
// the process.
llvm::StringRef embeddedRuntime();

// The same of the generic VM: vm-generic.wasm.
llvm::StringRef embeddedGenericRuntime();

} // namespace ireko

#endif // IREKO_REWRITER_RUNTIME_BLOB_H
