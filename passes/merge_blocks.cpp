// Threads jumps through blocks that only jump on, and joins a block with its
// only successor when that has no other predecessor. Lowering makes a block
// for every label and every construct; most vanish here.
//
//     b1: x = 1; jump b2          b1: x = 1; y = 2; jump b5
//     b2: jump b3          ==>
//     b3: y = 2; jump b4
//     b4: jump b5
//
// Assumes nothing about the layout. A jump back to a loop header is kept as it
// is, because the counter counts it.

#include "passes/pass.h"
#include "rewriter/liveness.h"

namespace ireko {

namespace {

using Kind = Terminator::Kind;

bool isForwarder(const Block &block) {
  return block.statements.empty() && block.end.kind == Kind::Jump &&
         !block.end.backEdge;
}

// The first block on the way from `from` that does something. The walk is
// shortened for the next time (path compression), so all walks together are
// near-linear; a cycle of empty blocks ends at its start.
BlockIndex destination(Function &function, BlockIndex from) {
  BlockIndex to = from;
  while (isForwarder(function.blocks[to]) &&
         function.blocks[to].end.next != from)
    to = function.blocks[to].end.next;
  while (from != to) {
    BlockIndex next = function.blocks[from].end.next;
    function.blocks[from].end.next = to;
    from = next;
  }
  return to;
}

} // namespace

void mergeBlocks(Program &, Function &function) {
  std::vector<uint32_t> entries(function.blocks.size());
  ++entries[function.layout.front()];
  for (BlockIndex index : function.layout)
    forEachSuccessor(function.blocks[index], [&](BlockIndex &next) {
      next = destination(function, next);
    });
  // Only what control can reach counts as a predecessor.
  std::vector<bool> seen = reachableBlocks(function);
  for (BlockIndex index : function.layout)
    if (seen[index])
      forEachSuccessor(function.blocks[index],
                       [&](BlockIndex &next) { ++entries[next]; });
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    if (!seen[index])
      continue;
    while (block.end.kind == Kind::Jump && !block.end.backEdge) {
      Block &next = function.blocks[block.end.next];
      if (entries[block.end.next] != 1 || &next == &block ||
          next.loopDepth != block.loopDepth)
        break;
      seen[block.end.next] = false;
      block.statements.insert(block.statements.end(), next.statements.begin(),
                              next.statements.end());
      next.statements.clear();
      block.end = std::move(next.end);
      next.end = Terminator();
    }
  }
  std::erase_if(function.layout,
                [&](BlockIndex index) { return !seen[index]; });
}

} // namespace ireko
