// Expression trees of the lowered form: what a node can do, and a canonical
// spelling by which equal trees are found.

#ifndef IREKO_REWRITER_TREE_H
#define IREKO_REWRITER_TREE_H

#include <cstdint>
#include <string>

#include "ir/iteration.h"
#include "wasm.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ireko {

// Whether this node (not its children) can trap.
bool mayTrap(const wasm::Expression *node);
// Whether this node or one below it can.
bool treeMayTrap(wasm::Expression *tree);
// Whether this node (not its children) reads memory or its size.
bool readsMemory(const wasm::Expression *node);
// A node without children that costs nothing to evaluate twice.
bool isLeaf(const wasm::Expression *node);
// How many operators the tree has: its nodes except leaves, drop and local.set.
uint32_t countOperators(wasm::Expression *tree);
// All nodes of the tree.
uint32_t countNodes(wasm::Expression *tree);
// The static offset of a memory access; null for other nodes.
wasm::Address *memoryOffset(wasm::Expression *node);
// The children in evaluation order. Binaryen's iterator knows all nodes, but
// makes a list first; the common ones are listed here, since packing a large
// program visits each node some tens of times.
template <typename Visit>
void forEachChild(wasm::Expression *node, Visit visit) {
  using wasm::Expression;
  switch (node->_id) {
  case Expression::ConstId:
  case Expression::LocalGetId:
  case Expression::GlobalGetId:
    return;
  case Expression::LocalSetId:
    return visit(static_cast<wasm::LocalSet *>(node)->value);
  case Expression::GlobalSetId:
    return visit(static_cast<wasm::GlobalSet *>(node)->value);
  case Expression::DropId:
    return visit(static_cast<wasm::Drop *>(node)->value);
  case Expression::LoadId:
    return visit(static_cast<wasm::Load *>(node)->ptr);
  case Expression::StoreId:
    visit(static_cast<wasm::Store *>(node)->ptr);
    return visit(static_cast<wasm::Store *>(node)->value);
  case Expression::UnaryId:
    return visit(static_cast<wasm::Unary *>(node)->value);
  case Expression::BinaryId:
    visit(static_cast<wasm::Binary *>(node)->left);
    return visit(static_cast<wasm::Binary *>(node)->right);
  case Expression::SelectId:
    visit(static_cast<wasm::Select *>(node)->ifTrue);
    visit(static_cast<wasm::Select *>(node)->ifFalse);
    return visit(static_cast<wasm::Select *>(node)->condition);
  default:
    for (Expression *&child : wasm::ChildIterator(node))
      visit(child);
  }
}

// Called for each node, parents first and children in evaluation order.
// Returns whether the immediate that handlers may take as an operand (index of
// local.get and local.set, name of global.get and global.set, value of const,
// offset of a memory access, mask of a shuffle) is to be left out of the
// spelling; what was appended to `out` stands in its place.
using ImmediateSpeller =
    llvm::function_ref<bool(wasm::Expression *node, std::string &out)>;

// Appends a spelling that is equal for equal trees only. Alignment hints do
// not count.
void spell(wasm::Expression *tree, std::string &out, ImmediateSpeller leftOut);

} // namespace ireko

#endif // IREKO_REWRITER_TREE_H
