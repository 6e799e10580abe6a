//===- reader.cpp - From a file to a module
//--------------------------------===//
//
// load -> tell binary from text -> (assemble) -> validate -> build Binaryen's
// module. Binaryen sees only what the validator has checked: its reader also
// interprets custom sections, which no specification constrains, so those are
// left out and the function names are passed in a name section made afresh.
//
//===----------------------------------------------------------------------===//

#include "reader.h"

#include "assemble.h"
#include "deepstack.h"
#include "error.h"

#include "wasm-binary.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace ireko {

namespace {

constexpr llvm::StringRef kMagic("\0asm", 4);

/// Text is copied a few times while it is parsed.
constexpr uint64_t kMaxInputBytes = kMaxModuleBytes;

llvm::Error cannotRead(llvm::StringRef file, int error) {
  std::string advice;
  if (error == ENOENT)
    advice = "check the path";
  else if (error == EISDIR)
    advice = "name a .wasm or .wat file inside it";
  else if (error == EACCES)
    advice = "check its permissions";
  return inputError(
      file,
      "cannot read: " +
          std::error_code(error, std::generic_category()).message(),
      advice);
}

/// Reads all of \p fd. Not llvm::MemoryBuffer: it maps files into memory, where
/// one that shrinks meanwhile kills the process, and reads a device that never
/// ends until memory does.
llvm::Expected<std::vector<uint8_t>> readAll(int fd, llvm::StringRef file) {
  std::vector<uint8_t> bytes;
  size_t used = 0;
  while (true) {
    if (used == bytes.size())
      bytes.resize(std::max<size_t>(65536, 2 * used));
    ssize_t got = ::read(fd, bytes.data() + used, bytes.size() - used);
    if (got < 0) {
      if (errno == EINTR)
        continue;
      return cannotRead(file, errno);
    }
    if (got == 0)
      break;
    used += got;
    if (used > kMaxInputBytes)
      return inputError(file, "the file is larger than 1 GiB",
                        "split the program or remove custom sections");
  }
  bytes.resize(used);
  return bytes;
}

llvm::Expected<std::vector<uint8_t>> loadFile(llvm::StringRef path) {
  if (path == "-")
    return readAll(STDIN_FILENO, "standard input");
  int fd;
  do
    fd = ::open(path.str().c_str(), O_RDONLY | O_CLOEXEC);
  while (fd < 0 && errno == EINTR);
  if (fd < 0)
    return cannotRead(path, errno);
  llvm::Expected<std::vector<uint8_t>> bytes = readAll(fd, path);
  ::close(fd);
  return bytes;
}

llvm::StringRef asText(llvm::ArrayRef<uint8_t> bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// Skips white space and comments of the text format.
llvm::StringRef skipBlank(llvm::StringRef text) {
  text.consume_front("\xef\xbb\xbf");
  while (true) {
    text = text.ltrim(" \t\r\n");
    if (text.starts_with(";;")) {
      text = text.drop_until([](char c) { return c == '\n'; });
    } else if (text.starts_with("(;")) {
      size_t depth = 0;
      do {
        if (text.consume_front("(;"))
          ++depth;
        else if (text.consume_front(";)"))
          --depth;
        else
          text = text.drop_front();
      } while (depth && !text.empty());
    } else {
      return text;
    }
  }
}

enum class Format { kBinary, kText, kTextComponent, kNeither };

Format formatOf(llvm::ArrayRef<uint8_t> bytes) {
  llvm::StringRef text = asText(bytes);
  // A file cut off within the magic number is still a binary, cut off.
  if (text.starts_with(kMagic.take_front(text.size())))
    return Format::kBinary;
  if (text.contains('\0'))
    return Format::kNeither;
  llvm::StringRef rest = skipBlank(text);
  if (!rest.consume_front("("))
    return Format::kNeither;
  return skipBlank(rest).starts_with("component") ? Format::kTextComponent
                                                  : Format::kText;
}

//===----------------------------------------------------------------------===//
// What Binaryen reads
//===----------------------------------------------------------------------===//

/// A copy of a module without its custom sections, and the way back from
/// offsets in the copy to offsets in the file.
struct CleanCopy {
  std::vector<char> bytes;
  /// (offset in the copy, offset in the file) of each section's contents.
  std::vector<std::pair<uint64_t, uint64_t>> origins;

  void append(llvm::StringRef data) {
    bytes.insert(bytes.end(), data.begin(), data.end());
  }

  void appendSection(uint8_t id, llvm::StringRef contents) {
    bytes.push_back(char(id));
    appendUnsigned(contents.size());
    append(contents);
  }

  void appendUnsigned(uint64_t value) {
    uint8_t leb[10];
    append({reinterpret_cast<char *>(leb), llvm::encodeULEB128(value, leb)});
  }

  std::optional<uint64_t> origin(uint64_t offset) const {
    std::optional<uint64_t> result;
    for (auto [copy, file] : origins)
      if (copy <= offset)
        result = file + (offset - copy);
    return result;
  }
};

void appendString(llvm::raw_ostream &out, llvm::StringRef text) {
  llvm::encodeULEB128(text.size(), out);
  out << text;
}

/// A name section with those function names that are not empty and unique: a
/// second function of the same name keeps its number, which spares Binaryen the
/// (quadratic) search for a name that is free.
std::string makeNameSection(const std::vector<std::string> &names) {
  std::string list;
  llvm::raw_string_ostream listOut(list);
  llvm::StringSet<> seen;
  uint32_t count = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty() || !seen.insert(names[i]).second)
      continue;
    llvm::encodeULEB128(i, listOut);
    appendString(listOut, names[i]);
    ++count;
  }
  std::string map;
  llvm::raw_string_ostream mapOut(map);
  llvm::encodeULEB128(count, mapOut);
  mapOut << list;
  std::string section;
  llvm::raw_string_ostream out(section);
  appendString(out, "name");
  out << char(1); // function names
  appendString(out, map);
  return section;
}

