// What regions and the stream need to call each other.
//
//   enter     the stream calls a region: arguments and results are in the frame
//   stream.N  a region calls a function in the stream: runs the dispatch
//             function on top of the host's stack until that returns
//             (run.top)
//   run.aside a region has the stream run the rest of its activation, or up to
//             a loop with which the region goes on
//   leave     the program leaves to the stream: count becomes 0, which everyone
//             on the host's stack takes as the order to write down what is live
//             and to return
//
// The table `regions` has the functions that enter regions of one type, by
// signature; then the regions; then, for each table of the guest that regions
// call through, its elements.

#include <algorithm>

#include "rewriter/region_code.h"

using namespace wasm;

namespace ireko {

namespace {

// What the host's stack is taken to hold beyond a region's own frames, in bytes
// of guest frames: a host frame is larger than the smallest guest frame by a
// factor of about ten.
constexpr uint32_t kReach = 12 << 10;
constexpr int32_t kReachOfDispatch = 1 << 10;

// Whether a store's value is its address: the same local, which the address may
// just have set, wider or not.
bool storesItsAddress(const Store *store) {
  const Expression *value = store->value;
  if (auto *wide = value->dynCast<Unary>())
    value = wide->op == ExtendUInt32 ? wide->value : value;
  auto *read = value->dynCast<LocalGet>();
  if (!read)
    return false;
  if (auto *address = store->ptr->dynCast<LocalGet>())
    return address->index == read->index;
  auto *set = store->ptr->dynCast<LocalSet>();
  return set && set->index == read->index;
}

} // namespace

Expression *Codegen::burnOffset(Expression *pointer, Address &offset) {
  constexpr uint32_t kNowhere = ~0u;
  uint64_t total = uint64_t(offset) + layout.guestBase;
  if (total > UINT32_MAX) {
    offset = kNowhere;
    return builder.makeBinary(OrInt32, pointer, i32(kNowhere));
  }
  offset = total;
  return pointer;
}

Name Codegen::regionFunction(const Region &region) const {
  return program.own("region." + std::to_string(region.function));
}

Name Codegen::leafFunction(const Region &region) const {
  return program.own("leaf." + std::to_string(region.function));
}

uint32_t Codegen::endAddress(uint32_t f, BlockIndex index) const {
  const FunctionTiles &tiles = tiling.functions[f];
  const BlockTiles &list = tiles.blocks[tiles.position[index]];
  uint32_t address = image.blocks[f][index];
  for (const Tile &tile : list.tiles) {
    if (tile.end)
      break;
    if (tile.entry && tile.entry->loop == 0)
      continue; // stands before the block
    address += instructionBytes(tiling.handlers[tile.handler],
                                program.functions[f].blocks[index], tile);
  }
  return address;
}

Expression *Codegen::guestAccess(
    Expression *node, llvm::function_ref<Expression *(Expression *)> value,
    llvm::function_ref<Expression *(Expression *, Address &)> place) {
  auto access = [&](auto *original) {
    auto *copy =
        bundle.allocator.alloc<std::remove_pointer_t<decltype(original)>>();
    *copy = *original;
    copy->memory = guestMemory;
    copy->ptr = place(value(original->ptr), copy->offset);
    return copy;
  };
  if (auto *load = node->dynCast<Load>())
    return access(load);
  if (auto *load = node->dynCast<SIMDLoad>())
    return access(load);
  if (auto *store = node->dynCast<Store>()) {
    auto *copy = access(store);
    copy->value = value(store->value);
    // wasmi 2.0.0 has no instruction for a store of both from its accumulator
    // at a static offset of more than 16 bits, and panics: a sum comes between.
    if (storesItsAddress(copy))
      copy->ptr = add(copy->ptr, i32(0));
    return copy;
  }
  if (auto *lane = node->dynCast<SIMDLoadStoreLane>()) {
    auto *copy = access(lane);
    copy->vec = value(lane->vec);
    return copy;
  }
  return nullptr;
}

Name Codegen::elementTrap(uint32_t table) {
  Name name = program.own("element." + std::to_string(table));
  if (bundle.getFunctionOrNull(name))
    return name;
  const StaticTable &elements = program.staticTables[table];
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  auto raise = [&](TrapKind kind) { return trap(i32(uint32_t(kind)), get(1)); };
  Expression *type =
      load(Type::i32, builder.makeBinary(ShlInt32, get(0), i32(3)),
           elements.address + offsetof(StaticTableEntry, type));
  static_assert(kNullType == 0);
  bundle.addFunction(Builder::makeFunction(
      name, Signature({Type::i32, Type::i32}, Type::none), {},
      builder.makeBlock(
          {builder.makeIf(builder.makeBinary(GeUInt32, get(0),
                                             i32(elements.functions.size())),
                          raise(TrapKind::UndefinedElement)),
           builder.makeIf(builder.makeUnary(EqZInt32, type),
                          raise(TrapKind::UninitializedElement)),
           raise(TrapKind::IndirectCallType)})));
  return name;
}

uint32_t Codegen::elementsOf(uint32_t table) {
  auto [it, isNew] = elementsOfTable.try_emplace(table, regionElements.size());
  if (isNew)
    for (uint32_t element : program.staticTables[table].functions) {
      Name target;
      if (element) {
        const Region *callee = regions->of(element - 1);
        HeapType type =
            program.functions[element - 1].source->type.getHeapType();
        target = callee ? regionFunction(*callee) : streamFunction(type);
      }
      regionElements.push_back(target);
    }
  return it->second;
}

bool Codegen::mayCallStream(uint32_t table, HeapType type) {
  auto [it, isNew] = streamTypesOfTable.try_emplace(table);
  if (isNew)
    for (uint32_t element : program.staticTables[table].functions)
      if (element && !regions->of(element - 1))
        it->second.insert(
            program.functions[element - 1].source->type.getHeapType());
  return it->second.count(type);
}

Name Codegen::streamFunction(HeapType type) {
  auto [it, isNew] = streamFunctions.try_emplace(type, Name());
  if (!isNew)
    return it->second;
  Name name = it->second =
      program.own("stream." + std::to_string(streamFunctions.size()));
  Signature signature = regionSignature(type);
  wasm::Function *function = bundle.addFunction(
      Builder::makeFunction(name, HeapType(signature), {}, nullptr));
  Index entry = Builder::addVar(function, Type::i32);
  Index count = Builder::addVar(function, Type::i32);
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, function->getLocalType(local));
  };
  Signature guest = type.getSignature();
  std::vector<Expression *> list;
  Index parameter = 1;
  for (SlotOfType value : valuesOf(guest.params, kFirstSlot))
    list.push_back(store(get(0), value.slot * kSlotBytes, get(parameter++)));
  list.push_back(builder.makeLocalSet(entry, loadGlobal(kEntryGlobal)));
  list.push_back(builder.makeLocalSet(
      count, builder.makeBinary(SubInt32, loadGlobal(kCountGlobal), i32(1))));
  list.push_back(storeGlobal(kCountGlobal, get(count)));
  // The frame's size stands before the entry.
  auto bytes = [&] { return load(Type::i32, get(entry), layout.image - 4); };
  Expression *isFar = builder.makeBinary(
      OrInt32, builder.makeBinary(GtUInt32, get(0), loadGlobal(kFrameLimit)),
      builder.makeBinary(GtUInt32, add(get(0), bytes()), i32(layout.stackEnd)));
  Expression *isOut = builder.makeUnary(EqZInt32, get(count));
  if (safepoints.areStrict())
    isFar = builder.makeBinary(OrInt32, isFar, isOut);
  list.push_back(builder.makeIf(
      isFar, builder.makeBlock(
                 {builder.makeCall(program.own(kLeave),
                                   {get(entry), get(0), bytes()}, Type::none),
                  dummyReturn(signature.results)})));
  if (!safepoints.areStrict())
    list.push_back(builder.makeIf(
        isOut,
        storeGlobal(kCountGlobal, draw(i32(safepoints.interval), get(entry)))));
  list.push_back(builder.makeCall(program.own(kRunOnTop),
                                  {get(entry), get(0), i32(0)}, Type::none));
  std::vector<SlotOfType> results = valuesOf(guest.results, kFirstSlot);
  if (!results.empty())
    list.push_back(load(results[0].type, get(0), results[0].slot * kSlotBytes));
  function->body = builder.makeBlock(list);
  return name;
}

