#include "rewriter/bundle.h"

#include <cstring>
#include <unordered_set>

#include "ir/find_all.h"
#include "ir/manipulation.h"
#include "rewriter/codegen.h"
#include "rewriter/error.h"
#include "rewriter/program.h"
#include "rewriter/runtime_blob.h"
#include "wasm-binary.h"
#include "wasm-validator.h"

using namespace wasm;

namespace ireko {

namespace {

constexpr char kWasi[] = "wasi_snapshot_preview1";

// V8 takes no br_table of more targets than 65,520.
constexpr size_t kMaxChoices = 65000;

uint64_t alignTo(uint64_t value, uint32_t alignment) {
  return (value + alignment - 1) & -uint64_t(alignment);
}

llvm::StringRef view(Name name) {
  return llvm::StringRef(name.str.data(), name.size());
}

template <typename T> void appendBytes(std::vector<char> &out, const T &value) {
  auto *bytes = reinterpret_cast<const char *>(&value);
  out.insert(out.end(), bytes, bytes + sizeof(value));
}

class Bundler {
public:
  Bundler(Program &program, const Tiling &tiling, const PackOptions &options,
          const SourceModule &source, PackStats *stats)
      : program(program), guest(program.module), tiling(tiling),
        options(options), source(source), stats(stats), builder(bundle) {}

  llvm::Expected<std::vector<uint8_t>> run();

private:
  void readRuntime();
  void renameRuntime();
  void removeUnusedRuntime();
  llvm::Error placeMemory();
  llvm::Error copyImports();
  void addReferenceRegisters();
  void copyTables(Codegen &gen);
  void addVmData();
  std::vector<Expression *> copyData();
  void addExports(Codegen &gen);
  void addInfo();
  std::vector<uint8_t> write();
  void countBytes(const WasmBinaryWriter &writer, size_t bundleBytes);
  Expression *constantExpression(Expression *expr, Codegen *gen);
  bool canPrint() const;

