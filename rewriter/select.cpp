#include "rewriter/select.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "ir/manipulation.h"
#include "rewriter/handler_order.h"
#include "rewriter/handler_size.h"
#include "rewriter/shape_numbers.h"
#include "rewriter/specialize.h"
#include "rewriter/superinstructions.h"
#include "rewriter/tree.h"
#include "rewriter/weights.h"
#include "wasm-builder.h"

using namespace wasm;

namespace ireko {

namespace {

// A block that is expected to run less often than this is not fused.
constexpr double kMinFusedWeight = 4;
// A pattern must save this many dispatches (weighted), or this many splits.
constexpr double kMinPatternBenefit = 4;
constexpr uint32_t kMinPatternUses = 6;
// What code that is a region counts for.
constexpr double kRegionScore = 0.05;

// A dispatch saved leaves out about 3 bytes of the image.
constexpr double kLeastSizeScore = kWithDescription / 3;

// Fewer than a bundle can have; only a budget of many megabytes has more.
constexpr uint32_t kMostHandlers = 60000;

struct WorkBlock {
  BlockIndex block;
  bool fused = false;
  bool endSettled = false;
  double weight = 0;
  double score = 0;
  uint32_t nodes = 0; // of all trees
  // Per statement: the number of its shape, and whether that has a handler.
  std::vector<uint32_t> shapes;
  std::vector<bool> settled;
  uint32_t endShape = 0;
};

struct WorkFunction {
  bool wideTargets = false;
  bool unsettled = true; // some statement or terminator has no handler yet
  Slot firstTemporary = 0;
  std::vector<WorkBlock> blocks;
};

// By the number of the shape.
struct Pattern {
  uint32_t uses = 0;
  uint32_t order = 0; // of first use
  double weight = 0;
  bool chosen = false;
};

// The operator of a statement is the value of a set or drop, else itself.
Expression *operatorOf(Expression *statement) {
  if (auto *set = statement->dynCast<LocalSet>())
    return set->value;
  if (auto *drop = statement->dynCast<Drop>())
    return drop->value;
  if (auto *exit = statement->dynCast<Break>())
    if (auto *unary = exit->condition->dynCast<Unary>();
        unary && unary->op == EqZInt32)
      return unary;
  return statement;
}

class Selector {
public:
  Selector(Program &program, const SelectOptions &options)
      : program(program), options(options), weights(program),
        work(program.functions.size()), budget(options.sharedBytes),
        mostHandlers(std::min(options.handlers, kMostHandlers)),
        left{options.allBytes, mostHandlers,
             options.forSize ? kLeastSizeScore : 0} {}

  Tiling run();

private:
  void prepare();
  void prepareFunction(uint32_t f, ShapeNumbers::List &list);
  void reserveOperators();
  struct FuseCandidate {
    WorkBlock *block;
    double benefit; // dispatches saved
    uint32_t cost;
  };
  void addCandidate(uint32_t f, WorkBlock &workB, double weight,
                    std::vector<FuseCandidate> &candidates) const;
  // The best ones, for so many bytes.
  void fuse(std::vector<FuseCandidate> candidates, int64_t &bytes);
  void fuseInterpreters();
  void fuseHotBlocks();
  void settlePatterns();
  bool countUnsettled();
  void choosePatterns();
  void splitUnchosen();
  void splitBlock(Function &function, WorkFunction &workFunction,
                  WorkBlock &workBlock, ShapeNumbers::List &list);
  // Replaces the operands of `node` that have operators by temporaries, whose
  // statements are appended to `out`.
  void splitOperands(Expression *node, Slot &temporary,
                     std::vector<Expression *> &out);
  Shape endShape(const Block &block, bool wideTargets) const;
  // Ask for the number of a shape.
  Shape number(const Block &block, WorkBlock &workB, uint32_t index,
               bool wideTargets, ShapeNumbers::List &list) const;
  void numberEnd(const Block &block, WorkBlock &workB, bool wideTargets,
                 ShapeNumbers::List &list) const;
  // What all handlers of the tiles are together.
  int64_t bytesOf(const std::vector<TiledBlock> &blocks) const;
  void numberAll(std::vector<ShapeNumbers::List> &lists);
  std::vector<TiledBlock> tileBlocks() const;
  Tiling makeTiling(std::vector<TiledBlock> blocks) const;

