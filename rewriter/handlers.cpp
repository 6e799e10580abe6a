// Values: the expression trees of a handler.

#include "rewriter/handlers.h"

#include <bit>

#include "ir/manipulation.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

namespace {

// More locals of one type would slow down baseline compilers, which reconcile
// all of them at each jump to the loop.
constexpr uint32_t kMaxScratch = 20;
// Of which there are that many, all in all.
constexpr uint32_t kScratchTypes = 5;

} // namespace

Index HandlerBuilder::scratch(Type type, bool required) {
  uint32_t maxScratch = kMaxScratch;
  if (gen.limits.locals)
    maxScratch = std::min(maxScratch, gen.limits.locals / kScratchTypes);
  auto &locals = pool[type];
  uint32_t &used = inUse[type];
  if (used == locals.size()) {
    if (used >= maxScratch && !required)
      return 0;
    locals.push_back(Builder::addVar(&dispatch, type));
  }
  return locals[used++];
}

Expression *HandlerBuilder::fetch(const TileOperand &operand, Type type,
                                  bool isSigned) {
  if (&operand == last && type == Type::i32 && !isSigned)
    return get(lastLocal);
  if (operand.isBurned)
    return builder.makeConst(Literal::makeFromInt64(
        operand.kind == OperandKind::Callee ? gen.image.entries[operand.low]
                                            : operand.low,
        type));
  uint32_t offset = operand.at;
  if (operand.bytes >= type.getByteSize())
    return gen.load(type, pc(), offset);
  Expression *value = builder.makeLoad(operand.bytes, isSigned, offset, 1, pc(),
                                       type, gen.memory);
  constexpr int kShift = std::countr_zero(kSlotBytes);
  return operand.isInSlots()
             ? builder.makeBinary(ShlInt32, value, gen.i32(kShift))
             : value;
}

Expression *HandlerBuilder::immediate(Const *node) {
  return fetch(*handler->shape.operandOf(node), node->type, true);
}

// Without fusion the mask is an operand, and only swizzle takes one; it gives
// 0 for lanes from 16 up.
Expression *HandlerBuilder::shuffle(SIMDShuffle *node) {
  const TileOperand &mask = *handler->shape.operandOf(node);
  auto *left = builder.makeBinary(SwizzleVecI8x16, value(node->left),
                                  fetch(mask, Type::v128, false));
  std::array<uint8_t, 16> sixteens;
  sixteens.fill(16);
  auto *upper = builder.makeBinary(SubVecI8x16, fetch(mask, Type::v128, false),
                                   builder.makeConst(Literal(sixteens.data())));
  auto *right = builder.makeBinary(SwizzleVecI8x16, value(node->right), upper);
  return builder.makeBinary(OrVec128, left, right);
}

// The address operand and static offset for an access to guest memory whose
// pointer has been generated.
Expression *HandlerBuilder::memoryAddress(Expression *node, Expression *pointer,
                                          Address &offset) {
  const TileOperand *operand =
      handler->fused ? nullptr : handler->shape.operandOf(node);
  if (operand && !operand->isBurned) {
    // The operand is one less than the offset. A sum that wraps becomes the
    // highest address; with what is added to it, that is out of bounds always.
    Index base = scratch(Type::i32, true), sum = scratch(Type::i32, true);
    auto *wrapped = builder.makeLocalTee(
        sum,
        gen.add(builder.makeLocalTee(base, pointer, Type::i32),
                fetch(*operand, Type::i32, false)),
        Type::i32);
    offset = uint64_t(gen.layout.guestBase) + 1;
    return builder.makeBinary(
        OrInt32, wrapped,
        builder.makeBinary(SubInt32, gen.i32(0),
                           builder.makeBinary(LtUInt32, get(sum), get(base))));
  }
  return gen.burnOffset(pointer, offset);
}

Expression *HandlerBuilder::slotAddress(const Expression *leaf, Slot slot,
                                        uint32_t &offset) {
  if (handler->fused) {
    offset = slot * kSlotBytes;
    return fp();
  }
  const TileOperand &operand = *handler->shape.operandOf(leaf);
  if (operand.isBurned) {
    offset = operand.low;
    return fp();
  }
  offset = 0;
  return gen.add(fp(), fetch(operand, Type::i32, false));
}

