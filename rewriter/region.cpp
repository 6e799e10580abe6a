#include "rewriter/region.h"

#include <numeric>

#include "ir/manipulation.h"
#include "rewriter/leaves.h"
#include "rewriter/lowerer.h"
#include "rewriter/tree.h"
#include "rewriter/unroll.h"

using namespace wasm;

namespace ireko {

using Kind = Terminator::Kind;

namespace {

// What a block costs beyond its trees; a call; leaving to the stream for good,
// and each value that is written then. Places that leave share much of that.
constexpr uint32_t kBytesPerBlock = 6, kBytesPerCall = 12, kBytesToGoOn = 12,
                   kBytesPerLive = 3;

} // namespace

std::vector<SlotOfType> valuesOf(Type types, Slot first) {
  std::vector<SlotOfType> values;
  for (Type type : types) {
    if (!type.isRef())
      values.push_back({first, type});
    first += slotsOf(type);
  }
  return values;
}

Signature regionSignature(HeapType type) {
  Signature guest = type.getSignature();
  std::vector<Type> params{Type::i32};
  for (SlotOfType value : valuesOf(guest.params, kFirstSlot))
    params.push_back(value.type);
  std::vector<SlotOfType> results = valuesOf(guest.results, kFirstSlot);
  return Signature(Type(params),
                   results.empty() ? Type(Type::none) : results.front().type);
}

CallTypes::CallTypes(const Program &program) : program(program) {
  byNumber.resize(program.typeNumbers.size() + 1, HeapType::func);
  for (auto &[type, number] : program.typeNumbers)
    byNumber[number] = type;
}

HeapType CallTypes::typeOf(const Terminator &end) const {
  if (end.kind == Kind::Call || end.kind == Kind::TailCall)
    return program.functions[end.callee].source->type.getHeapType();
  return byNumber[end.type];
}

namespace {

template <typename Visit> void forEachGet(Expression *tree, Visit visit) {
  if (auto *get = tree->dynCast<LocalGet>())
    visit(get);
  forEachChild(tree, [&](Expression *&child) { forEachGet(child, visit); });
}

} // namespace

std::vector<SlotOfType> operandsOf(const ColdOperator &op) {
  std::vector<SlotOfType> operands;
  forEachGet(op.tree, [&](LocalGet *get) {
    if (!get->type.isRef())
      operands.push_back({get->index, get->type});
  });
  return operands;
}

bool takesValues(const ColdOperator &op) {
  bool isPlain = !op.leavesVm && !op.tree->type.isRef() &&
                 !op.tree->type.isTuple() && op.tree->type != Type::unreachable;
  forEachGet(op.tree, [&](LocalGet *get) { isPlain &= !get->type.isRef(); });
  return isPlain;
}

bool CallTypes::isValueOperator(const Terminator &end) const {
  return end.kind == Kind::Cold &&
         takesValues(program.coldOperators[end.callee]);
}

std::vector<SlotOfType> CallTypes::arguments(const Terminator &end) const {
  std::vector<SlotOfType> operands;
  switch (end.kind) {
  case Kind::Call:
  case Kind::CallIndirect:
  case Kind::TailCall:
  case Kind::TailCallIndirect:
    return valuesOf(typeOf(end).getSignature().params, end.frame + kFirstSlot);
  case Kind::Cold:
    operands = operandsOf(program.coldOperators[end.callee]);
    for (SlotOfType &operand : operands)
      operand.slot += end.frame;
    return operands;
  default:
    return {};
  }
}

std::vector<SlotOfType> CallTypes::results(const Terminator &end) const {
  switch (end.kind) {
  case Kind::Call:
  case Kind::CallIndirect:
    return valuesOf(typeOf(end).getSignature().results, end.frame + kFirstSlot);
  case Kind::Cold: {
    const ColdOperator &op = program.coldOperators[end.callee];
    if (!op.tree->type.isConcrete())
      return {};
    return valuesOf(op.tree->type, end.frame + op.result);
  }
  default:
    return {};
  }
}

Region::Region(const Program &program, const CallTypes &types,
               uint32_t function, const Leaves &leaves,
               const std::vector<Cold> &cold, bool unrolls)
    : function(function), code(program.functions[function]), graph(code),
      isLeaf(leaves.isLeaf[function]), type(code.source->type.getHeapType()) {
  if (!graph.isReducible()) {
    why = "control enters a loop in more than one place";
    return;
  }
  copyCode(program);
  origins.resize(code.blocks.size());
  std::iota(origins.begin(), origins.end(), 0);
  // Where it may leave. A loop in which it does not is only entered to restart,
  // and a function that is called often need not do that.
  auto mayLeave = [&](BlockIndex index) {
    const Terminator &end = code.blocks[index].end;
    return end.kind == Kind::CallIndirect ||
           (end.kind == Kind::Call && !leaves.isLeaf[end.callee]);
  };
  bool entersAll = !leaves.isOften[function];
  if (!entersAll)
    graph = FlowGraph(code, mayLeave);
  if (unrolls && entersAll && unrollLoops(code, graph, program.module, origins))
    graph = FlowGraph(code);
  leftOut.resize(code.blocks.size());
  findVariables(types);
  constexpr uint64_t kMaxBits = 1 << 26;
  if (variables.size() * uint64_t(code.blocks.size()) > kMaxBits) {
    why = "it has too many blocks and variables";
    return;
  }
  findLiveness(types);
  // A leaf has no frame to leave from.
  if (!isLeaf && !why && !cold.empty())
    leaveOut(cold);
  fitsInPlace = !leavesOut && mayBeInPlace();
}

bool Region::mayBeInPlace() const {
  if (valuesOf(type.getSignature().results, kFirstSlot).size() > 1)
    return false;
  for (BlockIndex index : code.layout) {
    Kind kind = code.blocks[index].end.kind;
    if (kind == Kind::TailCall || kind == Kind::TailCallIndirect)
      return false;
  }
  return true;
}

// Of roughly the code of a cold block and those to which only cold ones lead.
uint32_t Region::bytesBehind(BlockIndex first,
                             const std::vector<Cold> &cold) const {
  uint32_t bytes = 0;
  std::vector<BlockIndex> work{first};
  std::vector<bool> seen(code.blocks.size());
  seen[first] = true;
  while (!work.empty()) {
    const Block &block = code.blocks[work.back()];
    work.pop_back();
    bytes += kBytesPerBlock;
    for (Expression *statement : block.statements)
      bytes += kBytesPerNode * countNodes(statement);
    if (block.end.tree)
      bytes += kBytesPerNode * countNodes(block.end.tree);
    if (block.end.kind == Kind::Call || block.end.kind == Kind::CallIndirect ||
        block.end.kind == Kind::Cold)
      bytes += kBytesPerCall;
    forEachSuccessor(block, [&](BlockIndex to) {
      if (cold[origin(to)] != Cold::Never && !seen[to]) {
        seen[to] = true;
        work.push_back(to);
      }
    });
  }
  return bytes;
}

// Empties the cold blocks to which others lead, where going on in the stream is
// shorter, and drops what nothing leads to any more.
void Region::leaveOut(const std::vector<Cold> &cold) {
  std::vector<bool> seen(code.blocks.size());
  std::vector<BlockIndex> work{code.layout.front()};
  seen[work.front()] = true;
  while (!work.empty()) {
    BlockIndex index = work.back();
    work.pop_back();
    Block &block = code.blocks[index];
    if (cold[origin(index)] != Cold::Never) {
      uint32_t live = 0;
      forEachLive(in[index], [&](uint32_t) { ++live; });
      if (cold[origin(index)] == Cold::Always ||
          bytesBehind(index, cold) > kBytesToGoOn + kBytesPerLive * live) {
        leftOut[index] = leavesOut = true;
        continue;
      }
    }
    forEachSuccessor(block, [&](BlockIndex to) {
      if (!seen[to]) {
        seen[to] = true;
        work.push_back(to);
      }
    });
  }
  if (!leavesOut)
    return;
  std::vector<BlockIndex> starts;
  for (BlockIndex index : code.layout)
    if (leftOut[index])
      starts.push_back(index);
  std::vector<bool> isBehind = reachableBlocks(code, std::move(starts));
  for (BlockIndex index : code.layout)
    if (leftOut[index] || !seen[index]) {
      code.blocks[index].statements.clear();
      code.blocks[index].end = Terminator();
    }
  std::vector<BlockIndex> layout;
  nodes = 0;
  for (BlockIndex index : code.layout) {
    if (!seen[index])
      continue;
    layout.push_back(index);
    for (Expression *statement : code.blocks[index].statements)
      nodes += countNodes(statement);
    if (code.blocks[index].end.tree)
      nodes += countNodes(code.blocks[index].end.tree);
  }
  code.layout = std::move(layout);
  graph = FlowGraph(code);
  for (FlowNode loop : graph.enteredLoops())
    handsBack = handsBack || isBehind[blockOf(loop)];
}

void Region::copyCode(const Program &program) {
  for (BlockIndex index : code.layout) {
    Block &block = code.blocks[index];
    auto copy = [&](Expression *&tree) {
      nodes += countNodes(tree);
      tree = ExpressionManipulator::copy(tree, program.module);
    };
    for (Expression *&statement : block.statements)
      copy(statement);
    if (block.end.tree)
      copy(block.end.tree);
  }
}

void Region::addVariable(Slot slot, Type type) {
  auto [it, isNew] =
      numbers.try_emplace({slot, type.getID()}, variables.size());
  if (!isNew)
    return;
  variables.push_back({slot, type});
  bySlot.resize(std::max<size_t>(bySlot.size(), slot + slotsOf(type)));
  for (uint32_t i = 0; i < slotsOf(type); ++i)
    bySlot[slot + i].push_back(it->second);
}

void Region::addVariables(Expression *tree) {
  if (auto *get = tree->dynCast<LocalGet>())
    addVariable(get->index, get->type);
  else if (auto *set = tree->dynCast<LocalSet>())
    addVariable(set->index, set->value->type);
  forEachChild(tree, [&](Expression *&child) { addVariables(child); });
}

void Region::findVariables(const CallTypes &types) {
  auto addAll = [&](const std::vector<SlotOfType> &values) {
    for (SlotOfType value : values)
      addVariable(value.slot, value.type);
  };
  // The parameters come first, as they do in Wasm.
  addAll(valuesOf(type.getSignature().params, kFirstSlot));
  for (BlockIndex index : code.layout) {
    Block &block = code.blocks[index];
    for (Expression *statement : block.statements)
      addVariables(statement);
    if (block.end.tree)
      addVariables(block.end.tree);
    addAll(types.arguments(block.end));
    addAll(types.results(block.end));
  }
  addAll(valuesOf(type.getSignature().results, kFirstSlot));
}

void Region::eraseOverlapping(Slot slot, Type type, SlotSet &live) const {
  for (uint32_t i = 0; i < slotsOf(type); ++i)
    if (slot + i < bySlot.size())
      for (uint32_t variable : bySlot[slot + i])
        live.erase(variable);
}

void Region::addReads(Expression *tree, SlotSet &live) const {
  if (auto *get = tree->dynCast<LocalGet>())
    live.insert(variable(get->index, get->type));
  forEachChild(tree, [&](Expression *&child) { addReads(child, live); });
}

SlotSet Region::liveBehind(const Terminator &end) const {
  SlotSet live(variables.size());
  forEachSuccessor(end, [&](BlockIndex next) { live.unite(in[next]); });
  if (end.kind == Kind::Call || end.kind == Kind::CallIndirect)
    for (uint32_t i = 0; i < variables.size(); ++i)
      if (variables[i].slot + slotsOf(variables[i].type) > end.frame)
        live.erase(i);
  return live;
}

void Region::stepBack(const Block &block, const CallTypes &types,
                      SlotSet &live) const {
  const Terminator &end = block.end;
  for (SlotOfType result : types.results(end))
    eraseOverlapping(result.slot, result.type, live);
  for (SlotOfType argument : types.arguments(end))
    live.insert(variable(argument.slot, argument.type));
  if (end.tree)
    addReads(end.tree, live);
  else if (end.kind == Kind::Return)
    for (SlotOfType result : valuesOf(type.getSignature().results, kFirstSlot))
      live.insert(variable(result.slot, result.type));
  for (size_t i = block.statements.size(); i-- > 0;) {
    Expression *statement = block.statements[i];
    if (auto *exit = statement->dynCast<Break>())
      live.unite(in[exitTarget(exit)]);
    if (auto *set = statement->dynCast<LocalSet>())
      eraseOverlapping(set->index, set->value->type, live);
    addReads(statement, live);
  }
}

// A slot cannot be live as two types: the program reads what it has written.
bool Region::hasConflict(const SlotSet &live) const {
  for (const auto &list : bySlot) {
    uint32_t count = 0;
    for (uint32_t variable : list)
      count += live.contains(variable);
    if (count > 1)
      return true;
  }
  return false;
}

void Region::findLiveness(const CallTypes &types) {
  in.assign(code.blocks.size(), SlotSet(variables.size()));
  const std::vector<FlowNode> &nodes = graph.nodes();
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = nodes.size(); i-- > 1;) {
      BlockIndex index = blockOf(nodes[i]);
      const Block &block = code.blocks[index];
      SlotSet live = liveBehind(block.end);
      stepBack(block, types, live);
      changed |= in[index].unite(live);
    }
  }
  for (size_t i = 1; i < nodes.size(); ++i)
    if (hasConflict(in[blockOf(nodes[i])]))
      why = "a slot is used as two types";
  // Whatever else were live at the entry, a caller would not pass.
  uint32_t parameters = valuesOf(type.getSignature().params, kFirstSlot).size();
  const SlotSet &first = in[code.layout.front()];
  for (uint32_t i = parameters; i < variables.size(); ++i)
    if (first.contains(i))
      why = "a slot is read that may not have been written";
}

} // namespace ireko