  Program &program;
  const SelectOptions &options;
  const Weights weights;
  std::vector<WorkFunction> work;
  ShapeNumbers numbers;
  std::vector<Pattern> patterns;
  uint32_t used = 0;            // patterns that have an order
  int64_t budget;               // for trees
  int64_t interpreterBytes = 0; // taken for blocks of interpreters
  const int64_t mostHandlers;
  Budget left;
};

Tile endTile(const Block &block) {
  return {uint32_t(block.statements.size()), 0, true};
}

Shape Selector::endShape(const Block &block, bool wideTargets) const {
  return shapeOf(program, block, endTile(block), wideTargets);
}

Shape Selector::number(const Block &block, WorkBlock &workB, uint32_t index,
                       bool wideTargets, ShapeNumbers::List &list) const {
  Tile tile{index, 1};
  Shape shape = shapeOf(program, block, tile, wideTargets);
  list.add(shape.key, countOperators(block.statements[index]),
           sharedHandlerBytes(block, tile, shape), workB.shapes[index]);
  return shape;
}

void Selector::numberEnd(const Block &block, WorkBlock &workB, bool wideTargets,
                         ShapeNumbers::List &list) const {
  Expression *tree = block.end.tree;
  Shape shape = endShape(block, wideTargets);
  list.add(shape.key, tree ? countOperators(tree) : 0,
           sharedHandlerBytes(block, endTile(block), shape), workB.endShape);
}

void Selector::numberAll(std::vector<ShapeNumbers::List> &lists) {
  for (ShapeNumbers::List &list : lists)
    numbers.number(list);
  patterns.resize(numbers.sizes().size());
}

void Selector::prepare() {
  std::vector<ShapeNumbers::List> lists(work.size());
  program.workers.forEach(work.size(),
                          [&](size_t f) { prepareFunction(f, lists[f]); });
  numberAll(lists);
}

void Selector::prepareFunction(uint32_t f, ShapeNumbers::List &list) {
  Function &function = program.functions[f];
  WorkFunction &workF = work[f];
  workF.firstTemporary = function.frameSlots;
  workF.blocks.resize(function.layout.size());
  // Bytes that the code can grow to when everything is split: each operator
  // then has a handler number, and a temporary that is written and read, each
  // of up to four bytes. A distance of two bytes reaches 32 KiB.
  constexpr uint32_t kBytesPerSplit = kHandlerBytes + 2 * 4;
  uint64_t bound =
      options.entries.empty() ? 0 : kEntryBytes * options.entries[f].size();
  for (size_t i = 0; i < function.layout.size(); ++i) {
    BlockIndex index = function.layout[i];
    const Block &block = function.blocks[index];
    WorkBlock &workB = workF.blocks[i];
    workB.block = index;
    workB.weight = weights.ofBlock(f, index);
    workB.score = options.forSize ? 1 : weights.scoreOf(f, index);
    if (options.isRegion(f)) {
      workB.weight = 0;
      workB.score *= kRegionScore;
    }
    workB.shapes.resize(block.statements.size());
    workB.settled.resize(block.statements.size());
    workB.endSettled = fallsThrough(function, i);
    for (uint32_t s = 0; s < block.statements.size(); ++s) {
      Expression *statement = block.statements[s];
      // An exit gets its number when the width of targets is known.
      Shape shape = statement->is<Break>()
                        ? shapeOf(program, block, {s, 1}, false)
                        : number(block, workB, s, false, list);
      bound += shape.bytes + kBytesPerSplit * countOperators(statement);
      workB.nodes += countNodes(statement);
    }
    bound += endShape(block, false).bytes +
             kSwitchTargetBytes * block.end.targets.size();
    if (block.end.tree) {
      bound += kBytesPerSplit * countOperators(block.end.tree);
      workB.nodes += countNodes(block.end.tree);
    }
  }
  workF.wideTargets = bound > 32000;
  for (WorkBlock &workB : workF.blocks) {
    const Block &block = function.blocks[workB.block];
    for (uint32_t s = 0; s < block.statements.size(); ++s)
      if (block.statements[s]->is<Break>())
        number(block, workB, s, workF.wideTargets, list);
    if (!workB.endSettled)
      numberEnd(block, workB, workF.wideTargets, list);
  }
}

void Selector::fuse(std::vector<FuseCandidate> candidates, int64_t &bytes) {
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const FuseCandidate &a, const FuseCandidate &b) {
                     return a.benefit / a.cost > b.benefit / b.cost;
                   });
  for (FuseCandidate &candidate : candidates) {
    if (candidate.cost > bytes || !left.take(candidate.cost))
      continue;
    bytes -= candidate.cost;
    candidate.block->fused = true;
  }
}

