// Values, locals, globals, memory and cold operators.

#include <algorithm>

#include "rewriter/lowerer.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

Slot Lowerer::allocate(uint32_t slots) {
  Slot slot = nextTemporary;
  nextTemporary += slots;
  useFrameUpTo(nextTemporary);
  return slot;
}

void Lowerer::useFrameUpTo(Slot end) {
  function.frameSlots = std::max(function.frameSlots, end);
}

std::vector<std::pair<Slot, Type>> Lowerer::allocateResults(Type type) {
  std::vector<std::pair<Slot, Type>> results;
  if (type.isConcrete())
    for (Type each : type)
      results.push_back({allocate(slotsOf(each)), slotType(each)});
  return results;
}

void Lowerer::emit(Expression *statement) {
  function.blocks[current].statements.push_back(statement);
}

void Lowerer::emitSet(Slot slot, Expression *tree) {
  if (tree->type.isRef())
    return moveReference(slot, tree->cast<LocalGet>()->index, tree->type);
  emit(builder.makeLocalSet(slot, tree));
}

void Lowerer::moveReference(Slot to, Slot from, Type type) {
  if (to == from)
    return;
  type = slotType(type);
  Name global = program.own(
      type == Type(HeapType::func, Nullable) ? kFuncRegister : kExternRegister);
  ColdOperator save{
      builder.makeGlobalSet(global, builder.makeLocalGet(0, type))};
  Terminator end;
  end.kind = Terminator::Kind::Cold;
  end.callee = addColdOperator(save);
  end.frame = from;
  terminateAndGoOn(end);
  ColdOperator restore{builder.makeGlobalGet(global, type)};
  restore.result = 0;
  restore.resultSlots = 1;
  end.callee = addColdOperator(restore);
  end.frame = to;
  terminateAndGoOn(end);
}

Slot Lowerer::spillToTemporary(Expression *tree) {
  Slot slot = allocate(slotsOf(tree->type));
  emitSet(slot, tree);
  return slot;
}

Expression *Lowerer::readSlot(Slot slot, Type type) {
  return builder.makeLocalGet(slot, type);
}

// A slot that nothing writes while the value is on the stack.
void Lowerer::pushSlot(Slot slot, Type type) {
  stack.push({builder.makeLocalGet(slot, type), {}});
}

void Lowerer::pushVolatileSlot(Slot slot, Type type) {
  Effects effects;
  effects.reads.push_back(slot);
  stack.push({builder.makeLocalGet(slot, type), effects});
}

void Lowerer::pushConst(Literal value) {
  stack.push({builder.makeConst(value), {}});
}

void Lowerer::limitTop(size_t count) {
  uint32_t nodes = 1;
  for (size_t i = 0; i < count; ++i)
    nodes += stack.fromTop(i).effects.nodes;
  if (nodes > options.maxTreeNodes)
    stack.spillTop(count, true);
}

void Lowerer::storeTop(const std::vector<std::pair<Slot, Type>> &to) {
  if (to.size() > 1)
    stack.spillTop(to.size());
  for (size_t i = to.size(); i-- > 0;) {
    Operand value = stack.pop();
    Writes writes;
    writes.slot = to[i].first;
    writes.mayTrap = value.effects.mayTrap;
    stack.prepareFor(writes);
    emitSet(to[i].first, value.tree);
  }
}

void Lowerer::lowerLocalGet(LocalGet *curr) {
  Slot slot = slotOf[curr->index];
  for (Type type : source.getLocalType(curr->index)) {
    pushVolatileSlot(slot, slotType(type));
    slot += slotsOf(type);
  }
}

void Lowerer::lowerLocalSet(LocalSet *curr) {
  lower(curr->value);
  if (dead())
    return;
  std::vector<std::pair<Slot, Type>> places;
  Slot slot = slotOf[curr->index];
  for (Type type : source.getLocalType(curr->index)) {
    places.push_back({slot, slotType(type)});
    slot += slotsOf(type);
  }
  storeTop(places);
  if (curr->isTee())
    for (auto [place, type] : places)
      pushVolatileSlot(place, type);
}

void Lowerer::lowerGlobalGet(GlobalGet *curr) {
  const GlobalPlace &place = program.globals.at(curr->name);
  if (place.kind == GlobalPlace::Kind::Constant)
    return pushConst(place.value);
  if (curr->type.isRef() || place.isCold)
    return lowerCold(curr);
  Effects effects;
  effects.readsGlobals = true;
  effects.nodes = 1;
  stack.push({curr, effects});
}

