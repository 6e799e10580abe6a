// The pipeline: plan, lower, passes, select, encode and bundle.

#include "rewriter/pack.h"

#include <array>
#include <atomic>

#include "passes/pass.h"
#include "rewriter/budget.h"
#include "rewriter/bundle.h"
#include "rewriter/inspect.h"
#include "rewriter/inspect_json.h"
#include "rewriter/lower.h"
#include "rewriter/profile.h"
#include "rewriter/program.h"
#include "rewriter/regions.h"
#include "rewriter/verify.h"
#include "rewriter/weights.h"

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
    sizes[passes].blocks += function.layout.size();
    sizes[passes].statements += statements;
  }
  std::vector<PassCounts> counts() const {
    std::vector<PassCounts> counts;
    for (size_t i = 0; i < sizes.size(); ++i)
      counts.push_back({i ? std::string(kPasses[i - 1].name) : kNoPass,
                        sizes[i].blocks, sizes[i].statements});
    return counts;
  }

private:
  struct Size {
    std::atomic<uint64_t> blocks = 0, statements = 0;
  };
  std::array<Size, std::size(kPasses) + 1> sizes;
};

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
      if (pass.fromLevel <= options.optLevel &&
          (options.exits || pass.run != extendBlocks))
        pass.run(program, function);
      if (meter)
        meter->note(&pass - kPasses + 1, function);
      if (llvm::StringRef(pass.name) == lastPass)
        return;
    }
  });
}

llvm::Error prepare(Program &program, const PackOptions &options,
                    const SourceModule &source, llvm::StringRef lastPass = {},
                    PassMeter *meter = nullptr) {
  lowerWithoutPasses(program, options);
  if (options.profile)
    if (llvm::Error error = applyProfile(*options.profile, program))
      return error;
  if (options.counters)
    *options.counters = addCounters(program, source);
  runPasses(program, options, lastPass, meter);
  return llvm::Error::success();
}

Tiling coverProgram(Program &program, const Regions &regions,
                    const PackOptions &options, const SourceModule &source) {
  SelectOptions select = selectOptions(options, source.info.codeSize);
  for (uint32_t region : regions.ofFunction)
    select.isRegion.push_back(region != 0);
  Tiling tiling = selectTiles(program, select);
  addRegionEntries(program, regions, tiling);
  return tiling;
}

// The image that packing would make, read back like that of a bundle.
llvm::Error printModuleJson(Program &program, const Tiling &tiling,
                            const SourceModule &source, const PassMeter &meter,
                            llvm::StringRef only, llvm::raw_ostream &out) {
  Image image = encodeImage(program, tiling, {});
  ImageFile file;
  file.path = source.path;
  file.image = image.bytes;
  for (const StaticTable &table : program.staticTables) {
    std::vector<StaticTableEntry> &entries = file.tables.emplace_back();
    for (uint32_t element : table.functions)
      entries.push_back(tableEntry(program, image, element));
  }
  auto description = describeHandlers(program, tiling, image);
  if (!description)
    return description.takeError();
  auto table = parseHandlers(*description, 0, source.path);
  if (!table)
    return table.takeError();
  file.table = std::move(*table);
  if (auto stats = verifyImage(file); !stats)
    return stats.takeError();
  ModuleFacts facts;
  facts.moduleBytes = source.bytes.size();
  facts.codeBytes = source.info.codeSize;
  facts.passes = meter.counts();
  facts.weights.resize(tiling.handlers.size());
  Weights weights(program);
  for (uint32_t f = 0; f < program.functions.size(); ++f)
    for (const BlockTiles &block : tiling.functions[f].blocks)
      for (const Tile &tile : block.tiles)
        facts.weights[tile.handler] += weights.ofBlock(f, block.block);
  return printJson(file, &facts, only, out);
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
  Regions regions =
      formRegions(program, regionOptions(options, source.info.codeSize));
  Tiling tiling = coverProgram(program, regions, options, source);
  return makeBundle(program, tiling, regions, options, source, stats);
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
  Regions regions =
      formRegions(program, regionOptions(options, source.info.codeSize));
  Tiling tiling = coverProgram(program, regions, options, source);
  program.workers.beginPhase("print");
  return printProgram(program, tiling, source, what.function, out);
}

llvm::Error inspectModuleJson(SourceModule &&source, const PackOptions &options,
                              llvm::StringRef only, llvm::raw_ostream &out,
                              Phases *phases) {
  Program program(*source.module, options.jobs, phases);
  PassMeter meter;
  if (llvm::Error error = prepare(program, options, source, {}, &meter))
    return error;
  Regions regions =
      formRegions(program, regionOptions(options, source.info.codeSize));
  Tiling tiling = coverProgram(program, regions, options, source);
  program.workers.beginPhase("print");
  return printModuleJson(program, tiling, source, meter, only, out);
}

} // namespace ireko
