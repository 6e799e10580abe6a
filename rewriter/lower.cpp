// Control flow and calls.

#include "rewriter/lower.h"

#include <algorithm>

#include "ir/manipulation.h"
#include "rewriter/lowerer.h"
#include "rewriter/reader.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

Lowerer::Lowerer(const Program &program, Function &function,
                 const LowerOptions &options)
    : program(program), function(function), options(options),
      source(*function.source), builder(program.module), stack(*this) {}

Found Lowerer::run() {
  Slot slot = kFirstSlot;
  for (Index i = 0; i < source.getNumLocals(); ++i) {
    slotOf.push_back(slot);
    slot += slotsOfAll(source.getLocalType(i));
  }
  function.localSlots = slot - kFirstSlot;
  // Several results are moved to slots 1 and up before returning; temporaries
  // must not lie there.
  nextTemporary = std::max(slot, kFirstSlot + slotsOfAll(source.getResults()));
  useFrameUpTo(nextTemporary);
  startBlock(newBlock());
  for (Index i = source.getNumParams(); i < source.getNumLocals(); ++i) {
    Type type = source.getLocalType(i);
    if (!type.isRef())
      continue;
    ColdOperator null{builder.makeRefNull(type.getHeapType()), 0, 1};
    Terminator end;
    end.kind = Terminator::Kind::Cold;
    end.callee = addColdOperator(null);
    end.frame = slotOf[i] - kFirstSlot;
    end.resultSlots = 1;
    terminateAndGoOn(end);
  }
  lower(source.body);
  if (!dead())
    lowerReturn(source.getResults());
  return std::move(found);
}

BlockIndex Lowerer::newBlock() {
  function.blocks.emplace_back();
  return function.blocks.size() - 1;
}

void Lowerer::startBlock(BlockIndex block) {
  current = block;
  function.layout.push_back(block);
  function.blocks[block].loopDepth = loopDepth;
}

void Lowerer::terminate(Terminator end) {
  function.blocks[current].end = std::move(end);
  current = kNoBlock;
}

void Lowerer::terminateAndGoOn(Terminator end) {
  BlockIndex next = newBlock();
  end.next = next;
  terminate(std::move(end));
  startBlock(next);
}

void Lowerer::jumpTo(BlockIndex block, bool backEdge) {
  Terminator end;
  end.kind = Terminator::Kind::Jump;
  end.next = block;
  end.backEdge = backEdge;
  terminate(std::move(end));
}

void Lowerer::flushTraps() {
  for (Expression *tree : stack.takeTrapping())
    emit(builder.makeDrop(tree));
}

uint32_t Lowerer::locationOf(Expression *expr) const {
  return SourceModule::offsetOf(source, expr).value_or(0);
}

