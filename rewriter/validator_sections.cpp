//===- validator_sections.cpp - Everything but function bodies ------------===//
//
// One function a section, in the order in which sections stand.
//
//===----------------------------------------------------------------------===//

#include "validator_sections.h"

#include "validator_code.h"
#include "vm/layout.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include <iterator>

namespace ireko {

namespace {

enum SectionId : uint8_t {
  kCustom = 0,
  kType = 1,
  kImport = 2,
  kFunction = 3,
  kTable = 4,
  kMemory = 5,
  kGlobal = 6,
  kExport = 7,
  kStart = 8,
  kElement = 9,
  kCode = 10,
  kData = 11,
  kDataCount = 12,
  kTag = 13,
  kStrings = 14,
};

struct SectionRow {
  const char *name;
  /// Place in the order of sections.
  int rank;
};

/// By section id.
constexpr SectionRow kSections[] = {
    {"custom", 0},      {"type", 1},    {"import", 2}, {"function", 3},
    {"table", 4},       {"memory", 5},  {"global", 6}, {"export", 7},
    {"start", 8},       {"element", 9}, {"code", 11},  {"data", 12},
    {"data count", 10},
};

/// Kinds of imports and exports.
enum ExternKind : uint8_t {
  kExternFunction = 0,
  kExternTable = 1,
  kExternMemory = 2,
  kExternGlobal = 3,
  kExternTag = 4,
};

/// The smallest number of bytes an entry takes is one, so that counts are
/// plausible only up to the bytes left; see ByteReader::count.
constexpr uint32_t kNoLimit = UINT32_MAX;

/// The proposal that added the type form \p form, or null.
const char *featureOfTypeForm(uint8_t form) {
  switch (form) {
  case 0x4c: // describes
  case 0x4d: // descriptor
    return "custom descriptors";
  case 0x4e: // rec
  case 0x4f: // sub final
  case 0x50: // sub
  case 0x5e: // array
  case 0x5f: // struct
    return "garbage collection";
  case 0x5d: // cont
    return "stack switching";
  case 0x65: // shared
    return "shared-everything threads";
  }
  return nullptr;
}

} // namespace

/// The section stands last, and what comes before it depends on it.
bool SectionValidator::findBundleSection() const {
  Diagnosis ignored;
  ByteReader in(bytes, 0, "file", ignored);
  in.skip(8);
  while (in.ok() && !in.atEnd()) {
    uint8_t id = in.u8();
    ByteReader contents = in.range(in.u32(), "section");
    if (in.ok() && id == kCustom && contents.name() == kBundleSection)
      return true;
  }
  return false;
}

void SectionValidator::run() {
  info.isBundle = findBundleSection();
  ByteReader in(bytes, 0, "file", diagnosis);
  in.skip(8);
  int lastRank = 0;
  while (in.ok() && !in.atEnd()) {
    uint64_t start = in.offset();
    diagnosis.section.clear();
    uint8_t id = in.u8();
    if (id == kTag || id == kStrings) {
      in.unsupported(start,
                     id == kTag ? "exceptions" : "reference-typed strings",
                     "section " + llvm::utostr(id));
      return;
    }
    if (id >= std::size(kSections)) {
      in.fail(start, "malformed section id " + llvm::utostr(id));
      return;
    }
    const SectionRow &row = kSections[id];
    diagnosis.section = row.name;
    if (id != kCustom && row.rank <= lastRank) {
      in.fail(start, "section out of order or repeated");
      return;
    }
    if (id != kCustom)
      lastRank = row.rank;
    uint64_t sizeOffset = in.offset();
    uint32_t size = in.u32();
    if (in.ok() && size > in.remaining()) {
      in.fail(sizeOffset,
              "the section is " + llvm::utostr(size) +
                  " bytes long, but only " + llvm::utostr(in.remaining()) +
                  " are left in the file",
              "the file is truncated or damaged");
      return;
    }
    ByteReader section = in.range(size, "section");
    if (in.ok())
      readSection(id, section);
    if (in.ok() && !section.atEnd())
      in.fail(section.offset(),
              "section size mismatch: " + llvm::utostr(section.remaining()) +
                  " bytes too many");
  }
  diagnosis.section.clear();
  if (in.ok())
    checkWhole();
  info.features = module.features;
}

void SectionValidator::readSection(uint8_t id, ByteReader &in) {
  info.sections.push_back({id, {}, in.offset(), in.remaining()});
  switch (id) {
  case kCustom:
    return readCustom(in);
  case kType:
    return readTypes(in);
  case kImport:
    return readImports(in);
  case kFunction:
    return readFunctions(in);
  case kTable:
    return readTables(in);
  case kMemory:
    return readMemories(in);
  case kGlobal:
    return readGlobals(in);
  case kExport:
    return readExports(in);
  case kStart:
    return readStart(in);
  case kElement:
    return readElements(in);
  case kDataCount:
    return readDataCount(in);
  case kCode:
    return readCode(in);
  case kData:
    return readData(in);
  }
}

void SectionValidator::readCustom(ByteReader &in) {
  info.sections.back().name = in.name().str();
  info.sections.back().offset = in.offset();
  info.sections.back().size = in.remaining();
  in.skip(in.remaining());
}

//===----------------------------------------------------------------------===//
// Types and declarations
//===----------------------------------------------------------------------===//

void SectionValidator::readTypes(ByteReader &in) {
  uint32_t count = in.count("types", kMaxTypes);
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    uint64_t start = in.offset();
    uint8_t form = in.u8();
    if (!in.ok())
      return;
    if (const char *feature = featureOfTypeForm(form)) {
      in.unsupported(start, feature, "type form " + hex(form));
      return;
    }
    if (form != 0x60) {
      in.fail(start, "malformed type form " + hex(form));
      return;
    }
    uint32_t first = module.typePool.size();
    uint32_t params = in.count("parameters", kMaxParams);
    for (uint32_t j = 0; j < params && in.ok(); ++j)
      module.typePool.push_back(readValType(in, module));
    uint32_t results = in.count("results", kMaxResults);
    for (uint32_t j = 0; j < results && in.ok(); ++j)
      module.typePool.push_back(readValType(in, module));
    module.types.push_back({first, params, results});
    if (results > 1)
      module.features.multiValue.note(start);
  }
}

