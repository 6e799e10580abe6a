//===- bundle_test.cpp - Whole bundles of odd modules ---------------------===//
//
// What a bundle looks like from outside, read back with Binaryen, which also
// validates it. That bundles compute the right thing is shown elsewhere, on
// real hosts (tests/spec, tests/differential, tests/programs).
//
//===----------------------------------------------------------------------===//

#include "rewriter/pack.h"

#include "ir/find_all.h"
#include "lowering_helpers.h"
#include "vm/layout.h"
#include "wasm-binary.h"
#include "wasm-validator.h"

#include <cstring>
#include <gtest/gtest.h>
#include <set>

using namespace ireko;
using namespace ireko::test;

namespace {

std::vector<uint8_t> pack(std::string_view text, const PackOptions &options,
                          PackStats *stats = nullptr) {
  // What is looked at is the stream's.
  PackOptions inStream = options;
  inStream.regionBytes = 0;
  auto bundle = packModule(readText(text), inStream, stats);
  if (bundle)
    return std::move(*bundle);
  ADD_FAILURE() << llvm::toString(bundle.takeError());
  return {};
}

std::string packError(std::string_view text, const PackOptions &options = {}) {
  auto bundle = packModule(readText(text), options, nullptr);
  return bundle ? "" : llvm::toString(bundle.takeError());
}

/// A bundle, read back.
struct Bundle {
  explicit Bundle(std::string_view text, const PackOptions &options = {}) {
    std::vector<uint8_t> bytes = pack(text, options);
    std::vector<char> input(bytes.begin(), bytes.end());
    module.features = supportedFeatures();
    if (options.layout == Layout::Separate)
      module.features.enable(wasm::FeatureSet::MultiMemory);
    wasm::WasmBinaryReader(module, module.features, input).read();
    EXPECT_TRUE(wasm::WasmValidator().validate(
        module, wasm::WasmValidator::Globally | wasm::WasmValidator::Quiet));
    for (const wasm::CustomSection &section : module.customSections)
      if (section.name == kBundleSection) {
        EXPECT_EQ(section.data.size(), sizeof(info));
        memcpy(&info, section.data.data(), sizeof(info));
      }
  }

  std::vector<std::string> imports() const {
    std::vector<std::string> names;
    for (auto &function : module.functions)
      if (function->imported())
        names.push_back(function->module.toString() + "." +
                        function->base.toString());
    for (auto &global : module.globals)
      if (global->imported())
        names.push_back(global->module.toString() + "." +
                        global->base.toString());
    for (auto &table : module.tables)
      if (table->imported())
        names.push_back(table->module.toString() + "." +
                        table->base.toString());
    for (auto &memory : module.memories)
      if (memory->imported())
        names.push_back(memory->module.toString() + "." +
                        memory->base.toString());
    return names;
  }
  std::vector<std::string> exports() const {
    std::vector<std::string> names;
    for (auto &item : module.exports)
      names.push_back(item->name.toString());
    return names;
  }
  wasm::Memory &memory() { return *module.memories.front(); }
  // Bytes of the VM's memory after instantiation, or of another one.
  uint32_t load32(uint32_t address, uint32_t memoryIndex = ~0u) const {
    wasm::Name memory = memoryIndex == ~0u ? module.memories.back()->name
                                           : module.memories[memoryIndex]->name;
    uint32_t value = 0;
    for (auto &segment : module.dataSegments) {
      if (!segment->isActive() || segment->memory != memory)
        continue;
      uint32_t start =
          segment->offset->cast<wasm::Const>()->value.getUnsigned();
      for (uint32_t i = 0; i < 4; ++i)
        if (address + i >= start && address + i < start + segment->data.size())
          value |= uint32_t(uint8_t(segment->data[address + i - start]))
                   << 8 * i;
    }
    return value;
  }

