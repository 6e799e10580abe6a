// Copies a short block that ends in a jump or a return to the places that jump
// to it, so that one run of statements goes on there, and no jump is left.
//
//     b1: x = 1; jump b9          b1: x = 1; y = z; return x
//     b2: x = 2; jump b9    ==>   b2: x = 2; y = z; return x
//     b9: y = z; return x         (b9 is left to who falls into it)
//
// A safepoint is neither passed over nor added: neither the jump to the block
// nor the block's own goes back to a loop header. The image grows, so this is
// not for small bundles.

#include <algorithm>

#include "ir/manipulation.h"
#include "passes/pass.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

namespace {

using Kind = Terminator::Kind;

// The statements of a block that is copied, and the nodes of all its trees.
constexpr size_t kMaxStatements = 3;
constexpr uint32_t kMaxNodes = 16;

bool jumpsForward(const Block &block) {
  return block.end.kind == Kind::Jump && !block.end.backEdge;
}

bool isShortEnd(const Block &block) {
  if (block.isLoopHeader || block.statements.size() > kMaxStatements ||
      (block.end.kind != Kind::Return && !jumpsForward(block)))
    return false;
  uint32_t nodes = block.end.tree ? countNodes(block.end.tree) : 0;
  for (Expression *statement : block.statements)
    nodes += countNodes(statement);
  return nodes <= kMaxNodes;
}

} // namespace

void copyEnds(Program &program, Function &function) {
  auto copy = [&](Expression *tree) {
    return ExpressionManipulator::copy(tree, program.module);
  };
  std::vector<bool> isShort(function.blocks.size());
  for (BlockIndex index : function.layout)
    isShort[index] = isShortEnd(function.blocks[index]);
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    if (!jumpsForward(block) || !isShort[block.end.next] ||
        block.end.next == index)
      continue;
    isShort[index] = false; // it grows
    Block &end = function.blocks[block.end.next];
    end.count -= std::min(end.count, block.count);
    for (Expression *statement : end.statements)
      block.statements.push_back(copy(statement));
    block.end = end.end;
    if (block.end.tree)
      block.end.tree = copy(block.end.tree);
  }
}

} // namespace ireko
