// The dispatch function: all handlers in one loop around one br_table.
//
//     (func $dispatch (param $pc i32) (param $fp i32) (result i32)
//       (block $yield
//         (block $trap
//           pc = image + pc
//           (loop $next
//             handler = u16 at pc
//             (loop $go
//               (block $hN-1 ... (block $h1 (block $h0
//                 (br_table $h0 $h1 ... $hN-1 handler))
//                code of handler 0)        ;; each ends in a branch
//               code of handler 1) ...
//              code of handler N-1)))
//         raise the trap)
//       save pc - image and fp; return Yield)
//
// The code of handler i stands behind the end of block $hi, inside all blocks
// of higher numbers: a branch to $hj with j > i is a direct jump to handler j.
//
// For a host with limits there are several such functions, the pages (pages.h):
// dispatch with the handlers from 0, dispatch.1 and so on. In a page the
// br_table has its handlers only, and $yield for all other numbers: control
// leaves with pc at an instruction of another page, and the driver goes on
// there. A jump between handlers of two pages goes that way too.
//
// Why a loop and not tail calls: see docs/rationale.md.

#include "rewriter/handlers.h"
#include "rewriter/pages.h"

using namespace wasm;

namespace ireko {

// How large each handler is at most: as if all its jumps went by way of pc.
static std::vector<PagedHandler> measureHandlers(Codegen &gen) {
  std::vector<PagedHandler> measured;
  auto function = Builder::makeFunction(
      "measured", Signature({Type::i32, Type::i32}, Type::i32),
      {Type::i32, Type::i32, Type::i32});
  HandlerBuilder handlers(gen, *function);
  for (uint32_t i = 0; i < gen.tiling.handlers.size(); ++i) {
    const Handler &handler = gen.tiling.handlers[i];
    uint32_t bytes = i == 0 ? 0 : boundOnBytes(handlers.build(i, {i, i + 1}));
    measured.push_back({bytes, handler.fused ? handler.function + 1 : 0});
  }
  return measured;
}

void Codegen::addDispatchFunctions() {
  pages = {{0, uint32_t(tiling.handlers.size())}};
  if (limits.splitsDispatch())
    pages = planPages(measureHandlers(*this), limits);
  for (uint32_t i = 0; i < pages.size(); ++i)
    addPage(i);
}

Expression *Codegen::callPage(Index handler) {
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  if (pages.size() == 1)
    return builder.makeCall(pageFunction(0), {get(0), get(1)}, Type::i32);
  std::vector<Choice> choices;
  for (uint32_t i = 0; i < pages.size(); ++i)
    choices.push_back({pages[i].first, pageFunction(i)});
  return builder.makeBlock(
      {builder.makeLocalSet(handler, load16(get(0), layout.image, false)),
       choose(kDispatch, choices, handler, {0, 1}, Type::i32)},
      Type::i32);
}

Name Codegen::pageFunction(uint32_t page) const {
  std::string name = kDispatch;
  return program.own(page ? name + "." + std::to_string(page) : name);
}

void Codegen::addPage(uint32_t number) {
  Page page = pages[number];
  auto owned = Builder::makeFunction(
      pageFunction(number), Signature({Type::i32, Type::i32}, Type::i32),
      {Type::i32, Type::i32, Type::i32});
  wasm::Function *dispatch = bundle.addFunction(std::move(owned));
  HandlerBuilder handlers(*this, *dispatch);
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };

  auto pcOffset = [&] {
    return builder.makeBinary(SubInt32, get(kPc), i32(layout.image));
  };
  auto keepCount = [&] { return storeGlobal(kCountGlobal, get(kCount)); };

  std::vector<Name> labels;
  for (uint32_t i = page.first; i < page.end; ++i)
    labels.push_back(handlerLabel(i));
  Expression *choice = get(kHandler);
  if (page.first)
    choice = builder.makeBinary(SubInt32, choice, i32(page.first));
  bool isOnly = pages.size() == 1;
  Expression *inner = builder.makeSwitch(
      labels, isOnly ? labels.front() : Name(kYieldLabel), choice);
  for (uint32_t i = page.first; i < page.end; ++i) {
    inner = target(handlerLabel(i), {inner});
    Expression *code =
        i == 0 ? builder.makeBlock(
                     {keepCount(),
                      builder.makeReturn(i32(uint32_t(DispatchResult::Halt)))})
               : handlers.build(i, page);
    inner = builder.makeBlock({inner, code}, Type::unreachable);
  }
  inner = builder.makeLoop(kGoLabel, inner);
  inner = builder.makeLoop(
      kNextLabel,
      builder.makeBlock(
          {builder.makeLocalSet(kHandler, load16(get(kPc), 0, false)), inner},
          Type::unreachable));
  if (handlers.raisesTraps()) {
    raisesTraps = true;
    Expression *keep = fuel.counts ? keepCount() : builder.makeNop();
    inner = builder.makeBlock(
        {target(kTrapLabel, {inner}), keep, trap(get(kTrap), pcOffset())},
        Type::unreachable);
  }
  inner = target(kYieldLabel, {inner});
  dispatch->body = builder.makeBlock(
      {builder.makeLocalSet(kCount, loadGlobal(kCountGlobal)),
       builder.makeLocalSet(kPc, add(get(kPc), i32(layout.image))), inner,
       keepCount(), storeState(offsetof(VmState, pc), pcOffset()),
       storeState(offsetof(VmState, fp), get(kFp)),
       i32(uint32_t(DispatchResult::Yield))},
      Type::i32);
}

Expression *Codegen::trap(Expression *kind, Expression *pc) {
  return builder.makeBlock(
      {builder.makeCall(trapFunction, {kind, pc}, Type::none),
       builder.makeUnreachable()},
      Type::unreachable);
}

} // namespace ireko
