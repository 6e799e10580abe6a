#include "rewriter/image_file.h"

#include <cstring>

#include "rewriter/catalogue.h"
#include "rewriter/error.h"
#include "rewriter/validator_bytes.h"

namespace ireko {

FunctionRecord ImageFile::record(uint32_t function) const {
  FunctionRecord record;
  memcpy(&record, &image[header().functions + function * sizeof(record)],
         sizeof(record));
  return record;
}

uint64_t ImageFile::read(uint32_t at, uint32_t bytes) const {
  uint64_t value = 0;
  memcpy(&value, &image[at], std::min(bytes, 8u));
  return value;
}

bool ImageFile::hasCode(uint32_t function) const {
  uint32_t next = function + 1 < header().functionCount
                      ? record(function + 1).entry
                      : header().codeEnd;
  return record(function).entry != next;
}

// The size of the next function's frame stands before its entry.
uint32_t ImageFile::codeLimit(uint32_t function) const {
  if (!hasCode(function))
    return record(function).entry;
  for (uint32_t next = function + 1; next < header().functionCount; ++next)
    if (hasCode(next))
      return record(next).entry - 4;
  return header().codeEnd;
}

uint32_t ImageFile::frameBytes(uint32_t function) const {
  return read(record(function).entry - 4, 4);
}

llvm::StringRef ImageFile::name(uint32_t function) const {
  uint32_t at = record(function).name;
  if (!at)
    return {};
  auto *text = reinterpret_cast<const char *>(&image[at]);
  return {text, strnlen(text, image.size() - at)};
}

std::string ImageFile::label(uint32_t function) const {
  std::string text = std::to_string(function);
  if (llvm::StringRef known = name(function); !known.empty())
    text += " <" + printableName(known) + ">";
  return text;
}

std::optional<uint32_t> ImageFile::functionAt(uint32_t address) const {
  uint32_t low = 0, high = header().functionCount;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (record(middle).entry <= address)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == 0 || !hasCode(low - 1) || address >= codeLimit(low - 1))
    return std::nullopt;
  return low - 1;
}

llvm::Error imageError(const ImageFile &file, uint32_t offset,
                       std::optional<uint32_t> function, std::string what) {
  Place place = Place::at(offset);
  place.function = function;
  if (function)
    place.functionName = file.name(*function).str();
  else
    place.section = "image";
  return inputError(file.path, place, std::move(what));
}

bool isProgramFile(llvm::ArrayRef<uint8_t> bytes) {
  uint32_t magic = 0;
  if (bytes.size() >= sizeof(magic))
    memcpy(&magic, bytes.data(), sizeof(magic));
  return magic == kProgramMagic;
}

