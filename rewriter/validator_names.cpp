//===- validator_names.cpp - Names from the name section ------------------===//
//
// A second, tolerant walk over the section headers, with a diagnosis of its own
// that nobody sees.
//
//===----------------------------------------------------------------------===//

#include "validator_names.h"

#include "validator.h"
#include "validator_bytes.h"

#include <algorithm>
#include <utility>

namespace ireko {

namespace {

// Subsections.
constexpr uint8_t kFunctionNames = 1;
constexpr uint8_t kLocalNames = 2;

/// Reads a list of indices, which must ascend, and names.
NameMap readNameMap(ByteReader &in, const Diagnosis &diagnosis) {
  NameMap result;
  uint32_t count = in.count("names", kMaxFunctions);
  for (uint32_t i = 0; i < count && !diagnosis.failed; ++i) {
    uint32_t index = in.u32();
    llvm::StringRef name = in.name();
    if (!result.entries.empty() && result.entries.back().first >= index)
      return {};
    result.entries.emplace_back(index, name);
  }
  return diagnosis.failed ? NameMap() : result;
}

/// Calls \p read with the contents of the first such subsection of the name
/// section, if there is one, and returns what it does.
template <typename Read>
auto readSubsection(llvm::ArrayRef<uint8_t> bytes, uint8_t wanted, Read read)
    -> decltype(read(std::declval<ByteReader &>(),
                     std::declval<const Diagnosis &>())) {
  Diagnosis diagnosis;
  ByteReader in(bytes, 0, "file", diagnosis);
  in.skip(8);
  while (!diagnosis.failed && !in.atEnd()) {
    uint8_t id = in.u8();
    ByteReader section = in.range(in.u32(), "section");
    if (id != 0 || diagnosis.failed || section.name() != "name")
      continue;
    while (!diagnosis.failed && !section.atEnd()) {
      uint8_t kind = section.u8();
      ByteReader part = section.range(section.u32(), "name section");
      if (kind == wanted && !diagnosis.failed)
        return read(part, diagnosis);
    }
    return {};
  }
  return {};
}

/// Calls \p take with the index and the names of each function's locals, until
/// it returns false.
template <typename Take>
void readLocalNames(ByteReader &in, const Diagnosis &diagnosis, Take take) {
  uint32_t count = in.count("functions", kMaxFunctions);
  for (uint32_t i = 0; i < count && !diagnosis.failed; ++i) {
    uint32_t index = in.u32();
    if (!take(index, readNameMap(in, diagnosis)))
      return;
  }
}

} // namespace

std::string NameMap::find(uint32_t index) const {
  auto it = std::lower_bound(
      entries.begin(), entries.end(), index,
      [](const auto &entry, uint32_t value) { return entry.first < value; });
  return it != entries.end() && it->first == index ? it->second.str() : "";
}

std::vector<std::string> NameMap::spread(uint32_t count) const {
  std::vector<std::string> names(count);
  for (auto [index, name] : entries)
    if (index < count)
      names[index] = name.str();
  return names;
}

NameMap findFunctionNames(llvm::ArrayRef<uint8_t> bytes) {
  return readSubsection(bytes, kFunctionNames,
                        [](ByteReader &in, const Diagnosis &diagnosis) {
                          return readNameMap(in, diagnosis);
                        });
}

NameMap findLocalNames(llvm::ArrayRef<uint8_t> bytes, uint32_t function) {
  return readSubsection(
      bytes, kLocalNames, [&](ByteReader &in, const Diagnosis &diagnosis) {
        NameMap found;
        readLocalNames(in, diagnosis, [&](uint32_t index, NameMap names) {
          if (index == function)
            found = std::move(names);
          return index != function;
        });
        return found;
      });
}

std::unordered_map<uint32_t, NameMap>
findAllLocalNames(llvm::ArrayRef<uint8_t> bytes) {
  return readSubsection(
      bytes, kLocalNames, [](ByteReader &in, const Diagnosis &diagnosis) {
        std::unordered_map<uint32_t, NameMap> found;
        readLocalNames(in, diagnosis, [&](uint32_t index, NameMap names) {
          found.try_emplace(index, std::move(names));
          return true;
        });
        return found;
      });
}

} // namespace ireko
