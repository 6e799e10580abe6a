#include "rewriter/flow_graph.h"

#include <algorithm>

#include "rewriter/liveness.h"

namespace ireko {

FlowGraph::FlowGraph(const Function &function, BlockTest isEntered)
    : successors(function.blocks.size() + 1), predecessors(successors.size()),
      order(successors.size(), kUnreached), dominator(successors.size()),
      innermost(successors.size(), kRoot), outerLoop(successors.size(), kRoot),
      header(successors.size()), hasInner(successors.size()),
      towards(successors.size(), kRoot), entry(successors.size()),
      size(successors.size()), labelled(successors.size()),
      inside(successors.size()), behind(successors.size()) {
  sortNodes(function);
  findDominators();
  std::vector<FlowNode> loops = findLoops();
  if (!reducible)
    return;
  measureLoops(loops);
  chooseEntries(loops, isEntered);
  addEntries();
  findDominators();
  place(function);
}

// Finds what is reachable and sorts it into reverse postorder.
void FlowGraph::sortNodes(const Function &function) {
  successors[kRoot] = {nodeOf(function.layout.front())};
  for (BlockIndex block : function.layout) {
    std::vector<FlowNode> &list = successors[nodeOf(block)];
    forEachSuccessor(function.blocks[block],
                     [&](BlockIndex to) { list.push_back(nodeOf(to)); });
    // What is visited last comes first: the cases of a switch in their order,
    // as in the original.
    if (function.blocks[block].end.kind == Terminator::Kind::Switch)
      std::reverse(list.begin(), list.end());
  }
  std::vector<bool> seen(successors.size());
  std::vector<std::pair<FlowNode, size_t>> stack{{kRoot, 0}};
  seen[kRoot] = true;
  while (!stack.empty()) {
    auto &[node, next] = stack.back();
    if (next == successors[node].size()) {
      sorted.push_back(node);
      stack.pop_back();
      continue;
    }
    FlowNode to = successors[node][next++];
    if (!seen[to]) {
      seen[to] = true;
      stack.push_back({to, 0});
    }
  }
  std::reverse(sorted.begin(), sorted.end());
  for (uint32_t i = 0; i < sorted.size(); ++i)
    order[sorted[i]] = i;
  for (FlowNode node : sorted)
    for (FlowNode to : successors[node])
      predecessors[to].push_back(node);
}

// Cooper, Harvey and Kennedy, "A simple, fast dominance algorithm" (2001).
void FlowGraph::findDominators() {
  std::vector<bool> known(successors.size());
  known[kRoot] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (FlowNode node : sorted) {
      if (node == kRoot)
        continue;
      FlowNode common = kUnreached;
      for (FlowNode other : predecessors[node]) {
        if (!known[other])
          continue;
        if (common == kUnreached) {
          common = other;
          continue;
        }
        while (common != other)
          if (order[common] > order[other])
            common = dominator[common];
          else
            other = dominator[other];
      }
      if (known[node] && dominator[node] == common)
        continue;
      dominator[node] = common;
      known[node] = changed = true;
    }
  }
}

bool FlowGraph::dominates(FlowNode a, FlowNode b) const {
  while (order[b] > order[a])
    b = dominator[b];
  return a == b;
}

// Natural loops.
std::vector<FlowNode> FlowGraph::findLoops() {
  std::vector<FlowNode> headers;
  for (size_t i = sorted.size(); i-- > 0;) {
    FlowNode start = sorted[i];
    std::vector<FlowNode> work;
    for (FlowNode from : predecessors[start]) {
      if (!isBackEdge(from, start))
        continue;
      if (!dominates(start, from)) {
        reducible = false;
        return {};
      }
      work.push_back(from);
    }
    if (work.empty())
      continue;
    headers.push_back(start);
    // Whole loops found earlier are stepped over by their headers.
    auto outermostSoFar = [&](FlowNode node) {
      FlowNode loop = innermost[node];
      if (loop == kRoot)
        return node;
      while (outerLoop[loop] != kRoot && outerLoop[loop] != start)
        loop = outerLoop[loop];
      return loop;
    };
    innermost[start] = start;
    while (!work.empty()) {
      FlowNode node = outermostSoFar(work.back());
      work.pop_back();
      if (node == start)
        continue;
      if (innermost[node] == node) { // a loop within
        if (outerLoop[node] == start)
          continue;
        outerLoop[node] = start;
        hasInner[start] = true;
      } else {
        innermost[node] = start;
      }
      for (FlowNode from : predecessors[node])
        if (!isBackEdge(from, node))
          work.push_back(from);
    }
  }
  for (FlowNode loop : headers)
    header[loop] = true;
  return headers;
}

