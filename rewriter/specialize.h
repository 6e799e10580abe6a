// Handlers for instructions that are to be short.
//
// A shared handler takes everything by which its uses differ as operands. Often
// the same value recurs, a slot, a constant, a callee: a handler of its own has
// it burned in, and the instructions leave it out. And most distances to
// targets fit into one byte. Both make the image smaller and the VM larger; a
// handler is made only where it saves more than it costs.

#ifndef IREKO_REWRITER_SPECIALIZE_H
#define IREKO_REWRITER_SPECIALIZE_H

#include "rewriter/select.h"
#include "rewriter/superinstructions.h"

namespace ireko {

// Handlers are in any order afterwards. `entries`: may be empty.
void specializeHandlers(Program &program, Tiling &tiling, Budget budget,
                        const EntryBlocks &entries);

} // namespace ireko

#endif // IREKO_REWRITER_SPECIALIZE_H
