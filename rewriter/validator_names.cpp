//===- validator_names.cpp - Names of functions from the name section -----===//
//
// A second, tolerant walk over the section headers, with a diagnosis of its own
// that nobody sees.
//
//===----------------------------------------------------------------------===//

#include "validator_names.h"

#include "validator.h"
#include "validator_bytes.h"

#include <algorithm>

namespace ireko {

namespace {

constexpr uint8_t kFunctionNames = 1;

/// Reads the name section in \p in, which lies after its own name.
FunctionNames readNameSection(ByteReader in, const Diagnosis &diagnosis) {
  FunctionNames result;
  while (!diagnosis.failed && !in.atEnd()) {
    uint8_t id = in.u8();
    ByteReader part = in.range(in.u32(), "name section");
    if (id != kFunctionNames)
      continue;
    uint32_t count = part.count("names", kMaxFunctions);
    for (uint32_t i = 0; i < count && !diagnosis.failed; ++i) {
      uint32_t index = part.u32();
      llvm::StringRef name = part.name();
      if (!result.entries.empty() && result.entries.back().first >= index)
        return {};
      result.entries.emplace_back(index, name);
    }
    return diagnosis.failed ? FunctionNames() : result;
  }
  return {};
}

} // namespace

std::string FunctionNames::find(uint32_t index) const {
  auto it = std::lower_bound(
      entries.begin(), entries.end(), index,
      [](const auto &entry, uint32_t value) { return entry.first < value; });
  return it != entries.end() && it->first == index ? it->second.str() : "";
}

std::vector<std::string> FunctionNames::spread(uint32_t count) const {
  std::vector<std::string> names(count);
  for (auto [index, name] : entries)
    if (index < count)
      names[index] = name.str();
  return names;
}

FunctionNames findFunctionNames(llvm::ArrayRef<uint8_t> bytes) {
  Diagnosis diagnosis;
  ByteReader in(bytes, 0, "file", diagnosis);
  in.skip(8);
  while (!diagnosis.failed && !in.atEnd()) {
    uint8_t id = in.u8();
    ByteReader section = in.range(in.u32(), "section");
    if (id == 0 && !diagnosis.failed && section.name() == "name")
      return readNameSection(section, diagnosis);
  }
  return {};
}

} // namespace ireko