void Lowerer::lower(Expression *expr) {
  switch (expr->_id) {
  case Expression::NopId:
    return;
  case Expression::BlockId:
    return lowerBlock(expr->cast<wasm::Block>());
  case Expression::IfId:
    return lowerIf(expr->cast<If>());
  case Expression::LoopId:
    return lowerLoop(expr->cast<Loop>());
  case Expression::BreakId:
    return lowerBreak(expr->cast<Break>());
  case Expression::SwitchId:
    return lowerSwitch(expr->cast<Switch>());
  case Expression::ReturnId:
    if (auto *value = expr->cast<Return>()->value) {
      lower(value);
      if (dead())
        return;
    }
    return lowerReturn(source.getResults());
  case Expression::UnreachableId: {
    flushTraps();
    Terminator end;
    end.kind = Terminator::Kind::Trap;
    end.trap = TrapKind::Unreachable;
    end.location = locationOf(expr);
    return terminate(end);
  }
  case Expression::CallId:
    return lowerCall(expr->cast<Call>());
  case Expression::CallIndirectId:
    return lowerCallIndirect(expr->cast<CallIndirect>());
  case Expression::ConstId:
    return pushConst(expr->cast<Const>()->value);
  case Expression::LocalGetId:
    return lowerLocalGet(expr->cast<LocalGet>());
  case Expression::LocalSetId:
    return lowerLocalSet(expr->cast<LocalSet>());
  case Expression::GlobalGetId:
    return lowerGlobalGet(expr->cast<GlobalGet>());
  case Expression::GlobalSetId:
    return lowerGlobalSet(expr->cast<GlobalSet>());
  case Expression::DropId:
    return lowerDrop(expr->cast<Drop>());
  case Expression::StoreId:
    return lowerStore(expr);
  case Expression::SIMDLoadStoreLaneId:
    if (expr->cast<SIMDLoadStoreLane>()->isStore())
      return lowerStore(expr);
    return lowerOperator(expr);
  case Expression::SelectId:
    if (expr->type.isRef())
      return lowerReferenceSelect(expr->cast<Select>());
    return lowerOperator(expr);
  case Expression::UnaryId:
    if (!lowerWithoutFeature(expr->cast<Unary>()))
      lowerOperator(expr);
    return;
  case Expression::LoadId:
  case Expression::BinaryId:
  case Expression::MemorySizeId:
  case Expression::SIMDExtractId:
  case Expression::SIMDReplaceId:
  case Expression::SIMDShuffleId:
  case Expression::SIMDTernaryId:
  case Expression::SIMDShiftId:
  case Expression::SIMDLoadId:
    return lowerOperator(expr);
  case Expression::TupleMakeId:
    lowerAll(expr->cast<TupleMake>()->operands);
    return;
  case Expression::TupleExtractId:
    return lowerTupleExtract(expr->cast<TupleExtract>());
  default:
    return lowerCold(expr);
  }
}

bool Lowerer::lowerAll(const ExpressionList &list) {
  for (Expression *child : list) {
    lower(child);
    if (dead())
      return false;
  }
  return true;
}

Terminator Lowerer::branchOn(Expression *condition, bool negated) {
  Terminator end;
  end.kind = Terminator::Kind::Branch;
  while (auto *unary = condition->dynCast<Unary>()) {
    if (unary->op != EqZInt32)
      break;
    condition = unary->value;
    negated = !negated;
  }
  end.tree = condition;
  end.negated = negated;
  return end;
}

// Control has come to the end of a construct: by branches to its label, by
// falling out of it, both or neither.
void Lowerer::finishLabel(Label &label, size_t base, Slot temp) {
  if (!dead()) {
    storeTop(label.results);
    jumpTo(label.block);
    label.used = true;
  }
  stack.truncate(base);
  nextTemporary = temp;
  if (!label.used)
    return;
  startBlock(label.block);
  for (auto [slot, type] : label.results)
    pushSlot(slot, type);
}

void Lowerer::lowerBlock(wasm::Block *curr) {
  Slot temp = nextTemporary;
  size_t base = 0;
  if (curr->name.is()) {
    stack.spillAll();
    Label label;
    label.results = allocateResults(curr->type);
    temp = nextTemporary;
    label.block = newBlock();
    labels[curr->name] = std::move(label);
  }
  base = stack.size();
  for (Expression *child : curr->list) {
    lower(child);
    if (dead())
      break;
    // A statement has ended: its temporaries are free, but for those into
    // which it made operands of the enclosing expression spill.
    if (stack.size() == base)
      nextTemporary = std::max(temp, stack.temporariesEnd());
  }
  if (curr->name.is()) {
    // A reference into the map would not survive labels of inner blocks.
    auto it = labels.find(curr->name);
    Label label = std::move(it->second);
    labels.erase(it);
    finishLabel(label, base, temp);
  }
}

