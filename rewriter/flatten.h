// Flat form: each statement has at most one operator, whose operands are slots
// and constants. Trees of a block are taken apart into temporaries of that
// block, in the order in which they are evaluated.
//
//     s3 = load (s1 + s2)          t0 = s1 + s2
//                           ==>    s3 = load t0
//
// A tree that is dropped goes to a temporary.

#ifndef IREKO_REWRITER_FLATTEN_H
#define IREKO_REWRITER_FLATTEN_H

#include "rewriter/lowered.h"

namespace ireko {

// Flattens the block's trees. Temporaries are slots from `temporary` on, each
// written once; it is moved behind the last one.
void flattenBlock(Program &program, Block &block, Slot &temporary);

// Gives the constants among the operands of the statement at `index`
// temporaries too; of the terminator's tree, if it is the number of statements.
// Returns whether there were any.
bool flattenConstants(Program &program, Block &block, uint32_t index,
                      Slot &temporary);

} // namespace ireko

#endif // IREKO_REWRITER_FLATTEN_H
