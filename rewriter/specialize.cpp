#include "rewriter/specialize.h"

#include <algorithm>
#include <queue>

#include "rewriter/encode.h"
#include "rewriter/handler_size.h"
#include "llvm/ADT/STLExtras.h"

using namespace wasm;

namespace ireko {

namespace {

// What a new handler must save, against what it costs.
constexpr double kMinGain = 1.2;

// An instruction: where its tile is.
struct Use {
  uint32_t function, block, tile;
  // The values of its operands: Specializer::values from this index on.
  size_t values;
};

class Specializer {
public:
  Specializer(Program &program, Tiling &tiling, Budget budget,
              const EntryBlocks &entries)
      : program(program), tiling(tiling), budget(budget), entries(entries) {}

  void run();

private:
  // Instructions of one handler, and what is best burned in next.
  struct Group {
    std::vector<Use> uses;
    uint32_t handler;
    uint32_t operand = 0;
    uint64_t value = 0;
    uint32_t count = 0; // uses that have it
    double gain = 0;    // in bytes
  };

  Tile &tileOf(Use use) {
    return tiling.functions[use.function].blocks[use.block].tiles[use.tile];
  }
  const Block &blockOf(Use use) const {
    const FunctionTiles &function = tiling.functions[use.function];
    return program.functions[use.function]
        .blocks[function.blocks[use.block].block];
  }
  Shape shapeOfUse(Use use) {
    return shapeOf(program, blockOf(use), tileOf(use),
                   tiling.functions[use.function].wideTargets);
  }
  uint64_t valueOf(Use use, uint32_t operand) const {
    return values[use.values + operand];
  }
  void findUses();
  std::vector<Group> groupByHandler();
  uint32_t costOf(const Handler &handler) const;
  uint32_t costOf(const Handler &handler, uint32_t operand) const;
  uint32_t addHandler(Use use);
  // Finds what to burn into the handler of a group.
  void findBest(Group &group);
  void burnOperands();
  void shortenTargets();
  void removeUnused();