  wasm::Module module;
  BundleInfo info{};
};

using Names = std::vector<std::string>;

/// 5,000 elements, every second one null, and a region that calls them.
TEST(Bundle, FillsGapsOfSparseTables) {
  std::string elements;
  for (int i = 0; i < 2500; ++i)
    elements += "(ref.func $f) (ref.null func)";
  auto bytes = packModule(readText("(module (table 5000 funcref)"
                                   "(elem (i32.const 0) funcref " +
                                   elements + R"()
    (func $f (param i32) (result i32) (local.get 0))
    (func (export "go") (param i32) (result i32)
      (loop $l
        (br_if $l (call_indirect (param i32) (result i32)
          (local.get 0) (local.get 0))))
      (i32.const 1))))"),
                          {}, nullptr);
  ASSERT_TRUE(bool(bytes)) << llvm::toString(bytes.takeError());
  std::vector<char> input(bytes->begin(), bytes->end());
  wasm::Module module;
  module.features = supportedFeatures();
  wasm::WasmBinaryReader(module, module.features, input).read();
  size_t elementCount = 0;
  for (auto &segment : module.elementSegments)
    elementCount += segment->data.size();
  EXPECT_GE(elementCount, 4999u);
  EXPECT_LE(module.elementSegments.size(), 1000u);
}

TEST(Bundle, IsRefusedIfHostsTakeFewerSegments) {
  std::string segments;
  for (int i = 0; i < 100000; ++i)
    segments += "(data)";
  std::string error = packError("(module (memory 1)" + segments + ")");
  EXPECT_NE(error.find("data segments, but hosts take 100000 (some are the "
                       "VM's own: let the program have fewer)"),
            std::string::npos)
      << error;
}

TEST(Bundle, IsMadeOfAnEmptyModule) {
  for (int level : {0, 2}) {
    Bundle bundle("(module)", {.optLevel = level});
    EXPECT_EQ(bundle.imports(), Names());
    EXPECT_EQ(bundle.exports(), Names());
    EXPECT_EQ(bundle.info.version, kFormatVersion);
    EXPECT_EQ(bundle.info.guestBase, 0u);
  }
}

// The section belongs to bulk memory, which the host need not have.
TEST(Bundle, CountsDataSegmentsOnlyForInstructions) {
  auto counts = [](std::string_view text) {
    constexpr uint8_t kDataCount = 12;
    auto info = validateBinary(pack(text, {}), "bundle");
    if (!info) {
      ADD_FAILURE() << llvm::toString(info.takeError());
      return false;
    }
    bool found = false;
    for (const SectionInfo &section : info->sections)
      found |= section.id == kDataCount;
    return found;
  };
  EXPECT_FALSE(counts(R"((module (memory 1) (data (i32.const 0) "a")))"));
  EXPECT_TRUE(counts(R"((module (memory 1) (data $d "a")
    (func (export "f") (data.drop $d))))"));
  EXPECT_TRUE(counts(R"((module (import "m" "g" (global $g i32))
    (memory 1) (data (global.get $g) "a")))"));
}

TEST(Bundle, IsMadeOfImportsOnly) {
  Bundle bundle(R"((module
    (import "m" "f" (func (param i32 externref)))
    (import "m" "g" (global i64))
    (import "m" "h" (global (mut f32)))))");
  EXPECT_EQ(bundle.imports(), Names({"m.f", "m.g", "m.h"}));
  EXPECT_EQ(bundle.exports(), Names());
}

TEST(Bundle, ExportsAnImport) {
  Bundle bundle(R"((module
    (import "m" "f" (func $f (param i32) (result v128)))
    (export "a" (func $f)) (export "b" (func $f))))");
  EXPECT_EQ(bundle.exports(), Names({"a", "b"}));
}

TEST(Bundle, HasTheTypesOfTheModule) {
  Bundle bundle(R"((module
    (func (export "f") (param i32 i64 f32 f64 v128 externref funcref)
      (result funcref externref v128 f64 f32 i64 i32) (unreachable))
    (global (export "g") (mut i64) (i64.const 5))
    (global (export "c") i32 (i32.const 7))
    (table (export "t") 3 9 externref)
    (memory (export "m") 2 5)))");
  EXPECT_EQ(bundle.exports(), Names({"f", "g", "c", "t", "m"}));
  auto &function = *bundle.module.getFunction(
      *bundle.module.getExport("f")->getInternalName());
  EXPECT_EQ(function.getParams().size(), 7u);
  EXPECT_EQ(function.getResults().size(), 7u);
  auto &global = *bundle.module.getGlobal(
      *bundle.module.getExport("g")->getInternalName());
  EXPECT_TRUE(global.mutable_);
  EXPECT_EQ(global.init->cast<wasm::Const>()->value.geti64(), 5);
  auto &table =
      *bundle.module.getTable(*bundle.module.getExport("t")->getInternalName());
  EXPECT_EQ(uint64_t(table.initial), 3u);
  EXPECT_EQ(uint64_t(table.max), 9u);
}

