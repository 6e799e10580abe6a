#include "rewriter/regions.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "rewriter/leaves.h"
#include "rewriter/validator.h"
#include "rewriter/weights.h"

using namespace wasm;

namespace ireko {

namespace {

using Kind = Terminator::Kind;

constexpr size_t kMaxRegions = 65000; // numbers are operands of one unit
// That one function may take after a rehearsal. Hosts compile functions side by
// side, and a large one takes them longer than its bytes say: a start is over
// before it brings anything.
constexpr double kMostOfBudget = 1.0 / 4;
// What an interpreter's loop counts for then: a rehearsal sees a start only.
constexpr double kLater = 4;
uint64_t costOf(const Region &region) {
  return 32 + uint64_t(kBytesPerNode) * region.nodes +
         16 * region.code.layout.size();
}

class RegionFormer {
public:
  RegionFormer(Program &program, const RegionOptions &options)
      : program(program), options(options) {}

  Regions run();

private:
  // Whether no code runs twice: a command without loops, whose functions are
  // not called from two places.
  bool runsOnce() const;
  // A region has a parameter more than its function, and so has what it calls.
  bool hasWideType() const;
  // Why there can be none at all, and why a function cannot be one, as far as
  // its code tells (Region::obstacle) and by its region; null: it can.
  const char *obstacleToAll() const;
  const char *obstacleTo(const Function &function) const;
  const char *obstacleTo(const Region &region) const;

