// Drops writes to frame slots that nothing reads afterwards. A value that may
// trap is still computed.
//
//     x = a + b          (gone)
//     x = load p   ==>   drop (load p)
//     x = 1              x = 1

#include "passes/pass.h"
#include "rewriter/liveness.h"
#include "rewriter/tree.h"
#include "wasm-builder.h"

using namespace wasm;

namespace ireko {

void deadStores(Program &program, Function &function) {
  Liveness liveness(function);
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    SlotSet live = liveness.liveOut(block);
    Liveness::stepBack(block.end, live);
    for (size_t i = block.statements.size(); i-- > 0;) {
      Expression *&statement = block.statements[i];
      auto *set = statement->dynCast<LocalSet>();
      if (set && !live.containsAny(set->index, set->value->type)) {
        if (!treeMayTrap(set->value)) {
          statement = nullptr;
          continue;
        }
        statement = Builder(program.module).makeDrop(set->value);
      }
      liveness.stepBack(statement, live);
    }
    std::erase(block.statements, nullptr);
  }
}

} // namespace ireko
