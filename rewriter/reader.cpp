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
#include "function_filter.h"
#include "original_code.h"

#include "source-map.h"
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
constexpr uint8_t kElementSection = 9;
constexpr uint8_t kCodeSection = 10;

/// Text is copied a few times while it is parsed.
constexpr uint64_t kMaxInputBytes = kMaxModuleBytes;
constexpr size_t kFirstRead = 65536;

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

llvm::StringRef asText(llvm::ArrayRef<uint8_t> bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

/// A file cut off within the magic number is still a binary, cut off.
bool isBinary(llvm::StringRef text) {
  return text.starts_with(kMagic.take_front(text.size()));
}

/// No text has a zero byte. A program file is read whole, for those who take
/// one.
bool isNeitherForSure(llvm::StringRef text) {
  return !isBinary(text) && !text.starts_with("IRKP") && text.contains('\0');
}

/// Reads all of \p fd, or enough of it to see that it is no module. Not by
/// llvm::MemoryBuffer: it maps files into memory, where one that shrinks
/// meanwhile kills the process, and reads a device that never ends until memory
/// does.
llvm::Expected<std::vector<uint8_t>> readAll(int fd, llvm::StringRef file) {
  std::vector<uint8_t> bytes;
  size_t used = 0;
  while (true) {
    if (used == bytes.size())
      bytes.resize(
          std::clamp<size_t>(2 * used, kFirstRead, kMaxInputBytes + 1));
    ssize_t got = ::read(fd, bytes.data() + used, bytes.size() - used);
    if (got < 0) {
      if (errno == EINTR)
        continue;
      return cannotRead(file, errno);
    }
    if (got == 0)
      break;
    used += got;
    // A device need not end.
    if (used <= kFirstRead &&
        isNeitherForSure(asText(llvm::ArrayRef(bytes).take_front(used))))
      break;
    if (used > kMaxInputBytes)
      return inputError(file, "the file is larger than 1 GiB",
                        "split the program or remove custom sections");
  }
  bytes.resize(used);
  return bytes;
}

/// Editors put one in front of text, and the text parser does not know it.
llvm::StringRef withoutByteOrderMark(llvm::StringRef text) {
  text.consume_front("\xef\xbb\xbf");
  return text;
}

/// Skips white space and comments of the text format.
llvm::StringRef skipBlank(llvm::StringRef text) {
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
  if (isBinary(text))
    return Format::kBinary;
  if (isNeitherForSure(text))
    return Format::kNeither;
  llvm::StringRef rest = skipBlank(withoutByteOrderMark(text));
  if (!rest.consume_front("("))
    return Format::kNeither;
  return skipBlank(rest).starts_with("component") ? Format::kTextComponent
                                                  : Format::kText;
}

//===----------------------------------------------------------------------===//
// What Binaryen reads
//===----------------------------------------------------------------------===//

/// A copy of a module as Binaryen's reader needs it, and the way back from
/// offsets in the copy to offsets in the file.
struct CleanCopy {
  std::vector<char> bytes;
  /// (offset in the copy, offset in the file) of each section's contents, and
  /// of each part of the code that follows something left out.
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

/// The contents of the element section with declarative segments replaced by
/// passive empty ones. Binaryen's reader leaves declarative segments out
/// without renumbering the others; an empty segment behaves as one that is
/// dropped, and Binaryen's writer declares functions again as needed.
std::string makeElementSection(llvm::ArrayRef<uint8_t> bytes,
                               const SectionInfo &section,
                               llvm::ArrayRef<DeclarativeSegment> segments) {
  std::string result;
  uint64_t done = section.offset;
  for (const DeclarativeSegment &segment : segments) {
    result += asText(bytes.slice(done, segment.offset - done));
    // Flags: passive, element expressions. Then the type and no elements.
    result += {char(5), char(segment.type), char(0)};
    done = segment.offset + segment.size;
  }
  result += asText(bytes.slice(done, section.offset + section.size - done));
  return result;
}

/// A code section of as many functions that do nothing.
std::string makeEmptyBodies(size_t count) {
  std::string result;
  llvm::raw_string_ostream out(result);
  llvm::encodeULEB128(count, out);
  // Of 3 bytes: no locals, unreachable, end.
  for (size_t i = 0; i < count; ++i)
    out << llvm::StringRef("\3\0\0\x0b", 4);
  return result;
}

/// The contents of the code section without dead code: Binaryen 132 fails to
/// read some of it ("popping from empty stack"), and it says nothing. Adds
/// where its parts are, and where they come from, to \p parts.
std::string makeCodeSection(llvm::ArrayRef<uint8_t> bytes,
                            const BinaryInfo &info,
                            std::vector<std::pair<uint64_t, uint64_t>> &parts) {
  std::string result;
  result.reserve(info.codeSize);
  llvm::raw_string_ostream out(result);
  llvm::encodeULEB128(info.bodies.size(), out);
  auto dead = info.deadCode.begin();
  for (const BodyInfo &body : info.bodies) {
    uint64_t end = body.offset + body.size;
    auto first = dead;
    uint64_t size = body.size;
    for (; dead != info.deadCode.end() && dead->begin < end; ++dead)
      size -= dead->end - dead->begin;
    llvm::encodeULEB128(size, out);
    uint64_t done = body.offset;
    auto copy = [&](uint64_t until) {
      parts.emplace_back(result.size(), done);
      out << asText(bytes.slice(done, until - done));
    };
    for (; first != dead; ++first) {
      copy(first->begin);
      done = first->end;
    }
    copy(end);
  }
  return result;
}

CleanCopy makeCleanCopy(llvm::ArrayRef<uint8_t> bytes, const BinaryInfo &info) {
  CleanCopy copy;
  copy.bytes.reserve(bytes.size());
  copy.append(asText(bytes.take_front(8)));
  copy.appendSection(0, makeNameSection(info.functionNames));
  for (const SectionInfo &section : info.sections) {
    if (section.id == 0)
      continue;
    llvm::StringRef contents =
        asText(bytes.slice(section.offset, section.size));
    std::string replaced;
    std::vector<std::pair<uint64_t, uint64_t>> parts;
    if (section.id == kElementSection) {
      replaced = makeElementSection(bytes, section, info.declarativeSegments);
      contents = replaced;
    } else if (section.id == kCodeSection && info.isBundle) {
      replaced = makeEmptyBodies(info.bodies.size());
      contents = replaced;
    } else if (section.id == kCodeSection && !info.deadCode.empty()) {
      replaced = makeCodeSection(bytes, info, parts);
      contents = replaced;
    }
    copy.appendSection(section.id, contents);
    uint64_t begin = copy.bytes.size() - contents.size();
    copy.origins.emplace_back(begin, section.offset);
    for (auto [offset, origin] : parts)
      copy.origins.emplace_back(begin + offset, origin);
  }
  return copy;
}

/// Appends \p delta in the base-64 digits of source maps: sign in the lowest
/// bit, five bits a digit, bit 5 set if more follow.
void appendVlq(std::string &out, int64_t delta) {
  constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
      "yz0123456789+/";
  uint64_t rest = delta < 0 ? uint64_t(-delta) << 1 | 1 : uint64_t(delta) << 1;
  do {
    unsigned digit = rest & 31;
    rest >>= 5;
    out += kDigits[digit | (rest ? 32 : 0)];
  } while (rest);
}

/// The landmarks, and all live instructions of function \p located.
std::vector<uint32_t> placesToNote(const SourceModule &source,
                                   std::optional<llvm::StringRef> located) {
  const BinaryInfo &info = source.info;
  if (!located)
    return info.landmarks;
  std::vector<uint32_t> places;
  FunctionFilter filter(*located);
  for (uint32_t f = info.importedFunctions; f < info.functions; ++f)
    if (filter.has(f, info.functionNames[f]))
      for (const OriginalInstruction &found : originalCode(source, f))
        places.push_back(found.offset);
  llvm::erase_if(places, [&](uint32_t place) {
    auto dead = std::upper_bound(
        info.deadCode.begin(), info.deadCode.end(), place,
        [](uint32_t at, const CodeRange &range) { return at < range.begin; });
    return dead != info.deadCode.begin() && place < dead[-1].end;
  });
  std::vector<uint32_t> all;
  std::set_union(places.begin(), places.end(), info.landmarks.begin(),
                 info.landmarks.end(), std::back_inserter(all));
  return all;
}

/// A source map that says of each landmark, at its place in \p copy, that it
/// comes from the line of its file offset. Binaryen also has a mode that notes
/// the locations of all expressions (for DWARF), but that fails an assertion on
/// any function whose outermost label is used.
std::vector<char> makeSourceMap(llvm::ArrayRef<uint32_t> landmarks,
                                const CleanCopy &copy) {
  std::string map = R"({"version":3,"sources":["offset"],"mappings":")";
  int64_t lastPlace = 0;
  int64_t lastLine = 1;
  auto part = copy.origins.begin();
  for (uint32_t landmark : landmarks) {
    while (part + 1 != copy.origins.end() && part[1].second <= landmark)
      ++part;
    int64_t place = part->first + (landmark - part->second);
    if (lastPlace)
      map += ',';
    appendVlq(map, place - lastPlace);
    appendVlq(map, 0); // source
    appendVlq(map, landmark - lastLine);
    appendVlq(map, 0); // column
    // A location holds until the next entry; one without a source ends it.
    map += ',';
    appendVlq(map, 1);
    lastPlace = place + 1;
    lastLine = landmark;
  }
  map += R"("})";
  return std::vector<char>(map.c_str(), map.c_str() + map.size() + 1);
}

