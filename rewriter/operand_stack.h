// The operands that lowering has built but not yet emitted: the guest's
// operand stack at pack time, with trees for values.
//
// Evaluation of a tree on this stack is delayed until an instruction takes it.
// That is sound as long as no statement in between changes what the tree reads
// or swaps a trap with another effect: before a statement is emitted, every
// tree that it would disturb is spilled, that is, evaluated into a temporary
// slot now. Spilling goes from the bottom of the stack to its top, and a tree
// that may trap never overtakes one below it that may trap, so traps keep
// their order too.
//
// Cost: a statement looks at the trees that can be disturbed at all, at most
// kMaxVolatile of them, so lowering stays linear.

#ifndef IREKO_REWRITER_OPERAND_STACK_H
#define IREKO_REWRITER_OPERAND_STACK_H

#include <vector>

#include "rewriter/lowered.h"
#include "support/small_vector.h"

namespace ireko {

// What a tree depends on, or what a statement does.
struct Effects {
  wasm::SmallVector<Slot, 4> reads; // slots, volatile ones only
  bool readsMemory = false;
  bool readsGlobals = false;
  bool mayTrap = false;
  uint32_t nodes = 0; // operators, leaves not counted

  void add(const Effects &other);
  // Whether nothing can disturb the tree.
  bool isInert() const {
    return reads.empty() && !readsMemory && !readsGlobals && !mayTrap;
  }
};

struct Writes {
  static constexpr Slot kNoSlot = ~0u;
  Slot slot = kNoSlot;
  bool memory = false;
  bool globals = false;
  bool mayTrap = false;
};

struct Operand {
  wasm::Expression *tree;
  Effects effects;
};

// Receives spilled trees. Emits `temporary = tree`, whatever that takes, and
// returns the slot.
class Spiller {
public:
  virtual ~Spiller() = default;
  virtual Slot spillToTemporary(wasm::Expression *tree) = 0;
  virtual wasm::Expression *readSlot(Slot slot, wasm::Type type) = 0;
};

class OperandStack {
public:
  explicit OperandStack(Spiller &spiller) : spiller(spiller) {}

  void push(Operand operand);
  Operand pop();
  size_t size() const { return operands.size(); }
  Operand &fromTop(size_t n) { return operands[operands.size() - 1 - n]; }
  // Drops operands that can no longer be evaluated, down to `size`.
  void truncate(size_t size);

  // Spills what a statement with these effects would disturb.
  void prepareFor(const Writes &writes);
  // Spills everything that is not inert: control flow will merge or loop.
  void spillAll();
  // Spills, of the topmost `count` operands, those that have operators and,
  // unless largeOnly, those that are not inert.
  void spillTop(size_t count, bool largeOnly = false);
  // Temporaries below this slot may hold spilled operands.
  Slot temporariesEnd() const { return ends.empty() ? 0 : ends.back(); }
  // Removes and returns, bottom first, the trees that may trap: control leaves
  // for good, and they would have been evaluated.
  std::vector<wasm::Expression *> takeTrapping();

private:
  static constexpr size_t kMaxVolatile = 48;

  void spill(size_t index);

  Spiller &spiller;
  std::vector<Operand> operands;
  // For each operand: the end of the highest temporary to which it or one
  // below it was spilled.
  std::vector<Slot> ends;
  size_t firstVolatile = 0; // all operands below are inert
};

} // namespace ireko

#endif // IREKO_REWRITER_OPERAND_STACK_H
