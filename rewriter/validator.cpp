//===- validator.cpp - Deciding whether bytes are a module we can rewrite -===//
//
// The frame of a module: header, section order and sizes, and what only holds
// for all of it. The sections are in validator_sections.cpp, function bodies in
// validator_code.cpp, the name section in validator_names.cpp.
//
//===----------------------------------------------------------------------===//

#include "validator.h"

#include "validator_names.h"
#include "validator_sections.h"

#include "llvm/ADT/StringExtras.h"
#include <algorithm>

namespace ireko {

namespace {

constexpr uint8_t kHeader[] = {0, 'a', 's', 'm', 1, 0, 0, 0};

bool checkHeader(llvm::ArrayRef<uint8_t> bytes, Diagnosis &diagnosis) {
  auto isPrefix = [&](size_t size) {
    return bytes.take_front(size) ==
           llvm::ArrayRef(kHeader).take_front(std::min(bytes.size(), size));
  };
  if (!isPrefix(4))
    return diagnosis.fail(0, "magic header not detected: not a WebAssembly "
                             "binary");
  if (bytes.size() < sizeof kHeader)
    return diagnosis.fail(bytes.size(), "unexpected end of the file",
                          "the file is truncated or damaged");
  if (isPrefix(sizeof kHeader))
    return true;
  // A component has the layer 1 in the upper half of the version field.
  if (bytes[6] == 1 && bytes[7] == 0)
    return diagnosis.fail(4, "a component, not a module",
                          "give the core module that it was made from");
  uint32_t version =
      bytes[4] | bytes[5] << 8 | bytes[6] << 16 | uint32_t(bytes[7]) << 24;
  return diagnosis.fail(4, "unknown binary version " + llvm::utostr(version),
                        "version 1 is supported");
}

} // namespace

const SectionInfo *BinaryInfo::findCustom(llvm::StringRef name) const {
  auto it =
      std::find_if(sections.begin(), sections.end(), [&](const SectionInfo &s) {
        return s.id == 0 && s.name == name;
      });
  return it == sections.end() ? nullptr : &*it;
}

llvm::Expected<BinaryInfo> validateBinary(llvm::ArrayRef<uint8_t> bytes,
                                          llvm::StringRef file) {
  Diagnosis diagnosis;
  NameMap names = findFunctionNames(bytes);
  BinaryInfo info;
  if (bytes.size() > kMaxModuleBytes)
    diagnosis.fail(kMaxModuleBytes, "the module is larger than 1 GiB",
                   "split the program or remove custom sections");
  else if (checkHeader(bytes, diagnosis))
    SectionValidator(bytes, diagnosis, info).run();
  if (diagnosis.failed) {
    if (diagnosis.place.function)
      diagnosis.place.functionName = names.find(*diagnosis.place.function);
    return inputError(file, diagnosis.place, diagnosis.what, diagnosis.advice);
  }
  info.functionNames = names.spread(info.functions);
  return info;
}

} // namespace ireko