llvm::Error buildModule(SourceModule &source,
                        std::optional<llvm::StringRef> located) {
  CleanCopy copy = makeCleanCopy(source.bytes, source.info);
  std::vector<char> sourceMap =
      makeSourceMap(placesToNote(source, located), copy);
  source.module = std::make_unique<wasm::Module>();
  std::optional<InputError> failure;
  runWithDeepStack([&] {
    try {
      wasm::WasmBinaryReader reader(*source.module, supportedFeatures(),
                                    copy.bytes, sourceMap);
      reader.read();
    } catch (const wasm::ParseException &e) {
      Place place;
      place.offset = copy.origin(e.col);
      failure.emplace(source.path, place, "Binaryen cannot read it: " + e.text);
    } catch (const wasm::MapParseException &e) {
      failure.emplace(source.path, Place(),
                      "Binaryen cannot read its locations: " + e.errorText);
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

std::optional<uint64_t> SourceModule::offsetOf(const wasm::Function &function,
                                               wasm::Expression *expression) {
  auto it = function.debugLocations.find(expression);
  if (it == function.debugLocations.end() || !it->second)
    return std::nullopt;
  return it->second->lineNumber;
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

llvm::Expected<SourceModule> readModule(llvm::StringRef path) {
  llvm::Expected<std::vector<uint8_t>> bytes = loadFile(path);
  if (!bytes)
    return bytes.takeError();
  return readModuleFromBytes(std::move(*bytes),
                             path == "-" ? "standard input" : path);
}

llvm::Expected<SourceModule>
readModuleFromBytes(std::vector<uint8_t> bytes, llvm::StringRef name,
                    std::optional<llvm::StringRef> located) {
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
        assembleText(withoutByteOrderMark(asText(bytes)), name);
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
  if (llvm::Error error = buildModule(source, located))
    return std::move(error);
  return source;
}

} // namespace ireko