// (pc, fp, mark): runs the dispatch function on top of the host's stack until
// the frame returns, or everything leaves. The mark is 0, or says which region
// waits (kHandsBack).
void Codegen::addRunOnTop() {
  auto function = Builder::makeFunction(
      program.own(kRunOnTop),
      Signature({Type::i32, Type::i32, Type::i32}, Type::none), {});
  enum { kPc, kFrame, kMark };
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  // The header is that of the region which was entered in this place, maybe
  // from the stream.
  Index pc = Builder::addVar(function.get(), Type::i32);
  Index fp = Builder::addVar(function.get(), Type::i32);
  function->body = builder.makeBlock(
      {builder.makeLocalSet(pc, load(Type::i32, get(kFrame), 0)),
       builder.makeLocalSet(fp, load(Type::i32, get(kFrame), 4)),
       store(get(kFrame), 0, i32(kHaltPc)), store(get(kFrame), 4, get(kMark)),
       moveFrameLimit(-kReachOfDispatch),
       builder.makeCall(program.own(kRunStream), {get(kPc), get(kFrame)},
                        Type::none),
       moveFrameLimit(kReachOfDispatch), store(get(kFrame), 0, get(pc)),
       store(get(kFrame), 4, get(fp))});
  bundle.addFunction(std::move(function));
}