Slot HandlerBuilder::keyOf(const Expression *leaf, Slot slot) const {
  if (handler->fused || isInternal(slot))
    return slot;
  const Shape &shape = handler->shape;
  return 2 * (shape.operandOf(leaf) - shape.operands.data());
}

bool HandlerBuilder::isCacheable(Slot slot) const {
  auto it = accesses.find(slot);
  if (it == accesses.end())
    return false;
  const Accesses &count = it->second;
  // Each write counts where the handler may keep the last one back.
  return count.reads +
             (handler->fused ? count.writes : std::min(count.writes, 1u)) >
         1;
}

// Forgets what is cached of the slots that a value of this type at `slot`
// covers, unless it is just such a value.
void HandlerBuilder::evict(Slot slot, Type type) {
  for (auto it = cache.begin(); it != cache.end();) {
    Slot start = it->first;
    CachedSlot &cached = it->second;
    bool overlaps =
        start < slot + slotsOf(type) && slot < start + slotsOf(cached.type);
    if (!overlaps || (start == slot && cached.type == type)) {
      ++it;
      continue;
    }
    if (cached.dirty)
      emit(gen.store(fp(), start * kSlotBytes, get(cached.local)));
    it = cache.erase(it);
  }
}

Expression *HandlerBuilder::readSlot(LocalGet *node) {
  Slot slot = keyOf(node, node->index);
  evict(slot, node->type);
  auto it = cache.find(slot);
  if (it != cache.end())
    return get(it->second.local);
  uint32_t offset;
  Expression *base = slotAddress(node, node->index, offset);
  Expression *loaded = gen.load(node->type, base, offset);
  if (!isCacheable(slot))
    return loaded;
  Index local = scratch(node->type, false);
  if (!local)
    return loaded;
  cache[slot] = {node->type, local, false};
  return builder.makeLocalTee(local, loaded, node->type);
}

void HandlerBuilder::writeSlot(LocalSet *node) {
  Slot slot = keyOf(node, node->index);
  Type type = node->value->type;
  Expression *written = value(node->value);
  evict(slot, type);
  bool internal = isInternal(node->index);
  if (internal || isCacheable(slot)) {
    auto it = cache.find(slot);
    Index local =
        it != cache.end() ? it->second.local : scratch(type, internal);
    if (local) {
      bool later = handler->fused; // stored when the handler ends
      cache[slot] = {type, local, later};
      emit(builder.makeLocalSet(local, written));
      if (internal || later)
        return;
      written = get(local);
    }
  } else {
    cache.erase(slot);
  }
  uint32_t offset;
  Expression *base = slotAddress(node, node->index, offset);
  emit(gen.store(base, offset, written));
}

Expression *HandlerBuilder::replacement(Expression *node) {
  if (auto *local = node->dynCast<LocalGet>())
    return readSlot(local);
  if (auto *constant = node->dynCast<Const>())
    return handler->fused ? nullptr : immediate(constant);
  if (auto *global = node->dynCast<GlobalGet>()) {
    const GlobalPlace &place = gen.program.globals.at(global->name);
    if (place.kind == GlobalPlace::Kind::Host)
      return nullptr;
    if (handler->fused)
      return gen.load(global->type, gen.i32(0),
                      gen.layout.globals + place.offset);
    return gen.load(global->type,
                    fetch(*handler->shape.operandOf(node), Type::i32, false),
                    gen.layout.globals);
  }
  if (node->is<MemorySize>())
    return gen.guestPages(builder.makeMemorySize(gen.guestMemory));
  if (auto *shuffled = node->dynCast<SIMDShuffle>())
    return handler->fused ? nullptr : shuffle(shuffled);
  return gen.guestAccess(
      node, [this](Expression *tree) { return value(tree); },
      [&](Expression *pointer, Address &offset) {
        return memoryAddress(node, pointer, offset);
      });
}

Expression *HandlerBuilder::value(Expression *tree) {
  return ExpressionManipulator::flexibleCopy(
      tree, gen.bundle, [this](Expression *node) { return replacement(node); });
}

