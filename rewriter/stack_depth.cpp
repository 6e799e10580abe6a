#include "rewriter/stack_depth.h"

#include <algorithm>

#include "ir/find_all.h"

using namespace wasm;

namespace ireko {

namespace {

using Kind = Terminator::Kind;

// Depth-first over functions and, in between, the sets of functions that a call
// through a table may mean: a program may have many such calls and large
// tables.
class Depths {
public:
  Depths(const Program &program,
         llvm::function_ref<bool(wasm::Function &)> mayCallBack)
      : program(program), mayCallBack(mayCallBack) {}

  std::optional<uint64_t> run();

private:
  struct Edge {
    uint32_t to;
    uint64_t offset; // of the callee's frame in the caller's
  };
  struct Node {
    std::vector<Edge> edges;
    uint64_t depth = 0; // at first of its own frame
    enum class State : uint8_t { New, Active, Done } state = State::New;
  };

  bool addEdges(uint32_t function);
  uint32_t targetsNode(uint32_t table, uint32_t type);
  bool mayBeEntered(const ColdOperator &op) const;
  bool visit(uint32_t root);

  const Program &program;
  llvm::function_ref<bool(wasm::Function &)> mayCallBack;
  std::vector<Node> nodes; // functions, then targets of calls through tables
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> targets;
};

// Whether the program may be entered again while this operator runs.
bool Depths::mayBeEntered(const ColdOperator &op) const {
  if (!op.leavesVm)
    return false;
  if (!FindAll<CallIndirect>(op.tree).list.empty())
    return true;
  for (Call *call : FindAll<Call>(op.tree).list)
    if (mayCallBack(*program.module.getFunction(call->target)))
      return true;
  return false;
}

uint32_t Depths::targetsNode(uint32_t table, uint32_t type) {
  auto [it, isNew] = targets.try_emplace({table, type}, nodes.size());
  if (!isNew)
    return it->second;
  Node node;
  for (uint32_t element : program.staticTables[table].functions) {
    if (!element)
      continue;
    auto number = program.typeNumbers.find(
        program.functions[element - 1].source->type.getHeapType());
    if (number != program.typeNumbers.end() && number->second == type)
      node.edges.push_back({element - 1, 0});
  }
  nodes.push_back(std::move(node));
  return it->second;
}

// False if one of them has no end.
bool Depths::addEdges(uint32_t index) {
  const Function &function = program.functions[index];
  nodes[index].depth = uint64_t(function.frameSlots) * kSlotBytes;
  for (BlockIndex block : function.layout) {
    const Terminator &end = function.blocks[block].end;
    uint64_t offset = uint64_t(end.frame) * kSlotBytes;
    switch (end.kind) {
    case Kind::Cold:
      if (mayBeEntered(program.coldOperators[end.callee]))
        return false;
      break;
    case Kind::Call:
      nodes[index].edges.push_back({end.callee, offset});
      break;
    case Kind::TailCall:
      nodes[index].edges.push_back({end.callee, 0});
      break;
    case Kind::CallIndirect:
    case Kind::TailCallIndirect: {
      uint32_t to = targetsNode(end.table, end.type);
      nodes[index].edges.push_back(
          {to, end.kind == Kind::CallIndirect ? offset : 0});
      break;
    }
    default:
      break;
    }
  }
  return true;
}

// False if it finds a cycle.
bool Depths::visit(uint32_t root) {
  if (nodes[root].state == Node::State::Done)
    return true;
  // Nodes on the way, with the edge that is next.
  std::vector<std::pair<uint32_t, size_t>> path{{root, 0}};
  nodes[root].state = Node::State::Active;
  while (!path.empty()) {
    auto &[index, next] = path.back();
    Node &node = nodes[index];
    if (next == node.edges.size()) {
      node.state = Node::State::Done;
      path.pop_back();
      continue;
    }
    const Edge &edge = node.edges[next];
    Node &callee = nodes[edge.to];
    if (callee.state == Node::State::Active)
      return false;
    if (callee.state == Node::State::New) {
      callee.state = Node::State::Active;
      path.push_back({edge.to, 0});
      continue;
    }
    node.depth = std::max(node.depth, edge.offset + callee.depth);
    ++next;
  }
  return true;
}

std::optional<uint64_t> Depths::run() {
  nodes.resize(program.functions.size());
  for (uint32_t i = 0; i < program.functions.size(); ++i)
    if (!addEdges(i))
      return std::nullopt;
  uint64_t depth = 0;
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    if (!visit(i))
      return std::nullopt;
    depth = std::max(depth, nodes[i].depth);
  }
  return depth;
}

} // namespace

std::optional<uint64_t>
stackDepth(const Program &program,
           llvm::function_ref<bool(wasm::Function &)> mayCallBack) {
  return Depths(program, mayCallBack).run();
}

} // namespace ireko