void Lowerer::lowerGlobalSet(GlobalSet *curr) {
  if (program.module.getGlobal(curr->name)->type.isRef() ||
      program.globals.at(curr->name).isCold)
    return lowerCold(curr);
  lower(curr->value);
  if (dead())
    return;
  limitTop(1);
  Operand value = stack.pop();
  Writes writes;
  writes.globals = true;
  writes.mayTrap = value.effects.mayTrap;
  stack.prepareFor(writes);
  emit(builder.makeGlobalSet(curr->name, value.tree));
}

void Lowerer::lowerDrop(Drop *curr) {
  size_t base = stack.size();
  lower(curr->value);
  if (dead())
    return;
  if (stack.size() > base + 1)
    stack.spillTop(stack.size() - base);
  while (stack.size() > base) {
    Operand value = stack.pop();
    if (!value.effects.mayTrap)
      continue;
    Writes writes;
    writes.mayTrap = true;
    stack.prepareFor(writes);
    emit(builder.makeDrop(value.tree));
  }
}

bool Lowerer::lowerChildren(Expression *curr, size_t &count) {
  bool alive = true;
  forEachChild(curr, [&](Expression *&child) {
    if (alive)
      lower(child);
    alive = !dead();
    ++count;
  });
  return alive;
}

bool Lowerer::takeOperands(Expression *curr, Effects &effects) {
  size_t count = 0;
  if (!lowerChildren(curr, count))
    return false;
  limitTop(count);
  size_t i = 0;
  forEachChild(curr, [&](Expression *&child) {
    Operand &operand = stack.fromTop(count - 1 - i++);
    child = operand.tree;
    effects.add(operand.effects);
  });
  for (i = 0; i < count; ++i)
    stack.pop();
  return true;
}

void Lowerer::lowerOperator(Expression *curr) {
  Effects effects;
  if (!takeOperands(curr, effects))
    return;
  effects.mayTrap |= mayTrap(curr);
  effects.readsMemory |= readsMemory(curr);
  effects.nodes += 1;
  stack.push({curr, effects});
}

void Lowerer::lowerStore(Expression *curr) {
  Effects effects;
  if (!takeOperands(curr, effects))
    return;
  Writes writes;
  writes.memory = writes.mayTrap = true;
  stack.prepareFor(writes);
  emit(curr);
}

void Lowerer::lowerReferenceSelect(Select *curr) {
  lower(curr->ifTrue);
  if (dead())
    return;
  lower(curr->ifFalse);
  if (dead())
    return;
  lower(curr->condition);
  if (dead())
    return;
  limitTop(1);
  // The condition is spilled too: moves of references end blocks.
  stack.spillTop(3);
  Type type = slotType(curr->type);
  Operand condition = stack.pop();
  Operand ifFalse = stack.pop();
  Operand ifTrue = stack.pop();
  stack.spillAll();
  Slot result = allocate(1);
  emitSet(result, ifFalse.tree);
  BlockIndex join = newBlock();
  Terminator end;
  end.kind = Terminator::Kind::Branch;
  end.tree = condition.tree;
  end.negated = true;
  end.targets = {join};
  terminateAndGoOn(std::move(end));
  emitSet(result, ifTrue.tree);
  jumpTo(join);
  startBlock(join);
  pushSlot(result, type);
}

void Lowerer::lowerTupleExtract(TupleExtract *curr) {
  size_t base = stack.size();
  lower(curr->tuple);
  if (dead())
    return;
  size_t count = stack.size() - base;
  stack.spillTop(count);
  Operand kept = stack.fromTop(count - 1 - curr->index);
  stack.truncate(base);
  stack.push(kept);
}

uint32_t Lowerer::addColdOperator(const ColdOperator &op) {
  found.coldOperators.push_back(op);
  return found.coldOperators.size() - 1;
}

void Lowerer::emitCold(ColdOperator op, size_t operands, Type results,
                       Expression *at) {
  uint32_t location = locationOf(at);
  Terminator end = passArguments(Terminator::Kind::Cold, operands, false);
  end.callee = addColdOperator(op);
  end.location = location;
  emitCall(std::move(end), results);
}

void Lowerer::lowerCold(Expression *curr) {
  if (auto *size = curr->dynCast<TableSize>())
    if (auto *table = program.staticTable(size->table))
      return pushConst(Literal(uint32_t(table->functions.size())));
  size_t count = 0;
  if (!lowerChildren(curr, count))
    return;
  Slot slot = kFirstSlot;
  size_t i = 0;
  Type results = slotType(curr->type);
  forEachChild(curr, [&](Expression *&child) {
    Type type = stack.fromTop(count - 1 - i++).tree->type;
    child = builder.makeLocalGet(slot, type);
    slot += slotsOf(type);
  });
  emitCold({curr, slot - kFirstSlot, slotsOfAll(results)}, count, results,
           curr);
}

} // namespace ireko
