#include "rewriter/bundle.h"

#include "ir/find_all.h"
#include "rewriter/bundler.h"
#include "rewriter/error.h"
#include "rewriter/generated_code.h"
#include "rewriter/handler_table.h"
#include "rewriter/imports.h"
#include "rewriter/merge_functions.h"
#include "rewriter/runtime_blob.h"
#include "rewriter/runtime_module.h"
#include "rewriter/validator.h"
#include "wasm-validator.h"
#include "llvm/Support/LEB128.h"

using namespace wasm;

namespace ireko {

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
  for (auto &[exported, name] : runtimeFunctions)
    name = renamed(name);
  bundle.updateMaps();
}

void Bundler::readRuntime() {
  bundle.features = options.hostFeatures.together(guest.features);
  RuntimeExports runtime =
      readRuntimeModule(bundle, embeddedRuntime(), placeStack());
  runtimeFunctions = std::move(runtime.functions);
  layout.state = runtime.addresses.at("ireko_vm");
  runtimeEnd = runtime.end;
  renameRuntime();
  layout.vmMemory = layout.guestMemory = bundle.memories.front()->name;
  for (auto &function : bundle.functions)
    if (function->imported() && function->base == "fd_write")
      runtimePrint = function->name;
}

// Imports of WASI functions become calls of the runtime's adapters, unless the
// host sees the guest's memory as it is; others stay imports.
void Bundler::copyImports() {
  bool isSingle = options.layout == Layout::Single;
  for (uint32_t i = 0; i < guest.functions.size(); ++i) {
    wasm::Function &function = *guest.functions[i];
    if (!function.imported())
      continue;
    ImportKind kind = importKind(function);
    if (kind == ImportKind::Wasi && isSingle) {
      Name adapter =
          runtimeFunctions.at("ireko_wasi_" + function.base.toString());
      importTargets[function.name] = adapter;
      if (function.base == "fd_write")
        guestPrint = adapter;
      continue;
    }
    bool isStub = options.stubUnknownImports && kind != ImportKind::Wasi;
    Name name = program.own("import." + std::to_string(i));
    auto copy = Builder::makeFunction(name, function.type, {}, nullptr);
    if (isStub) {
      stubs.insert(name);
      copy->type = copy->type.with(Exact);
    } else {
      copy->module = function.module;
      copy->base = function.base;
    }
    bundle.addFunction(std::move(copy));
    importTargets[function.name] = name;
    if (kind == ImportKind::Wasi && function.base == "fd_write")
      guestPrint = name;
  }
}

bool Bundler::isOfRuntime(Name name) const {
  return name.startsWith(std::string_view(program.own("vm.").toString()));
}

void Bundler::removeUnusedRuntime() {
  std::unordered_set<Name> used;
  auto keepReferences = [&](Expression *tree) {
    for (RefFunc *reference : FindAll<RefFunc>(tree).list)
      used.insert(reference->func);
  };
  for (auto &function : bundle.functions) {
    if (function->imported() || isOfRuntime(function->name))
      continue;
    for (Call *call : FindAll<Call>(function->body).list)
      used.insert(call->target);
    keepReferences(function->body);
  }
  for (auto &global : bundle.globals)
    if (!global->imported())
      keepReferences(global->init);
  for (auto &segment : bundle.elementSegments)
    for (Expression *element : segment->data)
      keepReferences(element);
  for (auto &item : bundle.exports)
    if (item->kind == ExternalKind::Function)
      used.insert(*item->getInternalName());
  used = withCallees(bundle, std::move(used));
  bundle.removeFunctions([&](wasm::Function *function) {
    return isOfRuntime(function->name) && !used.count(function->name);
  });
  // The runtime's only constant data are the texts of trap messages.
  if (!used.count(runtimeFunctions.at("ireko_trap")))
    bundle.removeDataSegments(
        [&](DataSegment *segment) { return isOfRuntime(segment->name); });
}

void Bundler::mergeIfSmall() {
  constexpr uint32_t kSmallCode = 4096;
  const HostLimits &limits = options.limits;
  if (source.info.codeSize > kSmallCode || limits.functionBytes ||
      limits.locals)
    return;
  std::string dispatch = program.own(kDispatch).toString();
  mergeFunctions(bundle, [&](Name name) {
    return name.startsWith(std::string_view(dispatch));
  });
}

void Bundler::addExports(Codegen &gen) {
  for (auto &item : guest.exports) {
    Name inner = *item->getInternalName();
    if (item->kind == ExternalKind::Function) {
      inner = gen.adapterOf(program.functionIndex.at(inner));
      if (atEnd.is())
        inner = endingExport(inner);
    }
    if (item->kind == ExternalKind::Memory)
      inner = layout.guestMemory;
    bundle.addExport(Builder::makeExport(item->name, inner, item->kind));
  }
}

