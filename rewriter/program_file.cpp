#include "rewriter/program_file.h"

#include <cstring>

#include "ir/names.h"
#include "rewriter/cover.h"
#include "rewriter/encode.h"
#include "rewriter/error.h"
#include "rewriter/imports.h"
#include "rewriter/program.h"
#include "wasm-builder.h"
#include "wasm-traversal.h"

using namespace wasm;

namespace ireko {

namespace {

constexpr char kStart[] = "_start";
constexpr char kAdvice[] = "ireko pack makes a VM for this one program";

llvm::StringRef view(Name name) {
  return llvm::StringRef(name.str.data(), name.size());
}

// Instructions that the VM's own functions do, in the guise of imports
// (catalogue_base.cpp). Static tables have no use for what an element segment
// still holds.
class ServiceCalls : public wasm::PostWalker<ServiceCalls> {
public:
  ServiceCalls(Module &module, const Module &services)
      : services(services), builder(module) {
    setModule(&module);
    for (uint32_t i = 0; i < module.dataSegments.size(); ++i)
      segments[module.dataSegments[i]->name] = i;
  }

  void visitMemoryGrow(MemoryGrow *curr) {
    call("memory.grow", {curr->delta}, Type::i32);
  }
  void visitMemoryInit(MemoryInit *curr) {
    call("memory.init",
         {curr->dest, curr->offset, curr->size, segment(curr->segment)},
         Type::none);
  }
  void visitDataDrop(DataDrop *curr) {
    call("data.drop", {segment(curr->segment)}, Type::none);
  }
  void visitElemDrop(ElemDrop *) { replaceCurrent(builder.makeNop()); }

private:
  Expression *segment(Name name) {
    return builder.makeConst(Literal(segments.at(name)));
  }
  void call(const char *service, std::vector<Expression *> operands,
            Type result) {
    bool isReachable = true;
    for (Expression *operand : operands)
      isReachable &= operand->type != Type::unreachable;
    if (!isReachable)
      return; // never runs, and keeps its type
    Name name = std::string("vm.") + service;
    Module &module = *getModule();
    wasm::Function *original = services.getFunction(name);
    Name &own = names[name];
    if (!own.is()) {
      own = Names::getValidFunctionName(module, name);
      auto copy = Builder::makeFunction(own, original->type, {}, nullptr);
      copy->module = original->module;
      copy->base = original->base;
      added.push_back(std::move(copy));
    }
    replaceCurrent(builder.makeCall(own, operands, result));
  }

public:
  // To be added when nothing walks over the functions any more.
  std::vector<std::unique_ptr<wasm::Function>> added;

private:
  const Module &services;
  Builder builder;
  std::unordered_map<Name, uint32_t> segments;
  std::unordered_map<Name, Name> names;
};

template <typename T> void append(std::vector<uint8_t> &out, const T &value) {
  auto *bytes = reinterpret_cast<const uint8_t *>(&value);
  out.insert(out.end(), bytes, bytes + sizeof(value));
}

void align(std::vector<uint8_t> &out, uint32_t bytes) {
  out.resize((out.size() + bytes - 1) & -bytes);
}

class FileWriter {
public:
  FileWriter(Program &program, const Image &image)
      : program(program), module(program.module), image(image) {}

  std::vector<uint8_t> write(uint64_t handlers);

private:
  void addTables();
  void addSegments();

