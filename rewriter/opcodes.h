//===- opcodes.h - Every opcode the tool knows, as a table ----------------===//
//
// The rows of opcodes.def with their signatures parsed.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_OPCODES_H
#define IREKO_REWRITER_OPCODES_H

#include "validator.h"

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace ireko {

/// Types of values. kUnknown is that of a value that unreachable code takes
/// from nowhere; no module can write it.
enum class ValType : uint8_t {
  kI32,
  kI64,
  kF32,
  kF64,
  kV128,
  kFuncRef,
  kExternRef,
  kUnknown,
};

/// As in the text format.
const char *nameOf(ValType type);

inline bool isReference(ValType type) {
  return type == ValType::kFuncRef || type == ValType::kExternRef;
}

enum class Op : uint16_t {
#define WASM_OP(Name, ...) Name,
#include "opcodes.def"
};

/// What follows an opcode.
enum class Imm : uint8_t {
  None,
  BlockType,
  Label,
  LabelTable,
  Function,
  TypeAndTable,
  ValueTypes,
  ReferenceType,
  Local,
  Global,
  Table,
  TwoTables,
  Element,
  ElementAndTable,
  Data,
  DataAndMemory,
  Memory,
  TwoMemories,
  MemArg,
  MemArgAndLane,
  Lane,
  Shuffle,
  I32,
  I64,
  F32,
  F64,
  V128,
};

struct OpInfo {
  Op op;
  const char *text;
  Imm immediate;
  uint8_t argument;
  FeatureUse UsedFeatures::*feature;
  /// The types do not depend on context: those below hold.
  bool fixedTypes;
  uint8_t operandCount;
  uint8_t resultCount;
  ValType operands[3];
  ValType result;
};

/// The row of an opcode, null if there is none. \p prefix is 0 for none.
const OpInfo *findOp(uint8_t prefix, uint32_t code);

/// As it stands in a binary: 0 or a prefix, then the code.
struct Opcode {
  uint8_t prefix;
  uint32_t code;
};

/// The opcode with this name in the text format; of two, the first.
std::optional<Opcode> opcodeOf(llvm::StringRef text);

/// The name of the unsupported proposal that an opcode belongs to, or null.
const char *unsupportedFeatureOf(uint8_t prefix, uint32_t code);

/// Whether \p byte starts an opcode of two parts.
inline bool isOpPrefix(uint8_t byte) { return byte >= 0xfb && byte <= 0xfe; }

} // namespace ireko

#endif // IREKO_REWRITER_OPCODES_H
