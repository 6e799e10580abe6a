// What each handler of a bundle does, as a reader of the image needs it: which
// operands its instructions have, in which order and of how many bytes, and
// the trees that it evaluates.
//
// The rewriter describes the handlers of a program in bytes (describeHandlers),
// which become the custom section `ireko.handlers` of the bundle: the trees in
// the opcodes of WebAssembly, in prefix order. Whoever reads an image, parses
// them (parseHandlers) and needs nothing else of what the rewriter knew.
// docs/format.md has the bytes.

#ifndef IREKO_REWRITER_HANDLER_TABLE_H
#define IREKO_REWRITER_HANDLER_TABLE_H

#include <array>

#include "rewriter/encode.h"
#include "rewriter/opcodes.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace ireko {

// Where a node or a terminator finds a slot, constant, offset or target.
struct OperandRef {
  enum class Kind : uint8_t {
    Operand,  // of the instruction: operands[number]
    Internal, // a slot that lives in the handler alone
    Literal,  // burned into the handler: low and high
  };
  Kind kind = Kind::Literal;
  // Of a slot or global.
  ValType type = ValType::kI32;
  uint32_t number = 0;
  // As in a TileOperand, but a whole memory offset, and image offsets for
  // targets. Of a global: twice its offset, or one more than twice its index.
  uint64_t low = 0, high = 0;
};

struct HandlerNode {
  const OpInfo *op = nullptr;
  uint8_t lane = 0;
  OperandRef ref; // of the nodes that have one, see operandKindOf
  // The number of children, which follow.
  uint8_t children = 0;
};

// What a node's ref is: its operand's kind, if it has any.
std::optional<OperandKind> operandKindOf(const OpInfo &op);

struct HandlerOperand {
  OperandKind kind;
  uint8_t bytes;
  uint32_t at;  // bytes from the instruction's start
  ValType type; // of a slot, global or immediate
};

// Operands have a width of 1 << 0 to 1 << 4 bytes.
inline constexpr uint32_t kOperandWidths = 5;

// What a terminator may have beside its tree.
enum class EndPart : uint8_t {
  Target,
  Next, // where a fused handler goes on
  Count,
  Frame,
  Args, // slots of outgoing arguments
  Callee,
  Number, // of a type or a cold operator
  Table,
  Region, // numbers of the region, of its type and of the loop in it
  Signature,
  Loop,
};
inline constexpr size_t kEndParts = 11;

// The parts of a terminator, in the order in which they are described, which is
// that of their operands.
llvm::ArrayRef<EndPart> endParts(Terminator::Kind kind);
OperandKind kindOfPart(EndPart part);

struct HandlerInfo {
  bool fused = false;
  uint32_t address = 0;           // of a fused handler's only instruction
  uint32_t bytes = kHandlerBytes; // of an instruction, without switch targets
  std::vector<HandlerOperand> operands;
  std::vector<HandlerNode> nodes;   // of all trees, parents first
  std::vector<uint32_t> statements; // the first node of each
  Terminator::Kind end = Terminator::Kind::None;
  bool negated = false, backEdge = false;
  // It goes round by itself: there is no target.
  bool wholeLoop = false;
  std::optional<uint32_t> tree; // of the terminator
  uint32_t trap = 0;            // TrapKind
  std::array<OperandRef, kEndParts> parts;

  const OperandRef &part(EndPart part) const { return parts[size_t(part)]; }
  bool hasPart(EndPart part) const;
};

struct ColdInfo {
  const OpInfo *op = nullptr;
  std::string name; // only of the generic VM's
  // The function, segment or table that it is about.
  uint32_t index = 0;
  uint32_t argSlots = 0, resultSlots = 0;
  Slot result = kFirstSlot;
};

struct TableInfo {
  uint32_t address = 0; // linear, of StaticTableEntry[size]
  uint32_t size = 0;
};

struct HandlerTable {
  uint32_t globalBytes = 0;
  uint32_t types = 0;
  std::vector<TableInfo> tables;
  std::vector<ColdInfo> coldOperators;
  std::vector<HandlerInfo> handlers; // the first one is HALT

  // The number of operators that an instruction does.
  static uint32_t operatorsOf(const HandlerInfo &handler);
};

// Fails only by a fault of the tool: for an operator without opcode.
llvm::Expected<std::vector<uint8_t>>
describeHandlers(Program &program, const Tiling &tiling, const Image &image);

// Parses a description that lies at `offset` of the file `path`. All numbers in
// it are sound afterwards, as far as that can be said without the image.
llvm::Expected<HandlerTable> parseHandlers(llvm::ArrayRef<uint8_t> bytes,
                                           uint64_t offset,
                                           llvm::StringRef path);

} // namespace ireko

#endif // IREKO_REWRITER_HANDLER_TABLE_H
