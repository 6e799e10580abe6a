#include "rewriter/source_lines.h"

#include <algorithm>

#include "rewriter/error.h"
#include "rewriter/validator_bytes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include "llvm/DebugInfo/DWARF/DWARFDebugLine.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

namespace ireko {

namespace {

llvm::StringRef contents(const SourceModule &source, llvm::StringRef section) {
  const SectionInfo *found = source.info.findCustom(section);
  if (!found)
    return {};
  return {reinterpret_cast<const char *>(source.bytes.data()) + found->offset,
          size_t(found->size)};
}

// One number of a source map, in base 64: the sign in the lowest bit, five bits
// a digit, the sixth set if more follow.
bool takeVlq(llvm::StringRef &text, int64_t &value) {
  constexpr llvm::StringLiteral kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint64_t bits = 0;
  for (unsigned shift = 0; shift <= 30; shift += 5) {
    if (text.empty())
      return false;
    size_t digit = kDigits.find(text.front());
    if (digit == llvm::StringRef::npos)
      return false;
    text = text.drop_front();
    bits |= uint64_t(digit & 31) << shift;
    if (digit & 32)
      continue;
    value = bits & 1 ? -int64_t(bits >> 1) : int64_t(bits >> 1);
    return true;
  }
  return false;
}

// The path of the source map that a module names, if it is a file beside it or
// below: a module is not to name any file of the machine.
std::string sourceMapPath(const SourceModule &source) {
  Diagnosis diagnosis;
  llvm::StringRef section = contents(source, "sourceMappingURL");
  ByteReader in({section.bytes_begin(), section.bytes_end()}, 0, "section",
                diagnosis);
  llvm::StringRef url = in.name();
  if (url.empty() || diagnosis.failed || url.contains(':') ||
      llvm::sys::path::is_absolute(url) || url.contains("..") ||
      url.contains('\0'))
    return "";
  llvm::SmallString<256> path(llvm::sys::path::parent_path(source.path));
  llvm::sys::path::append(path, url);
  return path.str().str();
}

} // namespace

SourceLines SourceLines::of(const SourceModule &source) {
  SourceLines lines;
  lines.readDwarf(source);
  if (lines.empty())
    lines.readSourceMap(source);
  // At one offset the last one counts, but an end before a beginning.
  std::stable_sort(lines.entries.begin(), lines.entries.end(),
                   [](const Entry &a, const Entry &b) {
                     return std::make_pair(a.offset, a.line != 0) <
                            std::make_pair(b.offset, b.line != 0);
                   });
  return lines;
}

std::string SourceLines::find(uint64_t offset) const {
  auto behind = std::upper_bound(
      entries.begin(), entries.end(), offset,
      [](uint64_t at, const Entry &entry) { return at < entry.offset; });
  if (behind == entries.begin() || !behind[-1].line)
    return "";
  return printable(files[behind[-1].file], 4096) + ":" +
         std::to_string(behind[-1].line);
}

uint32_t SourceLines::addFile(llvm::StringRef name) {
  files.push_back(name.str());
  return files.size() - 1;
}

void SourceLines::readDwarf(const SourceModule &source) {
  if (contents(source, ".debug_line").empty())
    return;
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> sections;
  for (llvm::StringRef name : {"debug_line", "debug_line_str", "debug_str"})
    sections[name] = llvm::MemoryBuffer::getMemBuffer(
        contents(source, ("." + name).str()), name,
        /*RequiresNullTerminator=*/false);
  auto ignore = [](llvm::Error error) { llvm::consumeError(std::move(error)); };
  std::unique_ptr<llvm::DWARFContext> context = llvm::DWARFContext::create(
      sections, /*AddrSize=*/4, /*isLittleEndian=*/true, ignore, ignore);
  const llvm::DWARFObject &object = context->getDWARFObj();
  llvm::DWARFDataExtractor data(object, object.getLineSection(),
                                /*IsLittleEndian=*/true, /*AddressSize=*/4);
  llvm::DWARFDebugLine::SectionParser parser(data, *context,
                                             context->normal_units());
  // Addresses are offsets in the code section. Functions that the linker left
  // out are at 0, where no code is, or outside.
  uint64_t firstCode =
      source.info.bodies.empty()
          ? source.info.codeSize
          : source.info.bodies.front().offset - source.info.codeOffset;
  while (!parser.done()) {
    llvm::DWARFDebugLine::LineTable table = parser.parseNext(ignore, ignore);
    std::map<uint64_t, uint32_t> fileNumbers;
    for (const auto &sequence : table.Sequences) {
      if (sequence.LowPC < firstCode || sequence.HighPC > source.info.codeSize)
        continue;
      for (uint32_t i = sequence.FirstRowIndex; i < sequence.LastRowIndex;
           ++i) {
        const llvm::DWARFDebugLine::Row &row = table.Rows[i];
        Entry entry = {source.info.codeOffset + row.Address.Address, 0, 0};
        auto [file, isNew] = fileNumbers.try_emplace(row.File, 0);
        if (isNew) {
          std::string name;
          table.getFileNameByIndex(
              row.File, "",
              llvm::DILineInfoSpecifier::FileLineInfoKind::RelativeFilePath,
              name);
          file->second = addFile(llvm::StringRef(name));
        }
        entry.file = file->second;
        if (!row.EndSequence && !files[entry.file].empty())
          entry.line = row.Line;
        entries.push_back(entry);
      }
    }
  }
}

void SourceLines::readSourceMap(const SourceModule &source) {
  std::string path = sourceMapPath(source);
  if (path.empty())
    return;
  llvm::Expected<std::vector<uint8_t>> bytes = loadFile(path);
  if (!bytes)
    return llvm::consumeError(bytes.takeError());
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(
      {reinterpret_cast<const char *>(bytes->data()), bytes->size()});
  if (!parsed)
    return llvm::consumeError(parsed.takeError());
  const llvm::json::Object *map = parsed->getAsObject();
  const llvm::json::Array *sources = map ? map->getArray("sources") : nullptr;
  std::optional<llvm::StringRef> mappings =
      map ? map->getString("mappings") : std::nullopt;
  if (!sources || !mappings)
    return;
  for (const llvm::json::Value &file : *sources)
    addFile(file.getAsString().value_or(""));
  // Offsets in the file are columns of a map's only line. An entry has one
  // number, or four: offset, source, line from 0, and column, each as the
  // difference from the one before; a name may follow.
  int64_t offset = 0, file = 0, line = 0;
  llvm::StringRef rest = mappings->take_until([](char c) { return c == ';'; });
  while (!rest.empty()) {
    auto [item, behind] = rest.split(',');
    rest = behind;
    int64_t step;
    if (!takeVlq(item, step))
      return;
    offset += step;
    Entry entry = {uint64_t(offset), 0, 0};
    if (!item.empty()) {
      if (!takeVlq(item, step))
        return;
      file += step;
      if (!takeVlq(item, step))
        return;
      line += step;
      if (file < 0 || file >= int64_t(files.size()) || line < 0 ||
          line >= INT32_MAX)
        return;
      entry.file = file;
      entry.line = files[file].empty() ? 0 : line + 1;
    }
    if (offset < 0)
      return;
    entries.push_back(entry);
  }
}

} // namespace ireko
