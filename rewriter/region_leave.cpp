// How a region leaves to the stream: what it writes, and the counter that says
// when.

#include <algorithm>

#include "ir/manipulation.h"
#include "rewriter/region_code.h"

using namespace wasm;

namespace ireko {

using Kind = Terminator::Kind;

Expression *RegionBuilder::spill(uint32_t variable) {
  const SlotOfType &what = region.variables[variable];
  return gen.store(fp(), what.slot * kSlotBytes, get(local(variable)));
}

// The label to branch to in order to leave; what has to precede the branch goes
// into `code`.
Name RegionBuilder::leave(Way way, Slot frame, const SlotSet &live, uint32_t pc,
                          Code &code) {
  std::vector<uint32_t> key{uint32_t(way), frame};
  std::vector<uint32_t> variables;
  region.forEachLive(live, [&](uint32_t i) { variables.push_back(i); });
  key.insert(key.end(), variables.begin(), variables.end());
  auto [it, isNew] = leavesByKey.try_emplace(key, leaves.size());
  if (isNew)
    leaves.push_back(
        {"leave" + std::to_string(leaves.size()), way, frame, variables, {}});
  Leave &found = leaves[it->second];
  LocalSet *set = builder.makeLocalSet(pcLocal, gen.i32(pc));
  found.sites.push_back(set);
  code.push_back(set);
  return found.label;
}

// Where a switch counts, whichever edge is taken: finds the target.
Expression *RegionBuilder::leaveAtSwitch(FlowNode node, const Terminator &end,
                                         Index index) {
  uint32_t last = end.targets.size() - 1;
  Expression *clamped = builder.makeSelect(
      builder.makeBinary(LtUInt32, get(index), gen.i32(last)), get(index),
      gen.i32(last));
  auto [address, table] = gen.switchAddress(region.function, blockOf(node));
  Code away;
  away.push_back(gen.storeGlobal(kCountGlobal, gen.i32(0)));
  region.forEachLive(region.liveBehind(end),
                     [&](uint32_t i) { away.push_back(spill(i)); });
  away.push_back(builder.makeCall(
      gen.program.own(kLeave),
      {gen.add(gen.load(Type::i32,
                        builder.makeBinary(ShlInt32, clamped, gen.i32(2)),
                        gen.layout.image + table),
               gen.i32(address)),
       fp(), gen.i32(0)},
      Type::none));
  away.push_back(dummyReturn());
  return sequence(std::move(away));
}

// Behind the code of the region, which they enclose. Values are written in such
// an order that what many places write comes last, and is shared by them.
void RegionBuilder::addLeaves(Code &code) {
  std::vector<uint32_t> uses(region.variables.size());
  for (const Leave &each : leaves)
    for (uint32_t variable : each.live)
      ++uses[variable];
  // Writes a variable, then what its parent does. The first one returns.
  struct Step {
    uint32_t parent, variable;
  };
  std::vector<Step> steps{{0, 0}};
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> known;
  auto label = [](uint32_t step) -> Name {
    return "step" + std::to_string(step);
  };
  for (Leave &each : leaves) {
    std::sort(each.live.begin(), each.live.end(), [&](uint32_t a, uint32_t b) {
      return uses[a] != uses[b] ? uses[a] > uses[b] : a < b;
    });
    uint32_t step = 0;
    for (uint32_t variable : each.live) {
      auto [it, isNew] = known.try_emplace({step, variable}, steps.size());
      if (isNew)
        steps.push_back({step, variable});
      step = it->second;
    }
    auto pcOf = [](LocalSet *set) {
      return uint32_t(set->value->cast<Const>()->value.geti32());
    };
    bool isOne = true;
    for (LocalSet *site : each.sites)
      isOne &= pcOf(site) == pcOf(each.sites.front());
    Expression *pc = isOne ? gen.i32(pcOf(each.sites.front())) : get(pcLocal);
    Code away;
    if (each.way == Way::Restart) {
      away.push_back(builder.makeLocalSet(restarted, pc));
    } else if (each.way == Way::Aside) {
      away.push_back(builder.makeLocalSet(aside, pc));
    } else if (each.way == Way::Yield) {
      away.push_back(gen.storeGlobal(kCountGlobal, get(count)));
      away.push_back(builder.makeCall(gen.program.own(kLeave),
                                      {pc, fp(), gen.i32(0)}, Type::none));
    } else {
      uint32_t header = each.frame * kSlotBytes;
      away.push_back(gen.store(fp(), header, pc));
      away.push_back(gen.store(fp(), header + 4, fp()));
    }
    away.push_back(builder.makeBreak(label(step)));
    if (isOne)
      for (LocalSet *site : each.sites)
        ExpressionManipulator::nop(site);
    wasm::Block *inner = labelled(each.label, std::move(code));
    code = {inner};
    code.insert(code.end(), away.begin(), away.end());
  }
  if (leaves.empty())
    return;
  for (uint32_t i = steps.size(); i-- > 0;) {
    wasm::Block *inner = labelled(label(i), std::move(code));
    code = {inner};
    if (i == 0) {
      if (restarts())
        addRestart(code);
      if (region.leavesOut)
        addAside(code);
      code.push_back(dummyReturn());
    } else {
      code.push_back(spill(steps[i].variable));
      code.push_back(builder.makeBreak(label(steps[i].parent)));
    }
  }
}

// Whatever the stream makes of the rest, its results are where a region leaves
// them, but for the first.
void RegionBuilder::addAside(Code &code) {
  Expression *result = nullptr;
  std::vector<SlotOfType> results =
      valuesOf(region.code.source->type.getHeapType().getSignature().results,
               kFirstSlot);
  if (!results.empty())
    result = gen.load(results[0].type, fp(), results[0].slot * kSlotBytes);
  code.push_back(builder.makeIf(
      get(aside), sequence({builder.makeCall(gen.program.own(kRunOnTop),
                                             {get(aside), fp()}, Type::none),
                            builder.makeReturn(result)})));
}

void RegionBuilder::findDirty() {
  dirty.assign(region.code.blocks.size() + 1, false);
  for (bool changed = true; changed;) {
    changed = false;
    auto flow = [&](BlockIndex to, bool isDirty) {
      if (!isDirty || dirty[nodeOf(to)])
        return;
      dirty[nodeOf(to)] = changed = true;
    };
    for (FlowNode node : region.graph.nodes()) {
      if (node == kRoot)
        continue;
      const ireko::Block &block = region.code.blocks[blockOf(node)];
      const Terminator &end = block.end;
      for (Expression *statement : block.statements)
        if (auto *exit = statement->dynCast<Break>())
          flow(exitTarget(exit), dirty[node]);
      bool callsLeaf = calledLeaf(end);
      bool reloads = (end.kind == Kind::Call && !callsLeaf) ||
                     end.kind == Kind::CallIndirect ||
                     (end.kind == Kind::Cold &&
                      gen.program.coldOperators[end.callee].leavesVm);
      for (BlockIndex to : end.targets)
        flow(to, dirty[node] || end.backEdge);
      if (end.next != kNoBlock)
        flow(end.next, !reloads && (dirty[node] || callsLeaf ||
                                    (end.kind == Kind::Jump && end.backEdge)));
    }
  }
}

Expression *RegionBuilder::renewCount(uint32_t pc) {
  return builder.makeLocalSet(count, gen.draw(gen.safepoints.interval, pc));
}

void RegionBuilder::storeCount(FlowNode node, Code &code) {
  if (dirty[node])
    code.push_back(gen.storeGlobal(kCountGlobal, get(count)));
}

} // namespace ireko