namespace {

llvm::Error checkVersion(llvm::StringRef path, uint32_t version) {
  if (version == kFormatVersion)
    return llvm::Error::success();
  return inputError(path,
                    "its format has version " + std::to_string(version) +
                        ", and this tool reads version " +
                        std::to_string(kFormatVersion),
                    "use the tool that made it");
}

// What lies in [address, address + bytes.size()) of the bundle's VM memory when
// it has been instantiated. Returns how much of it is in data segments.
uint64_t readMemory(const wasm::Module &module, uint32_t address,
                    llvm::MutableArrayRef<uint8_t> bytes) {
  uint64_t found = 0;
  wasm::Name memory = module.memories.back()->name;
  for (auto &segment : module.dataSegments) {
    if (!segment->isActive() || segment->memory != memory)
      continue;
    auto *offset = segment->offset->dynCast<wasm::Const>();
    if (!offset || offset->type != wasm::Type::i32)
      continue;
    uint64_t start = offset->value.getUnsigned();
    uint64_t begin = std::max<uint64_t>(start, address);
    uint64_t end = std::min<uint64_t>(start + segment->data.size(),
                                      uint64_t(address) + bytes.size());
    if (begin >= end)
      continue;
    memcpy(&bytes[begin - address], &segment->data[begin - start], end - begin);
    found += end - begin;
  }
  return found;
}

// Bytes of the memory at first.
uint64_t memoryBytes(const wasm::Module &module) {
  return module.memories.empty()
             ? 0
             : uint64_t(module.memories.back()->initial) * kPageBytes;
}

std::vector<StaticTableEntry> entriesFrom(llvm::ArrayRef<uint8_t> bytes) {
  std::vector<StaticTableEntry> entries(bytes.size() /
                                        sizeof(StaticTableEntry));
  memcpy(entries.data(), bytes.data(),
         entries.size() * sizeof(StaticTableEntry));
  return entries;
}

llvm::Error checkProgramSum(const ProgramHeader &header,
                            llvm::ArrayRef<uint8_t> bytes,
                            llvm::StringRef path) {
  auto misfit = [&](const char *what, size_t member) {
    return inputError(path, Place::at(member),
                      std::string(what) + " do not fit into it");
  };
  uint64_t sum = kChecksumStart;
  auto add = [&](llvm::ArrayRef<uint8_t> part) {
    sum = programChecksum(sum, part.data(), part.size());
  };
  add(bytes.slice(kUncheckedHeader, sizeof(header) - kUncheckedHeader));
  llvm::ArrayRef<uint8_t> rest = bytes.drop_front(sizeof(header));
  if (header.bodySize > rest.size())
    return misfit("its body and globals", offsetof(ProgramHeader, bodySize));
  llvm::ArrayRef<uint8_t> body = rest.take_front(header.bodySize);
  rest = rest.drop_front(header.bodySize);
  if (header.globalsSize > rest.size())
    return misfit("its body and globals", offsetof(ProgramHeader, globalsSize));
  add(body);
  add(rest.take_front(header.globalsSize));
  rest = rest.drop_front(header.globalsSize);
  if (header.segments + uint64_t(header.segmentCount) * sizeof(SegmentRecord) >
      body.size())
    return misfit("its data segments", offsetof(ProgramHeader, segments));
  for (uint32_t i = 0; i < header.segmentCount; ++i) {
    SegmentRecord record;
    memcpy(&record, &body[header.segments + i * sizeof(record)],
           sizeof(record));
    if (record.kind != uint32_t(SegmentKind::Active))
      continue;
    if (record.size > rest.size())
      return misfit("its data segments", offsetof(ProgramHeader, segments));
    add(rest.take_front(record.size));
    rest = rest.drop_front(record.size);
  }
  uint64_t said = header.checksum[0] | uint64_t(header.checksum[1]) << 32;
  if (sum != said)
    return inputError(path, Place::at(offsetof(ProgramHeader, checksum)),
                      "the checksum is " + hex(sum) + ", but the header says " +
                          hex(said),
                      "the file is damaged");
  return llvm::Error::success();
}

} // namespace

llvm::Expected<ImageFile> readBundleImage(const SourceModule &bundle,
                                          bool withHandlers) {
  ImageFile file;
  file.path = bundle.path;
  file.fileBytes = bundle.bytes.size();
  for (const SectionInfo &section : bundle.info.sections) {
    constexpr uint8_t kCode = 10, kData = 11;
    if (section.id == kCode)
      file.sections.code = section.size;
    if (section.id == kData)
      file.sections.data = section.size;
    if (section.name == kHandlersSection)
      file.sections.handlers = section.size;
  }
  auto contents = [&](const SectionInfo &section) {
    return llvm::ArrayRef(bundle.bytes).slice(section.offset, section.size);
  };
  const SectionInfo *found = bundle.info.findCustom(kBundleSection);
  BundleInfo info;
  if (found->size < sizeof(info))
    return inputError(file.path, Place::at(found->offset),
                      "its section " + std::string(kBundleSection) +
                          " is too short");
  memcpy(&info, contents(*found).data(), sizeof(info));
  if (auto error = checkVersion(file.path, info.version))
    return std::move(error);
  uint64_t memory = memoryBytes(*bundle.module);
  if (uint64_t(info.image) + info.imageSize > memory ||
      info.imageSize > bundle.bytes.size() * 256)
    return inputError(file.path, Place::at(found->offset),
                      "its image lies outside of its memory");
  file.image.resize(info.imageSize);
  if (!readMemory(*bundle.module, info.image, file.image))
    return inputError(file.path, "it has no image",
                      "the generic VM has one only while it runs: give the "
                      "program file");
  if (!withHandlers)
    return file;
  const SectionInfo *described = bundle.info.findCustom(kHandlersSection);
  if (!described)
    return inputError(file.path,
                      "it does not say what its handlers do, so its code "
                      "cannot be read",
                      "pack without --strip-handlers");
  auto table =
      parseHandlers(contents(*described), described->offset, file.path);
  if (!table)
    return table.takeError();
  file.table = std::move(*table);
  for (const TableInfo &each : file.table.tables) {
    uint64_t size = uint64_t(each.size) * sizeof(StaticTableEntry);
    if (each.address + size > memory || size > bundle.bytes.size() * 256)
      return inputError(file.path, Place::at(described->offset),
                        "a static table lies outside of its memory");
    std::vector<uint8_t> bytes(size);
    readMemory(*bundle.module, each.address, bytes);
    file.tables.push_back(entriesFrom(bytes));
  }
  return file;
}

