// How much guest stack a program can use: what its frames take at most where no
// function can be entered while it is active.

#ifndef IREKO_REWRITER_STACK_DEPTH_H
#define IREKO_REWRITER_STACK_DEPTH_H

#include <optional>

#include "rewriter/lowered.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ireko {

// Bytes of the deepest chain of frames that starts with any function; nothing
// if there may be no such number: functions that may call each other in a
// cycle, calls through tables that others see, and imports which may call the
// program.
std::optional<uint64_t>
stackDepth(const Program &program,
           llvm::function_ref<bool(wasm::Function &import)> mayCallBack);

} // namespace ireko

#endif // IREKO_REWRITER_STACK_DEPTH_H
