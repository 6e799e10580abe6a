// The pipeline: plan, lower, passes, select, encode and bundle.

#include "rewriter/pack.h"

#include <array>
#include <atomic>

#include "passes/pass.h"
#include "rewriter/budget.h"
#include "rewriter/bundle.h"
#include "rewriter/function_filter.h"
#include "rewriter/inspect.h"
#include "rewriter/inspect_module.h"
#include "rewriter/lower.h"
#include "rewriter/pass_diff.h"
#include "rewriter/profile.h"
#include "rewriter/program.h"
#include "rewriter/regions.h"
#include "rewriter/rehearsal.h"

namespace ireko {

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

// The sizes of the program before the passes and after each of them.
class PassMeter {
public:
  void note(size_t passes, const Function &function) {
    size_t statements = 0;
    for (BlockIndex block : function.layout)
      statements += function.blocks[block].statements.size();
    ++sizes[passes].functions;
    sizes[passes].blocks += function.layout.size();
    sizes[passes].statements += statements;
  }
  std::vector<PassCounts> counts() const {
    std::vector<PassCounts> counts;
    for (size_t i = 0; i < sizes.size(); ++i)
      counts.push_back({i ? std::string(kPasses[i - 1].name) : kNoPass,
                        sizes[i].functions, sizes[i].blocks,
                        sizes[i].statements});
    return counts;
  }

private:
  struct Size {
    std::atomic<uint64_t> functions = 0, blocks = 0, statements = 0;
  };
  std::array<Size, std::size(kPasses) + 1> sizes;
};

// Unless it does not run with these options.
void runPass(const Pass &pass, Program &program, Function &function,
             const PackOptions &options) {
  if (pass.fromLevel <= options.optLevel &&
      (options.exits || pass.run != extendBlocks) &&
      !(options.forSize && pass.run == copyEnds))
    pass.run(program, function);
}

void runPasses(Program &program, const PackOptions &options,
               llvm::StringRef lastPass, PassMeter *meter = nullptr) {
  if (lastPass == kNoPass)
    return;
  program.workers.beginPhase("passes");
  program.workers.forEach(program.functions.size(), [&](size_t i) {
    Function &function = program.functions[i];
    if (function.blocks.empty())
      return;
    if (meter)
      meter->note(0, function);
    for (const Pass &pass : kPasses) {
      runPass(pass, program, function, options);
      if (meter)
        meter->note(&pass - kPasses + 1, function);
      if (llvm::StringRef(pass.name) == lastPass)
        return;
    }
  });
}

// Steps of a rehearsal; 0: none. A profile knows better, a small program is all
// regions anyway, and counters count.
uint64_t rehearsalOf(const PackOptions &options, uint64_t codeBytes) {
  if (options.profile || options.counters || options.optLevel == 0)
    return 0;
  if (options.rehearsal != PackOptions::kAdaptRehearsal)
    return options.rehearsal;
  return codeBytes > kSmallCode ? rehearsalSteps(codeBytes) : 0;
}

llvm::Error prepare(Program &program, const PackOptions &options,
                    const SourceModule &source, llvm::StringRef lastPass = {},
                    PassMeter *meter = nullptr) {
  lowerWithoutPasses(program, options);
  if (options.profile)
    if (llvm::Error error = applyProfile(*options.profile, program))
      return error;
  if (uint64_t steps = rehearsalOf(options, source.info.codeSize))
    rehearse(program, steps);
  if (options.counters)
    *options.counters = addCounters(program, source);
  runPasses(program, options, lastPass, meter);
  return llvm::Error::success();
}

Tiling coverProgram(Program &program, const Regions &regions,
                    const PackOptions &options, const SourceModule &source) {
  SelectOptions select = selectOptions(options, source.info.codeSize,
                                       program.counts, !regions.list.empty());
  bool entersLoops = !options.safepoints.forGood;
  select.entries = entryBlocks(program, regions, entersLoops);
  Tiling tiling = selectTiles(program, select);
  addRegionEntries(program, regions, entersLoops, tiling);
  return tiling;
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
  if (llvm::Error error = checkLayout(source, options))
    return std::move(error);
  Program program(*source.module, options.jobs, phases);
  if (llvm::Error error = prepare(program, options, source))
    return std::move(error);
  Regions regions =
      formRegions(program, regionOptions(options, source.info.codeSize));
  Tiling tiling = coverProgram(program, regions, options, source);
  return makeBundle(program, tiling, regions, options, source, stats);
}

namespace {

llvm::Error printDiff(Program &program, const PackOptions &options,
                      const SourceModule &source, const InspectOptions &what,
                      llvm::raw_ostream &out) {
  const Pass *pass = llvm::find_if(
      kPasses, [&](const Pass &each) { return each.name == what.diffPass; });
  llvm::StringRef last =
      pass == kPasses ? kNoPass : llvm::StringRef(pass[-1].name);
  if (llvm::Error error = prepare(program, options, source, last))
    return error;
  std::string before, after;
  llvm::raw_string_ostream beforeOut(before), afterOut(after);
  if (llvm::Error error =
          printLowered(program, source, what.function, beforeOut))
    return error;
  program.workers.beginPhase("passes");
  program.workers.forEach(program.functions.size(), [&](size_t i) {
    if (!program.functions[i].blocks.empty())
      runPass(*pass, program, program.functions[i], options);
  });
  program.workers.beginPhase("print");
  if (llvm::Error error =
          printLowered(program, source, what.function, afterOut))
    return error;
  printPassDiff(what.diffPass, before, after, out);
  return llvm::Error::success();
}

} // namespace

llvm::Error inspectModule(SourceModule &&source, const PackOptions &options,
                          const InspectOptions &what, llvm::raw_ostream &out,
                          Phases *phases) {
  Program program(*source.module, options.jobs, phases);
  if (!what.diffPass.empty())
    return printDiff(program, options, source, what, out);
  if (llvm::Error error = prepare(program, options, source, what.afterPass))
    return error;
  program.workers.beginPhase("print");
  return printLowered(program, source, what.function, out);
}

llvm::Expected<InspectedModule> packInspected(SourceModule &&source,
                                              const PackOptions &options,
                                              const InspectWishes &wishes,
                                              Phases *phases) {
  if (llvm::Error error = checkLayout(source, options))
    return std::move(error);
  FunctionFilter filter(wishes.function);
  auto isWanted = [&](uint32_t f) {
    return filter.has(f, source.info.functionNames[f]);
  };
  Program program(*source.module, options.jobs, phases);
  PassMeter meter;
  if (llvm::Error error = prepare(program, options, source, {}, &meter))
    return std::move(error);
  Regions regions =
      formRegions(program, regionOptions(options, source.info.codeSize));
  Tiling tiling = coverProgram(program, regions, options, source);
  InspectedModule inspected;
  ModuleFacts &facts = inspected.facts;
  facts.passes = meter.counts();
  addFacts(
      program, tiling, regions, source,
      [&](uint32_t f) { return wishes.located && isWanted(f); }, facts);
  if (wishes.listing) {
    llvm::raw_string_ostream out(inspected.listing);
    if (llvm::Error error =
            printTiles(program, tiling, source, wishes.function, out))
      return std::move(error);
  }
  facts.options = options;
  facts.generated.wants = isWanted;
  if (wishes.generated)
    facts.options.generated = &facts.generated;
  auto bundle =
      makeBundle(program, tiling, regions, facts.options, source, &facts.sizes);
  facts.options.generated = nullptr;
  facts.generated.wants = nullptr;
  if (!bundle)
    return bundle.takeError();
  auto read = readModuleFromBytes(std::move(*bundle), source.path);
  if (!read)
    return read.takeError();
  auto image = readBundleImage(*read);
  if (!image)
    return image.takeError();
  inspected.image = std::move(*image);
  if (wishes.generated)
    inspected.image.code =
        findHandlerCode(*read, inspected.image.table.handlers.size());
  facts.lines = SourceLines::of(source);
  facts.source = std::move(source);
  facts.source.module.reset();
  return inspected;
}

} // namespace ireko
