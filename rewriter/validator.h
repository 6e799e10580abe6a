//===- validator.h - Deciding whether bytes are a module we can rewrite ---===//
//
// The one home of every check on the input: what passes here is a valid module
// of WebAssembly 2.0 with extended constant expressions, tail calls and relaxed
// SIMD, within the limits below, and no later stage refuses it. What is not
// gets the earliest error in the file, with its byte offset; what belongs to
// another feature set is told by the feature's name.
//
// The algorithm is the one in the appendix of the WebAssembly specification
// ("Validation Algorithm"): one pass over the bytes with an operand stack and a
// control stack, no recursion. Time and memory are linear in the input.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_VALIDATOR_H
#define IREKO_REWRITER_VALIDATOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ireko {

// Implementation limits, as the specification's appendix allows. Those up to
// kMaxTableSize are the ones web hosts share, which other tools observe.
constexpr uint32_t kMaxTypes = 1000000;
constexpr uint32_t kMaxFunctions = 1000000;
constexpr uint32_t kMaxImports = 1000000;
constexpr uint32_t kMaxExports = 1000000;
constexpr uint32_t kMaxGlobals = 1000000;
constexpr uint32_t kMaxDataSegments = 100000;
constexpr uint32_t kMaxElementSegments = 10000000;
constexpr uint32_t kMaxTables = 100000;
constexpr uint32_t kMaxParams = 1000;
constexpr uint32_t kMaxResults = 1000;
/// Parameters included.
constexpr uint32_t kMaxLocals = 50000;
/// Initial elements of one table.
constexpr uint32_t kMaxTableSize = 10000000;
constexpr uint32_t kMaxMemoryPages = 65536;
/// Binaryen keeps offsets in 32 bits; hosts stop at 1 GiB too.
constexpr uint64_t kMaxModuleBytes = uint64_t(1) << 30;
/// Height of the tree that a function makes: enclosing blocks plus operators
/// whose operands are operators and so on. Code that walks such trees may
/// recurse; runWithDeepStack gives it about 10 KiB a level.
constexpr uint32_t kMaxNesting = 100000;
/// Operands moved on the operand stack plus twice the locals declared, over
/// all functions: kWorkAllowance and another kWorkPerByte for each byte of the
/// code section. Two bytes of code can call a function of 1,000 parameters and
/// 1,000 results, six declare 50,000 locals; compiled programs come to less
/// than 4 a byte. This bounds time and memory here and in all later stages.
constexpr uint64_t kWorkAllowance = 4000000;
constexpr uint64_t kWorkPerByte = 16;

/// A section as it stands in the file.
struct SectionInfo {
  uint8_t id;
  /// Only of custom sections.
  std::string name;
  /// Of its contents, after id and size (for a custom section: after its name).
  uint64_t offset;
  uint64_t size;
};

/// The body of one function defined in the module.
struct BodyInfo {
  /// Of its first byte (the local declarations), after its size.
  uint64_t offset;
  uint64_t size;
};

/// Some bytes of a function's code.
struct CodeRange {
  uint32_t begin;
  uint32_t end;
};

/// A declarative element segment: it only allows ref.func to name its functions
/// and is as good as dropped when the program starts.
struct DeclarativeSegment {
  /// Of its first byte (the flags).
  uint64_t offset;
  uint64_t size;
  /// The byte that encodes its element type.
  uint8_t type;
};

/// Whether a feature is used, and where first.
struct FeatureUse {
  std::optional<uint64_t> offset;

  explicit operator bool() const { return offset.has_value(); }
  void note(uint64_t at) {
    if (!offset)
      offset = at;
  }
};

/// Features beyond the first version of WebAssembly that a module uses.
struct UsedFeatures {
  FeatureUse multiValue;
  FeatureUse signExtension;
  FeatureUse saturatingConversion;
  /// On memory; passive segments.
  FeatureUse bulkMemory;
  /// table.init and table.copy, of the feature bulk-memory.
  FeatureUse bulkTables;
  /// Values of reference types, and instructions on tables for them.
  FeatureUse references;
  /// What came with them and needs none: several tables, typed select.
  FeatureUse referenceTypes;
  FeatureUse mutableGlobals;
  FeatureUse simd;
  FeatureUse relaxedSimd;
  FeatureUse tailCalls;
  FeatureUse extendedConst;
};

/// What validation learned about a module.
struct BinaryInfo {
  std::vector<SectionInfo> sections;
  /// The contents of the code section; 0 and 0 if there is none.
  uint64_t codeOffset = 0;
  uint64_t codeSize = 0;
  uint32_t importedFunctions = 0;
  uint32_t importedGlobals = 0;
  /// Counts of the index spaces, imports included.
  uint32_t functions = 0;
  uint32_t globals = 0;
  uint32_t tables = 0;
  uint32_t memories = 0;
  /// One for each function defined in the module: that of function index
  /// importedFunctions + i at i.
  std::vector<BodyInfo> bodies;
  /// The file offsets of loops, calls and instructions that may trap other than
  /// by a plain load or store, ascending; none in dead code.
  std::vector<uint32_t> landmarks;
  /// What stands between an unconditional branch and the end of its block, in
  /// file offsets, ascending.
  std::vector<CodeRange> deadCode;
  std::vector<DeclarativeSegment> declarativeSegments;
  /// It has a custom section "ireko": this tool made it.
  bool isBundle = false;
  /// By function index, empty where the name section has no usable name; as
  /// long as `functions`. Names need not be unique, but are valid UTF-8.
  std::vector<std::string> functionNames;
  UsedFeatures features;

  const SectionInfo *findCustom(llvm::StringRef name) const;
};

/// Validates a module; \p file is what errors call it. Of a bundle, which may
/// use more than a program may, only what surrounds the code is looked at.
llvm::Expected<BinaryInfo> validateBinary(llvm::ArrayRef<uint8_t> bytes,
                                          llvm::StringRef file);

} // namespace ireko

#endif // IREKO_REWRITER_VALIDATOR_H
