// The dispatch function: all handlers in one loop around one br_table.
//
//     (func $dispatch (param $pc i32) (param $fp i32) (result i32)
//       (block $yield
//         (block $trap
//           (loop $next
//             handler = u16 at pc
//             (loop $go
//               (block $hN-1 ... (block $h1 (block $h0
//                 (br_table $h0 $h1 ... $hN-1 handler))
//                code of handler 0)        ;; each ends in a branch
//               code of handler 1) ...
//              code of handler N-1)))
//         raise the trap)
//       save pc and fp; return Yield)
//
// The code of handler i stands behind the end of block $hi, inside all blocks
// of higher numbers: a branch to $hj with j > i is a direct jump to handler j.
//
// Why a loop and not tail calls: see docs/rationale.md.

#include "rewriter/handlers.h"

using namespace wasm;

namespace ireko {

// Safepoints between two returns to the runtime. Large enough to cost nothing,
// small enough that a host which replaces code only when it is entered again
// does so within a millisecond.
static constexpr uint32_t kCountPerEntry = 50000;

void Codegen::addDispatchFunction() {
  auto owned = Builder::makeFunction(
      program.own(kDispatch), Signature({Type::i32, Type::i32}, Type::i32),
      {Type::i32, Type::i32, Type::i32});
  wasm::Function *dispatch = bundle.addFunction(std::move(owned));
  HandlerBuilder handlers(*this, *dispatch);
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };

  std::vector<Name> labels;
  for (uint32_t i = 0; i < tiling.handlers.size(); ++i)
    labels.push_back(handlerLabel(i));
  Expression *inner = builder.makeSwitch(labels, labels.front(), get(kHandler));
  for (uint32_t i = 0; i < tiling.handlers.size(); ++i) {
    inner = target(labels[i], {inner});
    Expression *code =
        i == 0 ? builder.makeReturn(i32(uint32_t(DispatchResult::Halt)))
               : handlers.build(i);
    inner = builder.makeBlock({inner, code}, Type::unreachable);
  }
  inner = builder.makeLoop(kGoLabel, inner);
  inner = builder.makeLoop(
      kNextLabel,
      builder.makeBlock({builder.makeLocalSet(
                             kHandler, load16(get(kPc), layout.image, false)),
                         inner},
                        Type::unreachable));
  inner = target(kTrapLabel, {inner});
  inner = target(kYieldLabel, {inner, trap(get(kTrap), get(kPc))});
  dispatch->body =
      builder.makeBlock({builder.makeLocalSet(kCount, i32(kCountPerEntry)),
                         inner, storeState(offsetof(VmState, pc), get(kPc)),
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