void Lowerer::lowerIf(If *curr) {
  lower(curr->condition);
  if (dead())
    return;
  limitTop(1);
  Operand condition = stack.pop();
  stack.spillAll();
  Label label;
  label.results = allocateResults(curr->type);
  Slot temp = nextTemporary;
  size_t base = stack.size();
  BlockIndex thenBlock = newBlock();
  BlockIndex elseBlock = curr->ifFalse ? newBlock() : kNoBlock;
  label.block = newBlock();
  Terminator end = branchOn(condition.tree, true);
  end.next = thenBlock;
  end.targets = {curr->ifFalse ? elseBlock : label.block};
  terminate(std::move(end));

  startBlock(thenBlock);
  lower(curr->ifTrue);
  if (curr->ifFalse) {
    if (!dead()) {
      storeTop(label.results);
      jumpTo(label.block);
      label.used = true;
    }
    stack.truncate(base);
    nextTemporary = temp;
    startBlock(elseBlock);
    lower(curr->ifFalse);
  } else {
    label.used = true;
  }
  finishLabel(label, base, temp);
}

void Lowerer::lowerLoop(Loop *curr) {
  stack.spillAll();
  size_t base = stack.size();
  BlockIndex header = newBlock();
  jumpTo(header);
  ++loopDepth;
  startBlock(header);
  function.blocks[header].isLoopHeader = curr->name.is();
  if (curr->name.is()) {
    Label label;
    label.block = header;
    label.isLoop = true;
    labels[curr->name] = std::move(label);
  }
  lower(curr->body);
  --loopDepth;
  if (curr->name.is())
    labels.erase(curr->name);
  if (dead()) {
    stack.truncate(base);
    return;
  }
  // The code after the loop is not as hot as the loop.
  BlockIndex after = newBlock();
  jumpTo(after);
  startBlock(after);
}

void Lowerer::lowerBreak(Break *curr) {
  if (curr->value) {
    lower(curr->value);
    if (dead())
      return;
  }
  if (curr->condition) {
    lower(curr->condition);
    if (dead())
      return;
  }
  Label &label = labels.at(curr->name);
  label.used = true;
  if (!curr->condition) {
    storeTop(label.results);
    flushTraps();
    return jumpTo(label.block, label.isLoop);
  }
  limitTop(1);
  size_t count = label.results.size();
  if (count) {
    // The values stay for the case that the branch is not taken.
    stack.spillTop(count + 1);
    for (size_t i = 0; i < count; ++i) {
      auto [slot, type] = label.results[i];
      Operand &value = stack.fromTop(count - i);
      emitSet(slot, ExpressionManipulator::copy(value.tree, program.module));
    }
  }
  Operand condition = stack.pop();
  Writes leaving;
  leaving.mayTrap = true; // the taken branch would skip the trap
  stack.prepareFor(leaving);
  Terminator end = branchOn(condition.tree, false);
  end.targets = {label.block};
  end.backEdge = label.isLoop;
  terminateAndGoOn(std::move(end));
}

void Lowerer::lowerSwitch(Switch *curr) {
  if (curr->value) {
    lower(curr->value);
    if (dead())
      return;
  }
  lower(curr->condition);
  if (dead())
    return;
  limitTop(1);
  Terminator end;
  end.kind = Terminator::Kind::Switch;
  std::vector<Name> names(curr->targets.begin(), curr->targets.end());
  names.push_back(curr->default_);
  size_t count = labels.at(curr->default_).results.size();
  if (count)
    stack.spillTop(count + 1);
  Operand condition = stack.pop();
  std::unordered_map<Name, BlockIndex> known;
  // Only what goes back to a loop header counts, not all that the switch does.
  std::vector<std::pair<BlockIndex, BlockIndex>> backEdges;
  for (Name name : names) {
    Label &label = labels.at(name);
    label.used = true;
    auto [it, isNew] = known.try_emplace(name, label.block);
    if (isNew && label.isLoop) {
      it->second = newBlock();
      backEdges.emplace_back(it->second, label.block);
    }
    end.targets.push_back(it->second);
    if (!isNew)
      continue;
    for (size_t i = 0; i < count; ++i) {
      Operand &value = stack.fromTop(count - 1 - i);
      emitSet(label.results[i].first,
              ExpressionManipulator::copy(value.tree, program.module));
    }
  }
  flushTraps();
  end.tree = condition.tree;
  terminate(std::move(end));
  for (auto [block, header] : backEdges) {
    startBlock(block);
    jumpTo(header, true);
  }
}

