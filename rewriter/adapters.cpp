// Where calls from outside enter the VM: export adapters, the driver around
// the dispatch function, instantiation.

#include "rewriter/codegen.h"

using namespace wasm;

namespace ireko {

// Runs the guest from pc with the frame fp until its outermost frame returns.
// The dispatch function comes back now and then so that hosts which compile in
// tiers enter their best code, and when another page has the next handler.
void Codegen::addRunFunction() {
  auto function = Builder::makeFunction(
      program.own(kRun), Signature({Type::i32, Type::i32}, Type::none), {});
  Name again = "again";
  Index handler =
      pages.size() > 1 ? Builder::addVar(function.get(), Type::i32) : 0;
  Expression *result = callPage(handler);
  static_assert(uint32_t(DispatchResult::Yield) == 0);
  Expression *goOn = builder.makeBlock(
      {builder.makeLocalSet(0, loadState(offsetof(VmState, pc))),
       builder.makeLocalSet(1, loadState(offsetof(VmState, fp))),
       builder.makeBreak(again)});
  function->body = builder.makeLoop(
      again, builder.makeIf(builder.makeUnary(EqZInt32, result), goOn));
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
  if (list.empty())
    return;
  auto function = Builder::makeFunction(program.own(kStart),
                                        Signature(Type::none, Type::none), {});
  function->body = builder.makeBlock(list);
  bundle.addFunction(std::move(function));
  bundle.addStart(program.own(kStart));
}

} // namespace ireko
