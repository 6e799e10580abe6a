#include "rewriter/cover.h"

#include <algorithm>
#include <map>
#include <sstream>

#include "rewriter/error.h"
#include "rewriter/flatten.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

namespace {

// Distances to targets of one unit reach this far.
constexpr uint32_t kMaxNarrowCode = 32000;

// The instruction of a tree, for messages.
std::string nameOf(Expression *tree) {
  if (auto *set = tree->dynCast<LocalSet>())
    tree = set->value;
  std::ostringstream out;
  out << *tree;
  std::string text = out.str();
  size_t start = text.find_first_not_of("( \n");
  return text.substr(start, text.find_first_of(" \n)", start) - start);
}

} // namespace

std::vector<Item> itemsOf(const Catalogue &catalogue, const Program &program,
                          const Block &block, bool withEnd, bool wideTargets,
                          SlotSet live, Slot temporary) {
  std::vector<Item> items;
  uint32_t count = block.statements.size();
  for (uint32_t i = 0; i < count; ++i)
    items.push_back(itemOf(catalogue, program, block, {i, 1, false, false, 0},
                           wideTargets));
  if (withEnd)
    items.push_back(itemOf(catalogue, program, block,
                           {count, 0, true, false, 0}, wideTargets));
  // What the terminator reads and leaves in frame memory is live for ever; its
  // tree is an operand like those of statements.
  Liveness::stepBackBehindTree(block.end, live);
  std::unordered_map<Slot, uint32_t> lastRead;
  auto lastOf = [&](Slot slot) {
    auto it = lastRead.find(slot);
    if (it != lastRead.end())
      return it->second;
    return slot < temporary && live.contains(slot) ? kForever : kNever;
  };
  auto walk = [&](auto &self, Expression *tree, uint32_t at) -> void {
    if (auto *get = tree->dynCast<LocalGet>())
      for (uint32_t i = 0; i < slotsOf(get->type); ++i)
        if (lastOf(get->index + i) == kNever)
          lastRead[get->index + i] = at;
    forEachChild(tree, [&](Expression *&child) { self(self, child, at); });
  };
  if (withEnd && block.end.tree)
    walk(walk, block.end.tree, count);
  for (uint32_t i = count; i-- > 0;) {
    Expression *statement = block.statements[i];
    if (auto *set = statement->dynCast<LocalSet>())
      for (uint32_t s = 0; s < slotsOf(set->value->type); ++s) {
        items[i].lastRead = std::max(items[i].lastRead, lastOf(set->index + s));
        lastRead[set->index + s] = kNever;
      }
    walk(walk, statement, i);
  }
  return items;
}

std::vector<Run> coverItems(const Catalogue &catalogue,
                            const std::vector<Item> &items) {
  // One instruction more costs as much as so many units, and one that there is
  // not more than any number of those that there are.
  constexpr uint64_t kInstruction = 1 << 10, kMissing = 1 << 20;
  struct Best {
    uint64_t cost = 0;
    Run run;
  };
  std::vector<Best> best(items.size() + 1);
  for (uint32_t i = items.size(); i-- > 0;) {
    best[i] = {best[i + 1].cost + kMissing, {i, 1, nullptr}};
    catalogue.forEachFit(items, i, [&](const Form &form) {
      uint32_t count = form.structures.size();
      uint64_t cost = best[i + count].cost + kInstruction + form.units;
      if (cost < best[i].cost)
        best[i] = {cost, {i, count, &form}};
    });
  }
  std::vector<Run> runs;
  for (uint32_t i = 0; i < items.size(); i += runs.back().count)
    runs.push_back(best[i].run);
  return runs;
}

namespace {

// One function; several are covered at the same time.
class Coverer {
public:
  Coverer(const Catalogue &catalogue, Program &program, uint32_t index)
      : catalogue(catalogue), program(program),
        function(program.functions[index]) {}

  void run(FunctionTiles &tiles);

  // What the VM cannot do, if there is something.
  std::string refusal;

private:
  // A block, its temporaries not yet in place.
  struct Covered {
    BlockIndex block;
    std::vector<Item> items;
    std::vector<Run> runs;
  };

  // False: refused.
  bool numberColdOperator(Terminator &end);
  bool coverBlock(const Liveness &liveness, bool withEnd, bool wideTargets,
                  Covered &covered);
  bool refuse(const std::string &what) {
    refusal = what;
    return false;
  }
  void placeTemporaries(const Covered &covered);