  Program &program;
  Module &guest;
  const Tiling &tiling;
  const PackOptions &options;
  const SourceModule &source;
  PackStats *stats;
  Module bundle;
  Builder builder;
  Image image;
  MemoryLayout layout;
  Name memory;
  uint32_t runtimeEnd = 0;
  // Functions of the runtime by export name, and those that are needed.
  std::unordered_map<std::string, Name> runtimeFunctions;
  std::unordered_set<Name> neededRuntime;
  std::unordered_map<Name, Name> importTargets;
};

// Away from the guest's names, which are added later.
void Bundler::renameRuntime() {
  auto renamed = [&](Name name) {
    return program.own("vm." + name.toString());
  };
  for (auto &function : bundle.functions) {
    function->name = renamed(function->name);
    if (function->imported())
      continue;
    for (Call *call : FindAll<Call>(function->body).list)
      call->target = renamed(call->target);
    for (GlobalGet *get : FindAll<GlobalGet>(function->body).list)
      get->name = renamed(get->name);
    for (GlobalSet *set : FindAll<GlobalSet>(function->body).list)
      set->name = renamed(set->name);
  }
  for (auto &global : bundle.globals)
    global->name = renamed(global->name);
  for (auto &segment : bundle.dataSegments)
    segment->name = renamed(segment->name);
  for (auto &item : bundle.exports)
    if (item->kind == ExternalKind::Function ||
        item->kind == ExternalKind::Global)
      item->setInternalName(renamed(*item->getInternalName()));
  bundle.updateMaps();
}

void Bundler::readRuntime() {
  llvm::StringRef blob = embeddedRuntime();
  std::vector<char> bytes(blob.begin(), blob.end());
  bundle.features = guest.features;
  WasmBinaryReader reader(bundle, bundle.features, bytes);
  reader.read();
  memory = bundle.memories.front()->name;
  renameRuntime();
  for (auto &item : bundle.exports) {
    Name inner = *item->getInternalName();
    if (item->kind == ExternalKind::Function)
      runtimeFunctions[item->name.toString()] = inner;
    else if (item->kind == ExternalKind::Global) {
      uint32_t value =
          bundle.getGlobal(inner)->init->cast<Const>()->value.getUnsigned();
      if (item->name == "ireko_vm")
        layout.state = value;
      else if (item->name == "__heap_base")
        runtimeEnd = value;
    }
  }
  bundle.removeExports([](Export *) { return true; });
  // Of the globals only the runtime's stack pointer is used in code.
  bundle.removeGlobals([](Global *global) { return !global->mutable_; });
  // The linker's table is for function pointers, of which vm/ has none.
  bundle.removeTables([](Table *) { return true; });
  bundle.removeElementSegments([](ElementSegment *) { return true; });
}

// Trap messages are printed where the app itself may print.
bool Bundler::canPrint() const {
  Name print = runtimeFunctions.at("ireko_wasi_fd_write");
  for (auto &[imported, target] : importTargets)
    if (target == print)
      return true;
  return false;
}

// Imports of WASI functions become calls of the runtime's adapters; others
// stay imports.
llvm::Error Bundler::copyImports() {
  for (uint32_t i = 0; i < guest.functions.size(); ++i) {
    wasm::Function &function = *guest.functions[i];
    if (!function.imported())
      continue;
    // A host function that takes pointers without an adapter would read and
    // write the VM's memory.
    if (function.module == kWasi || function.module == "wasi_unstable") {
      auto it = runtimeFunctions.find("ireko_wasi_" + function.base.toString());
      if (function.module != kWasi || it == runtimeFunctions.end() ||
          bundle.getFunction(it->second)->getSig() != function.getSig()) {
        Place place;
        place.function = i;
        return inputError(
            source.path, place,
            "the import " + printableName(view(function.module)) + "." +
                printableName(view(function.base)) +
                " is not a function of WASI 0.1 (wasi_snapshot_preview1) of "
                "this name and type",
            "build the program for WASI 0.1");
      }
      importTargets[function.name] = it->second;
      neededRuntime.insert(it->second);
      continue;
    }
    Name name = program.own("import." + std::to_string(i));
    auto copy = Builder::makeFunction(name, function.type, {}, nullptr);
    copy->module = function.module;
    copy->base = function.base;
    bundle.addFunction(std::move(copy));
    importTargets[function.name] = name;
  }
  return llvm::Error::success();
}

void Bundler::removeUnusedRuntime() {
  std::vector<Name> work(neededRuntime.begin(), neededRuntime.end());
  while (!work.empty()) {
    wasm::Function *function = bundle.getFunction(work.back());
    work.pop_back();
    if (function->imported())
      continue;
    for (Call *call : FindAll<Call>(function->body).list)
      if (neededRuntime.insert(call->target).second)
        work.push_back(call->target);
  }
  std::string prefix = program.own("vm.").toString();
  bundle.removeFunctions([&](wasm::Function *function) {
    return function->name.startsWith(std::string_view(prefix)) &&
           !neededRuntime.count(function->name);
  });
  // The runtime's only constant data are the texts of trap messages.
  if (!neededRuntime.count(runtimeFunctions.at("ireko_trap")))
    bundle.removeDataSegments([](DataSegment *) { return true; });
}

llvm::Error Bundler::placeMemory() {
  image = encodeImage(program, tiling, {.names = !options.stripNames});
  if (image.overflow || tiling.handlers.size() > kMaxChoices ||
      program.coldOperators.size() > kMaxChoices)
    return inputError(
        source.path,
        "the program needs " + std::to_string(tiling.handlers.size()) +
            " handlers and " + std::to_string(program.coldOperators.size()) +
            " cold operators; hosts take " + std::to_string(kMaxChoices),
        "split the module");
  uint64_t end = alignTo(runtimeEnd, 16);
  layout.image = end;
  layout.globals = end = alignTo(end + image.bytes.size(), 16);
  layout.tables = end = alignTo(end + program.globalBytes, 16);
  for (StaticTable &table : program.staticTables) {
    table.address = end;
    end += table.functions.size() * sizeof(StaticTableEntry);
  }
  layout.stackBase = end = alignTo(end, 16);
  end = (end + options.stackSize) & -uint64_t(kSlotBytes);
  layout.stackEnd = end;
  // Set without a guest memory too: adapters check against its size, 0.
  end = alignTo(end, kPageBytes);
  layout.guestBase = end;
  constexpr uint64_t kMaxPages = 65536;
  uint64_t pages = end / kPageBytes;
  // Generated code adds a frame's size to an address of the stack in 32 bits.
  uint64_t largestFrame = 0;
  for (const Function &function : program.functions)
    largestFrame =
        std::max(largestFrame, uint64_t(function.frameSlots) * kSlotBytes);
  if (end + largestFrame > UINT32_MAX)
    return inputError(source.path,
                      "the VM's state of " + std::to_string(pages) +
                          " pages and a frame of " +
                          std::to_string(largestFrame) + " bytes exceed 4 GiB",
                      "use a smaller --stack-size");
  Memory &own = *bundle.memories.front();
  own.initial = pages;
  own.max = pages;
  if (!guest.memories.empty()) {
    Memory &original = *guest.memories.front();
    own.initial = pages + original.initial;
    own.max = original.hasMax()
                  ? Address(std::min(kMaxPages, pages + original.max))
                  : Address(Memory::kUnlimitedSize);
    if (own.initial > kMaxPages)
      return inputError(source.path,
                        "the memory of " +
                            std::to_string(uint64_t(original.initial)) +
                            " pages and the VM's state of " +
                            std::to_string(pages) + " pages exceed 4 GiB",
                        "use a smaller --stack-size or initial memory");
  }
  return llvm::Error::success();
}

// A copy of an initialiser in which only what the bundle has is named.
Expression *Bundler::constantExpression(Expression *expr, Codegen *gen) {
  return ExpressionManipulator::flexibleCopy(
      expr, bundle, [&](Expression *node) -> Expression * {
        if (node->is<GlobalGet>() && !node->type.isRef())
          if (auto value = constantValue(program, node))
            return builder.makeConst(*value);
        if (auto *ref = node->dynCast<RefFunc>())
          return builder.makeRefFunc(
              gen->adapterOf(program.functionIndex.at(ref->func)));
        return nullptr;
      });
}

// Only where references move at all: not every host has them.
void Bundler::addReferenceRegisters() {
  for (const ColdOperator &op : program.coldOperators) {
    auto *set = op.tree->dynCast<GlobalSet>();
    if (!set || bundle.getGlobalOrNull(set->name) ||
        guest.getGlobalOrNull(set->name))
      continue;
    Type type = set->value->type;
    bundle.addGlobal(Builder::makeGlobal(
        set->name, type, builder.makeRefNull(type.getHeapType()),
        Builder::Mutable));
  }
}

void Bundler::copyTables(Codegen &gen) {
  std::unordered_set<Name> exported;
  for (auto &item : guest.exports)
    if (item->kind == ExternalKind::Global)
      exported.insert(*item->getInternalName());
  for (auto &global : guest.globals) {
    bool isHost =
        program.globals.at(global->name).kind == GlobalPlace::Kind::Host;
    if (!isHost && !exported.count(global->name))
      continue;
    auto copy = std::make_unique<Global>();
    copy->name = global->name;
    copy->module = global->module;
    copy->base = global->base;
    copy->type = global->type;
    copy->mutable_ = global->mutable_;
    if (!global->imported())
      copy->init = constantExpression(global->init, &gen);
    bundle.addGlobal(std::move(copy));
  }
  for (auto &table : guest.tables) {
    if (program.staticTable(table->name))
      continue;
    auto copy = Builder::makeTable(table->name, table->type, table->initial,
                                   table->max, table->addressType);
    if (table->init)
      copy->init = constantExpression(table->init, &gen);
    bundle.addTable(std::move(copy));
  }
  // An active segment is dropped once it has been copied; of one that fills a
  // static table, no more is left than its name for instructions to use.
  std::unordered_set<Name> named;
  for (const ColdOperator &op : program.coldOperators) {
    if (auto *drop = op.tree->dynCast<ElemDrop>())
      named.insert(drop->segment);
    else if (auto *init = op.tree->dynCast<TableInit>())
      named.insert(init->segment);
  }
  for (auto &segment : guest.elementSegments) {
    if (segment->isActive() && program.staticTable(segment->table)) {
      if (named.count(segment->name))
        bundle.addElementSegment(Builder::makeElementSegment(
            segment->name, Name(), nullptr, segment->type));
      continue;
    }
    auto copy = Builder::makeElementSegment(segment->name, segment->table,
                                            nullptr, segment->type);
    if (segment->offset)
      copy->offset = constantExpression(segment->offset, &gen);
    for (Expression *item : segment->data)
      copy->data.push_back(constantExpression(item, &gen));
    bundle.addElementSegment(std::move(copy));
  }
}

void Bundler::addVmData() {
  // Zeroes are there already: a long run of them starts a new segment.
  auto addSegment = [&](const char *name, uint32_t address,
                        const std::vector<char> &data) {
    constexpr size_t kLongRun = 256;
    size_t at = 0, part = 0;
    while (at < data.size()) {
      size_t end = at, last = at; // behind the last byte that is not zero
      while (end < data.size() && end - last < kLongRun)
        if (data[end++] != 0)
          last = end;
      if (last > at) {
        auto segment = Builder::makeDataSegment(
            program.own(name + std::string(".") + std::to_string(part++)),
            memory, builder.makeConst(Literal(uint32_t(address + at))));
        segment->data.assign(data.begin() + at, data.begin() + last);
        bundle.addDataSegment(std::move(segment));
      }
      at = end;
    }
  };
  VmState state{};
  state.image = layout.image;
  state.stackBase = state.sp = layout.stackBase;
  state.stackEnd = layout.stackEnd;
  state.guestBase = layout.guestBase;
  std::vector<char> bytes;
  appendBytes(bytes, state);
  addSegment("state", layout.state, bytes);
  addSegment("image", layout.image, {image.bytes.begin(), image.bytes.end()});

  bytes.assign(program.globalBytes, 0);
  for (auto &[name, place] : program.globals) {
    if (place.kind != GlobalPlace::Kind::Memory)
      continue;
    uint8_t bits[16] = {};
    place.value.getBits(bits);
    memcpy(&bytes[place.offset], bits, place.value.type.getByteSize());
  }
  addSegment("globals", layout.globals, bytes);

  bytes.clear();
  for (const StaticTable &table : program.staticTables)
    for (uint32_t element : table.functions) {
      StaticTableEntry entry{0, kNullType};
      if (element)
        entry = {
            image.entries[element - 1],
            program.typeNumber(
                program.functions[element - 1].source->type.getHeapType())};
      appendBytes(bytes, entry);
    }
  addSegment("tables", layout.tables, bytes);
}

// Segments that are known to fit are the bundle's own active segments. From
// the first one that is not, or depends on an import, the start function
// copies them, in order.
std::vector<Expression *> Bundler::copyData() {
  std::vector<Expression *> initialisation;
  bool dynamic = false;
  for (auto &segment : guest.dataSegments) {
    auto copy = Builder::makeDataSegment(segment->name);
    copy->data = std::move(segment->data);
    uint32_t size = copy->data.size();
    if (segment->isActive()) {
      auto offset = constantValue(program, segment->offset);
      uint64_t limit = uint64_t(guest.memories.front()->initial) * kPageBytes;
      dynamic |= !offset || uint64_t(offset->getUnsigned()) + size > limit;
      if (!dynamic) {
        copy->memory = memory;
        copy->offset = builder.makeConst(
            Literal(uint32_t(offset->getUnsigned() + layout.guestBase)));
      } else {
        auto address = [&] {
          return constantExpression(segment->offset, nullptr);
        };
        auto wide = [&](Expression *value) {
          return builder.makeUnary(ExtendUInt32, value);
        };
        Expression *limitNow = builder.makeBinary(
            SubInt64,
            builder.makeBinary(ShlInt64, wide(builder.makeMemorySize(memory)),
                               builder.makeConst(Literal(int64_t(16)))),
            builder.makeConst(Literal(int64_t(layout.guestBase) + size)));
        initialisation.push_back(builder.makeIf(
            builder.makeBinary(GtSInt64, wide(address()), limitNow),
            builder.makeBlock(
                {builder.makeCall(runtimeFunctions.at("ireko_trap_quiet"),
                                  {builder.makeConst(Literal(
                                       uint32_t(TrapKind::MemoryBounds))),
                                   builder.makeConst(Literal(uint32_t(0)))},
                                  Type::none),
                 builder.makeUnreachable()})));
        initialisation.push_back(builder.makeMemoryInit(
            segment->name,
            builder.makeBinary(
                AddInt32, address(),
                builder.makeConst(Literal(uint32_t(layout.guestBase)))),
            builder.makeConst(Literal(uint32_t(0))),
            builder.makeConst(Literal(size)), memory));
        initialisation.push_back(builder.makeDataDrop(segment->name));
      }
    }
    bundle.addDataSegment(std::move(copy));
  }
  return initialisation;
}

void Bundler::addExports(Codegen &gen) {
  for (auto &item : guest.exports) {
    Name inner = *item->getInternalName();
    if (item->kind == ExternalKind::Function)
      inner = gen.adapterOf(program.functionIndex.at(inner));
    else if (item->kind == ExternalKind::Memory)
      inner = memory;
    bundle.addExport(Builder::makeExport(item->name, inner, item->kind));
  }
}

void Bundler::addInfo() {
  BundleInfo info{};
  info.version = kFormatVersion;
  info.state = layout.state;
  info.image = layout.image;
  info.imageSize = image.bytes.size();
  info.stackBase = layout.stackBase;
  info.stackEnd = layout.stackEnd;
  info.guestBase = guest.memories.empty() ? 0 : layout.guestBase;
  CustomSection section;
  section.name = kBundleSection;
  appendBytes(section.data, info);
  bundle.customSections.push_back(std::move(section));
}

std::vector<uint8_t> Bundler::write() {
  // The writer adds a data count section for this feature; hosts without it
  // refuse that, and only segments that are not active need it.
  bool allActive = true;
  for (auto &segment : bundle.dataSegments)
    allActive &= segment->isActive();
  bool named = false;
  for (const ColdOperator &op : program.coldOperators)
    named |= op.tree->is<MemoryInit>() || op.tree->is<DataDrop>();
  if (allActive && !named)
    bundle.features.disable(FeatureSet::BulkMemory);
  BufferWithRandomAccess buffer;
  PassOptions passOptions;
  WasmBinaryWriter writer(&bundle, buffer, passOptions);
  writer.setNamesSection(false);
  writer.write();
  if (stats)
    countBytes(writer, buffer.size());
  return std::move(buffer);
}

void Bundler::countBytes(const WasmBinaryWriter &writer, size_t bundleBytes) {
  stats->moduleBytes = source.bytes.size();
  stats->codeSection = source.info.codeSize;
  stats->bundleBytes = bundleBytes;
  stats->imageBytes = image.bytes.size();
  stats->imageCode = image.codeBytes;
  stats->functions = program.functions.size();
  std::string runtime = program.own("vm.").toString();
  for (auto &body : writer.tableOfContents.functionBodies) {
    stats->vmBytes += body.size;
    if (body.name.startsWith(std::string_view(runtime)))
      stats->runtimeBytes += body.size;
    else if (body.name == program.own(kDispatch))
      stats->dispatchBytes = body.size;
  }
  for (const Handler &handler : tiling.handlers)
    ++(handler.fused ? stats->fusedHandlers : stats->sharedHandlers);
}

llvm::Expected<std::vector<uint8_t>> Bundler::run() {
  readRuntime();
  if (auto error = copyImports())
    return std::move(error);
  Name trap =
      runtimeFunctions.at(canPrint() ? "ireko_trap" : "ireko_trap_quiet");
  neededRuntime.insert(trap);
  neededRuntime.insert(runtimeFunctions.at("ireko_trap_quiet"));
  removeUnusedRuntime();
  if (auto error = placeMemory())
    return std::move(error);

  Codegen gen(program, tiling, image, layout, bundle);
  gen.trapFunction = trap;
  gen.importTargets = importTargets;
  addReferenceRegisters();
  copyTables(gen);
  gen.addColdFunctions();
  gen.addDispatchFunction();
  gen.addRunFunction();
  addVmData();
  gen.addStart(copyData());
  addExports(gen);
  addInfo();
  if (!WasmValidator().validate(bundle, WasmValidator::Globally))
    return inputError(source.path, "internal error: the bundle is not valid",
                      "please report this with the module");
  return write();
}

} // namespace

llvm::Expected<std::vector<uint8_t>>
makeBundle(Program &program, const Tiling &tiling, const PackOptions &options,
           const SourceModule &source, PackStats *stats) {
  return Bundler(program, tiling, options, source, stats).run();
}

} // namespace ireko
