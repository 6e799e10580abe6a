#include "rewriter/tile.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include "rewriter/liveness.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

const TileOperand *Shape::operandOf(const Expression *node) const {
  for (const LeafOperand &leaf : leaves)
    if (leaf.node == node)
      return &operands[leaf.operand];
  return nullptr;
}

const TileOperand &Shape::endTarget() const {
  for (size_t i = operands.size(); i-- > 0;)
    if (operands[i].kind == OperandKind::Target)
      return operands[i];
  assert(false && "the shape does not end in a branch");
  __builtin_unreachable();
}

const TileOperand &Shape::operand(OperandKind kind, uint32_t n) const {
  for (const TileOperand &operand : operands)
    if (operand.kind == kind && n-- == 0)
      return operand;
  assert(false && "the shape has no such operand");
  __builtin_unreachable();
}

namespace {

// The fewest bytes that hold a value, but at least two.
uint8_t unsignedBytes(uint64_t value) { return value <= UINT16_MAX ? 2 : 4; }

uint8_t signedBytes(int64_t value) {
  if (value == int16_t(value))
    return 2;
  return value == int32_t(value) ? 4 : 8;
}

class ShapeBuilder {
public:
  ShapeBuilder(const Program &program, const Tile &tile, bool wideTargets,
               const std::vector<Slot> *internal, bool loose)
      : program(program), burned(tile.burned), targetBytes(tile.nearTargets ? 1
                                                           : wideTargets ? 4
                                                                         : 2),
        internal(internal), loose(loose) {}

  void addTree(Expression *tree) {
    spell(tree, shape.key, [this](Expression *node, std::string &) {
      return spellImmediate(node);
    });
    // A statement writes after it has read.
    if (lastWrite)
      written[lastWrite->first] = lastWrite->second;
    lastWrite.reset();
  }

  void addEntry(const RegionEntry &entry) {
    shape.key = "region";
    // All entries have one handler, whatever their numbers.
    for (uint32_t number : {entry.region, entry.signature, entry.loop})
      addOfBytes(OperandKind::Number, 2, number);
  }

  // `wholeLoop`: a branch to the start of the tile.
  void addTerminator(const Terminator &end, bool wholeLoop);

  Shape take() { return std::move(shape); }

private:
  // Slots and frames are given in bytes.
  static bool fitsByte(OperandKind kind, uint64_t low) {
    switch (kind) {
    case OperandKind::Slot:
    case OperandKind::Frame:
      return low / kSlotBytes <= UINT8_MAX;
    case OperandKind::Immediate:
      return int64_t(low) == int8_t(low);
    case OperandKind::Offset:
    case OperandKind::Number:
      return low <= UINT8_MAX;
    default:
      return false;
    }
  }

  uint32_t add(OperandKind kind, uint8_t bytes, uint64_t low,
               uint64_t high = 0) {
    if (!loose && bytes == 2 && fitsByte(kind, low))
      bytes = 1;
    return addOfBytes(kind, bytes, low, high);
  }

  uint32_t addOfBytes(OperandKind kind, uint8_t bytes, uint64_t low,
                      uint64_t high = 0) {
    uint32_t index = shape.operands.size();
    shape.key += char(kind);
    if (index < kMaxBurned && (burned >> index & 1)) {
      shape.operands.push_back({kind, 0, shape.bytes, low, high, true});
      shape.key += '!' + std::to_string(low);
      return index;
    }
    shape.operands.push_back({kind, bytes, shape.bytes, low, high});
    shape.bytes += bytes;
    if (!loose)
      shape.key += char(bytes);
    return index;
  }

  void addSlot(Expression *node, Slot slot) {
    uint64_t bytes = uint64_t(slot) * kSlotBytes;
    if (loose) {
      shape.leaves.push_back(
          {node, add(OperandKind::Slot, unsignedBytes(bytes), bytes)});
      return;
    }
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
    if (node->is<LocalGet>()) {
      auto it = written.find(slot);
      if (it != written.end()) {
        shape.key += "=";
        shape.key += std::to_string(it->second);
        shape.leaves.push_back({node, it->second});
        return;
      }
    }
    bytes = uint64_t(slot) * kSlotBytes;
    uint32_t operand = add(OperandKind::Slot, unsignedBytes(bytes), bytes);
    shape.leaves.push_back({node, operand});
    if (node->is<LocalSet>())
      lastWrite = {slot, operand};
  }

  void addConst(Const *node) {
    uint8_t bits[16] = {};
    node->value.getBits(bits);
    uint64_t low, high;
    memcpy(&low, bits, 8);
    memcpy(&high, bits + 8, 8);
    uint8_t size = 0;
    switch (node->type.getBasic()) {
    case Type::i32:
      low = uint64_t(int64_t(int32_t(low)));
      size = signedBytes(int64_t(low));
      break;
    case Type::i64:
      size = signedBytes(int64_t(low));
      break;
    case Type::f32:
      size = 4;
      break;
    case Type::f64:
      size = 8;
      break;
    default:
      size = 16;
    }
    shape.leaves.push_back(
        {node, add(OperandKind::Immediate, size, low, high)});
  }

