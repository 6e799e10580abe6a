// Functions in place of calls. Small functions that are called in loops, and
// functions that call themselves, cost more to call than they do.
//
// What is put in place has its frame where a call would have it, and leaves
// with the same records: its own values, then, for each caller up to the
// region's own function, the header of the frame that it called and its live
// values. So neither the stream nor the runtime knows. Where it is in a loop,
// that counts; its own loops cannot be entered.
//
// What is in place of one call takes the locals of what was in place of others
// before: many calls need no more than one, and the host's frame stays small.

#include <algorithm>

#include "rewriter/region_code.h"

using namespace wasm;

namespace ireko {

using Kind = Terminator::Kind;

namespace {

// Nodes of trees, roughly: what may be in place of any call; of one in a loop,
// unless the program is big; and in all of one region, a part of its own,
// within limits.
constexpr uint32_t kTiny = 12, kSmall = 90, kPart = 2, kLeastRoom = 120,
                   kMostRoom = 600;
// How deep calls are replaced, and frames beyond those of the region.
constexpr uint32_t kMaxDepth = 3, kMaxFrame = Regions::kFrameInPlace;

uint32_t costOf(const Region &region) {
  return region.nodes + 3 * region.code.layout.size();
}

} // namespace

RegionBuilder::RegionBuilder(RegionBuilder &caller, const Region &region,
                             const Terminator &call)
    : gen(caller.gen), builder(caller.builder), regions(caller.regions),
      region(region), function(gen.program.functions[region.function]),
      root(caller.root), caller(&caller), callEnd(&call),
      base(caller.base + call.frame),
      prefix("in" + std::to_string(root.callsInPlace++) + "."), out(caller.out),
      locals(region.variables.size(), kNoLocal), count(caller.count),
      pcLocal(caller.pcLocal), restarted(caller.restarted),
      level(caller.level) {
  edgesBack.assign(region.code.blocks.size() + 1, false);
  idle = std::move(caller.idle);
  idle.insert(idle.end(), caller.spare.begin(), caller.spare.end());
  caller.idle.clear();
  caller.spare.clear();
}

bool RegionBuilder::mayBeInPlace(const ireko::Block &block) const {
  const Terminator &end = block.end;
  const Region *callee =
      end.kind == Kind::Call ? regions.of(end.callee) : nullptr;
  // A host has the code of a loop that is called sooner as good as can be than
  // that of one which runs.
  if (!callee || !callee->fitsInPlace ||
      (callee->isLeaf && callee->graph.hasLoops()))
    return false;
  if (base + end.frame + gen.program.functions[callee->function].frameSlots >
      std::max(root.function.frameSlots, kMaxFrame))
    return false;
  uint32_t depth = 0;
  bool recurses = callee == &region, loops = block.loopDepth;
  for (const RegionBuilder *each = this; each->caller; each = each->caller) {
    recurses |= each->caller->region.function == callee->function;
    ++depth;
  }
  if (depth >= kMaxDepth)
    return false;
  uint32_t cost = costOf(*callee);
  return cost <= kTiny || (cost <= kSmall && regions.placesSmall &&
                           (loops || recurses || caller));
}

// The calls in the innermost loops first.
void RegionBuilder::chooseInPlace() {
  std::vector<const ireko::Block *> calls;
  for (BlockIndex index : region.code.layout)
    if (mayBeInPlace(region.code.blocks[index]))
      calls.push_back(&region.code.blocks[index]);
  std::stable_sort(calls.begin(), calls.end(),
                   [](const ireko::Block *a, const ireko::Block *b) {
                     return a->loopDepth > b->loopDepth;
                   });
  uint32_t room =
      std::clamp(costOf(root.region) / kPart, kLeastRoom, kMostRoom);
  for (const ireko::Block *block : calls) {
    const Region *callee = regions.of(block->end.callee);
    uint32_t cost = costOf(*callee);
    if (cost > kTiny && root.nodesInPlace + cost > room)
      continue;
    uint32_t locals = root.localsInPlace + callee->variables.size();
    if (gen.limits.locals &&
        root.region.variables.size() + kOtherLocals + locals >
            gen.limits.locals)
      continue;
    root.localsInPlace = locals;
    root.nodesInPlace += cost;
    inPlace[&block->end] = callee;
    placesLoops |= callee->graph.hasLoops();
  }
}

void RegionBuilder::callInPlace(FlowNode node, const ireko::Block &block,
                                Code &code) {
  RegionBuilder callee(*this, *inPlace.at(&block.end), block.end);
  callee.isInLoop = isInLoop || region.graph.loopOf(node) != kRoot;
  Code operands;
  addArguments(block, operands);
  for (size_t i = 0; i < operands.size(); ++i)
    code.push_back(builder.makeLocalSet(callee.local(i), operands[i]));
  callee.chooseInPlace();
  callee.findDirty();
  callee.findLatches();
  Code body;
  callee.placeNode(kRoot, body);
  code.push_back(labelled(callee.doneLabel(), std::move(body)));
  for (const std::vector<Index> *each :
       {&callee.locals, &callee.idle, &callee.spare})
    for (Index local : *each)
      if (local != kNoLocal)
        spare.push_back(local);
}

// What the callers of a callee in place write when it leaves.
void RegionBuilder::addCallersWrites(std::vector<uint32_t> &numbers) {
  for (RegionBuilder *each = this; each->caller; each = each->caller) {
    RegionBuilder &by = *each->caller;
    const Terminator &end = *each->callEnd;
    numbers.push_back(numberOf(
        {each->offsetOf(0), kNoLocal, by.addressOf(end.next), by.offsetOf(0)}));
    by.region.forEachLive(by.region.liveBehind(end), [&](uint32_t i) {
      numbers.push_back(
          numberOf({by.offsetOf(by.region.variables[i].slot), by.local(i)}));
    });
  }
}

} // namespace ireko