TEST(Bundle, PutsTheGuestsMemoryLast) {
  Bundle bundle(R"((module (memory 2 5) (data (i32.const 8) "\01\02\03\04")))",
                {.stackSize = 1 << 20});
  const BundleInfo &info = bundle.info;
  EXPECT_EQ(info.guestBase % kPageBytes, 0u);
  // The stack first, and then all data, close together.
  EXPECT_EQ(info.stackBase, kShadowStack);
  EXPECT_EQ(info.stackEnd - info.stackBase, 1u << 20);
  EXPECT_GE(info.state, info.stackEnd + kStackReserve);
  EXPECT_LE(info.state + sizeof(VmState), info.image);
  EXPECT_LT(info.image - info.stackEnd, 2 * kStackReserve);
  EXPECT_LE(info.image + info.imageSize, info.guestBase);
  EXPECT_LT(info.guestBase - info.image, kPageBytes);
  for (auto &segment : bundle.module.dataSegments)
    EXPECT_GE(segment->offset->cast<wasm::Const>()->value.getUnsigned(),
              info.stackEnd + kStackReserve);
  EXPECT_EQ(uint64_t(bundle.memory().initial), info.guestBase / kPageBytes + 2);
  EXPECT_EQ(uint64_t(bundle.memory().max), info.guestBase / kPageBytes + 5);
  EXPECT_EQ(bundle.load32(info.guestBase + 8), 0x04030201u);
  // The runtime is told the same.
  EXPECT_EQ(bundle.load32(info.state + offsetof(VmState, image)), info.image);
  EXPECT_EQ(bundle.load32(info.state + offsetof(VmState, stackBase)),
            info.stackBase);
  EXPECT_EQ(bundle.load32(info.state + offsetof(VmState, stackEnd)),
            info.stackEnd);
  EXPECT_EQ(bundle.load32(info.state + offsetof(VmState, guestBase)),
            info.guestBase);
  EXPECT_EQ(bundle.load32(info.state + offsetof(VmState, sp)), info.stackBase);
  EXPECT_EQ(bundle.load32(info.image), kImageMagic);
}

const PackOptions kSeparate = {.layout = Layout::Separate};

TEST(Bundle, GivesTheGuestAMemoryOfItsOwn) {
  Bundle bundle(R"((module (memory (export "m") 2 5)
    (data (i32.const 8) "\01\02\03\04")))",
                kSeparate);
  const BundleInfo &info = bundle.info;
  EXPECT_EQ(info.flags, kSeparateMemories);
  EXPECT_EQ(info.guestBase, 0u);
  ASSERT_EQ(bundle.module.memories.size(), 2u);
  EXPECT_EQ(uint64_t(bundle.memory().initial), 2u);
  EXPECT_EQ(uint64_t(bundle.memory().max), 5u);
  wasm::Memory &own = *bundle.module.memories.back();
  EXPECT_EQ(uint64_t(own.initial),
            (info.stackEnd + kPageBytes - 1) / kPageBytes);
  EXPECT_EQ(uint64_t(own.max), uint64_t(own.initial));
  // Only the guest's is exported.
  EXPECT_EQ(bundle.exports(), Names({"m"}));
  EXPECT_EQ(*bundle.module.getExport("m")->getInternalName(),
            bundle.memory().name);
  EXPECT_EQ(bundle.load32(8, 0), 0x04030201u);
  EXPECT_EQ(bundle.load32(info.state + offsetof(VmState, guestBase)), 0u);
  EXPECT_EQ(bundle.load32(info.image), kImageMagic);
  // The VM's data is there before any of the guest's can trap.
  EXPECT_EQ(bundle.module.dataSegments.front()->memory, own.name);
  EXPECT_EQ(bundle.module.dataSegments.back()->memory, bundle.memory().name);
}

TEST(Bundle, HasOneMemoryIfTheGuestHasNone) {
  Bundle bundle("(module (func))", kSeparate);
  EXPECT_EQ(bundle.module.memories.size(), 1u);
  EXPECT_EQ(bundle.info.flags, kSeparateMemories);
}

TEST(Bundle, LeavesLimitsAloneInASeparateMemory) {
  EXPECT_EQ(
      uint64_t(Bundle("(module (memory 65536))", kSeparate).memory().initial),
      65536u);
  EXPECT_FALSE(Bundle("(module (memory 0))", kSeparate).memory().hasMax());
}

