// Takes the runtime (vm/ and vm/generic/) and adds the dispatch function with
// all handlers of the catalogue. The runtime's loader is the entry.

#include "rewriter/generic_vm.h"

#include <algorithm>

#include "ir/find_all.h"
#include "rewriter/codegen.h"
#include "rewriter/error.h"
#include "rewriter/runtime_blob.h"
#include "rewriter/runtime_module.h"
#include "vm/generic/state.h"
#include "wasm-binary.h"
#include "wasm-validator.h"

using namespace wasm;

namespace ireko {

namespace {

constexpr uint64_t kMaxPages = 65536;

class VmMaker {
public:
  VmMaker(const Catalogue &catalogue, const GenericVmOptions &options)
      : catalogue(catalogue), options(options), builder(vm) {}

  llvm::Expected<std::vector<uint8_t>> run();

private:
  void readRuntime();
  llvm::Error placeMemory();
  void linkRun(Name run);
  void addData(const char *name, uint32_t address, const void *bytes,
               size_t size);
  void addState();
  void addInfo();
  // The function of the runtime that does what a catalogue's import does.
  Name serviceOf(const wasm::Function &import) const;

  const Catalogue &catalogue;
  const GenericVmOptions &options;
  Module vm;
  Builder builder;
  MemoryLayout layout;
  uint32_t loader = 0; // address of LoaderState
  uint32_t runtimeEnd = 0;
  std::unordered_map<std::string, Name> functions; // by export name
};

void VmMaker::readRuntime() {
  vm.features = supportedFeatures();
  vm.features.disable(FeatureSet::RelaxedSIMD);
  RuntimeExports runtime =
      readRuntimeModule(vm, embeddedGenericRuntime(), kShadowStack);
  functions = std::move(runtime.functions);
  layout.state = runtime.addresses.at("ireko_vm");
  loader = runtime.addresses.at("ireko_loader");
  runtimeEnd = runtime.end;
}

llvm::Error VmMaker::placeMemory() {
  layout.vmMemory = layout.guestMemory = vm.memories.front()->name;
  auto alignTo = [](uint64_t value, uint32_t alignment) {
    return (value + alignment - 1) & -uint64_t(alignment);
  };
  uint64_t end = alignTo(runtimeEnd, 16);
  layout.globals = end;
  layout.tables = end += kGenericGlobals;
  layout.image = end += kMaxStaticTables * sizeof(StaticTableRecord);
  end = alignTo(end + options.imageSize, 16);
  layout.stackBase = end;
  end = (end + options.stackSize) & -uint64_t(kSlotBytes);
  layout.stackEnd = end;
  end = alignTo(end + kStackReserve, kPageBytes);
  layout.guestBase = end;
  if (end > UINT32_MAX)
    return usageError("an image of " + std::to_string(options.imageSize) +
                          " bytes and a stack of " +
                          std::to_string(options.stackSize) + " exceed 4 GiB",
                      "use a smaller --image-size or --stack-size");
  Memory &memory = *vm.memories.front();
  memory.initial = end / kPageBytes;
  memory.max = kMaxPages;
  return llvm::Error::success();
}

Name VmMaker::serviceOf(const wasm::Function &import) const {
  std::string base = import.base.toString();
  if (base == "sock_accept" && !options.sockAccept)
    base = "no_sock_accept";
  std::replace(base.begin(), base.end(), '.', '_');
  auto it = functions.find("ireko_loader_" + base);
  if (it == functions.end())
    it = functions.find("ireko_wasi_" + base);
  return it->second;
}

void VmMaker::linkRun(Name run) {
  Name import;
  for (auto &function : vm.functions)
    if (function->imported() && function->module == "ireko")
      import = function->name;
  for (auto &function : vm.functions)
    if (!function->imported())
      for (Call *call : FindAll<Call>(function->body).list)
        if (call->target == import)
          call->target = run;
  vm.removeFunction(import);
}

void VmMaker::addData(const char *name, uint32_t address, const void *bytes,
                      size_t size) {
  auto segment = Builder::makeDataSegment(catalogue.program->own(name),
                                          vm.memories.front()->name,
                                          builder.makeConst(Literal(address)));
  auto *from = static_cast<const char *>(bytes);
  segment->data.assign(from, from + size);
  vm.addDataSegment(std::move(segment));
}

void VmMaker::addState() {
  VmState state{};
  state.image = layout.image;
  state.stackBase = state.sp = layout.stackBase;
  state.stackEnd = layout.stackEnd;
  state.guestBase = layout.guestBase;
  addData("state", layout.state, &state, sizeof(state));
  LoaderState own{};
  uint64_t hash = catalogue.hash();
  own.handlers[0] = uint32_t(hash);
  own.handlers[1] = uint32_t(hash >> 32);
  own.globals = layout.globals;
  own.tables = layout.tables;
  addData("loader", loader, &own, sizeof(own));
}

void VmMaker::addInfo() {
  BundleInfo info{};
  info.version = kFormatVersion;
  info.state = layout.state;
  info.image = layout.image;
  info.imageSize = layout.stackBase - layout.image;
  info.stackBase = layout.stackBase;
  info.stackEnd = layout.stackEnd;
  info.guestBase = layout.guestBase;
  CustomSection section;
  section.name = kBundleSection;
  auto *bytes = reinterpret_cast<const char *>(&info);
  section.data.assign(bytes, bytes + sizeof(info));
  vm.customSections.push_back(std::move(section));
}

llvm::Expected<std::vector<uint8_t>> VmMaker::run() {
  readRuntime();
  if (auto error = placeMemory())
    return std::move(error);
  Program &program = *catalogue.program;
  // Nothing of the image goes into the VM; handlers ask where blocks are.
  EncodeOptions encodeOptions;
  Image image = encodeImage(program, catalogue.tiling, encodeOptions);
  const HostLimits noLimits;
  Codegen gen(program, catalogue.tiling, image, layout, noLimits, vm);
  gen.trapFunction = functions.at("ireko_trap");
  for (auto &function : program.module.functions)
    if (function->imported())
      gen.importTargets[function->name] = serviceOf(*function);
  gen.addColdFunctions();
  gen.addDispatchFunctions();
  gen.addRunFunction();
  linkRun(program.own(kRun));
  Name start = functions.at("ireko_loader_start");
  std::unordered_set<Name> used = withCallees(vm, {start});
  vm.removeFunctions(
      [&](wasm::Function *function) { return !used.count(function->name); });
  addState();
  addInfo();
  vm.addExport(Builder::makeExport("memory", vm.memories.front()->name,
                                   ExternalKind::Memory));
  vm.addExport(Builder::makeExport("_start", start, ExternalKind::Function));
  if (!WasmValidator().validate(vm, WasmValidator::Globally))
    return inputError("vm.wasm", "internal error: the VM is not valid",
                      "please report this");
  BufferWithRandomAccess buffer;
  PassOptions passOptions;
  WasmBinaryWriter writer(&vm, buffer, passOptions);
  writer.setNamesSection(false);
  writer.write();
  return std::move(buffer);
}

} // namespace

llvm::Expected<std::vector<uint8_t>>
makeGenericVm(const Catalogue &catalogue, const GenericVmOptions &options) {
  return VmMaker(catalogue, options).run();
}

} // namespace ireko
