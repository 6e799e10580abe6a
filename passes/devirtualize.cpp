// Calls through a static table (lowered.h) by a constant index become direct
// calls, if the element has the type: nothing can change it.
//
//     call table 0[i32.const 2]   ==>   call 7
//
// An index in a slot is followed back to where it is written, in the block and
// those that alone lead to it. What would trap stays as it is, to trap. So does
// the call of a host function: what the table has counts as a call of the
// program's own.

#include "passes/pass.h"
#include "rewriter/liveness.h"

#include <optional>

using namespace wasm;

namespace ireko {

namespace {

using Kind = Terminator::Kind;

class Devirtualizer {
public:
  Devirtualizer(const Program &program, Function &function)
      : program(program), function(function) {}

  void run() {
    for (BlockIndex index : function.layout) {
      Terminator &end = function.blocks[index].end;
      if (end.kind != Kind::CallIndirect && end.kind != Kind::TailCallIndirect)
        continue;
      if (auto element = constantIndex(index))
        resolve(end, *element);
    }
  }

private:
  // The index that the block's call has, if it is known.
  std::optional<uint32_t> constantIndex(BlockIndex index) {
    // How many blocks an index is followed through: keeps this linear.
    constexpr unsigned kMaxBlocks = 8;
    const Block *block = &function.blocks[index];
    if (auto *constant = block->end.tree->dynCast<Const>())
      return constant->value.geti32();
    auto *get = block->end.tree->dynCast<LocalGet>();
    if (!get)
      return std::nullopt;
    for (unsigned i = 0; i < kMaxBlocks; ++i) {
      for (size_t j = block->statements.size(); j-- > 0;) {
        auto *set = block->statements[j]->dynCast<LocalSet>();
        if (!set || !covers(set->index, set->value->type, get->index))
          continue;
        auto *constant = set->value->dynCast<Const>();
        if (!constant || constant->type != Type::i32)
          return std::nullopt;
        return constant->value.geti32();
      }
      index = onlyPredecessor(index);
      if (index == kNoBlock)
        break;
      block = &function.blocks[index];
      if (writes(block->end, get->index))
        break;
    }
    return std::nullopt;
  }

  static bool covers(Slot first, Type type, Slot slot) {
    return first <= slot && slot < first + slotsOf(type);
  }
  static bool writes(const Terminator &end, Slot slot) {
    bool leavesFrame = end.kind == Kind::Call ||
                       end.kind == Kind::CallIndirect || end.kind == Kind::Cold;
    return leavesFrame && slot >= end.frame;
  }

  BlockIndex onlyPredecessor(BlockIndex index) {
    if (predecessors.empty())
      findPredecessors();
    return predecessors[index];
  }
  void findPredecessors() {
    std::vector<bool> isReached(function.blocks.size());
    predecessors.assign(function.blocks.size(), kNoBlock);
    isReached[function.layout.front()] = true; // by the call of the function
    for (BlockIndex from : function.layout)
      forEachSuccessor(function.blocks[from], [&](BlockIndex to) {
        predecessors[to] = isReached[to] ? kNoBlock : from;
        isReached[to] = true;
      });
  }

  void resolve(Terminator &end, uint32_t element) const {
    auto callee = program.calledElement(end, element);
    if (!callee || program.functions[*callee].imported)
      return;
    end.kind = end.kind == Kind::CallIndirect ? Kind::Call : Kind::TailCall;
    end.callee = *callee;
    end.tree = nullptr;
    end.table = end.type = 0;
  }

  const Program &program;
  Function &function;
  std::vector<BlockIndex> predecessors; // kNoBlock: none or several
};

} // namespace

void devirtualize(Program &program, Function &function) {
  Devirtualizer(program, function).run();
}

} // namespace ireko