void HandlerBuilder::statement(Expression *tree) {
  if (auto *set = tree->dynCast<LocalSet>())
    return writeSlot(set);
  if (auto *leave = tree->dynCast<Break>())
    return exit(leave);
  if (auto *set = tree->dynCast<GlobalSet>()) {
    const GlobalPlace &place = gen.program.globals.at(set->name);
    if (place.kind == GlobalPlace::Kind::Memory) {
      Expression *base = handler->fused ? gen.i32(place.offset)
                                        : fetch(*handler->shape.operandOf(set),
                                                Type::i32, false);
      return emit(gen.store(base, gen.layout.globals, value(set->value)));
    }
  }
  emit(value(tree));
}

void HandlerBuilder::countAccesses(Expression *tree) {
  if (auto *local = tree->dynCast<LocalGet>())
    ++accesses[keyOf(tree, local->index)].reads;
  else if (auto *local = tree->dynCast<LocalSet>())
    ++accesses[keyOf(tree, local->index)].writes;
  forEachChild(tree, [&](Expression *&child) { countAccesses(child); });
}

const Liveness &HandlerBuilder::livenessOfFunction() {
  if (!liveness || livenessFunction != handler->function) {
    liveness.emplace(*function);
    livenessFunction = handler->function;
  }
  return *liveness;
}

void HandlerBuilder::storeDirtySlots(const SlotSet &live) {
  for (auto &[slot, cached] : cache)
    if (cached.dirty && live.containsAny(slot, cached.type))
      emit(gen.store(fp(), slot * kSlotBytes, get(cached.local)));
}

void HandlerBuilder::flushLiveSlots() {
  bool anyDirty = false;
  for (auto &[slot, cached] : cache)
    anyDirty |= cached.dirty;
  if (!anyDirty)
    return;
  SlotSet live = livenessOfFunction().liveOut(*block);
  if (handler->tile.end) {
    // What only the terminator's tree reads comes from the cache.
    Terminator end = block->end;
    end.tree = nullptr;
    Liveness::stepBack(end, live);
  }
  storeDirtySlots(live);
  for (auto &[slot, cached] : cache)
    cached.dirty = false;
}

// A host that checks bounds by code of its own checks all operands at once when
// the last one comes first.
void HandlerBuilder::fetchLast() {
  last = nullptr;
  const TileOperand *found = nullptr;
  uint32_t fetched = 0;
  for (const TileOperand &operand : handler->shape.operands)
    if (!operand.isBurned) {
      found = &operand;
      ++fetched;
    }
  if (fetched < 2)
    return;
  if (found->kind != OperandKind::Slot && found->kind != OperandKind::Offset)
    return;
  Index local = scratch(Type::i32, false);
  if (!local)
    return;
  emit(builder.makeLocalSet(local, fetch(*found, Type::i32, false)));
  last = found;
  lastLocal = local;
}

Expression *HandlerBuilder::build(uint32_t which, Page where) {
  number = which;
  page = where;
  handler = &gen.tiling.handlers[which];
  function = &gen.program.functions[handler->function];
  block = &function->blocks[handler->block];
  if (handler->fused)
    address = fusedAddress(gen.tiling, gen.image, *handler);
  cache.clear();
  accesses.clear();
  inUse.clear();
  jumpsToItself = false;
  std::vector<Expression *> list;
  code = &list;
  fetchLast();
  const Tile &tile = handler->tile;
  for (uint32_t i = 0; i < tile.count; ++i)
    countAccesses(block->statements[tile.first + i]);
  if (tile.end && block->end.tree)
    countAccesses(block->end.tree);
  for (uint32_t i = 0; i < tile.count; ++i)
    statement(block->statements[tile.first + i]);
  if (tile.entry) {
    enterRegion();
  } else if (tile.end) {
    terminator();
  } else if (handler->fused) {
    flushLiveSlots();
    leaveTo(block->end.next, false);
  } else {
    advance();
    next();
  }
  Expression *body = builder.makeBlock(list);
  if (jumpsToItself)
    body = builder.makeLoop(Name("self" + std::to_string(number)), body);
  return body;
}

} // namespace ireko
