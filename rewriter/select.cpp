#include "rewriter/select.h"

#include <algorithm>

#include "rewriter/superinstructions.h"
#include "rewriter/tree.h"
#include "rewriter/weights.h"
#include "wasm-builder.h"

using namespace wasm;

namespace ireko {

namespace {

// A block that is expected to run less often than this is not fused.
constexpr double kMinFusedWeight = 4;
// A larger block would make a handler that hosts compile badly.
constexpr uint32_t kMaxFusedNodes = 1500;
// A pattern must save this many dispatches (weighted), or this many splits.
constexpr double kMinPatternBenefit = 16;
constexpr uint32_t kMinPatternUses = 6;

// Rough bytes of generated code.
uint32_t sharedCost(uint32_t nodes) { return 24 + 10 * nodes; }
uint32_t fusedCost(uint32_t nodes) { return 32 + 5 * nodes; }

struct WorkBlock {
  BlockIndex block;
  bool fused = false;
  double weight = 0;
  std::vector<bool> settled; // per statement
  bool endSettled = false;
};

struct WorkFunction {
  bool wideTargets = false;
  Slot firstTemporary = 0;
  std::vector<WorkBlock> blocks;
};

struct Pattern {
  uint32_t operators = 0;
  uint32_t nodes = 0;
  uint32_t uses = 0;
  double weight = 0;
  uint32_t order = 0; // of first use
  bool chosen = false;
};

class Selector {
public:
  Selector(Program &program, const SelectOptions &options)
      : program(program), options(options), builder(program.module),
        work(program.functions.size()), budget(options.sharedBytes) {}

  Tiling run();

private:
  void prepare();
  void fuseHotBlocks();
  void settlePatterns();
  bool countUnsettled();
  void choosePatterns();
  void splitUnchosen();
  void splitBlock(Function &function, WorkFunction &workFunction,
                  WorkBlock &workBlock);
  // Replaces the operands of `node` that have operators by temporaries, whose
  // statements are appended to `out`.
  void splitOperands(Expression *node, Slot &temporary,
                     std::vector<Expression *> &out);
  Shape statementShape(const Function &function, const WorkFunction &workF,
                       BlockIndex block, uint32_t index) const;
  Shape endShape(const Function &function, const WorkFunction &workF,
                 BlockIndex block) const;
  std::vector<TiledBlock> tileBlocks() const;
  Tiling makeTiling(std::vector<TiledBlock> blocks) const;

