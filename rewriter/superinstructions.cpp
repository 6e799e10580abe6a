#include "rewriter/superinstructions.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "rewriter/liveness.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

namespace {

constexpr int kRounds = 8;
// A larger run would make a handler that few blocks could use.
constexpr uint32_t kMaxNodes = 56;
constexpr uint32_t kMinUses = 4;
constexpr uint32_t kMinScore = 24;

uint32_t handlerCost(uint32_t nodes) { return 24 + 9 * nodes; }

class Miner {
public:
  Miner(Program &program, std::vector<TiledBlock> &blocks, uint32_t bytes)
      : program(program), blocks(blocks), budget(bytes) {}

  void run();

private:
  struct Candidate {
    uint32_t uses = 0;
    uint32_t nodes = 0;
    uint32_t order = 0; // of first use
    double score = 0;
    bool chosen = false;
  };

  const Block &blockOf(const TiledBlock &tiled) const {
    return program.functions[tiled.function].blocks[tiled.block];
  }
  // Calls visit(i, what is live after tile i), from the last to the first.
  // The set holds only during the call.
  template <typename F>
  void forEachTileBackward(const TiledBlock &tiled, F visit);
  uint32_t nodesOf(const TiledBlock &tiled, const Tile &tile) const;
  // The merged pair at i and i + 1; false if it would be too large.
  bool merged(const TiledBlock &tiled, size_t i, Tile &result) const;
  Shape shapeOfRun(const TiledBlock &tiled, const Tile &tile,
                   const SlotSet &live) const;
  void collect();
  bool choose();
  void apply();
  void makeInternal();

