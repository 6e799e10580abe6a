#include "rewriter/tile.h"

#include <algorithm>
#include <cassert>

#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

const TileOperand *Shape::operandOf(const Expression *node) const {
  for (const LeafOperand &leaf : leaves)
    if (leaf.node == node)
      return &operands[leaf.operand];
  return nullptr;
}

const TileOperand &Shape::operand(OperandKind kind, uint32_t n) const {
  for (const TileOperand &operand : operands)
    if (operand.kind == kind && n-- == 0)
      return operand;
  assert(false && "the shape has no such operand");
  __builtin_unreachable();
}

namespace {

uint8_t unsignedUnits(uint64_t value) { return value <= 0xffff ? 1 : 2; }

uint8_t signedUnits(int64_t value) {
  if (value == int16_t(value))
    return 1;
  return value == int32_t(value) ? 2 : 4;
}

class ShapeBuilder {
public:
  ShapeBuilder(const Program &program, bool wideTargets,
               const std::vector<Slot> *internal)
      : program(program), wideTargets(wideTargets), internal(internal) {}

  void addTree(Expression *tree) {
    spell(tree, shape.key, [this](Expression *node, std::string &) {
      return spellImmediate(node);
    });
  }

  void addTerminator(const Terminator &end);

  Shape take() { return std::move(shape); }

private:
  uint32_t add(OperandKind kind, uint8_t units, uint64_t low,
               uint64_t high = 0) {
    shape.operands.push_back({kind, units, uint16_t(shape.units), low, high});
    shape.units += units;
    shape.key += char(kind);
    shape.key += char(units);
    return shape.operands.size() - 1;
  }

  void addSlot(Expression *node, Slot slot) {
    if (internal) {
      auto it = std::find(internal->begin(), internal->end(), slot);
      if (it != internal->end())
        slot = internalSlot(it - internal->begin());
    }
    if (isInternal(slot)) {
      shape.key += 't';
      shape.key += std::to_string(slot - kInternalSlot);
      return;
    }
    uint64_t bytes = uint64_t(slot) * kSlotBytes;
    for (uint32_t i = 0; i < shape.operands.size(); ++i) {
      if (shape.operands[i].kind == OperandKind::Slot &&
          shape.operands[i].low == bytes) {
        shape.key += "=";
        shape.key += std::to_string(i);
        shape.leaves.push_back({node, i});
        return;
      }
    }
    shape.leaves.push_back(
        {node, add(OperandKind::Slot, unsignedUnits(bytes), bytes)});
  }

  void addConst(Const *node) {
    uint8_t bits[16] = {};
    node->value.getBits(bits);
    uint64_t low, high;
    memcpy(&low, bits, 8);
    memcpy(&high, bits + 8, 8);
    uint8_t units = 0;
    switch (node->type.getBasic()) {
    case Type::i32:
      low = uint64_t(int64_t(int32_t(low)));
      units = signedUnits(int64_t(low));
      break;
    case Type::i64:
      units = signedUnits(int64_t(low));
      break;
    case Type::f32:
      units = 2;
      break;
    case Type::f64:
      units = 4;
      break;
    default:
      units = 8;
    }
    shape.leaves.push_back(
        {node, add(OperandKind::Immediate, units, low, high)});
  }

  bool addGlobal(Expression *node, Name name) {
    const GlobalPlace &place = program.globals.at(name);
    if (place.kind != GlobalPlace::Kind::Memory)
      return false;
    shape.leaves.push_back(
        {node,
         add(OperandKind::Global, unsignedUnits(place.offset), place.offset)});
    return true;
  }