void Lowerer::lowerReturn(Type results) {
  Terminator end;
  end.kind = Terminator::Kind::Return;
  if (results.isNumber()) {
    limitTop(1);
    end.tree = stack.pop().tree;
  } else if (results.isConcrete()) {
    std::vector<std::pair<Slot, Type>> places;
    Slot slot = kFirstSlot;
    for (Type type : results) {
      places.push_back({slot, slotType(type)});
      slot += slotsOf(type);
    }
    end.resultSlots = slot - kFirstSlot;
    // Slots 1 and up hold locals, which other values may still read.
    if (places.size() > 1)
      stack.spillTop(places.size());
    storeTop(places);
  }
  flushTraps();
  terminate(std::move(end));
}

Terminator Lowerer::passArguments(Terminator::Kind kind, size_t count,
                                  bool index) {
  Terminator end;
  end.kind = kind;
  if (index) {
    limitTop(1);
    end.tree = stack.pop().tree;
  }
  std::vector<Operand> arguments(count, Operand{nullptr, {}});
  for (size_t i = count; i-- > 0;)
    arguments[i] = stack.pop();
  Writes everything;
  everything.memory = everything.globals = everything.mayTrap = true;
  stack.prepareFor(everything);
  end.frame = nextTemporary;
  Slot slot = end.frame + kFirstSlot;
  for (Operand &argument : arguments) {
    Type type = argument.tree->type;
    emitSet(slot, argument.tree);
    slot += slotsOf(type);
  }
  useFrameUpTo(slot);
  end.argSlots = slot - end.frame - kFirstSlot;
  return end;
}

// Emits the call, goes on after it and pushes its results.
void Lowerer::emitCall(Terminator end, Type results) {
  Slot slot = end.frame + kFirstSlot;
  end.resultSlots = slotsOfAll(results);
  useFrameUpTo(slot + end.resultSlots);
  nextTemporary = slot + end.resultSlots;
  terminateAndGoOn(std::move(end));
  if (!results.isConcrete())
    return;
  for (Type type : results) {
    pushSlot(slot, slotType(type));
    slot += slotsOf(type);
  }
}

// The handler moves the arguments in frame memory; references are moved here.
void Lowerer::tailCall(Terminator end, Type params) {
  flushTraps();
  nextTemporary = end.frame + kFirstSlot + end.argSlots;
  Slot slot = kFirstSlot;
  for (Type type : params) {
    if (type.isRef()) {
      // The move ends the block and may overwrite what the index reads.
      if (end.tree && !end.tree->is<Const>())
        end.tree = readSlot(spillToTemporary(end.tree), Type::i32);
      moveReference(slot, end.frame + slot, slotType(type));
    }
    slot += slotsOf(type);
  }
  terminate(std::move(end));
}

ColdOperator importOperator(const Program &program, wasm::Function &import) {
  Builder builder(program.module);
  std::vector<Expression *> arguments;
  Slot slot = kFirstSlot;
  for (Type type : import.getParams()) {
    arguments.push_back(builder.makeLocalGet(slot, slotType(type)));
    slot += slotsOf(type);
  }
  ColdOperator op{builder.makeCall(import.name, arguments, import.getResults()),
                  slot - kFirstSlot, slotsOfAll(import.getResults())};
  op.leavesVm = true;
  return op;
}