// (pc, fp, mark): as above; returns the loop with which the region goes on, or
// 0 if the frame has returned or everything leaves.
void Codegen::addRunAside() {
  auto function = Builder::makeFunction(
      program.own(kRunAside),
      Signature({Type::i32, Type::i32, Type::i32}, Type::i32), {});
  std::vector<Expression *> operands;
  for (Index i = 0; i < 3; ++i)
    operands.push_back(builder.makeLocalGet(i, Type::i32));
  Index loop = Builder::addVar(function.get(), Type::i32);
  function->body = builder.makeBlock(
      {builder.makeCall(program.own(kRunOnTop), operands, Type::none),
       builder.makeLocalSet(loop, loadGlobal(kHandedBack)),
       storeGlobal(kHandedBack, i32(0)), builder.makeLocalGet(loop, Type::i32)},
      Type::i32);
  bundle.addFunction(std::move(function));
}

// (region's place in the table, fp, fp with kGoesOn if it goes on)
void Codegen::addEnterFunction(HeapType type, Name name) {
  Signature signature = regionSignature(type);
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  Signature guest = type.getSignature();
  std::vector<Expression *> operands{get(2)};
  for (SlotOfType value : valuesOf(guest.params, kFirstSlot))
    operands.push_back(load(value.type, get(1), value.slot * kSlotBytes));
  Expression *body = builder.makeCallIndirect(program.own(kRegionTable), get(0),
                                              operands, HeapType(signature));
  std::vector<SlotOfType> results = valuesOf(guest.results, kFirstSlot);
  auto function = Builder::makeFunction(
      name, Signature({Type::i32, Type::i32, Type::i32}, Type::none), {});
  if (!results.empty()) {
    Index kept = Builder::addVar(function.get(), results[0].type);
    // A region that has left has written its frame itself.
    Expression *keep =
        builder.makeIf(loadGlobal(kCountGlobal),
                       store(get(1), results[0].slot * kSlotBytes,
                             builder.makeLocalGet(kept, results[0].type)));
    body = builder.makeBlock({builder.makeLocalSet(kept, body), keep});
  }
  function->body = body;
  bundle.addFunction(std::move(function));
}

