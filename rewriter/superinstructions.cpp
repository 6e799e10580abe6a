#include "rewriter/superinstructions.h"

#include <algorithm>
#include <cmath>

#include "rewriter/handler_size.h"
#include "rewriter/lifetimes.h"
#include "rewriter/tree.h"
#include "llvm/ADT/STLExtras.h"

using namespace wasm;

namespace ireko {

namespace {

constexpr int kRounds = 8;
// A larger run would make a handler that few blocks could use.
constexpr uint32_t kMaxNodes = 56;
constexpr double kMinScore = 8;
constexpr double kMinLoopScore = 1;
// Parts of what is left of the budget: for loops, and for runs in each round.
constexpr double kLoopShare = 0.06, kRoundShare = 0.25;

constexpr uint32_t kUnknown = ~0u;  // the pair has no number yet
constexpr uint32_t kTooLarge = ~1u; // the pair would be too large a tile

class Miner {
public:
  Miner(Program &program, std::vector<TiledBlock> &blocks,
        ShapeNumbers &numbers, Budget budget)
      : program(program), blocks(blocks), numbers(numbers), budget(budget) {}

  void run();

private:
  // By the number of the pair's shape.
  struct Candidate {
    uint32_t uses = 0;
    uint32_t order = 0; // of first use
    double score = 0;
    bool chosen = false;
  };
  // What is known of a block in `blocks`.
  struct BlockState {
    Lifetimes lifetimes;
    std::vector<uint32_t> pairs; // numbers of adjacent pairs of tiles
    uint32_t loop = kTooLarge;   // number of the block, if it is a loop
  };

  const Block &blockOf(const TiledBlock &tiled) const {
    return program.functions[tiled.function].blocks[tiled.block];
  }
  // Calls visit(b, list) for each block, in parallel, and numbers what was
  // added to the lists.
  template <typename F> void forEachBlock(F visit);
  uint32_t nodesOf(const TiledBlock &tiled, const Tile &tile) const;
  bool isChosen(uint32_t pair) const {
    return pair < candidates.size() && candidates[pair].chosen;
  }
  void findLifetimes();
  // Asks for the number of the tile's shape.
  void add(const TiledBlock &tiled, const Tile &tile,
           const std::vector<Slot> &internal, uint32_t &number,
           ShapeNumbers::List &list) const;
  void numberPairs(size_t b, ShapeNumbers::List &list);
  void count();
  void numberLoop(size_t b, ShapeNumbers::List &list);
  void countLoops();
  void applyLoop(size_t b);
  // Takes the best candidates of at least this score for a part of what is left
  // of the budget. Returns whether there was one.
  bool choose(double minScore, double part);
  void apply(size_t b);
  void makeInternal(size_t b, ShapeNumbers::List &list);

