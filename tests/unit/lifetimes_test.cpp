//===- lifetimes_test.cpp - Up to where a written value is read -----------===//
//
// Lifetimes must say of every run of statements what liveness says.
//
//===----------------------------------------------------------------------===//

#include "rewriter/lifetimes.h"

#include "lowering_helpers.h"
#include "rewriter/tree.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

using namespace ireko;
using namespace ireko::test;

namespace {

/// By the definition: walks liveness back to the end of the run.
std::vector<Slot> internalSlots(const Block &block, const Liveness &liveness,
                                uint32_t first, uint32_t count, bool end) {
  SlotSet live = liveness.liveOut(block);
  if (end) {
    Liveness::stepBackBehindTree(block.end, live);
  } else {
    Liveness::stepBack(block.end, live);
    for (size_t i = block.statements.size(); i-- > first + count;)
      liveness.stepBack(block.statements[i], live);
  }
  std::vector<Slot> internal, other;
  auto isIn = [](const std::vector<Slot> &list, Slot slot) {
    return std::find(list.begin(), list.end(), slot) != list.end();
  };
  auto read = [&](auto &self, wasm::Expression *tree) -> void {
    if (auto *get = tree->dynCast<wasm::LocalGet>())
      if (!isIn(internal, get->index))
        other.push_back(get->index);
    forEachChild(tree, [&](wasm::Expression *&child) { self(self, child); });
  };
  for (uint32_t i = first; i < first + count; ++i) {
    read(read, block.statements[i]);
    auto *set = block.statements[i]->dynCast<wasm::LocalSet>();
    if (!set || isIn(internal, set->index) || isIn(other, set->index))
      continue;
    bool isLive = live.containsAny(set->index, set->value->type);
    for (uint32_t later = i + 1; later < first + count; ++later)
      if (auto *exit = block.statements[later]->dynCast<wasm::Break>())
        isLive |= liveness.liveIn(exitTarget(exit))
                      .containsAny(set->index, set->value->type);
    (isLive ? other : internal).push_back(set->index);
  }
  return internal;
}

/// A block of random moves between few slots, some of two.
Block randomBlock(wasm::Module &module, std::mt19937 &random, Slot slots) {
  wasm::Builder builder(module);
  auto number = [&](uint32_t end) { return uint32_t(random() % end); };
  auto type = [&] { return number(4) ? wasm::Type::i64 : wasm::Type::v128; };
  auto get = [&](wasm::Type of) {
    return builder.makeLocalGet(1 + number(slots - 2), of);
  };
  Block block;
  for (uint32_t count = number(10); count > 0; --count) {
    wasm::Type of = type();
    block.statements.push_back(
        number(6) ? static_cast<wasm::Expression *>(
                        builder.makeLocalSet(1 + number(slots - 2), get(of)))
                  : builder.makeDrop(get(of)));
  }
  using Kind = Terminator::Kind;
  constexpr Kind kKinds[] = {Kind::Branch, Kind::Call, Kind::Cold, Kind::Return,
                             Kind::Jump};
  block.end.kind = kKinds[number(5)];
  block.end.frame = number(slots - 3);
  block.end.argSlots = number(3);
  block.end.resultSlots = number(3);
  if (block.end.kind == Kind::Branch || block.end.kind == Kind::Return)
    block.end.tree = get(type());
  return block;
}

TEST(Lifetimes, AgreeWithLiveness) {
  wasm::Module module;
  std::mt19937 random(1);
  Function function;
  function.frameSlots = 9;
  Lifetimes::Scratch scratch(function);
  for (int round = 0; round < 3000; ++round) {
    Block block = randomBlock(module, random, function.frameSlots);
    // What is read behind the block, and where its exits lead.
    wasm::Builder builder(module);
    Block readers[2];
    for (Block &reader : readers) {
      reader.end.kind = Terminator::Kind::Return;
      for (Slot slot = 0; slot < function.frameSlots; ++slot)
        if (random() % 3 == 0)
          reader.statements.push_back(
              builder.makeDrop(builder.makeLocalGet(slot, wasm::Type::i32)));
    }
    block.end.next = 1;
    bool hasExits = random() % 2;
    for (size_t i = block.statements.size(); hasExits && i-- > 0;)
      if (random() % 4 == 0)
        block.statements.insert(
            block.statements.begin() + i,
            builder.makeBreak(
                exitName(2), nullptr,
                builder.makeLocalGet(random() % 9, wasm::Type::i32)));
    function.blocks = {block, readers[0], readers[1]};
    function.layout = {0, 1, 2};
    Liveness liveness(function);
    Lifetimes lifetimes(block, liveness, scratch);
    uint32_t size = block.statements.size();
    for (uint32_t first = 0; first < size; ++first)
      for (uint32_t count = 1; first + count <= size; ++count)
        for (bool end : {false, true})
          if (!end || first + count == size) {
            std::vector<Slot> found =
                lifetimes.internalSlots(block, first, count, end);
            std::vector<Slot> wanted =
                internalSlots(block, liveness, first, count, end);
            if (!hasExits)
              ASSERT_EQ(found, wanted) << round;
            // Where slots overlap, one that an exit needs may keep others.
            for (Slot slot : found)
              ASSERT_TRUE(std::count(wanted.begin(), wanted.end(), slot))
                  << round;
          }
  }
}

} // namespace