// (signature, region, fp, pc, loop), to an EntryResult. If the region waits for
// just this, the dispatch function returns to it: its frame is the outermost.
void Codegen::addEnter() {
  auto function = Builder::makeFunction(
      program.own(kEnter),
      Signature(Type(std::vector<Type>(5, Type::i32)), Type::i32), {});
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  enum { kSignature, kRegion, kFrame, kAt, kLoop };
  Index limit = Builder::addVar(function.get(), Type::i32);
  Index reach = Builder::addVar(function.get(), Type::i32);
  auto answer = [&](EntryResult result) { return i32(uint32_t(result)); };
  Signature entering({Type::i32, Type::i32, Type::i32}, Type::none);
  uint32_t first = regions->signatures.size();
  Expression *flagged =
      builder.makeBinary(OrInt32, get(kFrame),
                         builder.makeSelect(get(kLoop), i32(kGoesOn), i32(0)));
  std::vector<Expression *> list;
  if (regions->handBack()) {
    Expression *isThis = builder.makeBinary(
        EqInt32, load(Type::i32, get(kFrame), 4),
        builder.makeBinary(OrInt32, get(kRegion), i32(int32_t(kHandsBack))));
    Expression *isOutermost = builder.makeBinary(
        EqInt32, load(Type::i32, get(kFrame), 0), i32(kHaltPc));
    Expression *isLoop = builder.makeBinary(NeInt32, get(kLoop), i32(0));
    list.push_back(builder.makeIf(
        builder.makeBinary(AndInt32, isLoop,
                           builder.makeBinary(AndInt32, isOutermost, isThis)),
        builder.makeBlock(
            {storeGlobal(kHandedBack, get(kLoop)),
             builder.makeReturn(answer(EntryResult::Returned))})));
  }
  list.insert(
      list.end(),
      {builder.makeIf(
           builder.makeBinary(GtUInt32, get(kFrame), i32(highestRegionFrame())),
           builder.makeReturn(answer(EntryResult::NoRoom))),
       builder.makeIf(
           builder.makeBinary(GtUInt32, get(kFrame), loadGlobal(kFrameLimit)),
           builder.makeBlock(
               {builder.makeCall(program.own(kLeave),
                                 {get(kAt), get(kFrame), i32(0)}, Type::none),
                builder.makeReturn(answer(EntryResult::Left))})),
       // The stream may have returned from far above, where the limit was set.
       builder.makeLocalSet(limit, loadGlobal(kFrameLimit)),
       reachFrom(get(kFrame), reach, [&] { return get(limit); }),
       storeGlobal(kEntryGlobal, get(kLoop)),
       // A region that counts the call does what the stream has done too.
       storeGlobal(kCountGlobal,
                   add(loadGlobal(kCountGlobal), i32(countsExactly()))),
       builder.makeCallIndirect(
           program.own(kRegionTable), get(kSignature),
           std::vector<Expression *>{add(get(kRegion), i32(first)), get(kFrame),
                                     flagged},
           HeapType(entering)),
       storeGlobal(kFrameLimit, get(limit)),
       builder.makeSelect(loadGlobal(kCountGlobal),
                          answer(EntryResult::Returned),
                          answer(EntryResult::Left))});
  function->body = builder.makeBlock(list, Type::i32);
  bundle.addFunction(std::move(function));
}

void Codegen::addLeave() {
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  enum { kAt, kFrame, kBytes };
  bundle.addFunction(Builder::makeFunction(
      program.own(kLeave),
      Signature({Type::i32, Type::i32, Type::i32}, Type::none), {},
      builder.makeBlock(
          {storeState(offsetof(VmState, pc), get(kAt)),
           storeState(offsetof(VmState, fp), get(kFrame)),
           storeGlobal(kExhausted, builder.makeBinary(
                                       GtUInt32, add(get(kFrame), get(kBytes)),
                                       i32(layout.stackEnd))),
           storeGlobal(kSavedCount, add(loadGlobal(kCountGlobal), i32(1))),
           storeGlobal(kCountGlobal, i32(0))})));
}