llvm::Error Bundler::addInfo() {
  BundleInfo info{};
  info.version = kFormatVersion;
  info.state = layout.state;
  info.image = layout.image;
  info.imageSize = image.bytes.size();
  info.stackBase = layout.stackBase;
  info.stackEnd = layout.stackEnd;
  info.guestBase = guest.memories.empty() ? 0 : layout.guestBase;
  info.flags = options.layout == Layout::Separate ? kSeparateMemories : 0;
  CustomSection section;
  section.name = kBundleSection;
  appendBytes(section.data, info);
  bundle.customSections.push_back(std::move(section));
  if (options.stripHandlers)
    return llvm::Error::success();
  auto handlers = describeHandlers(program, tiling, image);
  if (!handlers)
    return handlers.takeError();
  CustomSection description;
  description.name = kHandlersSection;
  description.data.assign(handlers->begin(), handlers->end());
  bundle.customSections.push_back(std::move(description));
  return llvm::Error::success();
}

llvm::Error Bundler::checkLimits(const WasmBinaryWriter &writer) {
  auto fail = [&](Name function, uint64_t number, const char *what,
                  uint32_t given, uint32_t limit, const std::string &option) {
    return inputError(
        source.path,
        "the bundle's function " + printableName(function.toString()) +
            " has " + std::to_string(number) + what +
            (given ? ", but the host takes " : ", but hosts take ") +
            std::to_string(limit),
        given ? "give a larger " + option
              : "use " + option + " " + std::to_string(limit));
  };
  // Without an option, what all hosts have in common.
  uint32_t givenBytes = options.limits.functionBytes;
  uint32_t mostBytes = options.limits.mostFunctionBytes();
  for (auto &body : writer.tableOfContents.functionBodies)
    if (body.size > mostBytes)
      return fail(body.name, body.size, " bytes", givenBytes, mostBytes,
                  "--max-function-size");
  uint32_t givenLocals = options.limits.locals;
  uint32_t mostLocals = givenLocals ? givenLocals : kMaxLocals;
  for (auto &function : bundle.functions)
    if (function->getNumLocals() > mostLocals)
      return fail(function->name, function->getNumLocals(), " locals",
                  givenLocals, mostLocals, "--max-locals");
  return llvm::Error::success();
}

// A program that has as many of something as hosts take leaves no room for what
// the VM has of it.
llvm::Error Bundler::checkCount(const char *what, uint64_t number,
                                uint32_t limit) {
  if (number <= limit)
    return llvm::Error::success();
  return inputError(source.path,
                    "the bundle has " + std::to_string(number) + " " + what +
                        ", but hosts take " + std::to_string(limit),
                    "some are the VM's own: let the program have fewer");
}

llvm::Error Bundler::checkCounts() {
  uint64_t imports = 0;
  auto countImports = [&](auto &items) {
    for (auto &item : items)
      imports += item->imported();
  };
  countImports(bundle.functions);
  countImports(bundle.globals);
  countImports(bundle.tables);
  countImports(bundle.memories);
  const struct {
    const char *what;
    uint64_t number;
    uint32_t limit;
  } counts[] = {
      {"functions", bundle.functions.size(), kMaxFunctions},
      {"imports", imports, kMaxImports},
      {"exports", bundle.exports.size(), kMaxExports},
      {"globals", bundle.globals.size(), kMaxGlobals},
      {"tables", bundle.tables.size(), kMaxTables},
      {"element segments", bundle.elementSegments.size(), kMaxElementSegments},
      {"data segments", bundle.dataSegments.size(), kMaxDataSegments},
  };
  for (auto &[what, number, limit] : counts)
    if (auto error = checkCount(what, number, limit))
      return error;
  return llvm::Error::success();
}

// The section of types is the first one, behind magic number and version.
static uint64_t countTypes(llvm::ArrayRef<uint8_t> module) {
  constexpr size_t kHeader = 8;
  if (module.size() <= kHeader || module[kHeader] != 1)
    return 0;
  const uint8_t *section = module.data() + kHeader + 1;
  unsigned length;
  llvm::decodeULEB128(section, &length, module.end());
  return llvm::decodeULEB128(section + length, nullptr, module.end());
}