llvm::Expected<ImageFile> readProgramImage(llvm::ArrayRef<uint8_t> bytes,
                                           llvm::StringRef path,
                                           Catalogue &catalogue) {
  ImageFile file;
  file.path = path.str();
  file.isProgramFile = true;
  file.fileBytes = bytes.size();
  ProgramHeader header;
  if (bytes.size() < sizeof(header))
    return inputError(path, Place::at(bytes.size()),
                      "unexpected end of the header",
                      "the file is truncated or damaged");
  memcpy(&header, bytes.data(), sizeof(header));
  if (auto error = checkVersion(path, header.version))
    return std::move(error);
  uint64_t handlers = header.handlers[0] | uint64_t(header.handlers[1]) << 32;
  if (handlers != catalogue.hash())
    return inputError(path, "it is made of other handlers than this tool's",
                      "use the tool that made it");
  if (header.size != bytes.size())
    return inputError(path, Place::at(offsetof(ProgramHeader, size)),
                      "its header says that it has " +
                          std::to_string(header.size) + " bytes, but it has " +
                          std::to_string(bytes.size()),
                      "the file is truncated or damaged");
  if (auto error = checkProgramSum(header, bytes, path))
    return std::move(error);
  llvm::ArrayRef<uint8_t> body = bytes.drop_front(sizeof(header));
  ImageHeader imageHeader;
  if (header.bodySize > body.size() || header.bodySize < sizeof(imageHeader))
    return inputError(path, Place::at(offsetof(ProgramHeader, bodySize)),
                      "its body does not fit into it");
  body = body.take_front(header.bodySize);
  memcpy(&imageHeader, body.data(), sizeof(imageHeader));
  if (imageHeader.size > body.size() || imageHeader.size < sizeof(imageHeader))
    return inputError(path,
                      Place::at(sizeof(header) + offsetof(ImageHeader, size)),
                      "its image does not fit into it");
  file.image = body.take_front(imageHeader.size).vec();
  auto described = describeHandlers(*catalogue.program, catalogue.tiling, {});
  if (!described)
    return described.takeError();
  auto table = parseHandlers(*described, 0, path);
  if (!table)
    return table.takeError();
  file.table = std::move(*table);
  // The first ones are the imports.
  auto cold = file.table.coldOperators.begin();
  for (auto &function : catalogue.program->module.functions)
    if (function->imported())
      cold++->name = function->base.toString();
  file.table.globalBytes = header.globalsSize;
  file.table.types = UINT32_MAX; // the file does not say
  uint64_t tablesEnd =
      header.tables + uint64_t(header.tableCount) * sizeof(StaticTableRecord);
  if (header.tableCount > kMaxStaticTables || tablesEnd > body.size())
    return inputError(path, Place::at(offsetof(ProgramHeader, tables)),
                      "its static tables do not fit into it");
  for (uint32_t i = 0; i < header.tableCount; ++i) {
    StaticTableRecord record;
    memcpy(&record, &body[header.tables + i * sizeof(record)], sizeof(record));
    uint64_t size = uint64_t(record.size) * sizeof(StaticTableEntry);
    if (record.address + size > body.size())
      return inputError(
          path, Place::at(sizeof(header) + header.tables + i * sizeof(record)),
          "a static table does not fit into it");
    file.table.tables.push_back({record.address, record.size});
    file.tables.push_back(entriesFrom(body.slice(record.address, size)));
  }
  return file;
}

