//===- validator_sections.h - Everything but function bodies --------------===//
//
// Walks a module's sections in order and fills the context that function bodies
// are checked against.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_VALIDATOR_SECTIONS_H
#define IREKO_REWRITER_VALIDATOR_SECTIONS_H

#include "validator.h"
#include "validator_bytes.h"
#include "validator_module.h"

namespace ireko {

class SectionValidator {
public:
  /// \p bytes begin with a correct header.
  SectionValidator(llvm::ArrayRef<uint8_t> bytes, Diagnosis &diagnosis,
                   BinaryInfo &info)
      : bytes(bytes), diagnosis(diagnosis), info(info) {}

  /// Leaves the first failure, if any, in the diagnosis.
  void run();

private:
  struct Limits {
    uint32_t initial;
    std::optional<uint32_t> maximum;
  };

  bool findBundleSection() const;
  void readSection(uint8_t id, ByteReader &in);
  void readCustom(ByteReader &in);
  void readTypes(ByteReader &in);
  void readImports(ByteReader &in);
  void readFunctions(ByteReader &in);
  void readTables(ByteReader &in);
  void readMemories(ByteReader &in);
  void readGlobals(ByteReader &in);
  void readExports(ByteReader &in);
  void readStart(ByteReader &in);
  void readElements(ByteReader &in);
  void readElement(ByteReader &in);
  void readDataCount(ByteReader &in);
  void readCode(ByteReader &in);
  void readData(ByteReader &in);
  void checkWhole();

  uint32_t readTypeIndex(ByteReader &in);
  uint32_t readFunctionIndex(ByteReader &in);
  GlobalType readGlobalType(ByteReader &in);
  Limits readLimits(ByteReader &in, const char *what, bool ofMemory);
  void readTableType(ByteReader &in);
  void readMemoryType(ByteReader &in);

  llvm::ArrayRef<uint8_t> bytes;
  Diagnosis &diagnosis;
  BinaryInfo &info;
  ModuleContext module;
  uint32_t definedFunctions = 0;
  uint32_t dataSegments = 0;
};

} // namespace ireko

#endif // IREKO_REWRITER_VALIDATOR_SECTIONS_H
