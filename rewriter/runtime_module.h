// The runtime as functions and data that a module of ours starts with. It is
// linked as position-independent code, so that its data can lie anywhere: the
// guest stack, whose size is an option, comes first.

#ifndef IREKO_REWRITER_RUNTIME_MODULE_H
#define IREKO_REWRITER_RUNTIME_MODULE_H

#include <unordered_map>
#include <unordered_set>

#include "wasm.h"
#include "llvm/ADT/StringRef.h"

namespace ireko {

struct RuntimeExports {
  std::unordered_map<std::string, wasm::Name> functions;
  std::unordered_map<std::string, uint32_t> addresses;
  uint64_t end = 0; // of the runtime's data
};

// Reads the runtime into an empty module whose features are set, with its data
// from `base` on, a multiple of 16, and its shadow stack below kShadowStack.
// What is left are functions, one memory, one data segment and the stack
// pointer. Nothing is exported. With an end above 4 GiB, the module is of no
// use.
RuntimeExports readRuntimeModule(wasm::Module &module, llvm::StringRef blob,
                                 uint64_t base);

// These functions and all that they call, directly or not.
std::unordered_set<wasm::Name>
withCallees(const wasm::Module &module,
            std::unordered_set<wasm::Name> functions);

} // namespace ireko

#endif // IREKO_REWRITER_RUNTIME_MODULE_H
