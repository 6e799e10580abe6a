// Joins a block that branches with the block it falls into, when nothing else
// leads there: the branch becomes an exit statement in the middle. Blocks of
// compiled code are short; an instruction may now go on behind a branch.
//
//     b1: x = 1; if (c) jump b9         b1: x = 1
//     b2: y = 2; return          ==>        if (c) exit to b9
//                                           y = 2; return
//
// Marks the loops that are one block now.
//
// Runs last: exits are known to selection and what follows, not to passes.

#include "passes/pass.h"
#include "rewriter/liveness.h"
#include "rewriter/weights.h"
#include "wasm-builder.h"

using namespace wasm;

namespace ireko {

namespace {

using Kind = Terminator::Kind;

Expression *makeExit(Builder &builder, const Terminator &branch) {
  Expression *condition = branch.tree;
  if (branch.negated)
    condition = builder.makeUnary(EqZInt32, condition);
  return builder.makeBreak(exitName(branch.targets[0]), nullptr, condition);
}

} // namespace

void extendBlocks(Program &program, Function &function) {
  Builder builder(program.module);
  std::vector<uint32_t> entries = countEntries(function);
  std::vector<BlockIndex> layout;
  for (BlockIndex index : function.layout) {
    Block &next = function.blocks[index];
    Block *block = layout.empty() ? nullptr : &function.blocks[layout.back()];
    bool joins = block && block->end.kind == Kind::Branch &&
                 !block->end.backEdge && block->end.next == index &&
                 entries[index] == 1 && next.loopDepth == block->loopDepth &&
                 guessBranch(*block) != Guess::True;
    if (!joins) {
      layout.push_back(index);
      continue;
    }
    block->statements.push_back(makeExit(builder, block->end));
    block->statements.insert(block->statements.end(), next.statements.begin(),
                             next.statements.end());
    block->end = std::move(next.end);
    next.statements.clear();
    next.end = Terminator();
  }
  function.layout = std::move(layout);
  for (BlockIndex index : function.layout) {
    Terminator &end = function.blocks[index].end;
    end.toItself = end.kind == Kind::Branch && end.targets[0] == index;
  }
}

} // namespace ireko
