// A rehearsal: when a program is packed without a profile, it runs for a while
// in the tool, and what runs counts more than what is guessed.
//
// A command's start is most of what a big program does in a short run, and much
// of what it does in a long one: its allocator, its tables, and if it is an
// interpreter, its loop. So it is run as a host would run it, without
// arguments, variables, files or input, and with a clock that stands still,
// until it ends, traps, asks for what is not there, or has run so many
// statements. The result depends on the module alone.
//
// The interpreter walks the lowered form as lowering made it, before any pass.
// It only counts: nothing that it computes gets into the bundle, so an operator
// that it does not know ends the rehearsal, and no more.

#ifndef IREKO_REWRITER_REHEARSAL_H
#define IREKO_REWRITER_REHEARSAL_H

#include "rewriter/lowered.h"

namespace ireko {

// Statements and terminators to run, for a program of so many bytes of code:
// about as long as packing takes otherwise.
uint64_t rehearsalSteps(uint64_t codeBytes);

// Sets Block::count of a program that has been lowered, without passes. Returns
// the number of steps that were run; a program that has nothing to start runs
// none.
uint64_t rehearse(Program &program, uint64_t steps);

} // namespace ireko

#endif // IREKO_REWRITER_REHEARSAL_H
