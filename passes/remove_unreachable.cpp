// Takes out of the layout the blocks that control cannot reach. Lowering
// starts a block after each conditional branch and label whether or not code
// follows, and encoding writes every block of the layout.

#include "passes/pass.h"
#include "rewriter/liveness.h"

namespace ireko {

void removeUnreachable(Program &, Function &function) {
  std::vector<bool> seen(function.blocks.size());
  std::vector<BlockIndex> work{function.layout.front()};
  seen[work.front()] = true;
  while (!work.empty()) {
    BlockIndex index = work.back();
    work.pop_back();
    forEachSuccessor(function.blocks[index].end, [&](BlockIndex &next) {
      if (!seen[next]) {
        seen[next] = true;
        work.push_back(next);
      }
    });
  }
  std::erase_if(function.layout, [&](BlockIndex index) { return !seen[index]; });
}

} // namespace ireko
