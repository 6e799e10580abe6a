// Expression trees of the lowered form: what a node can do, and a canonical
// spelling by which equal trees are found.

#ifndef IREKO_REWRITER_TREE_H
#define IREKO_REWRITER_TREE_H

#include <cstdint>
#include <functional>
#include <string>

#include "wasm.h"

namespace ireko {

// Whether this node (not its children) can trap.
bool mayTrap(const wasm::Expression *node);
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
// The children in evaluation order.
void forEachChild(wasm::Expression *node,
                  const std::function<void(wasm::Expression *&)> &visit);

// Called for each node, parents first and children in evaluation order.
// Returns whether the immediate that handlers may take as an operand (index of
// local.get and local.set, name of global.get and global.set, value of const,
// offset of a memory access, mask of a shuffle) is to be left out of the
// spelling; what was appended to `out` stands in its place.
using ImmediateSpeller =
    std::function<bool(wasm::Expression *node, std::string &out)>;

// Appends a spelling that is equal for equal trees only. Alignment hints do
// not count.
void spell(wasm::Expression *tree, std::string &out,
           const ImmediateSpeller &leftOut);

} // namespace ireko

#endif // IREKO_REWRITER_TREE_H
