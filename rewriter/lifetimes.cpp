#include "rewriter/lifetimes.h"

#include <algorithm>
#include <optional>

#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

namespace {

constexpr uint32_t kBehind = ~0u;

} // namespace

// The block is walked backward. The scratch has the last read of each slot that
// is live and was read in the block; those that are live because of what is
// behind the block have kBehind there. Where an exit leads is behind the block.

Lifetimes::Scratch::Scratch(const Function &function)
    // As many as liveness counts.
    : lastRead(function.frameSlots + 2, kBehind) {}

Lifetimes::Lifetimes(const Block &block, const Liveness &liveness,
                     Scratch &scratch)
    : lastReads(block.statements.size()) {
  SlotSet live = liveness.liveOut(block);
  std::optional<SlotSet> liveAtExits; // of those behind the place
  std::vector<uint32_t> &lastRead = scratch.lastRead;
  std::vector<Slot> touched;
  auto read = [&](auto &self, Expression *tree, uint32_t place) -> void {
    auto *get = tree->dynCast<LocalGet>();
    if (get && !isInternal(get->index))
      for (Slot slot = get->index; slot < get->index + slotsOf(get->type);
           ++slot)
        if (!live.contains(slot)) {
          live.insert(slot);
          lastRead[slot] = place;
          touched.push_back(slot);
        }
    forEachChild(tree, [&](Expression *&child) { self(self, child, place); });
  };
  Liveness::stepBackBehindTree(block.end, live);
  if (block.end.tree)
    read(read, block.end.tree, block.statements.size());
  for (uint32_t place = block.statements.size(); place-- > 0;) {
    Expression *statement = block.statements[place];
    auto *set = statement->dynCast<LocalSet>();
    if (set && !isInternal(set->index))
      for (uint32_t i = 0; i < slotsOf(set->value->type); ++i) {
        Slot slot = set->index + i;
        lastReads[place][i] = live.contains(slot) ? lastRead[slot] : place;
        live.erase(slot);
        if (liveAtExits && liveAtExits->contains(slot)) {
          lastReads[place][i] = kBehind;
          liveAtExits->erase(slot);
        }
      }
    if (auto *exit = statement->dynCast<Break>()) {
      const SlotSet &there = liveness.liveIn(exitTarget(exit));
      if (liveAtExits)
        liveAtExits->unite(there);
      else
        liveAtExits = there;
    }
    read(read, statement, place);
  }
  for (Slot slot : touched)
    lastRead[slot] = kBehind;
}

std::vector<Slot> Lifetimes::internalSlots(const Block &block, uint32_t first,
                                           uint32_t count, bool end) const {
  // The last reads of what the run leaves in the slots that it writes.
  std::vector<std::pair<Slot, uint32_t>> left;
  for (uint32_t place = first; place < first + count; ++place)
    if (auto *set = block.statements[place]->dynCast<LocalSet>())
      for (uint32_t i = 0; i < slotsOf(set->value->type); ++i) {
        auto it = std::find_if(left.begin(), left.end(), [&](auto &entry) {
          return entry.first == set->index + i;
        });
        if (it == left.end())
          it = left.insert(it, {set->index + i, 0});
        // An earlier value of the slot may be needed at an exit.
        it->second = std::max(it->second, lastReads[place][i]);
      }
  uint32_t last = end ? block.statements.size() : first + count - 1;
  auto isLive = [&](const LocalSet *set) {
    return std::any_of(left.begin(), left.end(), [&](auto &entry) {
      return entry.first >= set->index &&
             entry.first < set->index + slotsOf(set->value->type) &&
             entry.second > last;
    });
  };

  std::vector<Slot> internal, other;
  auto isIn = [](const std::vector<Slot> &list, Slot slot) {
    return std::find(list.begin(), list.end(), slot) != list.end();
  };
  auto read = [&](auto &self, Expression *tree) -> void {
    if (auto *get = tree->dynCast<LocalGet>())
      if (!isIn(internal, get->index) && !isIn(other, get->index))
        other.push_back(get->index);
    forEachChild(tree, [&](Expression *&child) { self(self, child); });
  };
  for (uint32_t place = first; place < first + count; ++place) {
    Expression *statement = block.statements[place];
    read(read, statement);
    auto *set = statement->dynCast<LocalSet>();
    if (set && !isIn(internal, set->index) && !isIn(other, set->index))
      (isLive(set) ? other : internal).push_back(set->index);
  }
  return internal;
}

} // namespace ireko