void Lowerer::lowerCall(Call *curr) {
  if (!lowerAll(curr->operands))
    return;
  uint32_t callee = program.functionIndex.at(curr->target);
  wasm::Function &target = *program.functions[callee].source;
  if (target.imported()) {
    emitCold(importOperator(program, target), curr->operands.size(),
             target.getResults(), curr);
    if (curr->isReturn)
      lowerReturn(source.getResults());
    return;
  }
  Terminator end = passArguments(curr->isReturn ? Terminator::Kind::TailCall
                                                : Terminator::Kind::Call,
                                 curr->operands.size(), false);
  end.callee = callee;
  end.location = locationOf(curr);
  if (curr->isReturn)
    return tailCall(std::move(end), target.getParams());
  emitCall(std::move(end), target.getResults());
}

void Lowerer::lowerCallIndirect(CallIndirect *curr) {
  if (!lowerAll(curr->operands))
    return;
  lower(curr->target);
  if (dead())
    return;
  Type results = curr->heapType.getSignature().results;
  auto table = program.staticTableIndex.find(curr->table);
  if (table == program.staticTableIndex.end()) {
    std::vector<Expression *> arguments;
    Slot slot = kFirstSlot;
    for (Type type : curr->heapType.getSignature().params) {
      arguments.push_back(builder.makeLocalGet(slot, slotType(type)));
      slot += slotsOf(type);
    }
    auto *call = builder.makeCallIndirect(curr->table,
                                          builder.makeLocalGet(slot, Type::i32),
                                          arguments, curr->heapType);
    ColdOperator op{call, slot + 1 - kFirstSlot, slotsOfAll(results)};
    op.leavesVm = true;
    emitCold(op, curr->operands.size() + 1, results, curr);
    if (curr->isReturn)
      lowerReturn(source.getResults());
    return;
  }
  Terminator end =
      passArguments(curr->isReturn ? Terminator::Kind::TailCallIndirect
                                   : Terminator::Kind::CallIndirect,
                    curr->operands.size(), true);
  end.table = table->second;
  end.type = found.types.size();
  found.types.push_back(curr->heapType);
  end.location = locationOf(curr);
  if (curr->isReturn)
    return tailCall(std::move(end), curr->heapType.getSignature().params);
  emitCall(std::move(end), results);
}

void lowerImport(Program &program, Function &function) {
  ColdOperator op = importOperator(program, *function.source);
  function.blocks.resize(2);
  function.layout = {0, 1};
  function.frameSlots = kFirstSlot + std::max(op.argSlots, op.resultSlots);
  Terminator &call = function.blocks[0].end;
  call.kind = Terminator::Kind::Cold;
  call.next = 1;
  call.argSlots = op.argSlots;
  call.resultSlots = op.resultSlots;
  call.callee = program.addColdOperator(op);
  Terminator &end = function.blocks[1].end;
  end.kind = Terminator::Kind::Return;
  end.resultSlots = op.resultSlots;
}

// Numbers what the function was found to use, in the order of its code.
static void numberFound(Program &program, Function &function,
                        const Found &found) {
  std::vector<uint32_t> cold, types;
  for (const ColdOperator &op : found.coldOperators)
    cold.push_back(program.addColdOperator(op));
  for (HeapType type : found.types)
    types.push_back(program.typeNumber(type));
  for (Block &block : function.blocks) {
    Terminator &end = block.end;
    if (end.kind == Terminator::Kind::Cold)
      end.callee = cold[end.callee];
    else if (end.kind == Terminator::Kind::CallIndirect ||
             end.kind == Terminator::Kind::TailCallIndirect)
      end.type = types[end.type];
  }
}

void lowerFunction(Program &program, Function &function,
                   const LowerOptions &options) {
  numberFound(program, function, Lowerer(program, function, options).run());
}

void lowerFunctions(Program &program, const LowerOptions &options) {
  std::vector<Found> found(program.functions.size());
  program.workers.forEach(found.size(), [&](size_t i) {
    Function &function = program.functions[i];
    if (!function.imported)
      found[i] = Lowerer(program, function, options).run();
  });
  for (size_t i = 0; i < found.size(); ++i)
    if (!program.functions[i].imported)
      numberFound(program, program.functions[i], found[i]);
}

} // namespace ireko