  Program &program;
  Tiling &tiling;
  Budget budget;
  const EntryBlocks &entries;
  std::vector<Use> uses; // in the order of the program
  std::vector<uint64_t> values;
};

void Specializer::findUses() {
  size_t count = 0;
  for (uint32_t f = 0; f < tiling.functions.size(); ++f)
    for (uint32_t b = 0; b < tiling.functions[f].blocks.size(); ++b) {
      const auto &tiles = tiling.functions[f].blocks[b].tiles;
      for (uint32_t t = 0; t < tiles.size(); ++t)
        if (!tiles[t].fused && !tiles[t].entry) {
          uses.push_back({f, b, t, count});
          count += tiling.handlers[tiles[t].handler].shape.operands.size();
        }
    }
  values.resize(count);
  program.workers.forEach(uses.size(), [&](size_t i) {
    Shape shape = shapeOfUse(uses[i]);
    for (size_t operand = 0; operand < shape.operands.size(); ++operand)
      values[uses[i].values + operand] = shape.operands[operand].low;
  });
}

std::vector<Specializer::Group> Specializer::groupByHandler() {
  std::vector<Group> groups(tiling.handlers.size());
  for (Use use : uses)
    groups[tileOf(use).handler].uses.push_back(use);
  for (uint32_t i = 0; i < groups.size(); ++i)
    groups[i].handler = i;
  std::erase_if(groups, [](const Group &group) { return group.uses.empty(); });
  return groups;
}

// Of a handler with one more operand burned in.
uint32_t Specializer::costOf(const Handler &handler, uint32_t operand) const {
  const Block &block =
      program.functions[handler.function].blocks[handler.block];
  Shape shape;
  shape.operands = handler.shape.operands;
  shape.operands[operand].isBurned = true;
  return sharedHandlerBytes(block, handler.tile, shape);
}

uint32_t Specializer::costOf(const Handler &handler) const {
  const Block &block =
      program.functions[handler.function].blocks[handler.block];
  return sharedHandlerBytes(block, handler.tile, handler.shape);
}

// A handler for the tile as it is now.
uint32_t Specializer::addHandler(Use use) {
  Tile &tile = tileOf(use);
  tile.handler = tiling.handlers.size();
  const FunctionTiles &function = tiling.functions[use.function];
  tiling.handlers.push_back({false, use.function,
                             function.blocks[use.block].block, tile,
                             shapeOfUse(use), 0});
  return tile.handler;
}

// Values of floats and vectors seldom recur.
bool canBurn(const Shape &shape, uint32_t index) {
  const TileOperand &operand = shape.operands[index];
  if (operand.isBurned || index >= kMaxBurned ||
      operand.kind == OperandKind::Target || operand.kind == OperandKind::Mask)
    return false;
  if (operand.kind != OperandKind::Immediate)
    return true;
  for (const LeafOperand &leaf : shape.leaves)
    if (leaf.operand == index)
      return leaf.node->type.isInteger();
  return false;
}

void Specializer::findBest(Group &group) {
  group.gain = 0;
  const Handler &handler = tiling.handlers[group.handler];
  std::vector<uint32_t> operands;
  for (uint32_t i = 0; i < handler.shape.operands.size(); ++i)
    if (canBurn(handler.shape, i))
      operands.push_back(i);
  if (operands.empty())
    return;
  std::vector<uint64_t> sorted(group.uses.size());
  for (uint32_t operand : operands) {
    uint32_t bytes = handler.shape.operands[operand].bytes;
    double cost = kWithDescription * costOf(handler, operand);
    double least = kMinGain * cost + group.gain;
    std::transform(group.uses.begin(), group.uses.end(), sorted.begin(),
                   [&](Use use) { return valueOf(use, operand); });
    if (double(sorted.size()) * bytes < least && !llvm::all_equal(sorted))
      continue;
    std::sort(sorted.begin(), sorted.end());
    for (size_t first = 0, last; first < sorted.size(); first = last) {
      last = first;
      while (last < sorted.size() && sorted[last] == sorted[first])
        ++last;
      uint32_t count = last - first;
      double saved = double(count) * bytes;
      bool isAll = count == sorted.size();
      double gain = isAll ? saved : saved - kMinGain * cost;
      if (gain <= group.gain)
        continue;
      group.operand = operand;
      group.value = sorted[first];
      group.count = count;
      group.gain = gain;
    }
  }
}

void Specializer::burnOperands() {
  std::vector<Group> groups = groupByHandler();
  program.workers.forEach(groups.size(),
                          [&](size_t i) { findBest(groups[i]); });
  // The largest gain first; of equal ones, the handler that was there first.
  auto isLess = [&](uint32_t a, uint32_t b) {
    return groups[a].gain != groups[b].gain ? groups[a].gain < groups[b].gain
                                            : a > b;
  };
  std::priority_queue<uint32_t, std::vector<uint32_t>, decltype(isLess)> queue(
      isLess);
  auto enter = [&](uint32_t index) {
    if (groups[index].gain > 0)
      queue.push(index);
  };
  for (uint32_t i = 0; i < groups.size(); ++i)
    enter(i);
  while (!queue.empty()) {
    uint32_t index = queue.top();
    queue.pop();
    Group part, &whole = groups[index];
    bool isAll = whole.count == whole.uses.size();
    uint32_t operand = whole.operand;
    for (Use use : whole.uses)
      if (valueOf(use, operand) == whole.value)
        part.uses.push_back(use);
    const Handler &handler = tiling.handlers[whole.handler];
    uint32_t cost = costOf(handler, operand);
    if (isAll)
      budget.bytes += int64_t(costOf(handler)) - cost;
    else if (!budget.take(cost))
      continue;
    if (!isAll)
      std::erase_if(whole.uses, [&](Use use) {
        return valueOf(use, operand) == whole.value;
      });
    for (Use use : part.uses)
      tileOf(use).burned |= 1u << operand;
    part.handler = addHandler(part.uses.front());
    for (Use use : part.uses)
      tileOf(use).handler = part.handler;
    findBest(part);
    if (isAll) {
      groups[index] = std::move(part);
    } else {
      findBest(whole);
      groups.push_back(std::move(part));
      enter(groups.size() - 1);
    }
    enter(index);
  }
}

// Distances only become shorter by it.
void Specializer::shortenTargets() {
  std::vector<std::vector<Use>> near(tiling.handlers.size());
  std::vector<uint32_t> counts(tiling.handlers.size());
  auto use = uses.begin();
  for (uint32_t f = 0; f < tiling.functions.size(); ++f) {
    const Function &function = program.functions[f];
    FunctionTiles &tiles = tiling.functions[f];
    std::vector<int64_t> starts(function.blocks.size());
    int64_t at = 0;
    auto advance = [&](BlockIndex block, const Tile &tile) {
      at += instructionBytes(tiling.handlers[tile.handler],
                             function.blocks[block], tile);
    };
    std::vector<int64_t> entryBytes(function.blocks.size());
    if (!entries.empty())
      for (BlockIndex block : entries[f])
        entryBytes[block] += kEntryBytes;
    for (const BlockTiles &block : tiles.blocks) {
      starts[block.block] = at;
      at += entryBytes[block.block];
      for (const Tile &tile : block.tiles)
        advance(block.block, tile);
    }
    at = 0;
    for (const BlockTiles &block : tiles.blocks) {
      at += entryBytes[block.block];
      for (const Tile &tile : block.tiles) {
        if (!tile.fused && !tile.entry) {
          const auto &operands = tiling.handlers[tile.handler].shape.operands;
          bool hasTargets = false, areNear = !tile.nearTargets;
          for (uint32_t i = 0; i < operands.size(); ++i)
            if (operands[i].kind == OperandKind::Target) {
              int64_t distance = starts[valueOf(*use, i)] - at;
              hasTargets = true;
              areNear &= distance == int8_t(distance);
            }
          if (hasTargets && areNear)
            near[tile.handler].push_back(*use);
          ++counts[tile.handler];
          ++use;
        }
        advance(block.block, tile);
      }
    }
  }
  std::unordered_map<std::string, uint32_t> byShape;
  for (uint32_t i = 0; i < near.size(); ++i)
    if (counts[i])
      byShape[tiling.handlers[i].shape.key] = i;
  for (uint32_t i = 0; i < near.size(); ++i) {
    if (near[i].empty())
      continue;
    for (Use use : near[i])
      tileOf(use).nearTargets = true;
    Shape shape = shapeOfUse(near[i].front());
    auto [it, isNew] = byShape.try_emplace(shape.key, 0);
    uint32_t saved =
        near[i].size() * (tiling.handlers[i].shape.bytes - shape.bytes);
    uint32_t cost = costOf(tiling.handlers[i]);
    bool isFree = !isNew || near[i].size() == counts[i];
    if (!isFree &&
        (saved < kMinGain * kWithDescription * cost || !budget.take(cost))) {
      for (Use use : near[i])
        tileOf(use).nearTargets = false;
      byShape.erase(it);
      continue;
    }
    if (isNew)
      it->second = addHandler(near[i].front());
    for (Use use : near[i])
      tileOf(use).handler = it->second;
  }
}

void Specializer::removeUnused() {
  for (Handler &handler : tiling.handlers)
    handler.uses = 0;
  auto forEachTile = [&](auto visit) {
    for (FunctionTiles &function : tiling.functions)
      for (BlockTiles &block : function.blocks)
        for (Tile &tile : block.tiles)
          visit(tile);
  };
  forEachTile([&](Tile &tile) { ++tiling.handlers[tile.handler].uses; });
  std::vector<uint32_t> number(tiling.handlers.size());
  std::vector<Handler> handlers;
  for (uint32_t i = 0; i < tiling.handlers.size(); ++i) {
    if (i && !tiling.handlers[i].uses)
      continue;
    number[i] = handlers.size();
    handlers.push_back(std::move(tiling.handlers[i]));
  }
  tiling.handlers = std::move(handlers);
  forEachTile([&](Tile &tile) { tile.handler = number[tile.handler]; });
}

void Specializer::run() {
  findUses();
  // More distances become short when operands are left out.
  shortenTargets();
  burnOperands();
  shortenTargets();
  removeUnused();
}

} // namespace

void specializeHandlers(Program &program, Tiling &tiling, Budget budget,
                        const EntryBlocks &entries) {
  Specializer(program, tiling, budget, entries).run();
}

} // namespace ireko