  const Catalogue &catalogue;
  Program &program;
  Function &function;
  Slot firstTemporary = 0;
  Slot frameSlots = 0;
};

bool Coverer::numberColdOperator(Terminator &end) {
  if (end.kind != Terminator::Kind::Cold)
    return true;
  const ColdOperator &op = program.coldOperators[end.callee];
  auto number = catalogue.coldOperator(op, program.module);
  if (!number)
    return refuse(op.tree->is<CallIndirect>()
                      ? "calls through a table that changes"
                      : nameOf(op.tree));
  end.callee = *number;
  return true;
}

bool Coverer::coverBlock(const Liveness &liveness, bool withEnd,
                         bool wideTargets, Covered &covered) {
  Block &block = function.blocks[covered.block];
  Slot temporary = firstTemporary;
  for (Expression *statement : block.statements)
    if (auto *set = statement->dynCast<LocalSet>())
      temporary = std::max(temporary, set->index + slotsOf(set->value->type));
  while (true) {
    covered.items = itemsOf(catalogue, program, block, withEnd, wideTargets,
                            liveness.liveOut(block), firstTemporary);
    covered.runs = coverItems(catalogue, covered.items);
    bool missing = false;
    // From the last to the first, so that indices hold.
    for (size_t i = covered.runs.size(); i-- > 0;) {
      const Run &run = covered.runs[i];
      if (run.form)
        continue;
      missing = true;
      if (!flattenConstants(program, block, run.first, temporary))
        return refuse(run.first < block.statements.size()
                          ? nameOf(block.statements[run.first])
                          : "a terminator");
    }
    if (!missing)
      return true;
  }
}

// Gives temporaries that stay in frame memory slots behind the frame, each for
// as long as its value is needed.
void Coverer::placeTemporaries(const Covered &covered) {
  Block &block = function.blocks[covered.block];
  std::vector<Slot> single, pairs; // free slots
  std::map<uint32_t, std::vector<std::pair<Slot, uint32_t>>> freedAfter;
  std::unordered_map<Slot, Slot> placeOf;
  auto rename = [&](auto &self, Expression *tree) -> void {
    if (auto *get = tree->dynCast<LocalGet>()) {
      auto it = placeOf.find(get->index);
      if (it != placeOf.end())
        get->index = it->second;
    }
    forEachChild(tree, [&](Expression *&child) { self(self, child); });
  };
  for (const Run &run : covered.runs) {
    uint32_t at = 0;
    for (uint32_t i = run.first; i < run.first + run.count; ++i) {
      bool isEnd = i == block.statements.size();
      Expression *statement = isEnd ? block.end.tree : block.statements[i];
      if (statement)
        rename(rename, statement);
      while (!freedAfter.empty() && freedAfter.begin()->first <= i) {
        for (auto [slot, slots] : freedAfter.begin()->second)
          (slots == 1 ? single : pairs).push_back(slot);
        freedAfter.erase(freedAfter.begin());
      }
      bool isKept = false;
      for (const ItemOperand &operand : covered.items[i].operands)
        if (const auto &own = run.form->operands[run.form->operandOf[at++]];
            operand.isWritten)
          isKept = !own.isInternal;
      auto *set = isEnd ? nullptr : statement->dynCast<LocalSet>();
      if (!set || set->index < firstTemporary || !isKept)
        continue;
      uint32_t slots = slotsOf(set->value->type);
      auto &free = slots == 1 ? single : pairs;
      Slot place = frameSlots;
      if (free.empty()) {
        frameSlots += slots;
      } else {
        place = free.back();
        free.pop_back();
      }
      placeOf[set->index] = place;
      set->index = place;
      freedAfter[std::max(covered.items[i].lastRead, i + 1)].push_back(
          {place, slots});
    }
  }
}

void Coverer::run(FunctionTiles &tiles) {
  firstTemporary = function.frameSlots;
  frameSlots = firstTemporary;
  Liveness liveness(function);
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    if (!numberColdOperator(block.end))
      return;
    Slot temporary = firstTemporary;
    flattenBlock(program, block, temporary);
  }
  std::vector<Covered> blocks(function.layout.size());
  for (bool wide : {false, true}) {
    uint64_t units = 0;
    tiles.wideTargets = wide;
    for (size_t i = 0; i < blocks.size(); ++i) {
      Block &block = function.blocks[function.layout[i]];
      blocks[i].block = function.layout[i];
      if (!coverBlock(liveness, !fallsThrough(function, i), wide, blocks[i]))
        return;
      for (const Run &run : blocks[i].runs)
        units += run.form->units;
      units += 2 * block.end.targets.size();
    }
    if (units * kUnitBytes <= kMaxNarrowCode)
      break;
  }
  tiles.position.resize(function.blocks.size());
  Slot most = frameSlots;
  for (const Covered &covered : blocks) {
    frameSlots = firstTemporary;
    placeTemporaries(covered);
    most = std::max(most, frameSlots);
    BlockTiles list;
    list.block = covered.block;
    uint32_t count = function.blocks[covered.block].statements.size();
    for (const Run &run : covered.runs) {
      bool end = run.first + run.count > count;
      list.tiles.push_back(
          {run.first, run.count - end, end, false, run.form->handler});
    }
    tiles.position[covered.block] = tiles.blocks.size();
    tiles.blocks.push_back(std::move(list));
  }
  function.frameSlots = most;
}

} // namespace

llvm::Expected<Tiling> coverProgram(const Catalogue &catalogue,
                                    Program &program, llvm::StringRef path) {
  program.workers.beginPhase("cover");
  Tiling tiling;
  tiling.handlers = catalogue.tiling.handlers;
  uint32_t count = program.functions.size();
  tiling.functions.resize(count);
  std::vector<std::string> refusals(count);
  program.workers.forEach(count, [&](size_t f) {
    if (program.functions[f].blocks.empty())
      return;
    Coverer coverer(catalogue, program, f);
    coverer.run(tiling.functions[f]);
    refusals[f] = std::move(coverer.refusal);
  });
  for (uint32_t f = 0; f < count; ++f) {
    if (refusals[f].empty())
      continue;
    Place place;
    place.function = f;
    const wasm::Function &source = *program.functions[f].source;
    if (source.hasExplicitName)
      place.functionName = source.name.toString();
    return inputError(path, place, "the generic VM cannot do " + refusals[f],
                      "ireko pack makes a VM that can");
  }
  return std::move(tiling);
}

} // namespace ireko