uint32_t SectionValidator::readTypeIndex(ByteReader &in) {
  uint64_t start = in.offset();
  uint32_t index = in.u32();
  if (in.ok() && index >= module.types.size())
    in.fail(start, "unknown type " + llvm::utostr(index));
  return index;
}

uint32_t SectionValidator::readFunctionIndex(ByteReader &in) {
  uint64_t start = in.offset();
  uint32_t index = in.u32();
  if (in.ok() && index >= module.functions.size())
    in.fail(start, "unknown function " + llvm::utostr(index));
  return index;
}

GlobalType SectionValidator::readGlobalType(ByteReader &in) {
  ValType type = readValType(in, module);
  uint64_t start = in.offset();
  uint8_t flags = in.u8();
  if (flags == 2 || flags == 3)
    in.unsupported(start, "shared-everything threads", "a shared global");
  else if (flags > 1)
    in.fail(start, "malformed mutability " + hex(flags));
  return {type, flags == 1};
}

SectionValidator::Limits
SectionValidator::readLimits(ByteReader &in, const char *what, bool ofMemory) {
  uint64_t start = in.offset();
  uint8_t flags = in.u8();
  std::string detail =
      std::string("limits flags ") + hex(flags) + " of a " + what;
  if (flags >= 0x10)
    in.fail(start, "malformed " + detail);
  else if (flags & 8)
    in.unsupported(start, "custom page sizes", detail);
  else if (flags & 4)
    in.unsupported(start, "memory64", detail);
  else if (flags & 2)
    in.unsupported(start, ofMemory ? "threads" : "shared-everything threads",
                   detail);
  Limits limits = {in.u32(), std::nullopt};
  if (flags & 1)
    limits.maximum = in.u32();
  if (in.ok() && limits.maximum && limits.initial > *limits.maximum)
    in.fail(start, "size minimum must not be greater than maximum: " +
                       llvm::utostr(limits.initial) + " > " +
                       llvm::utostr(*limits.maximum));
  return limits;
}

void SectionValidator::readTableType(ByteReader &in) {
  ValType type = readRefType(in, module);
  uint64_t start = in.offset();
  Limits limits = readLimits(in, "table", /*ofMemory=*/false);
  if (in.ok() && limits.initial > kMaxTableSize)
    in.fail(start, "table of " + llvm::utostr(limits.initial) +
                       " elements, more than the limit of " +
                       llvm::utostr(kMaxTableSize));
  module.tables.push_back(type);
  if (module.tables.size() > 1)
    module.features.referenceTypes.note(start);
}

void SectionValidator::readMemoryType(ByteReader &in) {
  uint64_t start = in.offset();
  Limits limits = readLimits(in, "memory", /*ofMemory=*/true);
  if (in.ok() &&
      std::max(limits.initial, limits.maximum.value_or(0)) > kMaxMemoryPages)
    in.fail(start, "memory size must be at most 65536 pages (4GiB)");
  if (in.ok() && module.memories > 0 && !info.isBundle)
    in.unsupported(start, "multi-memory", "a second memory");
  ++module.memories;
}