namespace {

llvm::Error checkNames(const ImageFile &file) {
  for (uint32_t f = 0; f < file.header().functionCount; ++f) {
    uint32_t at = file.record(f).name;
    if (!at)
      continue;
    if (at < sizeof(ImageHeader) || at >= file.image.size())
      return imageError(file,
                        file.header().functions + f * sizeof(FunctionRecord),
                        std::nullopt,
                        "the name of function " + std::to_string(f) +
                            " lies outside of the image");
    llvm::StringRef name = file.name(f);
    if (at + name.size() == file.image.size() || !isUtf8(name))
      return imageError(file, at, std::nullopt,
                        "the name of function " + std::to_string(f) +
                            " is not a zero-terminated text");
  }
  return llvm::Error::success();
}

} // namespace

llvm::Error checkHeader(const ImageFile &file) {
  auto fail = [&](uint32_t offset, std::string what) {
    Place place = Place::at(offset);
    place.section = "image";
    return inputError(file.path, place, std::move(what));
  };
  if (file.image.size() < sizeof(ImageHeader))
    return fail(0, "the image is shorter than its header");
  const ImageHeader &header = file.header();
  uint64_t size = file.image.size();
  if (header.magic != kImageMagic)
    return fail(0, "this is no image");
  if (auto error = checkVersion(file.path, header.version))
    return error;
  if (header.size != size)
    return fail(offsetof(ImageHeader, size),
                "the image has " + std::to_string(size) +
                    " bytes, but its header says " +
                    std::to_string(header.size));
  uint32_t sum = imageChecksum(file.image);
  if (header.checksum != sum)
    return fail(offsetof(ImageHeader, checksum), "the checksum is " + hex(sum) +
                                                     ", but the header says " +
                                                     hex(header.checksum));
  if (header.codeEnd < kHaltPc + kHandlerBytes || header.codeEnd > size)
    return fail(offsetof(ImageHeader, codeEnd),
                "code cannot end at " + hex(header.codeEnd));
  if (header.functions != ((uint64_t(header.codeEnd) + 3) & ~uint64_t(3)) ||
      header.functions +
              uint64_t(header.functionCount) * sizeof(FunctionRecord) >
          size)
    return fail(offsetof(ImageHeader, functions),
                "the records of " + std::to_string(header.functionCount) +
                    " functions cannot be at " + hex(header.functions));
  if (header.handlerCount != file.table.handlers.size())
    return fail(offsetof(ImageHeader, handlerCount),
                "the image is for " + std::to_string(header.handlerCount) +
                    " handlers, but there are " +
                    std::to_string(file.table.handlers.size()));
  for (uint32_t word : header.reserved)
    if (word)
      return fail(offsetof(ImageHeader, reserved),
                  "the reserved part of the header is not 0");
  if (file.read(kHaltPc, kHandlerBytes) != 0)
    return fail(kHaltPc, "the first instruction is not HALT");
  // Entries ascend, and each with code leaves room for the size of its frame.
  uint32_t least = kHaltPc + kHandlerBytes;
  for (uint32_t f = 0; f < header.functionCount; ++f) {
    uint32_t at = header.functions + f * sizeof(FunctionRecord);
    uint32_t entry = file.record(f).entry;
    uint32_t next = f + 1 < header.functionCount ? file.record(f + 1).entry
                                                 : header.codeEnd;
    bool hasCode = entry != next;
    if (entry < least || entry > header.codeEnd ||
        (hasCode && (entry % 4 || entry < least + 4)))
      return fail(at, "function " + std::to_string(f) + " cannot begin at " +
                          hex(entry));
    if (hasCode)
      least = entry + kHandlerBytes;
  }
  return checkNames(file);
}

} // namespace ireko
