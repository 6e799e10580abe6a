// Which frame slots hold a value that may still be read. Backward data flow
// over the basic blocks (Aho et al., "Compilers", 9.2.5) with dense bit sets.

#ifndef IREKO_REWRITER_LIVENESS_H
#define IREKO_REWRITER_LIVENESS_H

#include "rewriter/lowered.h"

namespace ireko {

class SlotSet {
public:
  explicit SlotSet(uint32_t slots = 0) : words((slots + 63) / 64) {}
  bool contains(Slot slot) const { return words[slot / 64] >> slot % 64 & 1; }
  // Any of the slots that a value of this type at `slot` covers.
  bool containsAny(Slot slot, wasm::Type type) const {
    return contains(slot) || contains(slot + slotsOf(type) - 1);
  }
  void insert(Slot slot) { words[slot / 64] |= 1ull << slot % 64; }
  void erase(Slot slot) { words[slot / 64] &= ~(1ull << slot % 64); }
  void eraseFrom(Slot slot); // this one and all above
  void insertAll();
  // Returns whether anything was added.
  bool unite(const SlotSet &other);

private:
  std::vector<uint64_t> words;
};

class Liveness {
public:
  // A function with more slots times blocks than this is not analysed, to
  // keep time and memory linear; then every slot counts as live everywhere.
  static constexpr uint64_t kMaxBits = 1ull << 28;

  explicit Liveness(const Function &function);

  const SlotSet &liveIn(BlockIndex block) const {
    return in.empty() ? everything : in[block];
  }
  // What is live after the block's terminator.
  SlotSet liveOut(const Block &block) const;

  // Steps backward over a statement or terminator: from what is live after it
  // to what is live before it.
  void stepBack(wasm::Expression *statement, SlotSet &live) const;
  static void stepBack(const Terminator &end, SlotSet &live);
  // Over all of a terminator but its tree, which is evaluated first.
  static void stepBackBehindTree(const Terminator &end, SlotSet &live);

private:
  std::vector<SlotSet> in; // by block; empty if not analysed
  SlotSet everything;
  uint32_t slots;
};

// The blocks that control may reach directly after `end`, a Terminator.
template <typename T, typename Visit>
void forEachSuccessor(T &end, Visit visit) {
  if (end.next != kNoBlock)
    visit(end.next);
  for (auto &target : end.targets)
    visit(target);
}

// The label of an exit to a block, and back.
wasm::Name exitName(BlockIndex target);
BlockIndex exitTarget(const wasm::Break *exit);

// The blocks that control may reach directly from `block`, by its exits too.
template <typename Visit>
void forEachSuccessor(const Block &block, Visit visit) {
  for (wasm::Expression *statement : block.statements)
    if (auto *exit = statement->dynCast<wasm::Break>())
      visit(exitTarget(exit));
  forEachSuccessor(block.end, visit);
}
template <typename Visit> void forEachSuccessor(Block &block, Visit visit) {
  for (wasm::Expression *statement : block.statements)
    if (auto *exit = statement->dynCast<wasm::Break>()) {
      BlockIndex target = exitTarget(exit);
      visit(target);
      exit->name = exitName(target);
    }
  forEachSuccessor(block.end, visit);
}

// Along how many edges control may come to each block, by block index; the
// function's entry is one. Exits count too.
std::vector<uint32_t> countEntries(const Function &function);

// Which blocks control can reach from the function's entry, by block index.
std::vector<bool> reachableBlocks(const Function &function);
// The same from these blocks.
std::vector<bool> reachableBlocks(const Function &function,
                                  std::vector<BlockIndex> starts);

} // namespace ireko

#endif // IREKO_REWRITER_LIVENESS_H
