#include "rewriter/handler_size.h"

#include <algorithm>

#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

namespace {

// The nodes of a tile, by what is generated for them.
struct Nodes {
  uint32_t gets = 0, sets = 0, consts = 0, accesses = 0, globals = 0, exits = 0,
           operators = 0;
  // More bytes than other operators have, and than other immediates.
  uint32_t longer = 0, wider = 0;

  void add(Expression *node) {
    if (node->is<LocalGet>())
      ++gets;
    else if (node->is<LocalSet>())
      ++sets;
    else if (auto *constant = node->dynCast<Const>())
      addConst(constant->type);
    else if (memoryOffset(node))
      ++accesses;
    else if (node->is<GlobalGet>() || node->is<GlobalSet>())
      ++globals;
    else if (node->is<Break>())
      ++exits;
    else
      addOperator(node);
    forEachChild(node, [&](Expression *&child) { add(child); });
  }
  void addConst(Type type) {
    ++consts;
    wider += type == Type::v128  ? 15
             : type == Type::f64 ? 6
             : type == Type::f32 ? 2
                                 : 0;
  }
  void addOperator(Expression *node) {
    ++operators;
    bool isVector = node->type == Type::v128;
    forEachChild(node, [&](Expression *&child) {
      isVector |= child->type == Type::v128;
    });
    longer += isVector ? 2 : 0;
    wider += node->is<SIMDShuffle>() ? 16 : 0;
  }
  void add(const Block &block, const Tile &tile) {
    for (uint32_t i = 0; i < tile.count; ++i)
      add(block.statements[tile.first + i]);
    if (tile.end && block.end.tree)
      add(block.end.tree);
  }
};

// What it is besides its tree.
double endBytes(Terminator::Kind kind, bool fused) {
  switch (kind) {
  case Terminator::Kind::None:
  case Terminator::Kind::Trap:
  case Terminator::Kind::Enter:
    return 0;
  case Terminator::Kind::Jump:
    return 2;
  case Terminator::Kind::Branch:
    return fused ? 24 : 17;
  case Terminator::Kind::Switch:
    return fused ? 26 : 20;
  case Terminator::Kind::Call:
  case Terminator::Kind::TailCall:
    return fused ? 75 : 86;
  case Terminator::Kind::CallIndirect:
  case Terminator::Kind::TailCallIndirect:
    return 148;
  case Terminator::Kind::Cold:
    return fused ? 9 : 31;
  case Terminator::Kind::Return:
    return 16;
  }
  return 0;
}

// The end of a block for it in the dispatch function, and the branch table's
// entry.
constexpr double kFrame = 5;

} // namespace

uint32_t sharedHandlerBytes(const Block &block, const Tile &tile,
                            const Shape &shape) {
  Nodes nodes;
  nodes.add(block, tile);
  // Wide immediates are operands.
  double bytes = kFrame + 12.8 + nodes.operators + nodes.longer +
                 5.6 * nodes.accesses + 6.2 * nodes.globals + 16 * nodes.exits +
                 2.8 * nodes.consts;
  uint32_t slots = 0;
  for (const TileOperand &operand : shape.operands)
    switch (operand.kind) {
    case OperandKind::Slot:
      ++slots;
      bytes += operand.isBurned ? 5.1 : 14.7;
      break;
    case OperandKind::Offset:
      bytes += operand.isBurned ? 0 : 19.5;
      break;
    case OperandKind::Immediate:
      bytes += operand.isBurned ? 0 : 1;
      break;
    default: // in what nodes and ends take
      break;
    }
  // The others are internal.
  uint32_t places = nodes.gets + nodes.sets;
  bytes += 2 * (places - std::min(slots, places));
  if (tile.end)
    bytes += endBytes(block.end.kind, false);
  return bytes;
}

uint32_t fusedHandlerBytes(const Block &block) {
  Nodes nodes;
  nodes.add(block, {0, uint32_t(block.statements.size()), true});
  // Other operators are in what their operands and results take.
  return kFrame + 8.8 + 2.8 * nodes.gets + 7.1 * nodes.sets +
         3.1 * nodes.consts + nodes.wider + nodes.longer +
         5.1 * nodes.accesses + 5.2 * nodes.globals + 13.2 * nodes.exits +
         endBytes(block.end.kind, true);
}

} // namespace ireko