llvm::Expected<std::vector<uint8_t>> Bundler::write() {
  // The writer, which does not check them, says so for some.
  if (auto error = checkCounts())
    return std::move(error);
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
  // Leaves values on the stack where they are used next.
  PassOptions passOptions;
  passOptions.generateStackIR = passOptions.optimizeStackIR = true;
  passOptions.shrinkLevel = 1;
  WasmBinaryWriter writer(&bundle, buffer, passOptions);
  writer.setNamesSection(false);
  writer.write();
  if (auto error = checkLimits(writer))
    return std::move(error);
  if (auto error = checkCount("types", countTypes(buffer), kMaxTypes))
    return std::move(error);
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
  stats->guestBase = layout.guestBase;
  stats->functions = program.functions.size();
  std::string runtime = program.own("vm.").toString();
  std::string dispatch = program.own(kDispatch).toString();
  // What else a region may have (Codegen::leafFunction) counts as its own.
  std::string prefixes[] = {program.own("region.").toString(),
                            program.own("leaf.").toString()};
  for (auto &body : writer.tableOfContents.functionBodies) {
    stats->vmBytes += body.size;
    if (body.name.startsWith(std::string_view(runtime)))
      stats->runtimeBytes += body.size;
    else if (body.name.startsWith(std::string_view(dispatch)))
      stats->dispatchBytes += body.size;
    for (const std::string &prefix : prefixes) {
      llvm::StringRef name = body.name.view();
      uint32_t function;
      if (name.consume_front(prefix) && !name.getAsInteger(10, function)) {
        stats->regionBytes += body.size;
        stats->bytesOfRegion[function] += body.size;
      }
    }
  }
  stats->regions = regions.list.size();
  for (const Handler &handler : tiling.handlers)
    ++(handler.fused ? stats->fusedHandlers : stats->sharedHandlers);
}

llvm::Expected<std::vector<uint8_t>> Bundler::run() {
  image = encodeImage(program, tiling, {.names = !options.stripNames});
  readRuntime();
  copyImports();
  if (!bundle.features.hasBulkMemory())
    planKeptSegments();
  if (auto error = placeMemory())
    return std::move(error);
  bindPrinting();

  Codegen gen(program, tiling, image, layout, options.limits, bundle);
  gen.trapFunction =
      canPrint() ? printingTrap(gen) : runtimeFunctions.at("ireko_trap_quiet");
  gen.importTargets = importTargets;
  gen.stubs = stubs;
  gen.catchesExceptions =
      options.hostFeatures.name(FeatureSet::ExceptionHandling);
  for (Name stub : stubs)
    bundle.getFunction(stub)->body =
        gen.trap(gen.i32(uint32_t(TrapKind::MissingImport)), gen.i32(0));
  gen.copyFunction = runtimeFunctions.at("ireko_copy");
  gen.fillFunction = runtimeFunctions.at("ireko_fill");
  gen.keptSegments = keptSegments;
  gen.fuel = options.fuel;
  gen.checkFunction = runtimeFunctions.at("ireko_check_frames");
  gen.safepointCount = safepointRecords.size();
  if (options.counters || (options.fuel.prints && canPrint()))
    watchEndings(gen);
  addReferenceRegisters();
  copyTables(gen);
  copyElements(gen);
  gen.regions = &regions;
  gen.safepoints = options.safepoints;
  gen.annotates = options.generated != nullptr;
  gen.addColdFunctions();
  gen.addRegions();
  if (options.generated)
    collectRegions(gen, *options.generated);
  gen.addDispatchFunctions();
  // What is left traps if the host calls the guest from within, or again after
  // a trap: no reason to carry messages.
  if (!gen.raisesTraps && !atEnd.is() && !options.fuel.counts &&
      !options.safepoints.checked)
    gen.trapFunction = runtimeFunctions.at("ireko_trap_quiet");
  gen.addRunFunction();
  addVmData();
  copyData();
  gen.addStart(initialisation);
  addExports(gen);
  if (options.fuel.counts)
    if (auto error = exportFuel())
      return std::move(error);
  if (options.counters) {
    exportMemory();
    watchTraps();
  }
  removeUnusedRuntime();
  mergeIfSmall();
  if (auto error = addInfo())
    return std::move(error);
  if (!WasmValidator().validate(bundle, WasmValidator::Globally))
    return inputError(source.path, "internal error: the bundle is not valid",
                      "please report this with the module");
  return write();
}

llvm::Expected<std::vector<uint8_t>>
makeBundle(Program &program, const Tiling &tiling, const Regions &regions,
           const PackOptions &options, const SourceModule &source,
           PackStats *stats) {
  program.workers.beginPhase("bundle");
  if (auto error = checkHostFeatures(program, source, options.hostFeatures))
    return std::move(error);
  return Bundler(program, tiling, regions, options, source, stats).run();
}

} // namespace ireko