TEST(Bundle, ImportsWhatTheGuestImports) {
  constexpr char kText[] = R"((module
    (import "m" "m" (memory 1 3)) (import "m" "t" (table 2 5 funcref))
    (import "m" "g" (global (mut i64)))
    (import "wasi_snapshot_preview1" "no_such" (func (param i32)))
    (data (i32.const 70000) "a")
    (elem (i32.const 1) func 0)))";
  Bundle bundle(kText, kSeparate);
  EXPECT_EQ(bundle.imports(),
            Names({"wasi_snapshot_preview1.no_such", "m.g", "m.t", "m.m"}));
  EXPECT_TRUE(bundle.memory().imported());
  EXPECT_EQ(uint64_t(bundle.memory().max), 3u);
  EXPECT_EQ(uint64_t(bundle.module.tables.front()->max), 5u);
  EXPECT_FALSE(bundle.module.start.is());
  // Whether it fits is the host's business, unless it must not be written
  // before a segment of elements that may not fit.
  EXPECT_TRUE(bundle.module.dataSegments.back()->isActive());
  Bundle late(R"((module (import "m" "m" (memory 1))
    (import "m" "t" (table 2 funcref)) (data (i32.const 0) "a")
    (elem (i32.const 0) func 0) (elem (i32.const 2) func 0) (func)))",
              kSeparate);
  EXPECT_FALSE(late.module.dataSegments.back()->isActive());
  EXPECT_TRUE(late.module.elementSegments.front()->isActive());
  EXPECT_FALSE(late.module.elementSegments.back()->isActive());
  EXPECT_TRUE(late.module.start.is());
}

TEST(Bundle, NeedsMultiMemoryForTwoMemories) {
  PackOptions options = kSeparate;
  options.hostFeatures.programs = false;
  EXPECT_EQ(packError("(module (memory 1))", options),
            "t.wat: --layout=separate needs multi-memory, which is not among "
            "the --host-features (add multi-memory)");
  // The guest's is the only one.
  EXPECT_EQ(packError("(module)", options), "");
  options.hostFeatures.named.enable(wasm::FeatureSet::MultiMemory);
  EXPECT_EQ(packError("(module (memory 1))", options), "");
}

TEST(Bundle, RefusesAnImportedMemoryInTheSingleLayout) {
  EXPECT_EQ(packError(R"((module (import "m" "m" (memory 1))))"),
            "t.wat: the program imports its memory, in which the VM's state "
            "has no place (use --layout=separate)");
}

// It needs the host's fd_write, and a memory for the host to read.
TEST(Bundle, PrintsFromTheGuestsMemory) {
  auto moduleWith = [](const std::string &memory) {
    return R"((module (import "wasi_snapshot_preview1" "fd_write"
      (func (param i32 i32 i32 i32) (result i32))) )" +
           memory + R"( (func (export "f") unreachable)))";
  };
  auto prints = [](const std::string &text) {
    Bundle bundle(text, kSeparate);
    // The texts of traps are the runtime's only data.
    uint32_t functions = 0;
    for (auto &function : bundle.module.functions)
      functions += !function->imported();
    EXPECT_EQ(bundle.imports(), Names({"wasi_snapshot_preview1.fd_write"}));
    return functions;
  };
  uint32_t silent = prints(moduleWith(""));
  EXPECT_EQ(prints(moduleWith("(memory 1)")), silent);
  EXPECT_EQ(prints(moduleWith("(memory (export \"mem\") 1)")), silent);
  EXPECT_EQ(prints(moduleWith("(memory (export \"memory\") 0)")), silent);
  EXPECT_GT(prints(moduleWith("(memory (export \"memory\") 1)")), silent);
}

TEST(Bundle, HasAMemoryWithoutALimit) {
  EXPECT_FALSE(Bundle("(module (memory 0))").memory().hasMax());
  // The VM's state takes pages that the guest could have had.
  EXPECT_EQ(uint64_t(Bundle("(module (memory 0 65536))").memory().max), 65536u);
  // Without a guest memory nothing grows.
  Bundle none("(module (func))");
  EXPECT_EQ(uint64_t(none.memory().max), uint64_t(none.memory().initial));
}