// An interpreter in a large program runs most of the time, whatever else its
// program does, and each round goes through few of its blocks: by the switch to
// one of many cases, and back. They are worth more than what recurs elsewhere.
void Selector::fuseInterpreters() {
  std::vector<uint32_t> cases(work.size());
  double sum = 0;
  if (options.interpreterBytes && !weights.areCounts())
    for (uint32_t f = 0; f < work.size(); ++f) {
      const Function &function = program.functions[f];
      sum += cases[f] = options.isRegion(f) ? 0 : interpretedCases(function);
    }
  for (uint32_t f = 0; f < work.size(); ++f) {
    if (!cases[f])
      continue;
    std::vector<FuseCandidate> candidates;
    for (WorkBlock &workB : work[f].blocks)
      addCandidate(f, workB, weights.inOneCall(f, workB.block), candidates);
    int64_t share = options.interpreterBytes * (cases[f] / sum), bytes = share;
    fuse(std::move(candidates), bytes);
    interpreterBytes += share - bytes;
  }
}

void Selector::addCandidate(uint32_t f, WorkBlock &workB, double weight,
                            std::vector<FuseCandidate> &candidates) const {
  const Block &block = program.functions[f].blocks[workB.block];
  uint32_t nodes = 4 + block.end.targets.size() + workB.nodes;
  if (nodes > options.maxFusedNodes || workB.fused)
    return;
  double saved = block.statements.size() + 0.5;
  candidates.push_back({&workB, saved * weight, fusedHandlerBytes(block)});
}

void Selector::fuseHotBlocks() {
  std::vector<FuseCandidate> candidates;
  for (uint32_t f = 0; f < work.size(); ++f)
    for (WorkBlock &workB : work[f].blocks)
      if (workB.weight >= kMinFusedWeight)
        addCandidate(f, workB, workB.weight, candidates);
  int64_t bytes = options.fusedBytes;
  fuse(std::move(candidates), bytes);
}

// Counts the patterns of everything that has no handler yet. Returns whether
// there is anything.
bool Selector::countUnsettled() {
  bool any = false;
  for (WorkFunction &workF : work) {
    if (!workF.unsettled)
      continue;
    workF.unsettled = false;
    for (const WorkBlock &workB : workF.blocks) {
      if (workB.fused)
        continue;
      auto count = [&](uint32_t shape) {
        workF.unsettled = any = true;
        Pattern &pattern = patterns[shape];
        if (!pattern.order)
          pattern.order = ++used;
        ++pattern.uses;
        pattern.weight += workB.score;
      };
      for (uint32_t s = 0; s < workB.shapes.size(); ++s)
        if (!workB.settled[s])
          count(workB.shapes[s]);
      if (!workB.endSettled)
        count(workB.endShape);
    }
  }
  return any;
}

void Selector::choosePatterns() {
  std::vector<Pattern *> candidates;
  auto sizeOf = [&](const Pattern *pattern) {
    return numbers.sizes()[pattern - patterns.data()];
  };
  for (Pattern &pattern : patterns) {
    if (pattern.chosen || pattern.uses == 0)
      continue;
    uint32_t operators = sizeOf(&pattern).operators;
    if (operators <= 1) {
      pattern.chosen = true;
      left.bytes -= sizeOf(&pattern).bytes;
      continue;
    }
    if (pattern.weight * (operators - 1) >= kMinPatternBenefit ||
        pattern.uses >= kMinPatternUses)
      candidates.push_back(&pattern);
  }
  auto density = [&](const Pattern *pattern) {
    auto [operators, bytes] = sizeOf(pattern);
    return pattern->weight * (operators - 1) / bytes;
  };
  std::sort(candidates.begin(), candidates.end(),
            [&](const Pattern *a, const Pattern *b) {
              double left = density(a), right = density(b);
              return left != right ? left > right : a->order < b->order;
            });
  for (Pattern *pattern : candidates) {
    uint32_t cost = sizeOf(pattern).bytes;
    if (cost > budget || density(pattern) < left.leastScore || !left.take(cost))
      continue;
    budget -= cost;
    pattern->chosen = true;
  }
}

