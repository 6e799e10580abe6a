// Control: the terminators of a handler.
//
// A shared handler moves pc by operands. A fused handler knows its successors:
// it jumps straight into the handler of a fused one where the nesting of blocks
// allows that, and otherwise sets pc to a constant. A handler of another page
// is reached by way of the driver.

#include "rewriter/handlers.h"

using namespace wasm;

namespace ireko {

void HandlerBuilder::setPc(Expression *pc) {
  emit(builder.makeLocalSet(kPc, pc));
}

void HandlerBuilder::setPcTo(uint32_t offset) {
  setPc(gen.i32(gen.layout.image + offset));
}

void HandlerBuilder::next() { emit(builder.makeBreak(kNextLabel)); }

// To the following instruction.
void HandlerBuilder::advance() {
  setPc(gen.add(pc(), gen.i32(handler->shape.bytes)));
}

// pc and fp are those to go on with.
void HandlerBuilder::countDown() {
  Expression *less = builder.makeBinary(SubInt32, get(kCount), gen.i32(1));
  emit(builder.makeBreak(
      kYieldLabel, nullptr,
      builder.makeUnary(EqZInt32,
                        builder.makeLocalTee(kCount, less, Type::i32))));
}

void HandlerBuilder::raise(TrapKind kind) {
  raised = true;
  emit(builder.makeLocalSet(kTrap, gen.i32(uint32_t(kind))));
  emit(builder.makeBreak(kTrapLabel));
}

const Tile *HandlerBuilder::firstTile(uint32_t f, BlockIndex target) const {
  const FunctionTiles &tiles = gen.tiling.functions[f];
  const auto &list = tiles.blocks[tiles.position[target]].tiles;
  return list.empty() ? nullptr : &list.front();
}

void HandlerBuilder::leaveToAddress(uint32_t to, const Tile *first,
                                    bool counts) {
  auto less = [&] {
    return builder.makeBinary(SubInt32, get(kCount), gen.i32(1));
  };
  if (first && !page.has(first->handler)) {
    // The driver looks at the count in any case.
    if (counts)
      emit(builder.makeLocalSet(kCount, less()));
    setPcTo(to);
    return emit(builder.makeBreak(kYieldLabel));
  }
  if (counts) {
    emit(builder.makeIf(
        builder.makeUnary(EqZInt32,
                          builder.makeLocalTee(kCount, less(), Type::i32)),
        sequence([&] {
          setPcTo(to);
          emit(builder.makeBreak(kYieldLabel));
        })));
  }
  if (first && first->fused) {
    if (first->handler == number) {
      jumpsToItself = true;
      return emit(builder.makeBreak(Name("self" + std::to_string(number))));
    }
    if (first->handler > number)
      return emit(builder.makeBreak(handlerLabel(first->handler)));
    emit(builder.makeLocalSet(kHandler, gen.i32(first->handler)));
    return emit(builder.makeBreak(kGoLabel));
  }
  setPcTo(to);
  next();
}

void HandlerBuilder::leaveTo(BlockIndex target, bool backEdge) {
  leaveToAddress(gen.image.blocks[handler->function][target],
                 firstTile(handler->function, target), backEdge);
}

void HandlerBuilder::leaveToFunction(uint32_t callee) {
  const Function &target = gen.program.functions[callee];
  leaveToAddress(gen.image.entries[callee],
                 firstTile(callee, target.layout.front()), true);
}

// A statement that may leave for another block.
void HandlerBuilder::exit(Break *node) {
  BlockIndex target = exitTarget(node);
  Expression *condition = value(node->condition);
  Expression *taken = sequence([&] {
    if (handler->fused) {
      storeDirtySlots(livenessOfFunction().liveIn(target));
      return leaveTo(target, false);
    }
    setPc(
        gen.add(pc(), fetch(*handler->shape.operandOf(node), Type::i32, true)));
    next();
  });
  emit(builder.makeIf(condition, taken));
}

void HandlerBuilder::branch(const Terminator &end) {
  Expression *condition = value(end.tree);
  flushLiveSlots();
  if (end.negated)
    condition = builder.makeUnary(EqZInt32, condition);
  Expression *taken = sequence([&] {
    if (handler->fused)
      return leaveTo(end.targets[0], end.backEdge);
    if (isWholeLoop(*block, handler->tile)) {
      countDown();
      jumpsToItself = true;
      return emit(builder.makeBreak(Name("self" + std::to_string(number))));
    }
    setPc(gen.add(pc(), fetch(handler->shape.endTarget(), Type::i32, true)));
    if (end.backEdge)
      countDown();
    next();
  });
  emit(builder.makeIf(condition, taken));
  if (handler->fused)
    return leaveTo(end.next, false);
  advance();
  next();
}

void HandlerBuilder::switchTo(const Terminator &end) {
  Index index = scratch(Type::i32, true);
  emit(builder.makeLocalSet(index, value(end.tree)));
  flushLiveSlots();
  auto last = [&]() -> Expression * {
    return handler->fused ? gen.i32(end.targets.size() - 1)
                          : fetchUnsigned(OperandKind::Count);
  };
  Expression *clamped = builder.makeSelect(
      builder.makeBinary(LtUInt32, get(index), last()), get(index), last());
  Expression *scaled = builder.makeBinary(ShlInt32, clamped, gen.i32(2));
  if (handler->fused) {
    uint32_t table = gen.layout.image + address + kHandlerBytes;
    setPc(gen.add(gen.load(Type::i32, scaled, table),
                  gen.i32(gen.layout.image + address)));
  } else {
    setPc(gen.add(pc(), gen.load(Type::i32, gen.add(pc(), scaled),
                                 handler->shape.bytes)));
  }
  next();
}

// Traps if a frame of this many bytes at this address does not fit.
void HandlerBuilder::checkStack(Expression *frame, Expression *frameBytes) {
  emit(builder.makeIf(builder.makeBinary(GtUInt32, gen.add(frame, frameBytes),
                                         gen.i32(gen.layout.stackEnd)),
                      sequence([&] { raise(TrapKind::StackExhausted); })));
}

void HandlerBuilder::call(const Terminator &end) {
  flushLiveSlots();
  if (handler->fused) {
    uint32_t offset = end.frame * kSlotBytes;
    uint32_t bytes = gen.program.functions[end.callee].frameSlots * kSlotBytes;
    setPcTo(address); // for the trap
    checkStack(fp(), gen.i32(offset + bytes));
    uint32_t back = gen.image.blocks[handler->function][end.next];
    emit(gen.store(fp(), offset, gen.i32(back)));
    emit(gen.store(fp(), offset + 4, fp()));
    emit(builder.makeLocalSet(kFp, gen.add(fp(), gen.i32(offset))));
    return leaveToFunction(end.callee);
  }
  Index frame = scratch(Type::i32, true), callee = scratch(Type::i32, true);
  emit(builder.makeLocalSet(frame,
                            gen.add(fp(), fetchUnsigned(OperandKind::Frame))));
  emit(builder.makeLocalSet(callee, fetchUnsigned(OperandKind::Callee)));
  checkStack(get(frame),
             gen.load(Type::i32, get(callee), gen.layout.image - 4));
  advance();
  emit(gen.store(get(frame), 0, pcOffset()));
  emit(gen.store(get(frame), 4, fp()));
  emit(builder.makeLocalSet(kFp, get(frame)));
  setPc(fromOffset(get(callee)));
  countDown();
  next();
}

Expression *HandlerBuilder::tableEntry(const Terminator &end,
                                       uint32_t typeOperand) {
  Index index = scratch(Type::i32, true), type = scratch(Type::i32, true);
  emit(builder.makeLocalSet(index, value(end.tree)));
  flushLiveSlots();
  if (handler->fused)
    setPcTo(address); // for the traps
  // In the generic VM, address and size are in a StaticTableRecord.
  bool generic = gen.program.isGeneric;
  auto record = [&](size_t member) {
    return gen.load(Type::i32, fetchUnsigned(OperandKind::Table),
                    gen.layout.tables + member);
  };
  const StaticTable &table = gen.program.staticTables[end.table];
  Expression *size = generic ? record(offsetof(StaticTableRecord, size))
                             : gen.i32(table.functions.size());
  emit(builder.makeIf(builder.makeBinary(GeUInt32, get(index), size),
                      sequence([&] { raise(TrapKind::UndefinedElement); })));
  Expression *scaled = builder.makeBinary(ShlInt32, get(index), gen.i32(3));
  if (generic)
    scaled = gen.add(scaled, record(offsetof(StaticTableRecord, address)));
  uint32_t base = generic ? 0 : table.address;
  emit(builder.makeLocalSet(index, scaled));
  emit(builder.makeLocalSet(type, gen.load(Type::i32, get(index), base + 4)));
  Expression *expected = handler->fused
                             ? gen.i32(end.type)
                             : fetchUnsigned(OperandKind::Number, typeOperand);
  emit(builder.makeIf(
      builder.makeBinary(NeInt32, get(type), expected), sequence([&] {
        emit(builder.makeLocalSet(
            kTrap,
            // Not by a comparison with kNullType: of two constants, wasmi 2.0.0
            // selects the wrong one after i32.eq or i32.eqz.
            builder.makeSelect(
                get(type), gen.i32(uint32_t(TrapKind::IndirectCallType)),
                gen.i32(uint32_t(TrapKind::UninitializedElement)))));
        static_assert(kNullType == 0);
        raised = true;
        emit(builder.makeBreak(kTrapLabel));
      })));
  return gen.load(Type::i32, get(index), base);
}

void HandlerBuilder::callIndirect(const Terminator &end) {
  Index frame = scratch(Type::i32, true), callee = scratch(Type::i32, true);
  Expression *entry = tableEntry(end, 0);
  emit(builder.makeLocalSet(callee, entry));
  Expression *offset = handler->fused ? gen.i32(end.frame * kSlotBytes)
                                      : fetchUnsigned(OperandKind::Frame);
  emit(builder.makeLocalSet(frame, gen.add(fp(), offset)));
  checkStack(get(frame),
             gen.load(Type::i32, get(callee), gen.layout.image - 4));
  if (handler->fused)
    setPcTo(gen.image.blocks[handler->function][end.next]);
  else
    advance();
  emit(gen.store(get(frame), 0, pcOffset()));
  emit(gen.store(get(frame), 4, fp()));
  emit(builder.makeLocalSet(kFp, get(frame)));
  setPc(fromOffset(get(callee)));
  countDown();
  next();
}

// Moves the outgoing arguments down over this frame's own parameters.
void HandlerBuilder::moveArguments(const Terminator &end) {
  uint32_t first = kFirstSlot * kSlotBytes;
  if (handler->fused) {
    for (uint32_t i = 0; i < end.argSlots; ++i) {
      uint32_t at = first + i * kSlotBytes;
      emit(gen.store(fp(), at,
                     gen.load(Type::i64, fp(), end.frame * kSlotBytes + at)));
    }
    return;
  }
  Index to = scratch(Type::i32, true), until = scratch(Type::i32, true);
  emit(builder.makeLocalSet(to, fp()));
  emit(builder.makeLocalSet(
      until, gen.add(fp(), builder.makeBinary(
                               ShlInt32, fetchUnsigned(OperandKind::Number),
                               gen.i32(3)))));
  Name label = "move" + std::to_string(number);
  Expression *again = builder.makeBinary(LtUInt32, get(to), get(until));
  emit(builder.makeLoop(
      label,
      builder.makeIf(
          again, sequence([&] {
            emit(gen.store(
                get(to), first,
                gen.load(Type::i64,
                         gen.add(get(to), fetchUnsigned(OperandKind::Frame)),
                         first)));
            emit(builder.makeLocalSet(to,
                                      gen.add(get(to), gen.i32(kSlotBytes))));
            emit(builder.makeBreak(label));
          }))));
}

void HandlerBuilder::tailCall(const Terminator &end) {
  Index callee = scratch(Type::i32, true);
  if (end.kind == Terminator::Kind::TailCallIndirect) {
    emit(builder.makeLocalSet(callee, tableEntry(end, 1)));
  } else {
    flushLiveSlots();
    emit(builder.makeLocalSet(
        callee, handler->fused ? gen.i32(gen.image.entries[end.callee])
                               : fetchUnsigned(OperandKind::Callee)));
    if (handler->fused)
      setPcTo(address); // for the trap
  }
  checkStack(fp(), gen.load(Type::i32, get(callee), gen.layout.image - 4));
  moveArguments(end);
  if (handler->fused && end.kind == Terminator::Kind::TailCall)
    return leaveToFunction(end.callee);
  setPc(fromOffset(get(callee)));
  countDown();
  next();
}

void HandlerBuilder::cold(const Terminator &end) {
  flushLiveSlots();
  if (handler->fused) {
    Expression *call = builder.makeCall(
        gen.coldFunction(end.callee),
        {gen.add(fp(), gen.i32(end.frame * kSlotBytes)), gen.i32(address)},
        Type::none);
    if (gen.program.coldOperators[end.callee].leavesVm || gen.fuel.counts)
      callWithCount(call);
    else
      emit(call);
    return leaveTo(end.next, false);
  }
  callWithCount(builder.makeCall(
      gen.program.own(kCold),
      {fetchUnsigned(OperandKind::Number),
       gen.add(fp(), fetchUnsigned(OperandKind::Frame)), pcOffset()},
      Type::none));
  advance();
  next();
}

// Calls what may use and change the count.
void HandlerBuilder::callWithCount(Expression *call) {
  emit(gen.storeGlobal(kCountGlobal, get(kCount)));
  emit(call);
  emit(builder.makeLocalSet(kCount, gen.loadGlobal(kCountGlobal)));
}

// If the region has returned, so has the function whose frame is at fp; or the
// region below goes on with that, and the frame's header leads to HALT.
void HandlerBuilder::enterRegion() {
  Index result = scratch(Type::i32, true);
  auto number = [&](uint32_t n) {
    return fetchUnsigned(OperandKind::Number, n);
  };
  callWithCount(builder.makeLocalSet(
      result,
      builder.makeCall(gen.program.own(kEnter),
                       {number(1), number(0), fp(), pcOffset(), number(2)},
                       Type::i32)));
  auto is = [&](EntryResult which) {
    return builder.makeBinary(EqInt32, get(result), gen.i32(uint32_t(which)));
  };
  emit(builder.makeIf(is(EntryResult::Returned), sequence([&] {
                        setPc(fromOffset(gen.load(Type::i32, fp(), 0)));
                        emit(builder.makeLocalSet(
                            kFp, gen.load(Type::i32, fp(), 4)));
                        next();
                      })));
  emit(builder.makeIf(is(EntryResult::Left), sequence([&] {
                        setPc(fromOffset(gen.loadState(offsetof(VmState, pc))));
                        emit(builder.makeLocalSet(
                            kFp, gen.loadState(offsetof(VmState, fp))));
                        emit(builder.makeBreak(kYieldLabel));
                      })));
  advance();
  next();
}

void HandlerBuilder::returnWith(const Terminator &end) {
  if (end.tree)
    emit(gen.store(fp(), kFirstSlot * kSlotBytes, value(end.tree)));
  else
    flushLiveSlots();
  setPc(fromOffset(gen.load(Type::i32, fp(), 0)));
  emit(builder.makeLocalSet(kFp, gen.load(Type::i32, fp(), 4)));
  next();
}

void HandlerBuilder::terminator() {
  const Terminator &end = block->end;
  using Kind = Terminator::Kind;
  switch (end.kind) {
  case Kind::None:
    break;
  case Kind::Jump:
    flushLiveSlots();
    if (handler->fused)
      return leaveTo(end.next, end.backEdge);
    setPc(gen.add(pc(), fetch(handler->shape.endTarget(), Type::i32, true)));
    if (end.backEdge)
      countDown();
    return next();
  case Kind::Branch:
    return branch(end);
  case Kind::Switch:
    return switchTo(end);
  case Kind::Call:
    return call(end);
  case Kind::CallIndirect:
    return callIndirect(end);
  case Kind::Cold:
    return cold(end);
  case Kind::TailCall:
  case Kind::TailCallIndirect:
    return tailCall(end);
  case Kind::Return:
    return returnWith(end);
  case Kind::Trap:
    if (handler->fused)
      setPcTo(address);
    return raise(end.trap);
  case Kind::Enter:
    break;
  }
}

} // namespace ireko
