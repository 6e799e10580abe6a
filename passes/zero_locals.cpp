// Clears, at the function's entry, the locals that may be read before they are
// written: a frame is laid over whatever an earlier call left there. Parameters
// are the caller's writes; references are cleared by lowering.
//
//     b0: ...            b0: x = 0
//                  ==>       ...

#include "passes/pass.h"
#include "rewriter/liveness.h"
#include "wasm-builder.h"

using namespace wasm;

namespace ireko {

void zeroLocals(Program &program, Function &function) {
  Liveness liveness(function);
  const SlotSet &live = liveness.liveIn(function.layout.front());
  Builder builder(program.module);
  std::vector<Expression *> zeroes;
  Slot slot = kFirstSlot + function.paramSlots;
  for (Type local : function.source->vars) {
    for (Type type : local) {
      if (live.containsAny(slot, type) && !type.isRef())
        zeroes.push_back(builder.makeLocalSet(
            slot, builder.makeConst(Literal::makeZero(type))));
      slot += slotsOf(type);
    }
  }
  auto &statements = function.blocks[function.layout.front()].statements;
  statements.insert(statements.begin(), zeroes.begin(), zeroes.end());
}

} // namespace ireko
