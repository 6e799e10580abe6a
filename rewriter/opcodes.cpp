//===- opcodes.cpp - Every opcode the tool knows, as a table --------------===//
//
// Builds, at compile time, the rows of opcodes.def and an index over them.
//
//===----------------------------------------------------------------------===//

#include "opcodes.h"

#include "llvm/ADT/StringMap.h"
#include <array>
#include <cstddef>
#include <iterator>

namespace ireko {

namespace {

constexpr FeatureUse UsedFeatures::*kCore = nullptr;
constexpr auto kSignExtension = &UsedFeatures::signExtension;
constexpr auto kSaturatingConversion = &UsedFeatures::saturatingConversion;
constexpr auto kBulkMemory = &UsedFeatures::bulkMemory;
constexpr auto kBulkTables = &UsedFeatures::bulkTables;
constexpr auto kReferences = &UsedFeatures::references;
constexpr auto kReferenceTypes = &UsedFeatures::referenceTypes;
constexpr auto kSimd = &UsedFeatures::simd;
constexpr auto kRelaxedSimd = &UsedFeatures::relaxedSimd;
constexpr auto kTailCalls = &UsedFeatures::tailCalls;

constexpr ValType typeOfLetter(char letter) {
  switch (letter) {
  case 'i':
    return ValType::kI32;
  case 'I':
    return ValType::kI64;
  case 'f':
    return ValType::kF32;
  case 'F':
    return ValType::kF64;
  case 'v':
    return ValType::kV128;
  }
  // Not a constant expression: a wrong letter does not compile.
  __builtin_trap();
}

struct Row {
  uint8_t prefix;
  uint32_t code;
  OpInfo info;
};

constexpr Row makeRow(Op op, uint8_t prefix, uint32_t code, const char *text,
                      const char *signature, Imm immediate, uint8_t argument,
                      FeatureUse UsedFeatures::*feature) {
  OpInfo info = {op,    text, immediate, argument, feature,
                 false, 0,    0,         {},       ValType::kUnknown};
  if (signature[0] != '*') {
    info.fixedTypes = true;
    const char *c = signature;
    for (; *c != ':'; ++c)
      info.operands[info.operandCount++] = typeOfLetter(*c);
    for (++c; *c; ++c, ++info.resultCount)
      info.result = typeOfLetter(*c);
  }
  return {prefix, code, info};
}

constexpr Row kRows[] = {
#define WASM_OP(Name, Prefix, Code, Text, Signature, Immediate, Argument,      \
                Feature)                                                       \
  makeRow(Op::Name, Prefix, Code, Text, Signature, Imm::Immediate, Argument,   \
          Feature),
#include "opcodes.def"
};

struct UnsupportedRange {
  uint8_t prefix;
  uint32_t first;
  uint32_t last;
  const char *feature;
};

constexpr UnsupportedRange kUnsupported[] = {
#define WASM_UNSUPPORTED_OPS(Prefix, First, Last, Feature)                     \
  {Prefix, First, Last, Feature},
#include "opcodes.def"
};

constexpr uint32_t kCodesPerPrefix = 0x120;
constexpr uint16_t kNoRow = 0xffff;
static_assert(std::size(kRows) < kNoRow);

using PrefixIndex = std::array<uint16_t, kCodesPerPrefix>;

/// A code that does not fit, or stands twice, does not compile.
constexpr PrefixIndex makeIndex(uint8_t prefix) {
  PrefixIndex index = {};
  index.fill(kNoRow);
  for (size_t i = 0; i < std::size(kRows); ++i)
    if (kRows[i].prefix == prefix) {
      if (index.at(kRows[i].code) != kNoRow)
        __builtin_trap();
      index.at(kRows[i].code) = uint16_t(i);
    }
  return index;
}

constexpr PrefixIndex kPlain = makeIndex(0);
constexpr PrefixIndex kMisc = makeIndex(0xfc);
constexpr PrefixIndex kVector = makeIndex(0xfd);

} // namespace

const char *nameOf(ValType type) {
  switch (type) {
  case ValType::kI32:
    return "i32";
  case ValType::kI64:
    return "i64";
  case ValType::kF32:
    return "f32";
  case ValType::kF64:
    return "f64";
  case ValType::kV128:
    return "v128";
  case ValType::kFuncRef:
    return "funcref";
  case ValType::kExternRef:
    return "externref";
  case ValType::kUnknown:
    break;
  }
  return "any type";
}

std::optional<Opcode> opcodeOf(llvm::StringRef text) {
  static const llvm::StringMap<Opcode> kByText = [] {
    llvm::StringMap<Opcode> map;
    for (const Row &row : kRows)
      map.try_emplace(row.info.text, Opcode{row.prefix, row.code});
    return map;
  }();
  auto it = kByText.find(text);
  if (it == kByText.end())
    return std::nullopt;
  return it->second;
}

const OpInfo *findOp(uint8_t prefix, uint32_t code) {
  const PrefixIndex *index = prefix == 0      ? &kPlain
                             : prefix == 0xfc ? &kMisc
                             : prefix == 0xfd ? &kVector
                                              : nullptr;
  if (!index || code >= kCodesPerPrefix || (*index)[code] == kNoRow)
    return nullptr;
  return &kRows[(*index)[code]].info;
}

const char *unsupportedFeatureOf(uint8_t prefix, uint32_t code) {
  for (const UnsupportedRange &range : kUnsupported)
    if (range.prefix == prefix && code >= range.first && code <= range.last)
      return range.feature;
  return nullptr;
}

} // namespace ireko
