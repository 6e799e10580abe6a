// How messages of traps reach standard error. The runtime prints from its own
// memory; in the separate layout the host reads the guest's, so a function that
// stands for fd_write borrows a few bytes there for the time of the call.

#include "rewriter/bundler.h"

using namespace wasm;

namespace ireko {

namespace {

// Guest addresses. Not from 0, which some hosts take for no address.
constexpr uint32_t kBorrowed = 16;
constexpr uint32_t kIovec = kBorrowed, kWritten = kIovec + 8,
                   kText = kIovec + 16, kMaxText = 512;
constexpr uint32_t kBorrowedBytes = kText + kMaxText - kBorrowed;
static_assert(kBorrowedBytes % kSlotBytes == 0 &&
              kBorrowedBytes <= kStackReserve);

// Parameters of fd_write, then variables.
enum PrintLocal : Index { kFd, kIovecs, kCount, kResult, kSaved, kSize };

} // namespace

// Messages are printed where the program itself may print; in the separate
// layout also only if the host finds a memory, the one exported as "memory".
bool Bundler::canPrint() const {
  if (options.layout == Layout::Single)
    return guestPrint.is();
  Export *item = guest.getExportOrNull("memory");
  return guestPrint.is() && item && item->kind == ExternalKind::Memory &&
         guest.memories.front()->initial > 0;
}

// What raises traps with a message. In the start function, without: Node, bun
// and deno do not know the memory before instantiation is over, and throw an
// error of their own if fd_write is called, which would not be a trap.
Name Bundler::printingTrap(Codegen &gen) {
  Name prints = runtimeFunctions.at("ireko_trap");
  if (!guest.start.is())
    return prints;
  gen.asksIfStarting = true;
  // Counts as the runtime's, to be left out with that if nothing calls it.
  auto trap =
      Builder::makeFunction(program.own("vm.trap"),
                            Signature({Type::i32, Type::i32}, Type::none), {});
  auto call = [&](Name function) {
    return builder.makeCall(function,
                            {builder.makeLocalGet(0, Type::i32),
                             builder.makeLocalGet(1, Type::i32)},
                            Type::none);
  };
  trap->body = builder.makeIf(gen.isStarting(),
                              call(runtimeFunctions.at("ireko_trap_quiet")),
                              call(prints));
  return bundle.addFunction(std::move(trap))->name;
}

// The body of the runtime's import in the separate layout. What it borrows is
// saved at sp, in the frames of an activation that a trap has ended, and kept
// there should the host call the guest. Behind stackEnd is room for that too.
void Bundler::bindPrinting() {
  if (options.layout == Layout::Single || !guestPrint.is())
    return;
  wasm::Function *relay = bundle.getFunction(runtimePrint);
  Name guestMemory = layout.guestMemory, own = layout.vmMemory;
  auto constant = [&](uint32_t value) {
    return builder.makeConst(Literal(value));
  };
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  auto load = [&](Expression *address, uint32_t offset, Name memory) {
    return builder.makeLoad(4, false, offset, 1, address, Type::i32, memory);
  };
  auto store = [&](Expression *address, Expression *value, Name memory) {
    return builder.makeStore(4, 0, 1, address, value, Type::i32, memory);
  };
  auto copyToGuest = [&](uint32_t to, Expression *from, Expression *bytes) {
    return builder.makeMemoryCopy(constant(to), from, bytes, guestMemory, own);
  };
  Expression *sp = load(constant(0), layout.state + offsetof(VmState, sp), own);
  auto setSp = [&](Expression *value) {
    return store(constant(layout.state + offsetof(VmState, sp)), value, own);
  };
  relay->module = relay->base = Name();
  relay->type = relay->type.with(Exact);
  relay->vars = {Type::i32, Type::i32};
  Expression *error = builder.makeCall(
      guestPrint, {get(kFd), constant(kIovec), constant(1), constant(kWritten)},
      Type::i32);
  relay->body = builder.makeBlock({
      builder.makeLocalSet(kSaved, sp),
      setSp(
          builder.makeBinary(AddInt32, get(kSaved), constant(kBorrowedBytes))),
      builder.makeMemoryCopy(get(kSaved), constant(kBorrowed),
                             constant(kBorrowedBytes), own, guestMemory),
      // No more than there is room for, as fd_write may.
      builder.makeLocalSet(kSize, load(get(kIovecs), 4, own)),
      builder.makeIf(
          builder.makeBinary(GtUInt32, get(kSize), constant(kMaxText)),
          builder.makeLocalSet(kSize, constant(kMaxText))),
      store(constant(kIovec), constant(kText), guestMemory),
      store(constant(kIovec + 4), get(kSize), guestMemory),
      copyToGuest(kText, load(get(kIovecs), 0, own), get(kSize)),
      builder.makeLocalSet(kCount, error),
      store(get(kResult), load(constant(kWritten), 0, guestMemory), own),
      copyToGuest(kBorrowed, get(kSaved), constant(kBorrowedBytes)),
      setSp(get(kSaved)),
      get(kCount),
  });
}

} // namespace ireko
