// Tiles: the pieces of a basic block that one instruction of the stream does.
//
// A tile is a run of statements, possibly with the terminator, of one block.
// Its shape is what a handler for it must know: a key that is equal for tiles
// that can share a handler, and the list of operands that such a handler reads
// from the stream. Slots, constants, memory offsets, globals and targets are
// operands. A slot that the tile has written before it reads it is the operand
// of that write; other equal slots are operands of their own, so that handlers
// suit more tiles.
//
// An instruction: the handler's number, then the operands in order, in
// little-endian bytes, unaligned.
//
//     [handler][operand 0]...[operand n - 1][switch targets]
//
// A fused tile has no operands: everything is burned into its own handler.

#ifndef IREKO_REWRITER_TILE_H
#define IREKO_REWRITER_TILE_H

#include <optional>
#include <string>
#include <vector>

#include "rewriter/lowered.h"

namespace ireko {

enum class OperandKind : uint8_t {
  Slot,      // byte offset from fp, unsigned
  Immediate, // value of a const, sign-extended
  Offset,    // static offset of a memory access, not 0, less one, unsigned
  Global,    // byte offset from the start of the globals, unsigned
  Mask,      // lanes of a shuffle
  Target,    // byte distance from the instruction's start, signed
  Frame,     // byte offset from fp of a callee's frame, unsigned
  Callee,    // image offset of a function's entry, unsigned
  Number,    // cold operator, argument slots, what a region is entered by
  Count,     // number of switch targets but the last, unsigned
  Table,     // number of a static table, times 8; only in the generic VM
};

struct TileOperand {
  OperandKind kind;
  uint8_t bytes;              // 1, 2, 4, 8 or 16; burned in or loose: 0
  uint32_t at;                // from the instruction's start
  uint64_t low = 0, high = 0; // value, or the index of a block or function
  bool isBurned = false;      // its value belongs to the handler

  // A slot or frame that is a number of slots, not of bytes.
  bool isInSlots() const {
    return bytes == 1 &&
           (kind == OperandKind::Slot || kind == OperandKind::Frame);
  }
};

// Where the stream enters a region (regions.h).
struct RegionEntry {
  uint32_t region = 0;    // index into Regions::list
  uint32_t signature = 0; // and into Regions::signatures
  uint32_t loop = 0;      // number of the loop in it; 0: the function's start
};

// Of its instruction.
inline constexpr uint32_t kEntryBytes = kHandlerBytes + 3 * 2;

// By function: the blocks that will get an instruction to enter a region, as
// often as they will; of a function that is no region, none.
using EntryBlocks = std::vector<std::vector<BlockIndex>>;

struct Tile {
  uint32_t first = 0; // statements [first, first + count)
  uint32_t count = 0;
  bool end = false; // and the terminator
  bool fused = false;
  uint32_t handler = 0;
  // Does nothing but enter a region.
  std::optional<RegionEntry> entry = {};
  // Bit i: operand i is burned into the handler (specialize.h).
  uint32_t burned = 0;
  // All targets are at distances of one byte.
  bool nearTargets = false;
};

// Operands from this number on cannot be burned in.
inline constexpr uint32_t kMaxBurned = 32;

// Which operand a node takes.
struct LeafOperand {
  const wasm::Expression *node;
  uint32_t operand;
};

struct Shape {
  std::string key;
  std::vector<TileOperand> operands;
  std::vector<LeafOperand> leaves;
  // Of the whole instruction, without switch targets.
  uint32_t bytes = kHandlerBytes;

  // The operand of a node; null if it has none.
  const TileOperand *operandOf(const wasm::Expression *node) const;
  // The target of the terminator, which comes after those of exits.
  const TileOperand &endTarget() const;
  // The nth operand of this kind.
  const TileOperand &operand(OperandKind kind, uint32_t n = 0) const;
};

// The shape of a tile that is not fused. `wideTargets`: distances to blocks of
// this function may not fit into two bytes. `internal`: slots to be spelled as
// if they had been made internal already, in this order.
Shape shapeOf(const Program &program, const Block &block, const Tile &tile,
              bool wideTargets, const std::vector<Slot> *internal = nullptr);

// Whether the tile is a block that branches back to its own start: its handler
// goes round without a dispatch.
bool isWholeLoop(const Block &block, const Tile &tile);

// The loose shape of a tile: its key leaves out everything by which handlers
// of one tree differ. Each leaf has an operand of its own, of the fewest bytes
// that hold it, but at least two: slots, equal and internal ones included, and
// offsets, those of 0 included, which need no bytes. Static tables are
// operands.
Shape looseShapeOf(const Program &program, const Block &block, const Tile &tile,
                   bool wideTargets);

// Whether a jump at the end of a block needs no instruction.
bool fallsThrough(const Function &function, size_t layoutIndex);

} // namespace ireko

#endif // IREKO_REWRITER_TILE_H
