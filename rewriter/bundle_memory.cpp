// What lies in a bundle's linear memory: where everything is, and the data
// segments.

#include <algorithm>
#include <cstring>

#include "rewriter/bundler.h"
#include "rewriter/error.h"
#include "rewriter/imports.h"
#include "rewriter/program.h"
#include "rewriter/stack_depth.h"

using namespace wasm;

namespace ireko {

namespace {

// V8 takes no br_table of more targets than 65,520.
constexpr size_t kMaxChoices = 65000;
constexpr uint64_t kMaxPages = 65536;

uint64_t alignTo(uint64_t value, uint32_t alignment) {
  return (value + alignment - 1) & -uint64_t(alignment);
}

// Nearly all of these take addresses: a bundle could not work.
llvm::Error refuseDraft(const SourceModule &source, uint32_t index) {
  Place place;
  place.function = index;
  return inputError(source.path, place,
                    "the import " +
                        importName(*source.module->functions[index]) +
                        " is of a draft of WASI, not of WASI 0.1 "
                        "(wasi_snapshot_preview1)",
                    "build the program for WASI 0.1, or use "
                    "--layout=separate");
}

} // namespace

llvm::Error checkLayout(const SourceModule &source,
                        const PackOptions &options) {
  const Module &guest = *source.module;
  if (options.layout == Layout::Separate) {
    if (guest.memories.empty() ||
        options.hostFeatures.allow(FeatureSet::MultiMemory))
      return llvm::Error::success();
    return inputError(source.path,
                      "--layout=separate needs multi-memory, which is not "
                      "among the --host-features",
                      "add multi-memory");
  }
  if (!options.stubUnknownImports)
    for (uint32_t i = 0; i < guest.functions.size(); ++i)
      if (guest.functions[i]->imported() &&
          importKind(*guest.functions[i]) == ImportKind::Unstable)
        return refuseDraft(source, i);
  if (guest.memories.empty() || !guest.memories.front()->imported())
    return llvm::Error::success();
  return inputError(source.path,
                    "the program imports its memory, in which the VM's state "
                    "has no place",
                    "use --layout=separate");
}

std::optional<uint32_t> Bundler::placeOf(const DataSegment &segment) const {
  auto offset = constantValue(program, segment.offset);
  uint64_t limit = uint64_t(guest.memories.front()->initial) * kPageBytes;
  if (!offset || uint64_t(offset->getUnsigned()) + segment.data.size() > limit)
    return std::nullopt;
  return uint32_t(offset->getUnsigned());
}

// Those that instructions or the start function copy. An active one is dropped
// once it is in place.
void Bundler::planKeptSegments() {
  bool dynamic = false;
  std::unordered_set<Name> named;
  for (const ColdOperator &op : program.coldOperators) {
    if (auto *init = op.tree->dynCast<MemoryInit>())
      named.insert(init->segment);
    else if (auto *drop = op.tree->dynCast<DataDrop>())
      named.insert(drop->segment);
  }
  for (auto &segment : guest.dataSegments) {
    bool inPlace = false;
    if (segment->isActive()) {
      dynamic |= !placeOf(*segment);
      inPlace = !dynamic;
    }
    if (named.count(segment->name) || (segment->isActive() && !inPlace))
      keptSegments[segment->name].size = inPlace ? 0 : segment->data.size();
  }
}

// Whether an import stays one that is not WASI's.
bool Bundler::isOthers(wasm::Function &import) const {
  return !options.stubUnknownImports && importKind(import) != ImportKind::Wasi;
}

// Of a program that may use any: what keeps offsets from guestBase below 2 MiB,
// for they take three bytes in code then, not four, if that is enough.
uint32_t Bundler::mostStack() const {
  constexpr uint64_t kShortOffsets = 2u << 20, kEnough = 1u << 20;
  // For the runtime and for the program's own offsets.
  constexpr uint64_t kMargin = 128u << 10;
  // An embedder's functions may throw, which leaves frames behind.
  if (options.layout != Layout::Single || guest.memories.empty() ||
      llvm::any_of(guest.functions, [&](const auto &function) {
        return function->imported() && isOthers(*function);
      }))
    return PackOptions::kMostStack;
  uint64_t rest = image.bytes.size() + program.globalBytes + kMargin;
  for (const StaticTable &table : program.staticTables)
    rest += table.functions.size() * sizeof(StaticTableEntry);
  return rest + kEnough <= kShortOffsets ? kShortOffsets - rest
                                         : PackOptions::kMostStack;
}

// The least is room for lists of buffers, which WASI's adapters copy.
uint32_t Bundler::stackSize() const {
  if (options.stackSize)
    return *options.stackSize;
  auto depth = stackDepth(
      program, [&](wasm::Function &import) { return isOthers(import); });
  // Regions leave room for the largest frame of any.
  uint64_t size =
      depth ? uint64_t(*depth) + regions.largestFrame(program) : mostStack();
  return std::clamp<uint64_t>(size, PackOptions::kLeastStack,
                              PackOptions::kMostStack);
}

uint64_t Bundler::placeStack() {
  layout.stackBase = kShadowStack;
  uint64_t end =
      (layout.stackBase + uint64_t(stackSize())) & -uint64_t(kSlotBytes);
  layout.stackEnd = end;
  return alignTo(end + kStackReserve, 16);
}

llvm::Error Bundler::placeMemory() {
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
  if (options.safepoints.checked) {
    safepointRecords = safepointsOf(program, tiling, regions, image);
    layout.safepoints = end = alignTo(end, alignof(SafepointRecord));
    end += safepointRecords.size() * sizeof(SafepointRecord);
  }
  for (auto &segment : guest.dataSegments) {
    auto kept = keptSegments.find(segment->name);
    if (kept == keptSegments.end())
      continue;
    end = alignTo(end, sizeof(uint32_t));
    kept->second.address = end;
    end += sizeof(uint32_t) + kept->second.size;
  }
  end = alignTo(end, kPageBytes);
  // Generated code adds a frame's size to an address of the stack in 32 bits.
  uint64_t largestFrame = 0;
  for (const Function &function : program.functions)
    largestFrame =
        std::max(largestFrame, uint64_t(function.frameSlots) * kSlotBytes);
  if (end + largestFrame > UINT32_MAX)
    return inputError(source.path,
                      "the VM's state of " + std::to_string(end / kPageBytes) +
                          " pages and a frame of " +
                          std::to_string(largestFrame) + " bytes exceed 4 GiB",
                      "use a smaller --stack-size");
  Memory &own = *bundle.memories.front();
  own.initial = own.max = end / kPageBytes;
  // Set without a guest memory too: adapters check against its size, 0.
  if (options.layout == Layout::Single)
    layout.guestBase = end;
  return guest.memories.empty() ? llvm::Error::success() : placeGuestMemory();
}

// Behind the VM's state, or as memory 0.
llvm::Error Bundler::placeGuestMemory() {
  Memory &own = *bundle.memories.front();
  Memory &original = *guest.memories.front();
  if (options.layout == Layout::Separate) {
    layout.guestMemory = program.own("guest");
    auto copy = std::make_unique<Memory>(original);
    copy->name = layout.guestMemory;
    bundle.memories.insert(bundle.memories.begin(), std::move(copy));
    bundle.updateMaps();
    bundle.features.enable(FeatureSet::MultiMemory);
    return llvm::Error::success();
  }
  uint64_t pages = own.initial;
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
                      "use a smaller --stack-size or initial memory, or "
                      "--layout=separate");
  return llvm::Error::success();
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
            layout.vmMemory,
            builder.makeConst(Literal(uint32_t(address + at))));
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

  std::vector<uint8_t> globals = initialGlobals(program);
  addSegment("globals", layout.globals, {globals.begin(), globals.end()});

  bytes.clear();
  for (const StaticTable &table : program.staticTables)
    for (uint32_t element : table.functions)
      appendBytes(bytes, tableEntry(program, image, element));
  addSegment("tables", layout.tables, bytes);

  bytes.clear();
  for (const SafepointRecord &record : safepointRecords)
    appendBytes(bytes, record);
  addSegment("safepoints", layout.safepoints, bytes);

  uint32_t number = 0;
  for (auto &segment : guest.dataSegments) {
    auto kept = keptSegments.find(segment->name);
    if (kept == keptSegments.end())
      continue;
    bytes.clear();
    appendBytes(bytes, kept->second.size);
    bytes.insert(bytes.end(), segment->data.begin(),
                 segment->data.begin() + kept->second.size);
    addSegment(("segment." + std::to_string(number++)).c_str(),
               kept->second.address, bytes);
  }
}