  Program &program;
  Module &module;
  const Image &image;
  ProgramHeader header{};
  std::vector<uint8_t> body;
};

void FileWriter::addTables() {
  std::vector<StaticTableRecord> records;
  for (const StaticTable &table : program.staticTables) {
    records.push_back(
        {uint32_t(body.size()), uint32_t(table.functions.size())});
    for (uint32_t element : table.functions)
      append(body, tableEntry(program, image, element));
  }
  header.tables = body.size();
  header.tableCount = records.size();
  for (const StaticTableRecord &record : records)
    append(body, record);
}

// Active segments stand behind the body.
void FileWriter::addSegments() {
  header.segments = body.size();
  header.segmentCount = module.dataSegments.size();
  uint32_t at = body.size() + header.segmentCount * sizeof(SegmentRecord);
  for (auto &segment : module.dataSegments) {
    SegmentRecord record{uint32_t(SegmentKind::Passive), at,
                         uint32_t(segment->data.size())};
    if (segment->isActive()) {
      record.kind = uint32_t(SegmentKind::Active);
      record.address = constantValue(program, segment->offset)->getUnsigned();
    } else {
      at += segment->data.size();
    }
    append(body, record);
  }
  for (auto &segment : module.dataSegments)
    if (!segment->isActive())
      body.insert(body.end(), segment->data.begin(), segment->data.end());
}

std::vector<uint8_t> FileWriter::write(uint64_t handlers) {
  header.magic = kProgramMagic;
  header.version = kFormatVersion;
  header.handlers[0] = uint32_t(handlers);
  header.handlers[1] = uint32_t(handlers >> 32);
  body = image.bytes;
  align(body, kSlotBytes);
  addTables();
  addSegments();
  align(body, kSlotBytes);
  std::vector<uint8_t> values = initialGlobals(program);
  header.bodySize = body.size();
  header.globalsSize = values.size();
  if (!module.memories.empty()) {
    Memory &memory = *module.memories.front();
    header.memoryPages = memory.initial;
    constexpr uint32_t kMaxPages = 65536;
    header.memoryLimit = memory.hasMax() ? uint32_t(memory.max) : kMaxPages;
  }
  auto entryOf = [&](Name function) {
    return image.entries[program.functionIndex.at(function)];
  };
  if (module.start.is())
    header.start = entryOf(module.start);
  header.main = entryOf(*module.getExport(kStart)->getInternalName());

  std::vector<uint8_t> file(sizeof(header));
  std::vector<std::pair<const uint8_t *, uint32_t>> parts{
      {body.data(), body.size()}, {values.data(), values.size()}};
  for (auto &segment : module.dataSegments)
    if (segment->isActive())
      parts.push_back({reinterpret_cast<const uint8_t *>(segment->data.data()),
                       segment->data.size()});
  for (auto [bytes, size] : parts)
    file.insert(file.end(), bytes, bytes + size);
  header.size = file.size();
  uint64_t sum = programChecksum(kChecksumStart,
                                 reinterpret_cast<const uint8_t *>(&header) +
                                     kUncheckedHeader,
                                 sizeof(header) - kUncheckedHeader);
  for (auto [bytes, size] : parts)
    sum = programChecksum(sum, bytes, size);
  header.checksum[0] = uint32_t(sum);
  header.checksum[1] = uint32_t(sum >> 32);
  memcpy(file.data(), &header, sizeof(header));
  return file;
}

} // namespace

llvm::Error prepareCommand(const SourceModule &source,
                           const Catalogue &catalogue,
                           const PackOptions &options) {
  Module &module = *source.module;
  const Module &services = catalogue.program->module;
  auto refuse = [&](const std::string &what) {
    return inputError(source.path, what, kAdvice);
  };
  auto refuseImport = [&](const Importable &import) {
    return refuse("the generic VM has only WASI 0.1, not the import " +
                  printableName(view(import.module)) + "." +
                  printableName(view(import.base)));
  };
  for (auto &function : module.functions) {
    if (!function->imported())
      continue;
    if (importKind(*function) == ImportKind::Wasi)
      continue;
    if (!options.stubUnknownImports)
      return inputError(source.path,
                        "the generic VM has only WASI 0.1, not the import " +
                            importName(*function),
                        "--stub-unknown-imports, if the program does without, "
                        "or ireko pack");
    function->module = function->base = Name();
    function->body = Builder(module).makeUnreachable();
  }
  for (auto &memory : module.memories)
    if (memory->imported())
      return refuseImport(*memory);
  for (auto &table : module.tables)
    if (table->imported())
      return refuseImport(*table);
  for (auto &global : module.globals)
    if (global->imported())
      return refuseImport(*global);
  Export *start = module.getExportOrNull(kStart);
  if (!start || start->kind != ExternalKind::Function ||
      module.getFunction(*start->getInternalName())->getSig() !=
          Signature(Type::none, Type::none))
    return refuse("the generic VM runs commands, and this module exports no "
                  "function _start without parameters and results");
  for (Name entry : {*start->getInternalName(), module.start})
    if (entry.is() && module.getFunction(entry)->imported())
      return refuse("the module starts with an import");
  // Nobody can use the others, so tables and globals are the program's own.
  module.removeExports([&](Export *item) { return item->name != kStart; });
  Catalogue::normalise(module);
  ServiceCalls calls(module, services);
  for (auto &function : module.functions)
    if (!function->imported())
      calls.walkFunction(function.get());
  for (auto &function : calls.added)
    module.addFunction(std::move(function));
  return llvm::Error::success();
}

llvm::Expected<std::vector<uint8_t>> makeProgramFile(SourceModule &&source,
                                                     const Catalogue &catalogue,
                                                     const PackOptions &options,
                                                     ProgramFileStats *stats,
                                                     Phases *phases) {
  if (auto error = prepareCommand(source, catalogue, options))
    return std::move(error);
  Program program(*source.module, options.jobs, phases);
  PackOptions withoutExits = options;
  withoutExits.exits = false;
  lowerProgram(program, withoutExits);
  if (program.globalBytes > kGenericGlobals)
    return inputError(source.path,
                      "the generic VM has room for " +
                          std::to_string(kGenericGlobals) +
                          " bytes of globals, and the program has " +
                          std::to_string(program.globalBytes),
                      kAdvice);
  for (auto &segment : program.module.dataSegments)
    if (segment->isActive() && !constantValue(program, segment->offset))
      return inputError(source.path,
                        "the address of a data segment is not constant",
                        kAdvice);
  for (auto &segment : program.module.elementSegments) {
    if (!segment->table.is())
      continue; // passive
    auto offset = constantValue(program, segment->offset);
    uint64_t size = program.module.getTable(segment->table)->initial;
    if (!offset || offset->getUnsigned() + segment->data.size() > size)
      return inputError(source.path,
                        "an element segment does not fit into its table, so "
                        "the program traps before it starts",
                        kAdvice);
  }
  auto tiling = coverProgram(catalogue, program, source.path);
  if (!tiling)
    return tiling.takeError();
  EncodeOptions encodeOptions;
  encodeOptions.names = !options.stripNames;
  encodeOptions.shapeOfTile = [&](const Block &block, const Tile &tile,
                                  bool wideTargets) {
    return catalogue.shapeOf(program, block, tile, wideTargets);
  };
  Image image = encodeImage(program, *tiling, encodeOptions);
  if (image.overflow)
    return inputError(source.path, "internal error: a distance does not fit",
                      "please report this with the module");
  if (stats) {
    stats->moduleBytes = source.bytes.size();
    stats->codeSection = source.info.codeSize;
    stats->imageBytes = image.bytes.size();
    stats->imageCode = image.codeBytes;
    stats->functions = program.functions.size();
    for (const FunctionTiles &function : tiling->functions)
      for (const BlockTiles &block : function.blocks)
        stats->instructions += block.tiles.size();
  }
  return FileWriter(program, image).write(catalogue.hash());
}

} // namespace ireko