CleanCopy makeCleanCopy(llvm::ArrayRef<uint8_t> bytes, const BinaryInfo &info) {
  CleanCopy copy;
  copy.bytes.reserve(bytes.size());
  copy.append(asText(bytes.take_front(8)));
  // Binaryen notes the locations of expressions only if some section needs
  // them; an empty list of branch hints does.
  std::string hints;
  llvm::raw_string_ostream hintsOut(hints);
  appendString(hintsOut, "metadata.code.branch_hint");
  hintsOut << char(0); // no function has hints
  copy.appendSection(0, hints);
  copy.appendSection(0, makeNameSection(info.functionNames));
  for (const SectionInfo &section : info.sections) {
    if (section.id == 0)
      continue;
    llvm::ArrayRef<uint8_t> contents =
        bytes.slice(section.offset, section.size);
    copy.appendSection(section.id, asText(contents));
    copy.origins.emplace_back(copy.bytes.size() - contents.size(),
                              section.offset);
  }
  return copy;
}

llvm::Error buildModule(SourceModule &source) {
  CleanCopy copy = makeCleanCopy(source.bytes, source.info);
  source.module = std::make_unique<wasm::Module>();
  std::optional<InputError> failure;
  runWithDeepStack([&] {
    try {
      wasm::WasmBinaryReader reader(*source.module, supportedFeatures(),
                                    copy.bytes);
      reader.read();
    } catch (const wasm::ParseException &e) {
      Place place;
      place.offset = copy.origin(e.col);
      failure.emplace(source.path, place, "Binaryen cannot read it: " + e.text);
    } catch (const std::exception &e) {
      failure.emplace(source.path, Place(),
                      std::string("Binaryen cannot read it: ") + e.what());
    }
  });
  if (failure)
    return llvm::make_error<InputError>(std::move(*failure));
  return llvm::Error::success();
}

/// For a module made from text, offsets would point into a file that the user
/// has never seen.
llvm::Error withoutOffsets(llvm::Error error) {
  return llvm::handleErrors(std::move(error),
                            [](std::unique_ptr<InputError> input) {
                              input->place.offset.reset();
                              return llvm::Error(std::move(input));
                            });
}

} // namespace

std::optional<uint64_t>
SourceModule::offsetOf(const wasm::Function &function,
                       wasm::Expression *expression) const {
  auto it = function.expressionLocations.find(expression);
  if (it == function.expressionLocations.end())
    return std::nullopt;
  return info.codeOffset + it->second.start;
}

wasm::FeatureSet supportedFeatures() {
  using wasm::FeatureSet;
  return FeatureSet::MutableGlobals | FeatureSet::TruncSat |
         FeatureSet::SignExt | FeatureSet::SIMD | FeatureSet::RelaxedSIMD |
         FeatureSet::BulkMemory | FeatureSet::BulkMemoryOpt |
         FeatureSet::ReferenceTypes | FeatureSet::Multivalue |
         FeatureSet::TailCall | FeatureSet::ExtendedConst |
         FeatureSet::CallIndirectOverlong;
}

llvm::Expected<SourceModule> readModule(llvm::StringRef path) {
  llvm::Expected<std::vector<uint8_t>> bytes = loadFile(path);
  if (!bytes)
    return bytes.takeError();
  return readModuleFromBytes(std::move(*bytes),
                             path == "-" ? "standard input" : path);
}

llvm::Expected<SourceModule> readModuleFromBytes(std::vector<uint8_t> bytes,
                                                 llvm::StringRef name) {
  if (bytes.empty())
    return inputError(name, "the file is empty",
                      "give a WebAssembly module, .wasm or .wat");
  SourceModule source;
  source.path = name.str();
  switch (formatOf(bytes)) {
  case Format::kNeither:
    return inputError(name, "not a WebAssembly file",
                      "give a module in the binary format, which starts with "
                      "\\0asm, or in the text format, which starts with "
                      "\"(module\"");
  case Format::kTextComponent:
    return inputError(name, "a component, not a module",
                      "give the core module that it was made from");
  case Format::kText: {
    llvm::Expected<std::vector<uint8_t>> binary =
        assembleText(asText(bytes), name);
    if (!binary)
      return binary.takeError();
    source.bytes = std::move(*binary);
    source.fromText = true;
    break;
  }
  case Format::kBinary:
    source.bytes = std::move(bytes);
    break;
  }
  llvm::Expected<BinaryInfo> info = validateBinary(source.bytes, name);
  if (!info)
    return source.fromText ? withoutOffsets(info.takeError())
                           : info.takeError();
  source.info = std::move(*info);
  source.isBundle = source.info.findCustom("ireko") != nullptr;
  if (llvm::Error error = buildModule(source))
    return std::move(error);
  return source;
}

} // namespace ireko