  bool addGlobal(Expression *node, Name name) {
    const GlobalPlace &place = program.globals.at(name);
    if (place.kind != GlobalPlace::Kind::Memory)
      return false;
    shape.leaves.push_back(
        {node,
         add(OperandKind::Global, unsignedBytes(place.offset), place.offset)});
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
    if (auto *exit = node->dynCast<Break>()) {
      shape.leaves.push_back(
          {node, add(OperandKind::Target, targetBytes, exitTarget(exit))});
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
      shape.leaves.push_back({node, add(OperandKind::Mask, 16, low, high)});
      return true;
    }
    if (Address *offset = memoryOffset(node)) {
      if (*offset == 0 && !loose)
        return false;
      bool isNone = *offset == 0;
      uint64_t less = isNone ? 0 : *offset - 1;
      shape.leaves.push_back(
          {node,
           add(OperandKind::Offset, isNone ? 0 : unsignedBytes(less), less)});
      // Left out by spell() together with the offset.
      return true;
    }
    return false;
  }

  void addTable(uint32_t table) {
    if (loose)
      add(OperandKind::Table, 2, table * sizeof(StaticTableRecord));
    else
      shape.key += std::to_string(table);
  }

  const Program &program;
  uint32_t burned;
  uint8_t targetBytes;
  const std::vector<Slot> *internal;
  // The operands of the slots that the tile has written so far.
  std::unordered_map<Slot, uint32_t> written;
  std::optional<std::pair<Slot, uint32_t>> lastWrite;
  bool loose;
  Shape shape;
};

void ShapeBuilder::addTerminator(const Terminator &end, bool wholeLoop) {
  using Kind = Terminator::Kind;
  shape.key += char(0xff);
  shape.key += char(end.kind);
  shape.key += char(end.negated | end.backEdge << 1);
  if (end.tree)
    addTree(end.tree);
  uint64_t frame = uint64_t(end.frame) * kSlotBytes;
  switch (end.kind) {
  case Kind::None:
    break;
  case Kind::Jump:
    add(OperandKind::Target, targetBytes, end.next);
    break;
  case Kind::Branch:
    if (wholeLoop)
      shape.key += 'l';
    else
      add(OperandKind::Target, targetBytes, end.targets[0]);
    break;
  case Kind::Switch:
    add(OperandKind::Count, 4, end.targets.size() - 1);
    break;
  case Kind::Call:
    add(OperandKind::Frame, unsignedBytes(frame), frame);
    add(OperandKind::Callee, 4, end.callee);
    break;
  case Kind::CallIndirect:
    add(OperandKind::Frame, unsignedBytes(frame), frame);
    add(OperandKind::Number, unsignedBytes(end.type), end.type);
    addTable(end.table);
    break;
  case Kind::Cold:
    add(OperandKind::Frame, unsignedBytes(frame), frame);
    add(OperandKind::Number, unsignedBytes(end.callee), end.callee);
    break;
  case Kind::TailCall:
    add(OperandKind::Frame, unsignedBytes(frame), frame);
    add(OperandKind::Number, unsignedBytes(end.argSlots), end.argSlots);
    add(OperandKind::Callee, 4, end.callee);
    break;
  case Kind::TailCallIndirect:
    add(OperandKind::Frame, unsignedBytes(frame), frame);
    add(OperandKind::Number, unsignedBytes(end.argSlots), end.argSlots);
    add(OperandKind::Number, unsignedBytes(end.type), end.type);
    addTable(end.table);
    break;
  case Kind::Return:
    shape.key += end.tree ? 'v' : 'n';
    break;
  case Kind::Trap:
    shape.key += char(end.trap);
    break;
  case Kind::Enter:
    break;
  }
}

Shape buildShape(ShapeBuilder builder, const Block &block, const Tile &tile) {
  if (tile.entry)
    builder.addEntry(*tile.entry);
  for (uint32_t i = 0; i < tile.count; ++i)
    builder.addTree(block.statements[tile.first + i]);
  if (tile.end)
    builder.addTerminator(block.end, isWholeLoop(block, tile));
  return builder.take();
}

} // namespace

Shape shapeOf(const Program &program, const Block &block, const Tile &tile,
              bool wideTargets, const std::vector<Slot> *internal) {
  return buildShape({program, tile, wideTargets, internal, false}, block, tile);
}

Shape looseShapeOf(const Program &program, const Block &block, const Tile &tile,
                   bool wideTargets) {
  return buildShape({program, tile, wideTargets, nullptr, true}, block, tile);
}

bool isWholeLoop(const Block &block, const Tile &tile) {
  return block.end.toItself && tile.end && tile.first == 0;
}

bool fallsThrough(const Function &function, size_t layoutIndex) {
  const Terminator &end = function.blocks[function.layout[layoutIndex]].end;
  return end.kind == Terminator::Kind::Jump && !end.backEdge &&
         layoutIndex + 1 < function.layout.size() &&
         function.layout[layoutIndex + 1] == end.next;
}

} // namespace ireko