// In a memory of its own, a segment is active as it was: whether it fits, the
// host finds out, after the VM's segments. Behind the VM's state, only segments
// that are known to fit are.
void Bundler::copyData() {
  bool dynamic = !initialisation.empty();
  for (auto &segment : guest.dataSegments) {
    auto copy = Builder::makeDataSegment(segment->name);
    uint32_t size = segment->data.size();
    if (segment->isActive()) {
      auto offset = constantValue(program, segment->offset);
      if (options.layout == Layout::Single)
        dynamic |= !placeOf(*segment);
      if (dynamic) {
        initialise(*segment, size);
        if (keptSegments.count(segment->name))
          continue;
      } else {
        copy->memory = layout.guestMemory;
        copy->offset =
            offset ? builder.makeConst(Literal(uint32_t(offset->getUnsigned()) +
                                               layout.guestBase))
                   : constantExpression(segment->offset, nullptr);
      }
    } else if (!bundle.features.hasBulkMemory()) {
      continue; // kept, or never read
    }
    copy->data = std::move(segment->data);
    bundle.addDataSegment(std::move(copy));
  }
}

// Has the start function copy a segment of so many bytes.
void Bundler::initialise(const DataSegment &segment, uint32_t size) {
  auto address = [&] { return constantExpression(segment.offset, nullptr); };
  Expression *linear = address();
  if (layout.guestBase != 0) {
    auto wide = [&](Expression *value) {
      return builder.makeUnary(ExtendUInt32, value);
    };
    Expression *limit = builder.makeBinary(
        SubInt64,
        builder.makeBinary(ShlInt64,
                           wide(builder.makeMemorySize(layout.guestMemory)),
                           builder.makeConst(Literal(int64_t(16)))),
        builder.makeConst(Literal(int64_t(layout.guestBase) + size)));
    initialisation.push_back(builder.makeIf(
        builder.makeBinary(GtSInt64, wide(address()), limit),
        builder.makeBlock(
            {builder.makeCall(
                 runtimeFunctions.at("ireko_trap_quiet"),
                 {builder.makeConst(Literal(uint32_t(TrapKind::MemoryBounds))),
                  builder.makeConst(Literal(uint32_t(0)))},
                 Type::none),
             builder.makeUnreachable()})));
    linear = builder.makeBinary(AddInt32, linear,
                                builder.makeConst(Literal(layout.guestBase)));
  }
  auto number = [&](uint32_t value) {
    return builder.makeConst(Literal(value));
  };
  auto kept = keptSegments.find(segment.name);
  if (kept != keptSegments.end()) {
    initialisation.push_back(builder.makeCall(
        runtimeFunctions.at("ireko_copy"),
        {linear, number(kept->second.data()), number(size)}, Type::none));
    initialisation.push_back(builder.makeStore(4, kept->second.address, 4,
                                               number(0), number(0), Type::i32,
                                               layout.vmMemory));
    return;
  }
  initialisation.push_back(builder.makeMemoryInit(
      segment.name, linear, builder.makeConst(Literal(uint32_t(0))),
      builder.makeConst(Literal(size)), layout.guestMemory));
  initialisation.push_back(builder.makeDataDrop(segment.name));
}

} // namespace ireko