  Program &program;
  std::vector<TiledBlock> &blocks;
  int64_t budget;
  // Of the function that was looked at last; blocks come in program order.
  std::optional<Liveness> liveness;
  uint32_t livenessFunction = 0;
  std::unordered_map<std::string, Candidate> candidates;
  // Per block: the candidate of each adjacent pair, null if there is none.
  std::vector<std::vector<Candidate *>> pairs;
};

// Slots that a tile writes before it reads them and that are dead after it, in
// the order of their first write.
std::vector<Slot> internalSlots(const Block &block, const Tile &tile,
                                const SlotSet &live) {
  std::vector<Slot> internal, other;
  auto isIn = [](const std::vector<Slot> &list, Slot slot) {
    return std::find(list.begin(), list.end(), slot) != list.end();
  };
  auto read = [&](auto &self, Expression *tree) -> void {
    if (auto *get = tree->dynCast<LocalGet>())
      if (!isIn(internal, get->index) && !isIn(other, get->index))
        other.push_back(get->index);
    forEachChild(tree, [&](Expression *&child) { self(self, child); });
  };
  for (uint32_t i = 0; i < tile.count; ++i) {
    Expression *statement = block.statements[tile.first + i];
    read(read, statement);
    auto *set = statement->dynCast<LocalSet>();
    if (!set || isIn(internal, set->index) || isIn(other, set->index))
      continue;
    bool isLive = live.containsAny(set->index, set->value->type);
    (isLive ? other : internal).push_back(set->index);
  }
  return internal;
}

template <typename F>
void Miner::forEachTileBackward(const TiledBlock &tiled, F visit) {
  const Block &block = blockOf(tiled);
  if (!liveness || livenessFunction != tiled.function) {
    liveness.emplace(program.functions[tiled.function]);
    livenessFunction = tiled.function;
  }
  SlotSet live = liveness->liveOut(block);
  for (size_t i = tiled.tiles.size(); i-- > 0;) {
    const Tile &tile = tiled.tiles[i];
    if (tile.end) {
      // What the terminator takes from frame memory counts as live after it;
      // its tree is evaluated inside the tile.
      Terminator end = block.end;
      end.tree = nullptr;
      SlotSet before = live;
      Liveness::stepBack(end, before);
      Liveness::stepBack(block.end, live);
      visit(i, before);
    } else {
      visit(i, live);
    }
    for (uint32_t s = tile.count; s-- > 0;)
      Liveness::stepBack(block.statements[tile.first + s], live);
  }
}

uint32_t Miner::nodesOf(const TiledBlock &tiled, const Tile &tile) const {
  const Block &block = blockOf(tiled);
  uint32_t nodes = tile.end ? 3 : 0;
  for (uint32_t i = 0; i < tile.count; ++i)
    nodes += countNodes(block.statements[tile.first + i]);
  if (tile.end && block.end.tree)
    nodes += countNodes(block.end.tree);
  return nodes;
}

bool Miner::merged(const TiledBlock &tiled, size_t i, Tile &result) const {
  const Tile &a = tiled.tiles[i], &b = tiled.tiles[i + 1];
  result = {a.first, a.count + b.count, b.end, false, 0};
  return nodesOf(tiled, result) <= kMaxNodes;
}

Shape Miner::shapeOfRun(const TiledBlock &tiled, const Tile &tile,
                        const SlotSet &live) const {
  const Block &block = blockOf(tiled);
  std::vector<Slot> internal = internalSlots(block, tile, live);
  return shapeOf(program, block, tile, tiled.wideTargets, &internal);
}

void Miner::collect() {
  candidates.clear();
  pairs.assign(blocks.size(), {});
  for (size_t b = 0; b < blocks.size(); ++b) {
    const TiledBlock &tiled = blocks[b];
    if (tiled.fused || tiled.tiles.size() < 2)
      continue;
    pairs[b].resize(tiled.tiles.size() - 1);
    forEachTileBackward(tiled, [&](size_t last, const SlotSet &live) {
      Tile tile;
      if (last == 0 || !merged(tiled, last - 1, tile))
        return;
      Shape shape = shapeOfRun(tiled, tile, live);
      auto [it, isNew] = candidates.try_emplace(std::move(shape.key));
      Candidate &candidate = it->second;
      if (isNew) {
        candidate.order = candidates.size();
        candidate.nodes = nodesOf(tiled, tile);
      }
      ++candidate.uses;
      // Hot code counts more, but not so much that it takes the whole budget:
      // weights are guesses.
      candidate.score += std::log2(2 + tiled.weight);
      pairs[b][last - 1] = &candidate;
    });
  }
}

bool Miner::choose() {
  std::vector<Candidate *> list;
  for (auto &[key, candidate] : candidates)
    if (candidate.uses >= kMinUses || candidate.score >= kMinScore)
      list.push_back(&candidate);
  auto density = [](const Candidate *c) {
    return c->score / handlerCost(c->nodes);
  };
  std::sort(list.begin(), list.end(),
            [&](const Candidate *a, const Candidate *b) {
              double left = density(a), right = density(b);
              return left != right ? left > right : a->order < b->order;
            });
  // A part of the budget in each round: later rounds merge what this one made.
  int64_t share = std::max<int64_t>(budget / 4, 2000);
  bool any = false;
  for (Candidate *candidate : list) {
    int64_t cost = handlerCost(candidate->nodes);
    if (cost > share || cost > budget)
      break;
    share -= cost;
    budget -= cost;
    candidate->chosen = any = true;
  }
  return any;
}

void Miner::apply() {
  for (size_t b = 0; b < blocks.size(); ++b) {
    TiledBlock &tiled = blocks[b];
    const auto &list = pairs[b];
    std::vector<Tile> tiles;
    for (size_t i = 0; i < tiled.tiles.size(); ++i) {
      bool take = i < list.size() && list[i] && list[i]->chosen;
      // The pair after it may be the better one.
      if (take && i + 1 < list.size() && list[i + 1] && list[i + 1]->chosen)
        take = list[i]->score >= list[i + 1]->score;
      Tile tile = tiled.tiles[i];
      if (take) {
        merged(tiled, i, tile);
        ++i;
      }
      tiles.push_back(tile);
    }
    tiled.tiles = std::move(tiles);
  }
}

void Miner::makeInternal() {
  for (TiledBlock &tiled : blocks) {
    bool hasRun = false;
    for (const Tile &tile : tiled.tiles)
      hasRun |= tile.count + tile.end > 1;
    if (tiled.fused || !hasRun)
      continue;
    Block &block = program.functions[tiled.function].blocks[tiled.block];
    // Renumbered when the walk is past them, because liveness steps over them.
    std::vector<std::vector<Slot>> internals(tiled.tiles.size());
    forEachTileBackward(tiled, [&](size_t i, const SlotSet &live) {
      internals[i] = internalSlots(block, tiled.tiles[i], live);
    });
    for (size_t i = 0; i < tiled.tiles.size(); ++i) {
      const Tile &tile = tiled.tiles[i];
      const std::vector<Slot> &internal = internals[i];
      auto renumber = [&](auto &self, Expression *tree) -> void {
        auto *get = tree->dynCast<LocalGet>();
        auto *set = tree->dynCast<LocalSet>();
        if (get || set) {
          Index &index = get ? get->index : set->index;
          auto it = std::find(internal.begin(), internal.end(), index);
          if (it != internal.end())
            index = internalSlot(it - internal.begin());
        }
        forEachChild(tree, [&](Expression *&child) { self(self, child); });
      };
      for (uint32_t s = 0; s < tile.count; ++s)
        renumber(renumber, block.statements[tile.first + s]);
      if (tile.end && block.end.tree)
        renumber(renumber, block.end.tree);
    }
  }
}

void Miner::run() {
  for (int round = 0; round < kRounds && budget > 0; ++round) {
    collect();
    if (!choose())
      break;
    apply();
  }
  makeInternal();
}

} // namespace

void mineSuperinstructions(Program &program, std::vector<TiledBlock> &blocks,
                           uint32_t bytes) {
  if (bytes)
    Miner(program, blocks, bytes).run();
}

} // namespace ireko
