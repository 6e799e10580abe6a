// Copies of small innermost loops behind each other, so that only one of them
// counts:
//
//   h: ... jump h (back)    ==>    h: ... jump h'    h': ... jump h (back)
//
// Where every safepoint is counted, this is not done. Nothing in such a loop
// calls, so that nobody leaves in a copy.

#ifndef IREKO_REWRITER_UNROLL_H
#define IREKO_REWRITER_UNROLL_H

#include "rewriter/flow_graph.h"

namespace ireko {

// `origins`: by block, the one it is a copy of, or itself. Returns whether
// there was such a loop.
bool unrollLoops(Function &code, const FlowGraph &graph, wasm::Module &module,
                 std::vector<BlockIndex> &origins);

} // namespace ireko

#endif // IREKO_REWRITER_UNROLL_H
