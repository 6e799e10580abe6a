#include "rewriter/liveness.h"

#include <algorithm>
#include <charconv>

#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

void SlotSet::eraseFrom(Slot slot) {
  if (slot / 64 >= words.size())
    return;
  words[slot / 64] &= (1ull << slot % 64) - 1;
  std::fill(words.begin() + slot / 64 + 1, words.end(), 0);
}

void SlotSet::insertAll() { std::fill(words.begin(), words.end(), ~0ull); }

bool SlotSet::unite(const SlotSet &other) {
  bool changed = false;
  for (size_t i = 0; i < words.size(); ++i) {
    changed |= (other.words[i] & ~words[i]) != 0;
    words[i] |= other.words[i];
  }
  return changed;
}

Name exitName(BlockIndex target) { return std::to_string(target); }

BlockIndex exitTarget(const Break *exit) {
  BlockIndex target = kNoBlock;
  std::string_view text = exit->name.view();
  std::from_chars(text.data(), text.data() + text.size(), target);
  return target;
}

std::vector<uint32_t> countEntries(const Function &function) {
  std::vector<uint32_t> entries(function.blocks.size());
  ++entries[function.layout.front()];
  for (BlockIndex index : function.layout)
    forEachSuccessor(function.blocks[index],
                     [&](BlockIndex next) { ++entries[next]; });
  return entries;
}

std::vector<bool> reachableBlocks(const Function &function) {
  return reachableBlocks(function, {function.layout.front()});
}

std::vector<bool> reachableBlocks(const Function &function,
                                  std::vector<BlockIndex> starts) {
  std::vector<bool> seen(function.blocks.size());
  for (BlockIndex start : starts)
    seen[start] = true;
  std::vector<BlockIndex> work = std::move(starts);
  while (!work.empty()) {
    const Block &block = function.blocks[work.back()];
    work.pop_back();
    forEachSuccessor(block, [&](BlockIndex next) {
      if (!seen[next]) {
        seen[next] = true;
        work.push_back(next);
      }
    });
  }
  return seen;
}

namespace {

void addReads(Expression *tree, SlotSet &live) {
  auto *get = tree->dynCast<LocalGet>();
  if (get && !isInternal(get->index))
    for (uint32_t i = 0; i < slotsOf(get->type); ++i)
      live.insert(get->index + i);
  forEachChild(tree, [&](Expression *&child) { addReads(child, live); });
}

} // namespace

void Liveness::stepBack(Expression *statement, SlotSet &live) const {
  if (auto *exit = statement->dynCast<Break>())
    live.unite(liveIn(exitTarget(exit)));
  auto *set = statement->dynCast<LocalSet>();
  if (set && !isInternal(set->index))
    for (uint32_t i = 0; i < slotsOf(set->value->type); ++i)
      live.erase(set->index + i);
  addReads(statement, live);
}

void Liveness::stepBack(const Terminator &end, SlotSet &live) {
  stepBackBehindTree(end, live);
  if (end.tree)
    addReads(end.tree, live);
}

void Liveness::stepBackBehindTree(const Terminator &end, SlotSet &live) {
  using Kind = Terminator::Kind;
  switch (end.kind) {
  case Kind::Call:
  case Kind::CallIndirect:
    // The callee's frame lies over everything from `frame` on.
    live.eraseFrom(end.frame);
    break;
  case Kind::Cold:
    for (uint32_t i = 0; i < end.resultSlots; ++i)
      live.erase(end.frame + kFirstSlot + i);
    break;
  default:
    break;
  }
  if (end.kind == Kind::Return)
    for (uint32_t i = 0; i < end.resultSlots; ++i)
      live.insert(kFirstSlot + i);
  for (uint32_t i = 0; i < end.argSlots; ++i)
    live.insert(end.frame + kFirstSlot + i);
}

SlotSet Liveness::liveOut(const Block &block) const {
  SlotSet live(slots);
  forEachSuccessor(block.end,
                   [&](BlockIndex next) { live.unite(liveIn(next)); });
  return live;
}

Liveness::Liveness(const Function &function)
    // References move through the slot after the last of a cold operator's.
    : slots(function.frameSlots + 2) {
  if (uint64_t(slots) * function.blocks.size() > kMaxBits) {
    everything = SlotSet(slots);
    everything.insertAll();
    return;
  }
  in.assign(function.blocks.size(), SlotSet());
  std::vector<std::vector<BlockIndex>> predecessors(function.blocks.size());
  for (BlockIndex block : function.layout) {
    in[block] = SlotSet(slots);
    forEachSuccessor(function.blocks[block], [&](BlockIndex next) {
      predecessors[next].push_back(block);
    });
  }
  std::vector<BlockIndex> work(function.layout);
  std::vector<bool> queued(function.blocks.size(), true);
  while (!work.empty()) {
    BlockIndex index = work.back();
    work.pop_back();
    queued[index] = false;
    const Block &block = function.blocks[index];
    SlotSet live = liveOut(block);
    stepBack(block.end, live);
    for (size_t i = block.statements.size(); i-- > 0;)
      stepBack(block.statements[i], live);
    if (!in[index].unite(live))
      continue;
    for (BlockIndex predecessor : predecessors[index])
      if (!queued[predecessor]) {
        queued[predecessor] = true;
        work.push_back(predecessor);
      }
  }
}

} // namespace ireko
