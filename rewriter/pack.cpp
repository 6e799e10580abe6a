// The pipeline: plan, lower, passes, select, encode and bundle.

#include "rewriter/pack.h"

#include "passes/pass.h"
#include "rewriter/bundle.h"
#include "rewriter/inspect.h"
#include "rewriter/lower.h"
#include "rewriter/profile.h"
#include "rewriter/program.h"

namespace ireko {

namespace {

SelectOptions selectOptions(const PackOptions &options,
                            const SourceModule &source) {
  // A small program gets a small VM; a big one no more than hosts compile
  // quickly, about 150 KB. These are estimates; what is generated is larger by
  // nearly a half. Fusing a block takes as much from the image as it adds; but
  // which blocks run most is a guess, which in a program of more than kMaxGuess
  // is seldom right, and shared handlers serve it better. A profile knows.
  constexpr uint64_t kMaxShared = 28 << 10, kMaxFused = 36 << 10,
                     kMaxAll = 104 << 10, kMaxGuess = 100 << 10;
  SelectOptions select;
  if (options.optLevel > 0) {
    uint64_t code = source.info.codeSize;
    select.sharedBytes = std::min(kMaxShared, 1024 + code / 3);
    select.fusedBytes = std::min(kMaxFused, 512 + 5 * code);
    if (code > kMaxGuess && !options.profile)
      select.fusedBytes = kMaxFused * kMaxGuess / code;
    select.runBytes =
        std::min(kMaxAll - select.sharedBytes - select.fusedBytes, code / 3);
  }
  // A handler must fit into a page; a node of a fused one takes about eight
  // bytes.
  if (uint32_t bytes = options.limits.functionBytes)
    select.maxFusedNodes = std::min(select.maxFusedNodes, bytes / 16);
  return select;
}

} // namespace

namespace {

void lowerWithoutPasses(Program &program, const PackOptions &options) {
  program.workers.beginPhase("lower");
  planProgram(program);
  LowerOptions lowerOptions;
  lowerOptions.hostFeatures = options.hostFeatures;
  if (options.optLevel == 0)
    lowerOptions.maxTreeNodes = 1;
  for (const StaticTable &table : program.staticTables)
    for (uint32_t element : table.functions)
      if (element) {
        Function &function = program.functions[element - 1];
        if (function.imported && function.blocks.empty())
          lowerImport(program, function);
      }
  lowerFunctions(program, lowerOptions);
}

void runPasses(Program &program, const PackOptions &options,
               llvm::StringRef lastPass) {
  if (lastPass == kNoPass)
    return;
  program.workers.beginPhase("passes");
  program.workers.forEach(program.functions.size(), [&](size_t i) {
    Function &function = program.functions[i];
    if (function.blocks.empty())
      return;
    for (const Pass &pass : kPasses) {
      if (pass.fromLevel <= options.optLevel &&
          (options.exits || pass.run != extendBlocks))
        pass.run(program, function);
      if (llvm::StringRef(pass.name) == lastPass)
        return;
    }
  });
}

llvm::Error prepare(Program &program, const PackOptions &options,
                    const SourceModule &source, llvm::StringRef lastPass = {}) {
  lowerWithoutPasses(program, options);
  if (options.profile)
    if (llvm::Error error = applyProfile(*options.profile, program))
      return error;
  if (options.counters)
    *options.counters = addCounters(program, source);
  runPasses(program, options, lastPass);
  return llvm::Error::success();
}

} // namespace

void lowerProgram(Program &program, const PackOptions &options) {
  lowerWithoutPasses(program, options);
  runPasses(program, options, {});
}

llvm::Expected<std::vector<uint8_t>> packModule(SourceModule &&source,
                                                const PackOptions &options,
                                                PackStats *stats,
                                                Phases *phases) {
  Program program(*source.module, options.jobs, phases);
  if (llvm::Error error = prepare(program, options, source))
    return std::move(error);
  Tiling tiling = selectTiles(program, selectOptions(options, source));
  return makeBundle(program, tiling, options, source, stats);
}

llvm::Error inspectModule(SourceModule &&source, const PackOptions &options,
                          const InspectOptions &what, llvm::raw_ostream &out,
                          Phases *phases) {
  Program program(*source.module, options.jobs, phases);
  if (llvm::Error error = prepare(program, options, source, what.afterPass))
    return error;
  if (!what.afterPass.empty()) {
    program.workers.beginPhase("print");
    return printLowered(program, source, what.function, out);
  }
  Tiling tiling = selectTiles(program, selectOptions(options, source));
  program.workers.beginPhase("print");
  return printProgram(program, tiling, source, what.function, out);
}

} // namespace ireko