void FlowGraph::measureLoops(const std::vector<FlowNode> &innerFirst) {
  for (FlowNode node : sorted)
    ++size[innermost[node]];
  for (FlowNode loop : innerFirst)
    if (outerLoop[loop] != kRoot)
      size[outerLoop[loop]] += size[loop];
}

void FlowGraph::chooseEntries(const std::vector<FlowNode> &innerFirst,
                              BlockTest isEntered) {
  std::vector<bool> enters(size.size(), !isEntered);
  if (isEntered)
    for (FlowNode node : sorted)
      if (node != kRoot && isEntered(blockOf(node)))
        enters[outermostLoopOf(node)] = true;
  std::vector<FlowNode> largest(size.size(), kRoot); // in this one
  for (FlowNode loop : innerFirst) {
    FlowNode outer = outerLoop[loop];
    if (outer == kRoot)
      continue;
    if (size[loop] >= kLargeLoop &&
        (largest[outer] == kRoot || size[loop] >= size[largest[outer]]))
      largest[outer] = loop;
  }
  for (auto it = innerFirst.rbegin(); it != innerFirst.rend(); ++it)
    if (outerLoop[*it] == kRoot && enters[*it])
      entered.push_back(*it);
  for (size_t i = 0, outermost = entered.size(); i < outermost; ++i) {
    FlowNode loop = entered[i];
    for (; largest[loop] != kRoot; loop = towards[loop])
      towards[loop] = largest[loop];
    if (loop != entered[i])
      entered.push_back(loop);
  }
  for (uint32_t i = 0; i < entered.size(); ++i)
    entry[entered[i]] = i + 1;
}

bool FlowGraph::hasLoops() const {
  return std::find(header.begin(), header.end(), true) != header.end();
}

void FlowGraph::addEntries() {
  auto add = [&](FlowNode from, FlowNode to) {
    successors[from].push_back(to);
    predecessors[to].push_back(from);
  };
  for (FlowNode loop : entered)
    if (!isInnerLoop(loop)) {
      add(kRoot, loop);
      for (; towards[loop] != kRoot; loop = towards[loop])
        add(loop, towards[loop]);
    }
}

void FlowGraph::place(const Function &function) {
  for (BlockIndex block : function.layout)
    if (function.blocks[block].end.kind == Terminator::Kind::Switch)
      for (BlockIndex to : function.blocks[block].end.targets)
        labelled[nodeOf(to)] = true;
  for (FlowNode node : sorted) {
    if (node == kRoot)
      continue;
    uint32_t edges = 0;
    for (FlowNode from : predecessors[node])
      edges += !isBackEdge(from, node);
    FlowNode parent = dominator[node];
    // The outermost loop that has the parent but not the node.
    FlowNode left = kRoot;
    for (FlowNode loop = innermost[parent]; loop != kRoot;
         loop = outerLoop[loop]) {
      bool has = false;
      for (FlowNode of = innermost[node]; of != kRoot && !has;
           of = outerLoop[of])
        has = of == loop;
      if (has)
        break;
      left = loop;
    }
    if (edges > 1 || left != kRoot)
      labelled[node] = true;
    if (left != kRoot)
      behind[left].push_back(node);
    else if (labelled[node])
      inside[parent].push_back(node);
  }
}

} // namespace ireko