TEST(Bundle, RefusesMemoriesThatLeaveNoRoom) {
  EXPECT_EQ(packError("(module (memory 65536))", {.stackSize = 4u << 20}),
            "t.wat: the memory of 65536 pages and the VM's state of 65 pages "
            "exceed 4 GiB (use a smaller --stack-size or initial memory, or "
            "--layout=separate)");
  EXPECT_EQ(packError("(module)", {.stackSize = 0xffff0000}),
            "t.wat: the VM's state of 65536 pages and a frame of 0 bytes "
            "exceed 4 GiB (use a smaller --stack-size)");
}

TEST(Bundle, KeepsSegmentsInOrder) {
  // The second one depends on an import, so the third, which may overlap it,
  // is copied at the start too.
  Bundle bundle(R"((module (import "m" "g" (global i32)) (memory 1)
    (data (i32.const 0) "a") (data (global.get 0) "b")
    (data (i32.const 0) "c")))");
  EXPECT_EQ(bundle.load32(bundle.info.guestBase), uint32_t('a'));
  uint32_t passive = 0;
  for (auto &segment : bundle.module.dataSegments)
    passive += !segment->isActive();
  EXPECT_EQ(passive, 2u);
  EXPECT_TRUE(bundle.module.start.is());
}

TEST(Bundle, StartsOnlyWhereThereIsSomethingToDo) {
  EXPECT_FALSE(Bundle("(module (memory 1) (data (i32.const 0) \"a\"))")
                   .module.start.is());
  EXPECT_TRUE(Bundle("(module (func $f) (start $f))").module.start.is());
  EXPECT_TRUE(Bundle("(module (memory 1) (data (i32.const 65536) \"a\"))")
                  .module.start.is());
}

TEST(Bundle, KeepsRealTables) {
  auto tables = [](std::string_view text) {
    return Bundle(text).module.tables.size();
  };
  EXPECT_EQ(tables(R"((module (table 2 funcref) (elem (i32.const 0) func 0)
    (func (export "f") (call_indirect (i32.const 0)))))"),
            0u);
  EXPECT_EQ(tables(R"((module (table (export "t") 2 funcref)
    (elem (i32.const 0) func 0)
    (func (export "f") (call_indirect (i32.const 0)))))"),
            1u);
}

TEST(Bundle, PutsStaticTablesIntoMemory) {
  Bundle bundle(R"((module (table 3 funcref) (elem (i32.const 1) func 0)
    (func (export "f") (param i64)
      (call_indirect (param i64) (local.get 0) (i32.const 0)))))");
  ImageHeader header;
  uint32_t image = bundle.info.image;
  for (uint32_t i = 0; i < sizeof(header); i += 4) {
    uint32_t word = bundle.load32(image + i);
    memcpy(reinterpret_cast<char *>(&header) + i, &word, 4);
  }
  uint32_t entry = bundle.load32(image + header.functions);
  // The three entries are the first thing behind the image.
  uint32_t table = (image + bundle.info.imageSize + 15) & -16;
  std::vector<uint32_t> words;
  for (uint32_t i = 0; i < 6; ++i)
    words.push_back(bundle.load32(table + 4 * i));
  EXPECT_EQ(words[1], kNullType);
  EXPECT_EQ(words[2], entry);
  EXPECT_NE(words[3], kNullType);
  EXPECT_EQ(words[5], kNullType);
}

TEST(Bundle, CarriesMessagesOnlyWhereHandlersTrap) {
  auto texts = [](const std::string &end) {
    Bundle bundle(R"((module
      (import "wasi_snapshot_preview1" "fd_write"
        (func $write (param i32 i32 i32 i32) (result i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1)
          (i32.const 8))) )" +
                  end + "))");
    for (auto &segment : bundle.module.dataSegments)
      if (std::string_view(segment->data.data(), segment->data.size())
              .find("ireko: trap: ") != std::string_view::npos)
        return true;
    return false;
  };
  EXPECT_FALSE(texts(""));
  EXPECT_TRUE(texts("(unreachable)"));
}

