// How much code a handler will be, before it is generated: what selection
// weighs it against, and keeps within the VM's size.
//
// Bytes of the dispatch function, by a linear model: an operand is fetched by
// so much code, an operator is so much, and so on. Fitted by least squares over
// the 13,863 handlers of SQLite, QuickJS, CPython, Ruby and Yosys (`codeBytes`
// in `ireko inspect --format=json`); over all handlers of such a VM it is right
// within 2 %. Immediates that are wider than usual, and the longer opcodes of
// SIMD, count by their encoding.

#ifndef IREKO_REWRITER_HANDLER_SIZE_H
#define IREKO_REWRITER_HANDLER_SIZE_H

#include "rewriter/tile.h"

namespace ireko {

// Bytes of a bundle for each of a handler: it is described in a custom section.
inline constexpr double kWithDescription = 1.35;

// Of a handler that tiles of this shape share.
uint32_t sharedHandlerBytes(const Block &block, const Tile &tile,
                            const Shape &shape);
// Of a handler for the whole block alone.
uint32_t fusedHandlerBytes(const Block &block);

} // namespace ireko

#endif // IREKO_REWRITER_HANDLER_SIZE_H
