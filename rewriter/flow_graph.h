// The control flow of one function as nested constructs: which blocks are in
// which loop, and in which order and nesting WebAssembly's blocks and loops can
// hold them, after Ramsey, "Beyond Relooper" (ICFP 2022).
//
// Node 0 is the root, where a call begins; node b + 1 is basic block b. Edges
// go as in the lowered form. In addition the root has an edge to each outermost
// loop header, for an activation that is in the middle of the loop.
//
// A node is placed in one of three ways:
//   inline         at its only edge, which is not one of a switch
//   in its parent  behind a block that ends right before it; branches to the
//                  node leave that block
//   after a loop   the same, around the whole loop of its parent, so that code
//                  behind a loop is not inside

#ifndef IREKO_REWRITER_FLOW_GRAPH_H
#define IREKO_REWRITER_FLOW_GRAPH_H

#include <vector>

#include "rewriter/lowered.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ireko {

using FlowNode = uint32_t;
inline constexpr FlowNode kRoot = 0;
inline FlowNode nodeOf(BlockIndex block) { return block + 1; }
inline BlockIndex blockOf(FlowNode node) { return node - 1; }

class FlowGraph {
public:
  // Loops with a block for which `isEntered` says so can be entered; null: all.
  using BlockTest = llvm::function_ref<bool(BlockIndex)>;
  explicit FlowGraph(const Function &function, BlockTest isEntered = {});

  // Whether each loop has one header through which control comes in. Nothing
  // below holds if not.
  bool isReducible() const { return reducible; }
  bool isReachable(BlockIndex block) const {
    return order[nodeOf(block)] != kUnreached;
  }
  // In reverse postorder, the root first.
  const std::vector<FlowNode> &nodes() const { return sorted; }

  bool isHeader(FlowNode node) const { return header[node]; }
  bool hasLoops() const;
  // The header of the innermost loop that has the node, or kRoot.
  FlowNode loopOf(FlowNode node) const { return innermost[node]; }
  // Whether there are loops in the loop of this header.
  bool hasInnerLoops(FlowNode node) const { return hasInner[node]; }
  // The header of the outermost loop that has the node, or kRoot.
  FlowNode outermostLoopOf(FlowNode node) const {
    FlowNode loop = innermost[node];
    while (loop != kRoot && outerLoop[loop] != kRoot)
      loop = outerLoop[loop];
    return loop;
  }
  // Whether the loop of this header is in another one.
  bool isInnerLoop(FlowNode node) const { return outerLoop[node] != kRoot; }
  // Whether this edge goes back to a loop header.
  bool isBackEdge(FlowNode from, FlowNode to) const {
    return order[to] <= order[from];
  }
  // The headers of loops that can be entered from the root, and the place of
  // one of them in that list, from 1; 0 for other nodes. The outermost loops
  // come first; of a large one that has large ones in it, the largest of each
  // depth, the innermost of these can be entered too, through the headers
  // around it.
  const std::vector<FlowNode> &enteredLoops() const { return entered; }
  uint32_t entryOf(FlowNode node) const { return entry[node]; }
  // Of the header of an outermost loop or one on such a way: the next header on
  // it, or kRoot.
  FlowNode nextOnWay(FlowNode header) const { return towards[header]; }
  // Nodes of a loop, inner loops included. Large ones are those of
  // interpreters.
  static constexpr uint32_t kLargeLoop = 64;
  uint32_t loopSize(FlowNode header) const { return size[header]; }

  bool isInline(FlowNode node) const { return !labelled[node]; }
  // In the order in which they follow each other.
  const std::vector<FlowNode> &placedIn(FlowNode node) const {
    return inside[node];
  }
  const std::vector<FlowNode> &placedAfterLoop(FlowNode header) const {
    return behind[header];
  }

private:
  static constexpr uint32_t kUnreached = ~0u;

  void sortNodes(const Function &function);
  void findDominators();
  bool dominates(FlowNode a, FlowNode b) const;
  std::vector<FlowNode> findLoops(); // inner ones first
  void measureLoops(const std::vector<FlowNode> &innerFirst);
  void chooseEntries(const std::vector<FlowNode> &innerFirst,
                     BlockTest isEntered);
  void addEntries();
  void place(const Function &function);

  bool reducible = true;
  std::vector<std::vector<FlowNode>> successors, predecessors;
  std::vector<uint32_t> order; // position in `sorted`
  std::vector<FlowNode> sorted;
  std::vector<FlowNode> dominator; // the immediate one
  // The header of the innermost loop that has the node, or kRoot; a header is
  // in its own loop. And of the loop around a header's.
  std::vector<FlowNode> innermost, outerLoop;
  std::vector<bool> header, hasInner;
  std::vector<FlowNode> entered, towards;
  std::vector<uint32_t> entry, size;
  std::vector<bool> labelled;
  std::vector<std::vector<FlowNode>> inside, behind;
};

} // namespace ireko

#endif // IREKO_REWRITER_FLOW_GRAPH_H