void Selector::splitOperands(Expression *node, Slot &temporary,
                             std::vector<Expression *> &out) {
  Builder builder(program.module);
  forEachChild(node, [&](Expression *&child) {
    if (isLeaf(child))
      return;
    Type type = child->type;
    out.push_back(builder.makeLocalSet(temporary, child));
    child = builder.makeLocalGet(temporary, type);
    temporary += slotsOf(type);
  });
}

// Takes from the number of handlers those that there would be if all patterns
// were single operators, so that the others do not exceed it.
void Selector::reserveOperators() {
  if (options.handlers > kMostHandlers)
    return;
  std::unordered_set<std::string> shapes;
  auto reserve = [&](const Block &block, const Tile &tile, bool wideTargets) {
    shapes.insert(shapeOf(program, block, tile, wideTargets).key);
  };
  for (uint32_t f = 0; f < work.size(); ++f) {
    const WorkFunction &workF = work[f];
    Slot temporary = workF.firstTemporary;
    Block one;
    auto split = [&](auto &self, Expression *statement) -> void {
      std::vector<Expression *> parts;
      splitOperands(operatorOf(statement), temporary, parts);
      one.statements = {statement};
      reserve(one, {0, 1, false, false, 0}, workF.wideTargets);
      for (Expression *part : parts)
        self(self, part);
    };
    for (const WorkBlock &workB : workF.blocks) {
      const Block &block = program.functions[f].blocks[workB.block];
      temporary = workF.firstTemporary;
      for (Expression *statement : block.statements)
        split(split, ExpressionManipulator::copy(statement, program.module));
      if (workB.endSettled)
        continue;
      Block last;
      last.end = block.end;
      std::vector<Expression *> parts;
      if (Expression *&tree = last.end.tree; tree) {
        tree = ExpressionManipulator::copy(tree, program.module);
        splitOperands(tree, temporary, parts);
      }
      reserve(last, {0, 0, true, false, 0}, workF.wideTargets);
      for (Expression *part : parts)
        split(split, part);
    }
  }
  left.handlers -= shapes.size();
}

void Selector::splitBlock(Function &function, WorkFunction &workF,
                          WorkBlock &workB, ShapeNumbers::List &list) {
  Block &block = function.blocks[workB.block];
  constexpr uint32_t kNoShape = ~0u;
  std::vector<Expression *> statements;
  std::vector<uint32_t> shapes;
  // Temporaries of one statement must not meet those of its own parts, which
  // are split in later rounds: the frame grows with each round instead.
  Slot highest = workF.firstTemporary;
  auto split = [&](Expression *node) {
    Slot temporary = workF.firstTemporary;
    splitOperands(node, temporary, statements);
    highest = std::max(highest, temporary);
    shapes.resize(statements.size(), kNoShape);
  };
  for (uint32_t s = 0; s < block.statements.size(); ++s) {
    Expression *statement = block.statements[s];
    uint32_t shape = workB.shapes[s];
    if (!workB.settled[s] && !patterns[shape].chosen) {
      split(operatorOf(statement));
      shape = kNoShape;
    }
    statements.push_back(statement);
    shapes.push_back(shape);
  }
  bool splitEnd = !workB.endSettled && !patterns[workB.endShape].chosen;
  if (splitEnd)
    split(block.end.tree);
  workB.endSettled = !splitEnd;
  block.statements = std::move(statements);
  workB.shapes = std::move(shapes);
  workB.settled.assign(workB.shapes.size(), true);
  for (uint32_t s = 0; s < workB.shapes.size(); ++s)
    if (workB.shapes[s] == kNoShape) {
      workB.settled[s] = false;
      number(block, workB, s, workF.wideTargets, list);
    }
  if (splitEnd)
    numberEnd(block, workB, workF.wideTargets, list);
  function.frameSlots = std::max(function.frameSlots, highest);
}

