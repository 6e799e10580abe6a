#include "rewriter/unroll.h"

#include <algorithm>

#include "ir/manipulation.h"
#include "rewriter/liveness.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

using Kind = Terminator::Kind;

namespace {

// Nodes of trees of a loop with all its copies, and how many of it there are at
// most.
constexpr uint32_t kMaxNodes = 128, kMaxTimes = 4;

class Unroller {
public:
  Unroller(Function &code, const FlowGraph &graph, Module &module,
           std::vector<BlockIndex> &origins)
      : code(code), graph(graph), module(module), origins(origins) {}

  bool run();

private:
  uint32_t timesOf(const std::vector<BlockIndex> &loop) const;
  void unroll(BlockIndex header, const std::vector<BlockIndex> &loop,
              uint32_t times);

  Function &code;
  const FlowGraph &graph;
  Module &module;
  std::vector<BlockIndex> &origins;
};

// How many copies there are to be, with the loop itself.
uint32_t Unroller::timesOf(const std::vector<BlockIndex> &loop) const {
  uint32_t nodes = 0;
  for (BlockIndex index : loop) {
    const ireko::Block &block = code.blocks[index];
    if (block.end.kind != Kind::None && block.end.kind != Kind::Jump &&
        block.end.kind != Kind::Branch)
      return 1;
    nodes += 2;
    for (Expression *statement : block.statements)
      nodes += countNodes(statement);
    if (block.end.tree)
      nodes += countNodes(block.end.tree);
  }
  return std::min(kMaxTimes, kMaxNodes / nodes);
}

void Unroller::unroll(BlockIndex header, const std::vector<BlockIndex> &loop,
                      uint32_t times) {
  // By block of the loop, the block of copy 1; those of others follow in steps.
  std::unordered_map<BlockIndex, BlockIndex> first;
  BlockIndex start = code.blocks.size();
  for (BlockIndex index : loop)
    first[index] = start + first.size();
  auto copyOf = [&](BlockIndex index, uint32_t copy) {
    return copy ? first.at(index) + (copy - 1) * BlockIndex(loop.size())
                : index;
  };
  for (uint32_t copy = 1; copy < times; ++copy)
    for (BlockIndex index : loop) {
      ireko::Block block = code.blocks[index];
      for (Expression *&statement : block.statements)
        statement = ExpressionManipulator::copy(statement, module);
      if (block.end.tree)
        block.end.tree = ExpressionManipulator::copy(block.end.tree, module);
      block.isLoopHeader = false;
      code.layout.push_back(code.blocks.size());
      code.blocks.push_back(std::move(block));
      origins.push_back(index);
    }
  for (uint32_t copy = 0; copy < times; ++copy)
    for (BlockIndex index : loop) {
      ireko::Block &block = code.blocks[copyOf(index, copy)];
      bool goesBack = false;
      forEachSuccessor(block, [&](BlockIndex &to) {
        if (to == header) {
          goesBack = true;
          to = copyOf(header, (copy + 1) % times);
        } else if (first.count(to)) {
          to = copyOf(to, copy);
        }
      });
      if (goesBack) {
        block.end.backEdge = copy + 1 == times;
        block.end.toItself = false;
      }
    }
}

bool Unroller::run() {
  std::unordered_map<FlowNode, std::vector<BlockIndex>> loops;
  std::vector<FlowNode> headers;
  for (FlowNode node : graph.nodes()) {
    FlowNode header = graph.loopOf(node);
    if (header == kRoot || graph.hasInnerLoops(header))
      continue;
    auto &loop = loops[header];
    if (loop.empty())
      headers.push_back(header);
    loop.push_back(blockOf(node));
  }
  bool any = false;
  for (FlowNode header : headers) {
    const std::vector<BlockIndex> &loop = loops[header];
    uint32_t times = timesOf(loop);
    if (times < 2)
      continue;
    unroll(blockOf(header), loop, times);
    any = true;
  }
  return any;
}

} // namespace

bool unrollLoops(Function &code, const FlowGraph &graph, Module &module,
                 std::vector<BlockIndex> &origins) {
  return Unroller(code, graph, module, origins).run();
}

} // namespace ireko
