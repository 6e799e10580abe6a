// Where calls from outside enter the VM: export adapters, the driver around
// the dispatch function, instantiation.

#include "rewriter/codegen.h"

using namespace wasm;

namespace ireko {

// A new count, when it has run out.
Expression *Codegen::resetCount() {
  Name count = program.own(kCountGlobal);
  auto pc = [&] { return loadState(offsetof(VmState, pc)); };
  if (!safepoints.seed)
    return builder.makeGlobalSet(count, draw(i32(safepoints.interval), pc()));
  // The generator is that of Numerical Recipes (1992), 7.1.
  Name random = program.own(kRandom);
  Expression *next =
      add(builder.makeBinary(MulInt32, builder.makeGlobalGet(random, Type::i32),
                             i32(1664525)),
          i32(1013904223));
  Expression *high = builder.makeBinary(
      ShrUInt32, builder.makeGlobalGet(random, Type::i32), i32(8));
  return builder.makeBlock(
      {builder.makeGlobalSet(random, next),
       builder.makeGlobalSet(
           count, draw(add(builder.makeBinary(RemUInt32, high,
                                              i32(safepoints.interval)),
                           i32(1)),
                       pc()))});
}

// Runs the guest from pc with the frame fp until its outermost frame returns.
// The dispatch function comes back now and then so that hosts which compile in
// tiers enter their best code, and when another page has the next handler.
void Codegen::addRunFunction() {
  addCounter();
  auto isOut = [&] {
    return builder.makeUnary(EqZInt32, loadGlobal(kCountGlobal));
  };
  addDriver(kRun, [&](Index kept) -> Expression * {
    if (!hasRegions())
      return builder.makeIf(
          isOut(), builder.makeBlock({checkFrames(kept), resetCount()}));
    // Who was to call has stored where to return to; the call is right before.
    Expression *caller = load(Type::i32, loadState(offsetof(VmState, fp)), 0);
    // In the stream, the call does not count then.
    Expression *exhausted = builder.makeBlock(
        {storeGlobal(kExhausted, i32(0)),
         storeGlobal(kCountGlobal, add(loadGlobal(kCountGlobal), i32(1))),
         trap(i32(uint32_t(TrapKind::StackExhausted)),
              builder.makeBinary(OrInt32, caller, i32(int32_t(kBeforePc))))});
    Expression *restored = builder.makeBlock(
        {storeGlobal(
             kCountGlobal,
             builder.makeBinary(SubInt32, loadGlobal(kSavedCount), i32(1))),
         storeGlobal(kSavedCount, i32(0)),
         builder.makeIf(loadGlobal(kExhausted), exhausted)});
    return builder.makeBlock(
        {builder.makeIf(
             isOut(),
             builder.makeBlock(
                 {builder.makeIf(loadGlobal(kSavedCount), restored),
                  checkFrames(kept), builder.makeIf(isOut(), resetCount())})),
         reachFrom(builder.makeLocalGet(1, Type::i32), kept,
                   [&] { return i32(highestRegionFrame()); })});
  });
  if (!hasRegions())
    return;
  // On top of a region: what leaves, leaves to whoever runs that.
  // A count that has run out in there is no reason to leave the regions below,
  // whose inner loops would go on in the stream.
  addDriver(kRunStream, [&](Index kept) -> Expression * {
    Expression *leave = builder.makeReturn();
    if (!safepoints.areStrict())
      leave =
          builder.makeIf(loadGlobal(kSavedCount), leave,
                         builder.makeBlock({checkFrames(kept), resetCount()}));
    return builder.makeIf(isOut(), leave);
  });
}

// A function (pc, fp) that calls the dispatch function until the outermost
// frame returns; `prepare` makes what is done before each call, and may use a
// local.
void Codegen::addDriver(const char *name,
                        llvm::function_ref<Expression *(Index kept)> prepare) {
  auto function = Builder::makeFunction(
      program.own(name), Signature({Type::i32, Type::i32}, Type::none), {});
  Name again = "again";
  Index kept = Builder::addVar(function.get(), Type::i32);
  static_assert(uint32_t(DispatchResult::Yield) == 0);
  Expression *goOn = builder.makeBlock(
      {builder.makeLocalSet(0, loadState(offsetof(VmState, pc))),
       builder.makeLocalSet(1, loadState(offsetof(VmState, fp))),
       builder.makeBreak(again)});
  function->body = builder.makeLoop(
      again,
      builder.makeBlock(
          {prepare(kept),
           builder.makeIf(builder.makeUnary(EqZInt32, callPage(kept)), goOn)}));
  // The count may be 0 already, since a call that trapped; the program has not
  // left then: what it left last is of no interest.
  if (fuel.counts || safepoints.checked)
    function->body = builder.makeBlock(
        {storeState(offsetof(VmState, pc), builder.makeLocalGet(0, Type::i32)),
         storeState(offsetof(VmState, fp), builder.makeLocalGet(1, Type::i32)),
         function->body});
  bundle.addFunction(std::move(function));
}

// Puts a frame on the guest stack that returns to HALT, runs, and takes the
// results out of it. VmState::sp stays: it moves only around calls out of the
// VM, so a trap leaves nothing behind.
Name Codegen::adapterOf(uint32_t index) {
  auto it = adapters.find(index);
  if (it != adapters.end())
    return it->second;
  wasm::Function &source = *program.functions[index].source;
  if (source.imported())
    return adapters[index] = importTargets.at(source.name);
  Name name = program.own("export." + std::to_string(index));
  adapters[index] = name;
  auto owned =
      Builder::makeFunction(name, source.type.getHeapType(), {}, nullptr);
  wasm::Function &adapter = *bundle.addFunction(std::move(owned));
  Index frame = Builder::addVar(&adapter, Type::i32);
  auto at = [&] { return builder.makeLocalGet(frame, Type::i32); };
  uint32_t entry = image.entries[index];
  uint32_t bytes = program.functions[index].frameSlots * kSlotBytes;
  std::vector<Expression *> list;
  list.push_back(builder.makeLocalSet(frame, loadState(offsetof(VmState, sp))));
  list.push_back(builder.makeIf(
      builder.makeBinary(GtUInt32, add(at(), i32(bytes)), i32(layout.stackEnd)),
      trap(i32(uint32_t(TrapKind::StackExhausted)), i32(entry))));
  list.push_back(store(at(), 0, i32(kHaltPc)));
  list.push_back(store(at(), 4, i32(0)));
  Slot slot = kFirstSlot;
  Index local = 0;
  for (Type type : source.getParams()) {
    Expression *parameter = builder.makeLocalGet(local++, type);
    list.push_back(type.isRef() ? storeReference(at(), slot, parameter)
                                : store(at(), slot * kSlotBytes, parameter));
    slot += slotsOf(type);
  }
  list.push_back(
      builder.makeCall(program.own(kRun), {i32(entry), at()}, Type::none));
  std::vector<Expression *> results;
  slot = kFirstSlot;
  for (Type type : source.getResults()) {
    results.push_back(type.isRef() ? loadReference(type, at(), slot)
                                   : load(type, at(), slot * kSlotBytes));
    slot += slotsOf(type);
  }
  if (results.size() == 1)
    list.push_back(results[0]);
  else if (results.size() > 1)
    list.push_back(builder.makeTupleMake(std::move(results)));
  adapter.body = builder.makeBlock(list);
  return name;
}

void Codegen::addStart(const std::vector<Expression *> &initialisation) {
  std::vector<Expression *> list(initialisation);
  if (program.module.start.is())
    list.push_back(builder.makeCall(
        adapterOf(program.functionIndex.at(program.module.start)), {},
        Type::none));
  if (asksIfStarting) {
    bundle.addGlobal(Builder::makeGlobal(program.own(kStarting), Type::i32,
                                         i32(!list.empty()), Builder::Mutable));
    if (!list.empty())
      list.push_back(storeGlobal(kStarting, i32(0)));
  }
  if (list.empty())
    return;
  auto function = Builder::makeFunction(program.own(kStart),
                                        Signature(Type::none, Type::none), {});
  function->body = builder.makeBlock(list);
  bundle.addFunction(std::move(function));
  bundle.addStart(program.own(kStart));
}

} // namespace ireko