void SectionValidator::readImports(ByteReader &in) {
  uint32_t count = in.count("imports", kMaxImports);
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    in.name();
    llvm::StringRef field = in.name();
    uint64_t start = in.offset();
    uint8_t kind = in.u8();
    if (!in.ok())
      return;
    switch (kind) {
    case kExternFunction:
      module.functions.push_back(readTypeIndex(in));
      break;
    case kExternGlobal: {
      GlobalType type = readGlobalType(in);
      module.globals.push_back(type);
      if (type.isMutable)
        module.features.mutableGlobals.note(start);
      break;
    }
    case kExternTable:
      readTableType(in);
      break;
    case kExternMemory:
      readMemoryType(in);
      break;
    case kExternTag:
      in.unsupported(start, "exceptions",
                     "import of the tag <" + printableName(field) + ">");
      break;
    case 0x20:
      in.unsupported(start, "custom descriptors", "import kind " + hex(kind));
      break;
    case 0x7e:
    case 0x7f:
      in.unsupported(start, "compact import section",
                     "import kind " + hex(kind));
      break;
    default:
      in.fail(start, "malformed import kind " + hex(kind));
    }
  }
  module.importedFunctions = module.functions.size();
  module.importedGlobals = module.globals.size();
  module.referenced.resize(module.functions.size());
}

void SectionValidator::readFunctions(ByteReader &in) {
  uint32_t count =
      in.count("functions", kMaxFunctions - std::min(kMaxFunctions,
                                                     module.importedFunctions));
  for (uint32_t i = 0; i < count && in.ok(); ++i)
    module.functions.push_back(readTypeIndex(in));
  definedFunctions = count;
  module.referenced.resize(module.functions.size());
}

void SectionValidator::readTables(ByteReader &in) {
  uint32_t count =
      in.count("tables",
               kMaxTables - std::min<size_t>(kMaxTables, module.tables.size()));
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    if (!in.atEnd() && in.peek() == 0x40) {
      in.unsupported(in.offset(), "typed function references",
                     "a table with an initial value");
      return;
    }
    readTableType(in);
  }
}

void SectionValidator::readMemories(ByteReader &in) {
  uint32_t count = in.count("memories", kNoLimit);
  for (uint32_t i = 0; i < count && in.ok(); ++i)
    readMemoryType(in);
}

void SectionValidator::readGlobals(ByteReader &in) {
  uint32_t count = in.count("globals", kMaxGlobals);
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    GlobalType type = readGlobalType(in);
    if (in.ok())
      readConstExpr(in, module, type.type);
    module.globals.push_back(type);
  }
}

void SectionValidator::readExports(ByteReader &in) {
  uint32_t count = in.count("exports", kMaxExports);
  llvm::StringSet<> names;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    uint64_t start = in.offset();
    llvm::StringRef name = in.name();
    uint64_t kindOffset = in.offset();
    uint8_t kind = in.u8();
    if (!in.ok())
      return;
    if (!names.insert(name).second) {
      in.fail(start, "duplicate export name <" + printableName(name) + ">");
      return;
    }
    if (kind == kExternTag) {
      in.unsupported(kindOffset, "exceptions",
                     "export of the tag <" + printableName(name) + ">");
      return;
    }
    if (kind > kExternTag) {
      in.fail(kindOffset, "malformed export kind " + hex(kind));
      return;
    }
    uint64_t indexOffset = in.offset();
    uint32_t index = in.u32();
    if (!in.ok())
      return;
    const size_t sizes[] = {module.functions.size(), module.tables.size(),
                            module.memories, module.globals.size()};
    if (index >= sizes[kind]) {
      const char *kinds[] = {"function", "table", "memory", "global"};
      in.fail(indexOffset, std::string("unknown ") + kinds[kind] + " " +
                               llvm::utostr(index) + ", exported as <" +
                               printableName(name) + ">");
      return;
    }
    if (kind == kExternFunction)
      module.referenced.set(index);
    if (kind == kExternGlobal && module.globals[index].isMutable)
      module.features.mutableGlobals.note(start);
  }
}

void SectionValidator::readStart(ByteReader &in) {
  uint64_t start = in.offset();
  uint32_t index = readFunctionIndex(in);
  if (!in.ok())
    return;
  uint32_t type = module.functions[index];
  if (!module.params(type).empty() || !module.results(type).empty())
    in.fail(start, "start function " + llvm::utostr(index) +
                       " must not have parameters or results");
}

//===----------------------------------------------------------------------===//
// Segments
//===----------------------------------------------------------------------===//

void SectionValidator::readElements(ByteReader &in) {
  uint32_t count = in.count("element segments", kMaxElementSegments);
  for (uint32_t i = 0; i < count && in.ok(); ++i)
    readElement(in);
}