// wasmi 2.0.0 cannot translate such stores at the offsets that bundles have.
TEST(Bundle, NeverStoresALocalToItself) {
  for (const char *store : {"(i32.store (local.get 0) (local.get 0))",
                            "(i64.store (local.get 0) (i64.extend_i32_u "
                            "(local.get 0)))"}) {
    Bundle bundle(std::string(R"((module (memory 2)
      (func (export "f") (param i32 i32)
        (loop
          (local.set 0 (i32.load offset=4 (local.get 0))) )") +
                  store + R"(
          (local.set 1 (i32.add (local.get 1) (i32.const 1)))
          (br_if 0 (i32.lt_u (local.get 1) (i32.const 9)))))))");
    uint32_t guestStores = 0;
    for (auto &function : bundle.module.functions)
      if (!function->imported())
        for (auto *found : wasm::FindAll<wasm::Store>(function->body).list) {
          if (found->offset != bundle.info.guestBase)
            continue;
          ++guestStores;
          EXPECT_FALSE(found->ptr->is<wasm::LocalGet>());
        }
    EXPECT_EQ(guestStores, 1u);
  }
}

// Segments whose contents are in place are still there for elem.drop and
// table.init, with nothing in them.
TEST(Bundle, KeepsSegmentsThatCodeNames) {
  Bundle bundle(
      R"((module (table $a 1 funcref) (table $b (export "b") 1 funcref)
    (elem $e (table $a) (i32.const 0) func $f) (func $f)
    (func (export "g")
      (elem.drop $e)
      (table.init $b $e (i32.const 0) (i32.const 0) (i32.const 0))
      (call_indirect $a (i32.const 0)))))");
  ASSERT_EQ(bundle.module.elementSegments.size(), 1u);
  EXPECT_TRUE(bundle.module.elementSegments[0]->data.empty());
}

TEST(Bundle, ImportsOnlyWhatItNeeds) {
  // A program without WASI calls does not get WASI for its trap messages.
  EXPECT_EQ(Bundle("(module (func (export \"f\") unreachable))").imports(),
            Names());
  Names imports = Bundle(R"((module
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (func (export "_start") (call $exit (i32.const 3)))
    (memory (export "memory") 1)))")
                      .imports();
  std::set<std::string> sorted(imports.begin(), imports.end());
  EXPECT_TRUE(sorted.count("wasi_snapshot_preview1.proc_exit"));
  for (const std::string &name : sorted)
    EXPECT_TRUE(name == "wasi_snapshot_preview1.proc_exit" ||
                name == "wasi_snapshot_preview1.fd_write")
        << name;
}

TEST(Bundle, HasNothingOfTheGuestsNames) {
  // Names that the VM's own could meet.
  for (std::string name : {"ireko.dispatch", "ireko.run", "ireko.vm.ireko_trap",
                           "ireko.cold.0", "ireko.refs.func", "memory", "0"}) {
    Bundle bundle("(module (func $" + name +
                  " (export \"f\") (result funcref) (drop (memory.grow "
                  "(i32.const 1))) (ref.func $" +
                  name + ")) (memory 1))");
    EXPECT_EQ(bundle.exports(), Names({"f"})) << name;
  }
}

TEST(Bundle, IsTheSameEveryTime) {
  std::string text = "(module (memory 1) (table 20 funcref) ";
  for (int i = 0; i < 20; ++i) {
    std::string n = std::to_string(i);
    text += "(global $g" + n + " (mut i64) (i64.const " + n + "))" +
            "(func $f" + n + " (export \"f" + n +
            "\") (param i32) (result i64) (loop $l (i32.store (local.get 0) "
            "(i32.mul (local.get 0) (i32.const " +
            n +
            "))) (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) "
            "(i32.const 1))) (i32.const 9)))) (global.get $g" +
            n + "))";
  }
  text += ")";
  for (int level : {0, 2}) {
    PackStats stats;
    auto first = pack(text, {.optLevel = level}, &stats);
    EXPECT_EQ(first, pack(text, {.optLevel = level}));
    EXPECT_EQ(stats.bundleBytes, first.size());
    EXPECT_EQ(stats.functions, 20u);
    EXPECT_GT(stats.sharedHandlers, 0u);
    EXPECT_LT(stats.imageCode, stats.imageBytes);
    EXPECT_EQ(stats.fusedHandlers > 0, level == 2);
  }
}

TEST(Bundle, LeavesNamesOutOnRequest) {
  auto contains = [](const std::vector<uint8_t> &bytes, std::string_view what) {
    return std::string_view(reinterpret_cast<const char *>(bytes.data()),
                            bytes.size())
               .find(what) != std::string_view::npos;
  };
  std::string_view text = "(module (func $peculiar (export \"f\")))";
  EXPECT_TRUE(contains(pack(text, {}), "peculiar"));
  EXPECT_FALSE(contains(pack(text, {.stripNames = true}), "peculiar"));
}

} // namespace