  Program &program;
  std::vector<TiledBlock> &blocks;
  ShapeNumbers &numbers;
  Budget budget;
  std::vector<BlockState> states; // by block
  std::vector<size_t> starts;     // of each function's blocks, and the end
  std::vector<Candidate> candidates;
};

// The merged pair at i and i + 1.
Tile merged(const TiledBlock &tiled, size_t i) {
  const Tile &a = tiled.tiles[i], &b = tiled.tiles[i + 1];
  return {a.first, a.count + b.count, b.end, false, 0};
}

template <typename F> void Miner::forEachBlock(F visit) {
  std::vector<ShapeNumbers::List> lists(starts.size() - 1);
  program.workers.forEach(lists.size(), [&](size_t f) {
    for (size_t b = starts[f]; b < starts[f + 1]; ++b)
      visit(b, lists[f]);
  });
  for (ShapeNumbers::List &list : lists)
    numbers.number(list);
}

uint32_t Miner::nodesOf(const TiledBlock &tiled, const Tile &tile) const {
  const Block &block = blockOf(tiled);
  uint32_t nodes = tile.end ? 3 : 0;
  for (uint32_t i = 0; i < tile.count && nodes <= kMaxNodes; ++i)
    nodes += countNodes(block.statements[tile.first + i]);
  if (tile.end && block.end.tree)
    nodes += countNodes(block.end.tree);
  return nodes;
}

void Miner::findLifetimes() {
  states.resize(blocks.size());
  for (size_t b = 0; b < blocks.size(); ++b)
    if (b == 0 || blocks[b].function != blocks[b - 1].function)
      starts.push_back(b);
  starts.push_back(blocks.size());
  program.workers.forEach(starts.size() - 1, [&](size_t f) {
    const Function &function = program.functions[blocks[starts[f]].function];
    Liveness liveness(function);
    Lifetimes::Scratch scratch(function);
    for (size_t b = starts[f]; b < starts[f + 1]; ++b) {
      const TiledBlock &tiled = blocks[b];
      if (tiled.fused || tiled.tiles.size() < 2)
        continue;
      const Block &block = blockOf(tiled);
      states[b].lifetimes = Lifetimes(block, liveness, scratch);
      states[b].pairs.assign(tiled.tiles.size() - 1, kUnknown);
    }
  });
}

void Miner::add(const TiledBlock &tiled, const Tile &tile,
                const std::vector<Slot> &internal, uint32_t &number,
                ShapeNumbers::List &list) const {
  const Block &block = blockOf(tiled);
  Shape shape = shapeOf(program, block, tile, tiled.wideTargets, &internal);
  list.add(shape.key, 0, sharedHandlerBytes(block, tile, shape), number);
}

void Miner::numberPairs(size_t b, ShapeNumbers::List &list) {
  const TiledBlock &tiled = blocks[b];
  BlockState &state = states[b];
  for (size_t i = 0; i < state.pairs.size(); ++i) {
    if (state.pairs[i] != kUnknown)
      continue;
    Tile tile = merged(tiled, i);
    uint32_t nodes = nodesOf(tiled, tile);
    if (nodes > kMaxNodes) {
      state.pairs[i] = kTooLarge;
      continue;
    }
    const Block &block = blockOf(tiled);
    std::vector<Slot> internal =
        state.lifetimes.internalSlots(block, tile.first, tile.count, tile.end);
    add(tiled, tile, internal, state.pairs[i], list);
  }
}

void Miner::count() {
  candidates.assign(numbers.sizes().size(), {});
  uint32_t order = 0;
  for (size_t b = 0; b < blocks.size(); ++b) {
    const std::vector<uint32_t> &pairs = states[b].pairs;
    for (size_t i = pairs.size(); i-- > 0;) {
      if (pairs[i] == kTooLarge)
        continue;
      Candidate &candidate = candidates[pairs[i]];
      if (candidate.uses++ == 0)
        candidate.order = ++order;
      candidate.score += blocks[b].score;
    }
  }
}

// Loops of one block come first: what runs often is in loops, and of these the
// small ones recur most and save most. Those of functions that everything calls
// are worth most: they fill, copy and compare memory.
void Miner::numberLoop(size_t b, ShapeNumbers::List &list) {
  const TiledBlock &tiled = blocks[b];
  const Block &block = blockOf(tiled);
  Tile whole{0, uint32_t(block.statements.size()), true, false, 0};
  if (states[b].pairs.empty() || !isWholeLoop(block, whole))
    return;
  uint32_t nodes = nodesOf(tiled, whole);
  if (nodes > kMaxNodes)
    return;
  std::vector<Slot> internal =
      states[b].lifetimes.internalSlots(block, 0, whole.count, true);
  add(tiled, whole, internal, states[b].loop, list);
}

void Miner::countLoops() {
  candidates.assign(numbers.sizes().size(), {});
  uint32_t order = 0;
  for (size_t b = 0; b < blocks.size(); ++b) {
    if (states[b].loop == kTooLarge)
      continue;
    Candidate &candidate = candidates[states[b].loop];
    if (candidate.uses++ == 0)
      candidate.order = ++order;
    candidate.score += blocks[b].loopScore;
  }
}

void Miner::applyLoop(size_t b) {
  if (!isChosen(states[b].loop))
    return;
  uint32_t count = blockOf(blocks[b]).statements.size();
  blocks[b].tiles = {{0, count, true, false, states[b].loop}};
  states[b].pairs.clear();
}

bool Miner::choose(double minScore, double part) {
  std::vector<Candidate *> list;
  for (Candidate &candidate : candidates)
    if (candidate.uses && candidate.score >= minScore)
      list.push_back(&candidate);
  auto costOf = [&](const Candidate *candidate) {
    return numbers.sizes()[candidate - candidates.data()].bytes;
  };
  auto density = [&](const Candidate *candidate) {
    return candidate->score / costOf(candidate);
  };
  std::sort(list.begin(), list.end(),
            [&](const Candidate *a, const Candidate *b) {
              double left = density(a), right = density(b);
              return left != right ? left > right : a->order < b->order;
            });
  int64_t share = std::max<int64_t>(budget.bytes * part, 2000);
  bool any = false;
  for (Candidate *candidate : list) {
    int64_t cost = costOf(candidate);
    if (cost > share || density(candidate) < budget.leastScore ||
        !budget.take(cost))
      break;
    share -= cost;
    candidate->chosen = any = true;
  }
  return any;
}

void Miner::apply(size_t b) {
  TiledBlock &tiled = blocks[b];
  BlockState &state = states[b];
  if (llvm::none_of(state.pairs, [&](uint32_t p) { return isChosen(p); }))
    return;
  std::vector<Tile> tiles;
  std::vector<uint32_t> pairs;
  for (size_t i = 0; i < tiled.tiles.size(); ++i) {
    bool take = i < state.pairs.size() && isChosen(state.pairs[i]);
    // The pair after it may be the better one.
    if (take && i + 1 < state.pairs.size() && isChosen(state.pairs[i + 1]))
      take = candidates[state.pairs[i]].score >=
             candidates[state.pairs[i + 1]].score;
    if (take && !pairs.empty())
      pairs.back() = kUnknown;
    Tile tile = tiled.tiles[i];
    if (take) {
      tile = merged(tiled, i);
      tile.handler = state.pairs[i];
      ++i;
    }
    tiles.push_back(tile);
    if (i < state.pairs.size())
      pairs.push_back(take ? kUnknown : state.pairs[i]);
  }
  tiled.tiles = std::move(tiles);
  state.pairs = std::move(pairs);
}

void Miner::makeInternal(size_t b, ShapeNumbers::List &list) {
  TiledBlock &tiled = blocks[b];
  Block &block = program.functions[tiled.function].blocks[tiled.block];
  if (tiled.fused || llvm::none_of(tiled.tiles, [](const Tile &tile) {
        return tile.count + tile.end > 1;
      }))
    return;
  for (Tile &tile : tiled.tiles) {
    std::vector<Slot> internal = states[b].lifetimes.internalSlots(
        block, tile.first, tile.count, tile.end);
    if (internal.empty())
      continue;
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
    // The number of a run is that of the pair it was, which was spelled so.
    if (tile.count + tile.end == 1)
      add(tiled, tile, {}, tile.handler, list);
  }
}

void Miner::run() {
  findLifetimes();
  forEachBlock([this](size_t b, auto &list) { numberLoop(b, list); });
  countLoops();
  if (choose(kMinLoopScore, kLoopShare))
    forEachBlock([this](size_t b, auto &) { applyLoop(b); });
  for (int round = 0; round < kRounds && budget.bytes > 0; ++round) {
    forEachBlock([this](size_t b, auto &list) { numberPairs(b, list); });
    count();
    // Later rounds merge what this one made.
    if (!choose(kMinScore, kRoundShare))
      break;
    forEachBlock([this](size_t b, auto &) { apply(b); });
  }
  forEachBlock([this](size_t b, auto &list) { makeInternal(b, list); });
}

} // namespace

void mineSuperinstructions(Program &program, std::vector<TiledBlock> &blocks,
                           ShapeNumbers &numbers, Budget budget) {
  if (budget.bytes > 0)
    Miner(program, blocks, numbers, budget).run();
}

} // namespace ireko