  Program &program;
  const SelectOptions &options;
  Builder builder;
  std::vector<WorkFunction> work;
  std::unordered_map<std::string, Pattern> patterns;
  int64_t budget;
};

Shape Selector::statementShape(const Function &function,
                               const WorkFunction &workF, BlockIndex block,
                               uint32_t index) const {
  Tile tile{index, 1, false, false, 0};
  return shapeOf(program, function.blocks[block], tile, workF.wideTargets);
}

Shape Selector::endShape(const Function &function, const WorkFunction &workF,
                         BlockIndex block) const {
  Tile tile{0, 0, true, false, 0};
  return shapeOf(program, function.blocks[block], tile, workF.wideTargets);
}

void Selector::prepare() {
  Weights weights(program);
  for (uint32_t f = 0; f < work.size(); ++f) {
    Function &function = program.functions[f];
    WorkFunction &workF = work[f];
    workF.firstTemporary = function.frameSlots;
    // Units that the code can grow to when everything is split: each operator
    // then has a handler number, a target and up to three operands of its own,
    // each of two units, or one of eight. A distance of one unit reaches 32
    // KiB.
    constexpr uint32_t kUnitsPerSplit = 16;
    uint64_t bound = 0;
    for (size_t i = 0; i < function.layout.size(); ++i) {
      BlockIndex index = function.layout[i];
      const Block &block = function.blocks[index];
      WorkBlock workB;
      workB.block = index;
      workB.weight = weights.ofBlock(f, block);
      workB.settled.resize(block.statements.size());
      workB.endSettled = fallsThrough(function, i);
      workF.blocks.push_back(std::move(workB));
      for (uint32_t s = 0; s < block.statements.size(); ++s)
        bound += statementShape(function, workF, index, s).units +
                 kUnitsPerSplit * countOperators(block.statements[s]);
      bound +=
          endShape(function, workF, index).units + 2 * block.end.targets.size();
      if (block.end.tree)
        bound += kUnitsPerSplit * countOperators(block.end.tree);
    }
    workF.wideTargets = bound * kUnitBytes > 32000;
  }
}

void Selector::fuseHotBlocks() {
  struct Candidate {
    WorkBlock *block;
    double benefit; // dispatches saved
    uint32_t cost;
  };
  std::vector<Candidate> candidates;
  for (uint32_t f = 0; f < work.size(); ++f) {
    for (WorkBlock &workB : work[f].blocks) {
      const Block &block = program.functions[f].blocks[workB.block];
      if (workB.weight < kMinFusedWeight)
        continue;
      uint32_t nodes = 4 + block.end.targets.size();
      for (Expression *statement : block.statements)
        nodes += countNodes(statement);
      if (block.end.tree)
        nodes += countNodes(block.end.tree);
      if (nodes > kMaxFusedNodes)
        continue;
      double saved = block.statements.size() + 0.5;
      candidates.push_back({&workB, saved * workB.weight, fusedCost(nodes)});
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate &a, const Candidate &b) {
                     return a.benefit / a.cost > b.benefit / b.cost;
                   });
  int64_t left = options.fusedBytes;
  for (Candidate &candidate : candidates) {
    if (candidate.cost > left)
      continue;
    left -= candidate.cost;
    candidate.block->fused = true;
  }
}

// Counts the patterns of everything that has no handler yet. Returns whether
// there is anything.
bool Selector::countUnsettled() {
  bool any = false;
  auto count = [&](Shape shape, uint32_t operators, uint32_t nodes,
                   double weight) {
    any = true;
    auto [it, isNew] = patterns.try_emplace(std::move(shape.key));
    Pattern &pattern = it->second;
    if (isNew) {
      pattern.order = patterns.size();
      pattern.operators = operators;
      pattern.nodes = nodes;
    }
    ++pattern.uses;
    pattern.weight += weight;
  };
  for (uint32_t f = 0; f < work.size(); ++f) {
    const Function &function = program.functions[f];
    for (WorkBlock &workB : work[f].blocks) {
      if (workB.fused)
        continue;
      const Block &block = function.blocks[workB.block];
      for (uint32_t s = 0; s < block.statements.size(); ++s)
        if (!workB.settled[s])
          count(statementShape(function, work[f], workB.block, s),
                countOperators(block.statements[s]),
                countNodes(block.statements[s]), workB.weight);
      if (!workB.endSettled)
        count(endShape(function, work[f], workB.block),
              block.end.tree ? countOperators(block.end.tree) : 0,
              block.end.tree ? countNodes(block.end.tree) : 0, workB.weight);
    }
  }
  return any;
}

void Selector::choosePatterns() {
  std::vector<Pattern *> candidates;
  for (auto &[key, pattern] : patterns) {
    if (pattern.chosen || pattern.uses == 0)
      continue;
    if (pattern.operators <= 1) {
      pattern.chosen = true;
      continue;
    }
    if (pattern.weight * (pattern.operators - 1) >= kMinPatternBenefit ||
        pattern.uses >= kMinPatternUses)
      candidates.push_back(&pattern);
  }
  auto density = [](const Pattern *pattern) {
    return pattern->weight * (pattern->operators - 1) /
           sharedCost(pattern->nodes);
  };
  std::sort(candidates.begin(), candidates.end(),
            [&](const Pattern *a, const Pattern *b) {
              double left = density(a), right = density(b);
              return left != right ? left > right : a->order < b->order;
            });
  for (Pattern *pattern : candidates) {
    if (sharedCost(pattern->nodes) > budget)
      continue;
    budget -= sharedCost(pattern->nodes);
    pattern->chosen = true;
  }
}

void Selector::splitOperands(Expression *node, Slot &temporary,
                             std::vector<Expression *> &out) {
  forEachChild(node, [&](Expression *&child) {
    if (isLeaf(child))
      return;
    Type type = child->type;
    out.push_back(builder.makeLocalSet(temporary, child));
    child = builder.makeLocalGet(temporary, type);
    temporary += slotsOf(type);
  });
}

void Selector::splitBlock(Function &function, WorkFunction &workF,
                          WorkBlock &workB) {
  Block &block = function.blocks[workB.block];
  std::vector<Expression *> statements;
  std::vector<bool> settled;
  auto isChosen = [&](const Shape &shape) {
    return patterns.at(shape.key).chosen;
  };
  // Temporaries of one statement must not meet those of its own parts, which
  // are split in later rounds: the frame grows with each round instead.
  Slot highest = workF.firstTemporary;
  for (uint32_t s = 0; s < block.statements.size(); ++s) {
    Expression *statement = block.statements[s];
    if (!workB.settled[s] &&
        !isChosen(statementShape(function, workF, workB.block, s))) {
      Slot temporary = workF.firstTemporary;
      // The operator is the value of a set or drop, else the statement itself.
      Expression *node = statement;
      if (auto *set = statement->dynCast<LocalSet>())
        node = set->value;
      else if (auto *drop = statement->dynCast<Drop>())
        node = drop->value;
      splitOperands(node, temporary, statements);
      highest = std::max(highest, temporary);
      settled.resize(statements.size());
      statements.push_back(statement);
      settled.push_back(false);
    } else {
      statements.push_back(statement);
      settled.push_back(true);
    }
  }
  if (!workB.endSettled) {
    if (isChosen(endShape(function, workF, workB.block))) {
      workB.endSettled = true;
    } else {
      Slot temporary = workF.firstTemporary;
      splitOperands(block.end.tree, temporary, statements);
      highest = std::max(highest, temporary);
      settled.resize(statements.size());
    }
  }
  block.statements = std::move(statements);
  workB.settled = std::move(settled);
  function.frameSlots = std::max(function.frameSlots, highest);
}

void Selector::splitUnchosen() {
  for (uint32_t f = 0; f < work.size(); ++f) {
    Function &function = program.functions[f];
    for (WorkBlock &workB : work[f].blocks)
      if (!workB.fused)
        splitBlock(function, work[f], workB);
    work[f].firstTemporary = function.frameSlots;
  }
}

void Selector::settlePatterns() {
  while (countUnsettled()) {
    choosePatterns();
    splitUnchosen();
    for (auto &[key, pattern] : patterns) {
      pattern.uses = 0;
      pattern.weight = 0;
    }
  }
}

std::vector<TiledBlock> Selector::tileBlocks() const {
  std::vector<TiledBlock> result;
  for (uint32_t f = 0; f < work.size(); ++f) {
    const Function &function = program.functions[f];
    for (size_t i = 0; i < work[f].blocks.size(); ++i) {
      const WorkBlock &workB = work[f].blocks[i];
      TiledBlock tiled;
      tiled.function = f;
      tiled.block = workB.block;
      tiled.wideTargets = work[f].wideTargets;
      tiled.weight = workB.weight;
      uint32_t count = function.blocks[workB.block].statements.size();
      bool end = !fallsThrough(function, i);
      tiled.fused = workB.fused && (count || end);
      if (tiled.fused) {
        tiled.tiles.push_back({0, count, end, true, 0});
      } else {
        for (uint32_t s = 0; s < count; ++s)
          tiled.tiles.push_back({s, 1, false, false, 0});
        if (end)
          tiled.tiles.push_back({count, 0, true, false, 0});
      }
      result.push_back(std::move(tiled));
    }
  }
  return result;
}

// Gives equal tiles the same handler.
Tiling Selector::makeTiling(std::vector<TiledBlock> blocks) const {
  Tiling tiling;
  tiling.handlers.resize(1);
  tiling.functions.resize(work.size());
  std::unordered_map<std::string, uint32_t> byKey;
  for (uint32_t f = 0; f < work.size(); ++f) {
    tiling.functions[f].wideTargets = work[f].wideTargets;
    tiling.functions[f].position.resize(program.functions[f].blocks.size());
  }
  for (TiledBlock &tiled : blocks) {
    const Block &block = program.functions[tiled.function].blocks[tiled.block];
    for (Tile &tile : tiled.tiles) {
      Shape shape;
      uint32_t next = tiling.handlers.size();
      tile.handler = next;
      if (!tile.fused) {
        shape = shapeOf(program, block, tile, tiled.wideTargets);
        tile.handler = byKey.try_emplace(shape.key, next).first->second;
      }
      if (tile.handler == next)
        tiling.handlers.push_back({tile.fused, tiled.function, tiled.block,
                                   tile, std::move(shape), 0});
      ++tiling.handlers[tile.handler].uses;
    }
    FunctionTiles &function = tiling.functions[tiled.function];
    function.position[tiled.block] = function.blocks.size();
    function.blocks.push_back({tiled.block, std::move(tiled.tiles)});
  }
  return tiling;
}

// Shared handlers first, the most used ones in front; fused ones in program
// order.
void orderHandlers(Tiling &tiling) {
  std::vector<uint32_t> order(tiling.handlers.size());
  for (uint32_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::stable_sort(order.begin() + 1, order.end(), [&](uint32_t a, uint32_t b) {
    const Handler &left = tiling.handlers[a], &right = tiling.handlers[b];
    if (left.fused != right.fused)
      return right.fused;
    return !left.fused && left.uses > right.uses;
  });
  std::vector<uint32_t> number(order.size());
  std::vector<Handler> handlers;
  for (uint32_t i = 0; i < order.size(); ++i) {
    number[order[i]] = i;
    handlers.push_back(std::move(tiling.handlers[order[i]]));
    handlers.back().tile.handler = i;
  }
  tiling.handlers = std::move(handlers);
  for (FunctionTiles &function : tiling.functions)
    for (BlockTiles &block : function.blocks)
      for (Tile &tile : block.tiles)
        tile.handler = number[tile.handler];
}

Tiling Selector::run() {
  prepare();
  fuseHotBlocks();
  settlePatterns();
  std::vector<TiledBlock> blocks = tileBlocks();
  mineSuperinstructions(program, blocks, options.runBytes);
  Tiling tiling = makeTiling(std::move(blocks));
  orderHandlers(tiling);
  return tiling;
}

} // namespace

Tiling selectTiles(Program &program, const SelectOptions &options) {
  program.workers.beginPhase("select");
  return Selector(program, options).run();
}

} // namespace ireko
