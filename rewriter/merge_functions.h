// Makes few functions of the many that a small program's bundle has: what a
// host needs for each of them is most of what it costs to start one.

#ifndef IREKO_REWRITER_MERGE_FUNCTIONS_H
#define IREKO_REWRITER_MERGE_FUNCTIONS_H

#include "wasm.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ireko {

// Puts each function that is called at one place, and not known otherwise, into
// its caller, unless `stays` names it or its caller.
void mergeFunctions(wasm::Module &module,
                    llvm::function_ref<bool(wasm::Name)> stays);

} // namespace ireko

#endif // IREKO_REWRITER_MERGE_FUNCTIONS_H