  bool spellImmediate(Expression *node) {
    if (auto *get = node->dynCast<LocalGet>()) {
      addSlot(node, get->index);
      return true;
    }
    if (auto *set = node->dynCast<LocalSet>()) {
      addSlot(node, set->index);
      // The type of what is written; the node itself has none.
      shape.key += char(set->value->type.getID());
      return true;
    }
    if (auto *constant = node->dynCast<Const>()) {
      addConst(constant);
      return true;
    }
    if (auto *get = node->dynCast<GlobalGet>())
      return addGlobal(node, get->name);
    if (auto *set = node->dynCast<GlobalSet>())
      return addGlobal(node, set->name);
    if (auto *shuffle = node->dynCast<SIMDShuffle>()) {
      uint64_t low, high;
      memcpy(&low, shuffle->mask.data(), 8);
      memcpy(&high, shuffle->mask.data() + 8, 8);
      shape.leaves.push_back({node, add(OperandKind::Mask, 8, low, high)});
      return true;
    }
    if (Address *offset = memoryOffset(node)) {
      if (*offset == 0)
        return false;
      shape.leaves.push_back(
          {node,
           add(OperandKind::Offset, unsignedUnits(*offset - 1), *offset - 1)});
      // Left out by spell() together with the offset.
      return true;
    }
    return false;
  }

  const Program &program;
  bool wideTargets;
  const std::vector<Slot> *internal;
  Shape shape;
};

void ShapeBuilder::addTerminator(const Terminator &end) {
  using Kind = Terminator::Kind;
  shape.key += char(0xff);
  shape.key += char(end.kind);
  shape.key += char(end.negated | end.backEdge << 1);
  if (end.tree)
    addTree(end.tree);
  uint64_t frame = uint64_t(end.frame) * kSlotBytes;
  uint8_t targetUnits = wideTargets ? 2 : 1;
  switch (end.kind) {
  case Kind::None:
    break;
  case Kind::Jump:
    add(OperandKind::Target, targetUnits, end.next);
    break;
  case Kind::Branch:
    add(OperandKind::Target, targetUnits, end.targets[0]);
    break;
  case Kind::Switch:
    add(OperandKind::Count, 2, end.targets.size() - 1);
    break;
  case Kind::Call:
    add(OperandKind::Frame, unsignedUnits(frame), frame);
    add(OperandKind::Callee, 2, end.callee);
    break;
  case Kind::CallIndirect:
    add(OperandKind::Frame, unsignedUnits(frame), frame);
    add(OperandKind::Number, unsignedUnits(end.type), end.type);
    shape.key += std::to_string(end.table);
    break;
  case Kind::Cold:
    add(OperandKind::Frame, unsignedUnits(frame), frame);
    add(OperandKind::Number, unsignedUnits(end.callee), end.callee);
    break;
  case Kind::TailCall:
    add(OperandKind::Frame, unsignedUnits(frame), frame);
    add(OperandKind::Number, unsignedUnits(end.argSlots), end.argSlots);
    add(OperandKind::Callee, 2, end.callee);
    break;
  case Kind::TailCallIndirect:
    add(OperandKind::Frame, unsignedUnits(frame), frame);
    add(OperandKind::Number, unsignedUnits(end.argSlots), end.argSlots);
    add(OperandKind::Number, unsignedUnits(end.type), end.type);
    shape.key += std::to_string(end.table);
    break;
  case Kind::Return:
    shape.key += end.tree ? 'v' : 'n';
    break;
  case Kind::Trap:
    shape.key += char(end.trap);
    break;
  }
}

} // namespace

Shape shapeOf(const Program &program, const Block &block, const Tile &tile,
              bool wideTargets, const std::vector<Slot> *internal) {
  ShapeBuilder builder(program, wideTargets, internal);
  for (uint32_t i = 0; i < tile.count; ++i)
    builder.addTree(block.statements[tile.first + i]);
  if (tile.end)
    builder.addTerminator(block.end);
  return builder.take();
}

bool fallsThrough(const Function &function, size_t layoutIndex) {
  const Terminator &end = function.blocks[function.layout[layoutIndex]].end;
  return end.kind == Terminator::Kind::Jump && !end.backEdge &&
         layoutIndex + 1 < function.layout.size() &&
         function.layout[layoutIndex + 1] == end.next;
}

} // namespace ireko