void SectionValidator::readElement(ByteReader &in) {
  uint64_t start = in.offset();
  uint32_t flags = in.u32();
  if (flags > 7) {
    in.fail(start, "malformed element segment flags " + hex(flags));
    return;
  }
  bool active = !(flags & 1);
  bool explicitType = flags & 3;
  bool asExpressions = flags & 4;
  uint64_t tableOffset = in.offset();
  uint32_t table = active && (flags & 2) ? in.u32() : 0;
  if (active && in.ok()) {
    if (table >= module.tables.size()) {
      in.fail(tableOffset, "unknown table " + llvm::utostr(table));
      return;
    }
    readConstExpr(in, module, ValType::kI32);
  }
  ValType type = ValType::kFuncRef;
  if (explicitType && asExpressions) {
    type = readRefType(in, module);
  } else if (explicitType) {
    uint64_t kindOffset = in.offset();
    uint8_t kind = in.u8();
    if (kind != 0)
      in.fail(kindOffset, "malformed element kind " + hex(kind));
  }
  if (active && in.ok() && module.tables[table] != type) {
    in.fail(tableOffset, std::string("type mismatch: segment of ") +
                             nameOf(type) + " for a table of " +
                             nameOf(module.tables[table]));
    return;
  }
  if (!active)
    module.features.bulkMemory.note(start);
  else if (flags != 0)
    module.features.referenceTypes.note(start);
  uint32_t count = in.count("elements", kMaxTableSize);
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    if (asExpressions) {
      readConstExpr(in, module, type);
      continue;
    }
    uint32_t index = readFunctionIndex(in);
    if (in.ok())
      module.referenced.set(index);
  }
  module.elements.push_back(type);
  if (flags & 1 && flags & 2)
    info.declarativeSegments.push_back(
        {start, in.offset() - start,
         uint8_t(type == ValType::kFuncRef ? 0x70 : 0x6f)});
}

void SectionValidator::readDataCount(ByteReader &in) {
  uint64_t start = in.offset();
  uint32_t count = in.u32();
  if (count > kMaxDataSegments)
    in.fail(start, llvm::utostr(count) +
                       " data segments, more than the limit of " +
                       llvm::utostr(kMaxDataSegments));
  module.dataCount = count;
}

void SectionValidator::readData(ByteReader &in) {
  uint64_t sectionStart = in.offset();
  dataSegments = in.count("data segments", kMaxDataSegments);
  if (in.ok() && module.dataCount && *module.dataCount != dataSegments)
    in.fail(sectionStart, "data count and data section have inconsistent "
                          "lengths");
  for (uint32_t i = 0; i < dataSegments && in.ok(); ++i) {
    uint64_t start = in.offset();
    uint32_t flags = in.u32();
    if (flags > 2) {
      in.fail(start, "malformed data segment flags " + hex(flags));
      return;
    }
    uint64_t memoryOffset = in.offset();
    uint32_t memory = flags == 2 ? in.u32() : 0;
    if (flags != 1 && in.ok()) {
      if (memory >= module.memories) {
        in.fail(memoryOffset, "unknown memory " + llvm::utostr(memory));
        return;
      }
      readConstExpr(in, module, ValType::kI32);
    }
    if (flags == 1)
      module.features.bulkMemory.note(start);
    in.skip(in.u32()); // contents
  }
}

//===----------------------------------------------------------------------===//
// Code and the whole
//===----------------------------------------------------------------------===//

void SectionValidator::readCode(ByteReader &in) {
  info.codeOffset = in.offset();
  info.codeSize = in.remaining();
  uint64_t start = in.offset();
  uint32_t count = in.count("function bodies", kMaxFunctions);
  if (in.ok() && count != definedFunctions)
    in.fail(start, "function and code section have inconsistent lengths: " +
                       llvm::utostr(definedFunctions) + " declared, " +
                       llvm::utostr(count) + " bodies");
  BodyValidator bodies(module, info);
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    diagnosis.function = module.importedFunctions + i;
    uint32_t size = in.u32();
    ByteReader body = in.range(size, "function body");
    if (!in.ok())
      return;
    info.bodies.push_back({body.offset(), size});
    if (!info.isBundle)
      bodies.validate(body, *diagnosis.function);
  }
  diagnosis.function.reset();
}

void SectionValidator::checkWhole() {
  uint64_t end = bytes.size();
  if (info.bodies.size() != definedFunctions) {
    diagnosis.fail(end,
                   "function and code section have inconsistent lengths: " +
                       llvm::utostr(definedFunctions) + " declared, no bodies");
    return;
  }
  if (module.dataCount && *module.dataCount != dataSegments) {
    diagnosis.fail(end, "data count and data section have inconsistent "
                        "lengths");
    return;
  }
  info.importedFunctions = module.importedFunctions;
  info.importedGlobals = module.importedGlobals;
  info.functions = module.functions.size();
  info.globals = module.globals.size();
  info.tables = module.tables.size();
  info.memories = module.memories;
}

} // namespace ireko
