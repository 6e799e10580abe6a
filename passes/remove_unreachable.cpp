// Takes out of the layout the blocks that control cannot reach. Lowering
// starts a block after each conditional branch and label whether or not code
// follows, and encoding writes every block of the layout.

#include "passes/pass.h"
#include "rewriter/liveness.h"

namespace ireko {

void removeUnreachable(Program &, Function &function) {
  std::vector<bool> seen = reachableBlocks(function);
  std::erase_if(function.layout,
                [&](BlockIndex index) { return !seen[index]; });
}

} // namespace ireko
