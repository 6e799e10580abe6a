//===- validator_module.h - What validation knows about a module ----------===//
//
// The context "C" of the specification's validation rules, filled section by
// section and then used by function bodies.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_VALIDATOR_MODULE_H
#define IREKO_REWRITER_VALIDATOR_MODULE_H

#include "opcodes.h"
#include "validator_bytes.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/BitVector.h"
#include <optional>
#include <vector>

namespace ireko {

struct GlobalType {
  ValType type;
  bool isMutable;
};

struct ModuleContext {
  /// Parameters and results of all types, one after the other.
  std::vector<ValType> typePool;
  struct TypeRange {
    uint32_t first;
    uint32_t params;
    uint32_t results;
  };
  std::vector<TypeRange> types;
  /// Type index of each function, imports first.
  std::vector<uint32_t> functions;
  uint32_t importedFunctions = 0;
  /// Element type of each table.
  std::vector<ValType> tables;
  uint32_t memories = 0;
  std::vector<GlobalType> globals;
  uint32_t importedGlobals = 0;
  /// Type of each element segment.
  std::vector<ValType> elements;
  /// What the data count section says, if there is one.
  std::optional<uint32_t> dataCount;
  /// Functions that occur outside of bodies and so may be taken by ref.func.
  llvm::BitVector referenced;
  UsedFeatures features;

  llvm::ArrayRef<ValType> params(uint32_t type) const {
    const TypeRange &range = types[type];
    return llvm::ArrayRef(typePool).slice(range.first, range.params);
  }
  llvm::ArrayRef<ValType> results(uint32_t type) const {
    const TypeRange &range = types[type];
    return llvm::ArrayRef(typePool).slice(range.first + range.params,
                                          range.results);
  }
};

/// Reads a value type.
ValType readValType(ByteReader &in, ModuleContext &module);
/// Reads funcref or externref, the types of table elements.
ValType readRefType(ByteReader &in, ModuleContext &module);
/// Reads and checks a constant expression that must give \p expected.
bool readConstExpr(ByteReader &in, ModuleContext &module, ValType expected);

} // namespace ireko

#endif // IREKO_REWRITER_VALIDATOR_MODULE_H