void Selector::splitUnchosen() {
  std::vector<ShapeNumbers::List> lists(work.size());
  program.workers.forEach(work.size(), [&](size_t f) {
    Function &function = program.functions[f];
    if (!work[f].unsettled)
      return;
    for (WorkBlock &workB : work[f].blocks)
      if (!workB.fused)
        splitBlock(function, work[f], workB, lists[f]);
    work[f].firstTemporary = function.frameSlots;
  });
  numberAll(lists);
}

void Selector::settlePatterns() {
  while (countUnsettled()) {
    choosePatterns();
    splitUnchosen();
    for (Pattern &pattern : patterns) {
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
      tiled.score = workB.score;
      tiled.loopScore = weights.areCounts() ? weights.ofBlock(f, workB.block)
                                            : weights.rankOf(f);
      uint32_t count = function.blocks[workB.block].statements.size();
      bool end = !fallsThrough(function, i);
      tiled.fused = workB.fused && (count || end);
      if (tiled.fused) {
        tiled.tiles.push_back({0, count, end, true, 0});
      } else {
        for (uint32_t s = 0; s < count; ++s)
          tiled.tiles.push_back({s, 1, false, false, workB.shapes[s]});
        if (end)
          tiled.tiles.push_back({count, 0, true, false, workB.endShape});
      }
      result.push_back(std::move(tiled));
    }
  }
  return result;
}

int64_t Selector::bytesOf(const std::vector<TiledBlock> &blocks) const {
  int64_t bytes = 0;
  std::vector<bool> isCounted(numbers.sizes().size());
  for (const TiledBlock &tiled : blocks)
    for (const Tile &tile : tiled.tiles)
      if (tile.fused) {
        bytes += fusedHandlerBytes(
            program.functions[tiled.function].blocks[tiled.block]);
      } else if (!isCounted[tile.handler]) {
        isCounted[tile.handler] = true;
        bytes += numbers.sizes()[tile.handler].bytes;
      }
  return bytes;
}

// Gives tiles of the same shape the same handler.
Tiling Selector::makeTiling(std::vector<TiledBlock> blocks) const {
  Tiling tiling;
  tiling.handlers.resize(1);
  tiling.functions.resize(work.size());
  std::vector<uint32_t> byShape(numbers.sizes().size());
  for (uint32_t f = 0; f < work.size(); ++f) {
    tiling.functions[f].wideTargets = work[f].wideTargets;
    tiling.functions[f].position.resize(program.functions[f].blocks.size());
  }
  for (TiledBlock &tiled : blocks) {
    const Block &block = program.functions[tiled.function].blocks[tiled.block];
    for (Tile &tile : tiled.tiles) {
      Shape shape;
      uint32_t next = tiling.handlers.size();
      uint32_t *known = tile.fused ? nullptr : &byShape[tile.handler];
      tile.handler = known && *known ? *known : next;
      if (tile.handler == next) {
        if (known) {
          *known = next;
          shape = shapeOf(program, block, tile, tiled.wideTargets);
        }
        tiling.handlers.push_back({tile.fused, tiled.function, tiled.block,
                                   tile, std::move(shape), 0});
      }
      ++tiling.handlers[tile.handler].uses;
    }
    FunctionTiles &function = tiling.functions[tiled.function];
    function.position[tiled.block] = function.blocks.size();
    function.blocks.push_back({tiled.block, std::move(tiled.tiles)});
  }
  return tiling;
}

Tiling Selector::run() {
  prepare();
  reserveOperators();
  fuseInterpreters();
  fuseHotBlocks();
  settlePatterns();
  std::vector<TiledBlock> blocks = tileBlocks();
  left.bytes = std::min(left.bytes, options.runBytes - interpreterBytes);
  mineSuperinstructions(program, blocks, numbers, left);
  // What merging has left without use makes room.
  int64_t room =
      int64_t(options.allBytes) + options.specialBytes - bytesOf(blocks);
  Tiling tiling = makeTiling(std::move(blocks));
  if (options.specialBytes)
    specializeHandlers(program, tiling,
                       {room, mostHandlers - int64_t(tiling.handlers.size())},
                       options.entries);
  orderHandlers(tiling);
  return tiling;
}

} // namespace

Tiling selectTiles(Program &program, const SelectOptions &options) {
  program.workers.beginPhase("select");
  return Selector(program, options).run();
}

} // namespace ireko
