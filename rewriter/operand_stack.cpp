#include "rewriter/operand_stack.h"

#include <algorithm>
#include <cassert>

using namespace wasm;

namespace ireko {

void Effects::add(const Effects &other) {
  for (Slot slot : other.reads)
    if (std::find(reads.begin(), reads.end(), slot) == reads.end())
      reads.push_back(slot);
  readsMemory |= other.readsMemory;
  readsGlobals |= other.readsGlobals;
  mayTrap |= other.mayTrap;
  nodes += other.nodes;
}

void OperandStack::push(Operand operand) {
  if (operands.size() == firstVolatile && operand.effects.isInert())
    ++firstVolatile;
  operands.push_back(std::move(operand));
  ends.push_back(temporariesEnd());
  if (operands.size() - firstVolatile > kMaxVolatile)
    spillAll();
}

Operand OperandStack::pop() {
  assert(!operands.empty());
  Operand top = std::move(operands.back());
  operands.pop_back();
  ends.pop_back();
  firstVolatile = std::min(firstVolatile, operands.size());
  return top;
}

void OperandStack::truncate(size_t size) {
  if (operands.size() > size)
    operands.resize(size, Operand{nullptr, {}});
  ends.resize(operands.size());
  firstVolatile = std::min(firstVolatile, operands.size());
}

void OperandStack::spill(size_t index) {
  Operand &operand = operands[index];
  Type type = operand.tree->type;
  Slot slot = spiller.spillToTemporary(operand.tree);
  operand = {spiller.readSlot(slot, type), {}};
  for (size_t i = index; i < ends.size(); ++i)
    ends[i] = std::max(ends[i], slot + slotsOf(type));
}

void OperandStack::prepareFor(const Writes &writes) {
  bool effect = writes.memory || writes.globals || writes.mayTrap;
  bool trapSpilled = false;
  SmallVector<size_t, 8> disturbed;
  for (size_t i = operands.size(); i-- > firstVolatile;) {
    const Effects &effects = operands[i].effects;
    bool disturbs = (effects.mayTrap && (effect || trapSpilled)) ||
                    (effects.readsMemory && writes.memory) ||
                    (effects.readsGlobals && writes.globals) ||
                    (writes.slot != Writes::kNoSlot &&
                     std::find(effects.reads.begin(), effects.reads.end(),
                               writes.slot) != effects.reads.end());
    if (disturbs) {
      trapSpilled |= effects.mayTrap;
      disturbed.push_back(i);
    }
  }
  for (size_t i = disturbed.size(); i-- > 0;)
    spill(disturbed[i]);
}

void OperandStack::spillAll() {
  for (size_t i = firstVolatile; i < operands.size(); ++i)
    if (!operands[i].effects.isInert())
      spill(i);
  firstVolatile = operands.size();
}

void OperandStack::spillTop(size_t count, bool largeOnly) {
  size_t from = operands.size() - count;
  bool trapSpilled = false;
  for (size_t i = operands.size(); i-- > from;) {
    const Effects &effects = operands[i].effects;
    bool wanted = effects.nodes > 0 || (!largeOnly && !effects.isInert());
    // Counted here, spilled below: the bottom comes first.
    trapSpilled |= wanted && effects.mayTrap;
  }
  for (size_t i = std::min(from, firstVolatile); i < operands.size(); ++i) {
    const Effects &effects = operands[i].effects;
    bool wanted =
        i >= from && (effects.nodes > 0 || (!largeOnly && !effects.isInert()));
    if (wanted || (trapSpilled && effects.mayTrap))
      spill(i);
  }
}

std::vector<Expression *> OperandStack::takeTrapping() {
  std::vector<Expression *> trees;
  for (size_t i = firstVolatile; i < operands.size(); ++i) {
    if (operands[i].effects.mayTrap) {
      trees.push_back(operands[i].tree);
      operands[i] = {spiller.readSlot(0, operands[i].tree->type), {}};
    }
  }
  return trees;
}

} // namespace ireko
