// What makes a bundle, step by step: see Bundler::run() in bundle.cpp.

#ifndef IREKO_REWRITER_BUNDLER_H
#define IREKO_REWRITER_BUNDLER_H

#include <unordered_set>

#include "rewriter/codegen.h"
#include "rewriter/pack.h"
#include "rewriter/profile.h"
#include "wasm-binary.h"

namespace ireko {

template <typename T> void appendBytes(std::vector<char> &out, const T &value) {
  auto *bytes = reinterpret_cast<const char *>(&value);
  out.insert(out.end(), bytes, bytes + sizeof(value));
}

// One bundle in the making.
class Bundler {
public:
  Bundler(Program &program, const Tiling &tiling, const Regions &regions,
          const PackOptions &options, const SourceModule &source,
          PackStats *stats)
      : program(program), guest(program.module), tiling(tiling),
        regions(regions), options(options), source(source), stats(stats),
        builder(bundle) {}

  llvm::Expected<std::vector<uint8_t>> run();

private:
  // rewriter/bundle.cpp
  void readRuntime();
  void renameRuntime();
  bool isOfRuntime(wasm::Name name) const;
  void removeUnusedRuntime();
  void mergeIfSmall();
  void copyImports();
  bool canPrint() const;
  void addExports(Codegen &gen);
  llvm::Error addInfo();
  llvm::Expected<std::vector<uint8_t>> write();
  // Whether all functions are within the host's limits.
  llvm::Error checkLimits(const wasm::WasmBinaryWriter &writer);
  llvm::Error checkCount(const char *what, uint64_t number, uint32_t limit);
  llvm::Error checkCounts();
  void countBytes(const wasm::WasmBinaryWriter &writer, size_t bundleBytes);
  // rewriter/bundle_print.cpp
  void bindPrinting();
  wasm::Name printingTrap(Codegen &gen);
  // rewriter/bundle_memory.cpp
  bool isOthers(wasm::Function &import) const;
  uint32_t mostStack() const;
  uint32_t stackSize() const;
  // Returns where the runtime's data is to begin.
  uint64_t placeStack();
  llvm::Error placeMemory();
  llvm::Error placeGuestMemory();
  void addVmData();
  void copyData();
  void initialise(const wasm::DataSegment &segment, uint32_t size);
  // For hosts without bulk memory.
  void planKeptSegments();
  // The place of an active segment, if it is known and inside.
  std::optional<uint32_t> placeOf(const wasm::DataSegment &segment) const;
  // rewriter/fuel.cpp
  llvm::Error exportFuel();
  // rewriter/bundle_counts.cpp
  void watchEndings(Codegen &gen);
  wasm::Expression *writeAllCounts();
  wasm::Name endingExport(wasm::Name adapter);
  void exportMemory();
  void watchTraps();
  // rewriter/bundle_tables.cpp
  void addReferenceRegisters();
  void copyTables(Codegen &gen);
  void copyElements(Codegen &gen);
  wasm::Expression *constantExpression(wasm::Expression *expr, Codegen *gen);

  Program &program;
  wasm::Module &guest;
  const Tiling &tiling;
  const Regions &regions;
  const PackOptions &options;
  const SourceModule &source;
  PackStats *stats;
  wasm::Module bundle;
  wasm::Builder builder;
  Image image;
  MemoryLayout layout;
  uint64_t runtimeEnd = 0; // of its data, in linear memory
  // Functions of the runtime by export name.
  std::unordered_map<std::string, wasm::Name> runtimeFunctions;
  std::unordered_map<wasm::Name, wasm::Name> importTargets;
  // Those of them that stand for imports which are left out, and trap.
  std::unordered_set<wasm::Name> stubs;
  // The runtime's import of fd_write, and what the guest's is bound to, if it
  // has one: in the separate layout the host's, to which the runtime's is bound
  // too.
  wasm::Name runtimePrint, guestPrint;
  // What instantiation does beyond active segments. From the first one on that
  // may trap or depends on an import, segments of the same kind and later kinds
  // are copied here.
  std::vector<wasm::Expression *> initialisation;
  std::unordered_map<wasm::Name, KeptSegment> keptSegments;
  // What is called before the program ends, if anything is: it writes the
  // counters, and prints what fuel was used.
  wasm::Name atEnd;
  std::vector<SafepointRecord> safepointRecords; // with --check-frames
};

} // namespace ireko

#endif // IREKO_REWRITER_BUNDLER_H