  Program &program;
  const RegionOptions &options;
};

// Regions need a table of their own, and a function to enter them by type.
const char *RegionFormer::obstacleToAll() const {
  size_t real = program.module.tables.size() - program.staticTables.size();
  bool manyTables = options.hostFeatures.together(program.module.features)
                        .hasReferenceTypes();
  if (!options.bytes)
    return "there are to be no regions";
  // Their blocks nest deeply.
  constexpr uint32_t kDeep = 1024;
  if (options.limits.branchTargets && options.limits.branchTargets < kDeep)
    return "the host takes small functions only";
  if (real && !manyTables)
    return "the host takes one table only";
  if (hasWideType())
    return "a function has too many parameters to have another one";
  if (options.adapts && runsOnce())
    return "no code runs twice";
  return nullptr;
}

bool RegionFormer::runsOnce() const {
  std::vector<uint32_t> calls(program.functions.size());
  bool isCommand = false;
  // The host calls these.
  for (const auto &item : program.module.exports)
    if (item->kind == wasm::ExternalKind::Function) {
      if (item->name != "_start")
        return false;
      ++calls[program.functionIndex.at(*item->getInternalName())];
      isCommand = true;
    }
  if (program.module.start.is())
    ++calls[program.functionIndex.at(program.module.start)];
  for (const Function &function : program.functions)
    for (BlockIndex index : function.layout) {
      const Terminator &end = function.blocks[index].end;
      if (end.backEdge || end.kind == Kind::CallIndirect ||
          end.kind == Kind::TailCallIndirect)
        return false;
      if (end.kind == Kind::Call || end.kind == Kind::TailCall)
        ++calls[end.callee];
    }
  return isCommand && std::all_of(calls.begin(), calls.end(),
                                  [](uint32_t count) { return count <= 1; });
}

bool RegionFormer::hasWideType() const {
  auto isWide = [](HeapType type) {
    return type.getSignature().params.size() >= kMaxParams;
  };
  return llvm::any_of(program.functions,
                      [&](const Function &function) {
                        return isWide(function.source->type.getHeapType());
                      }) ||
         llvm::any_of(program.typeNumbers,
                      [&](auto &number) { return isWide(number.first); });
}

const char *RegionFormer::obstacleTo(const Function &function) const {
  if (function.blocks.empty())
    return "it has no code";
  if (function.frameSlots * kSlotBytes > kMaxRegionFrame)
    return "its frame is too large";
  bool tailCalls =
      options.hostFeatures.together(program.module.features).hasTailCall();
  for (BlockIndex index : function.layout) {
    Kind kind = function.blocks[index].end.kind;
    if (!tailCalls &&
        (kind == Kind::TailCall || kind == Kind::TailCallIndirect))
      return "the host has no tail calls";
  }
  return nullptr;
}

const char *RegionFormer::obstacleTo(const Region &region) const {
  if (region.obstacle())
    return region.obstacle();
  if (region.graph.enteredLoops().size() > kMaxRegions)
    return "it has too many loops";
  if (4 * costOf(region) > options.limits.mostFunctionBytes())
    return "it is too large for a function of the host";
  if (options.limits.locals &&
      region.variables.size() + kOtherLocals > options.limits.locals)
    return "it has too many variables for the host";
  return nullptr;
}

Regions RegionFormer::run() {
  Regions regions;
  regions.types = std::make_unique<CallTypes>(program);
  regions.placesSmall = options.placesSmall;
  regions.ofFunction.resize(program.functions.size());
  std::vector<RegionChoice> &choices = regions.choices;
  const char *obstacle = obstacleToAll();
  choices.resize(program.functions.size(), {obstacle});
  if (obstacle)
    return regions;
  std::vector<std::optional<Region>> found(program.functions.size());
  ColdPaths cold(program, options.leaveOutSeed);
  // What is left out at random is to be anywhere.
  Leaves leaves = findLeaves(program, *regions.types,
                             options.isExact || options.leaveOutSeed);
  program.workers.forEach(found.size(), [&](size_t f) {
    choices[f].obstacle = obstacleTo(program.functions[f]);
    if (choices[f].obstacle)
      return;
    found[f].emplace(program, *regions.types, f, leaves, cold.of(f),
                     options.unrolls);
    choices[f].obstacle = obstacleTo(*found[f]);
    if (choices[f].obstacle)
      found[f].reset();
  });
  Weights weights(program);
  // With counts, what a function runs itself is known, for each byte that it
  // takes. Of others, how often they are called is the better guess.
  bool isRehearsed = program.counts == Counts::Rehearsed;
  auto benefitOf = [&](uint32_t f) {
    if (!weights.areCounts())
      return weights.rankOf(f);
    double runs = 0;
    for (BlockIndex index : found[f]->code.layout)
      runs += weights.ofBlock(f, found[f]->origin(index)) *
              (1 + found[f]->code.blocks[index].statements.size());
    if (isRehearsed && interpretedCases(program.functions[f]))
      runs *= kLater;
    return runs / costOf(*found[f]);
  };
  struct Place {
    double benefit, rank;
    uint32_t function;
  };
  std::vector<Place> order;
  for (uint32_t f = 0; f < found.size(); ++f) {
    if (!found[f])
      continue;
    double benefit = benefitOf(f);
    uint64_t cost = costOf(*found[f]);
    choices[f] = {"others are worth more of the budget", benefit, cost};
    if (isRehearsed && cost > kMostOfBudget * options.bytes)
      choices[f].obstacle = "it would take too much of the budget";
    else
      order.push_back({benefit, weights.rankOf(f), f});
  }
  std::stable_sort(
      order.begin(), order.end(), [](const Place &a, const Place &b) {
        return std::tie(a.benefit, a.rank) > std::tie(b.benefit, b.rank);
      });
  uint64_t left = options.bytes;
  std::vector<bool> chosen(found.size());
  size_t count = 0;
  for (auto [benefit, rank, f] : order) {
    uint64_t cost = costOf(*found[f]);
    if (cost > left || count == kMaxRegions)
      continue;
    left -= cost;
    choices[f].obstacle = nullptr;
    chosen[f] = true;
    ++count;
  }
  std::vector<bool> differs = keepLeaves(program, chosen, leaves);
  program.workers.forEach(found.size(), [&](size_t f) {
    if (chosen[f] && differs[f])
      found[f].emplace(program, *regions.types, f, leaves, cold.of(f),
                       options.unrolls);
  });
  for (uint32_t f = 0; f < found.size(); ++f)
    if (chosen[f]) {
      choices[f].obstacle = obstacleTo(*found[f]);
      chosen[f] = !choices[f].obstacle;
    }
  std::unordered_map<HeapType, uint32_t> signatures;
  for (uint32_t f = 0; f < found.size(); ++f) {
    if (!chosen[f])
      continue;
    HeapType type = program.functions[f].source->type.getHeapType();
    auto [it, isNew] = signatures.try_emplace(type, signatures.size());
    if (isNew)
      regions.signatures.push_back(type);
    regions.signatureOf.push_back(it->second);
    regions.list.push_back(std::move(*found[f]));
    regions.ofFunction[f] = regions.list.size();
  }
  return regions;
}

} // namespace

bool Regions::handBack() const {
  return std::any_of(list.begin(), list.end(),
                     [](const Region &region) { return region.handsBack; });
}

uint32_t Regions::largestFrame(const Program &program) const {
  uint32_t slots = kFrameInPlace;
  for (const Region &region : list)
    slots = std::max(slots, program.functions[region.function].frameSlots);
  return slots * kSlotBytes;
}

Regions formRegions(Program &program, const RegionOptions &options) {
  program.workers.beginPhase("regions");
  return RegionFormer(program, options).run();
}

namespace {

// Visits the block and the loop's number of each place where the stream enters
// the region; that of the function's start, which is to come before all else in
// its block, last.
template <typename Visit>
void forEachEntry(const Region &region, bool enterLoops, Visit visit) {
  if (enterLoops)
    for (FlowNode loop : region.graph.enteredLoops())
      visit(blockOf(loop), region.graph.entryOf(loop));
  visit(region.code.layout.front(), 0);
}

} // namespace

EntryBlocks entryBlocks(const Program &program, const Regions &regions,
                        bool enterLoops) {
  EntryBlocks entries;
  if (!regions.list.empty())
    entries.resize(program.functions.size());
  for (const Region &region : regions.list)
    forEachEntry(region, enterLoops, [&](BlockIndex block, uint32_t) {
      entries[region.function].push_back(block);
    });
  return entries;
}

void addRegionEntries(const Program &program, const Regions &regions,
                      bool enterLoops, Tiling &tiling) {
  if (regions.list.empty())
    return;
  Handler handler;
  uint32_t number = tiling.handlers.size();
  for (uint32_t r = 0; r < regions.list.size(); ++r) {
    const Region &region = regions.list[r];
    FunctionTiles &tiles = tiling.functions[region.function];
    auto add = [&](BlockIndex block, uint32_t loop) {
      Tile tile;
      tile.handler = number;
      tile.entry = RegionEntry{r, regions.signatureOf[r], loop};
      auto &list = tiles.blocks[tiles.position[block]].tiles;
      list.insert(list.begin(), tile);
      if (handler.uses++ == 0) {
        handler.function = region.function;
        handler.block = block;
        handler.tile = tile;
        handler.shape =
            shapeOf(program, region.code.blocks[block], tile, false);
      }
    };
    forEachEntry(region, enterLoops, add);
  }
  tiling.handlers.push_back(std::move(handler));
}

} // namespace ireko
