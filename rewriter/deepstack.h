//===- deepstack.h - Running code that recurses deeply --------------------===//
//
// Binaryen's text parser, binary writer and some of its walkers recurse once
// per level of nesting, and the nesting is the input's choice (up to
// kMaxNesting in validator.h). Such code runs on a stack of this size instead
// of the 8 MiB that threads usually get.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_DEEPSTACK_H
#define IREKO_REWRITER_DEEPSTACK_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <pthread.h>

namespace ireko {

/// Runs \p body on a thread with a stack of 1 GiB (of which only what is
/// touched becomes memory; less if the system refuses) and waits for it.
///
/// Binaryen spreads function-parallel passes over threads of its own, whose
/// stacks are small. Its pool is therefore told, if it does not exist yet, to
/// have none: all of Binaryen then runs on the calling thread.
void runWithDeepStack(llvm::function_ref<void()> body);

/// Starts another thread with a stack of 1 GiB, or returns false if there
/// cannot be one. The caller joins it.
bool startDeepThread(pthread_t &thread, void *(*entry)(void *), void *argument);

} // namespace ireko

#endif // IREKO_REWRITER_DEEPSTACK_H