uint32_t Codegen::highestRegionFrame() const {
  // No fp has the bit that says more, not even that of a call by the highest.
  uint32_t end = std::min(layout.stackEnd, kGoesOn);
  uint32_t bytes = regions->largestFrame(program);
  return end > layout.stackBase + bytes ? end - bytes : 0;
}

Expression *Codegen::reachFrom(Expression *frame, Index kept,
                               llvm::function_ref<Expression *()> most) {
  auto get = [&] { return builder.makeLocalGet(kept, Type::i32); };
  return builder.makeBlock(
      {builder.makeLocalSet(kept, add(frame, i32(kReach))),
       storeGlobal(kFrameLimit, builder.makeSelect(
                                    builder.makeBinary(LtUInt32, get(), most()),
                                    get(), most()))});
}

Expression *Codegen::moveFrameLimit(int32_t bytes) {
  BinaryOp op = bytes < 0 ? SubInt32 : AddInt32;
  return storeGlobal(
      kFrameLimit,
      builder.makeBinary(op, loadGlobal(kFrameLimit), i32(std::abs(bytes))));
}

void Codegen::addRegionGlobals() {
  auto addGlobal = [&](const char *name) {
    bundle.addGlobal(Builder::makeGlobal(program.own(name), Type::i32, i32(0),
                                         Builder::Mutable));
  };
  for (const char *name : {kSavedCount, kFrameLimit, kEntryGlobal, kExhausted})
    addGlobal(name);
  if (regions->handBack())
    addGlobal(kHandedBack);
}

void Codegen::addRegions() {
  if (!hasRegions())
    return;
  addRegionGlobals();
  for (size_t i = 0; i < regions->signatures.size(); ++i) {
    Name name = program.own("enter." + std::to_string(i));
    addEnterFunction(regions->signatures[i], name);
    regionElements.push_back(name);
  }
  for (const Region &region : regions->list)
    regionElements.push_back(regionFunction(region));
  for (const Region &region : regions->list)
    RegionBuilder(*this, region).build();
  addLeave();
  addEnter();
  addRunOnTop();
  if (regions->handBack())
    addRunAside();
  if (!safepoints.areStrict() &&
      std::any_of(regions->list.begin(), regions->list.end(),
                  [](const Region &region) {
                    return !region.graph.enteredLoops().empty();
                  })) {
    addResume();
    addRestart();
  }
  uint32_t size = regionElements.size();
  bundle.addTable(Builder::makeTable(
      program.own(kRegionTable), Type(HeapType::func, Nullable), size, size));
  addRegionElements();
}

// One segment for each run of elements that are there. Hosts take 100,000
// segments, so if every second element of a large table is null, the shorter
// gaps are filled: their elements are never called (checkElement), so that any
// function will do, and hosts without reference types take it too.
void Codegen::addRegionElements() {
  constexpr size_t kMostRuns = 1000;
  std::vector<std::pair<uint32_t, uint32_t>> runs; // first, end
  uint32_t longest = 0;                            // of the gaps within a run
  do {
    runs.clear();
    for (uint32_t i = 0; i < regionElements.size(); ++i) {
      if (!regionElements[i].is())
        continue;
      if (runs.empty() || i - runs.back().second > longest)
        runs.push_back({i, i});
      runs.back().second = i + 1;
    }
    longest = longest * 2 + 1;
  } while (runs.size() > kMostRuns);
  for (auto [first, end] : runs) {
    auto segment = std::make_unique<ElementSegment>();
    segment->name = program.own("regions." + std::to_string(first));
    segment->table = program.own(kRegionTable);
    segment->type = Type(HeapType::func, Nullable);
    segment->offset = i32(first);
    for (uint32_t i = first; i < end; ++i) {
      Name element = regionElements[i];
      segment->data.push_back(
          builder.makeRefFunc(element.is() ? element : regionElements.front()));
    }
    bundle.addElementSegment(std::move(segment));
  }
}

} // namespace ireko
