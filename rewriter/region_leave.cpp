// How a region leaves to the stream: what it writes, and the counter that says
// when.

#include <algorithm>
#include <optional>

#include "ir/manipulation.h"
#include "rewriter/region_code.h"

using namespace wasm;

namespace ireko {

using Kind = Terminator::Kind;

Expression *RegionBuilder::spill(uint32_t variable) {
  return written({offsetOf(region.variables[variable].slot), local(variable)});
}

Expression *RegionBuilder::written(const Write &write) {
  if (write.local != kNoLocal)
    return gen.store(fp(), write.offset, get(write.local));
  return sequence({gen.store(fp(), write.offset, gen.i32(write.pc)),
                   gen.store(fp(), write.offset + 4, above(write.frame))});
}

uint32_t RegionBuilder::numberOf(const Write &write) {
  auto [it, isNew] = root.writeNumbers.try_emplace(write, root.writes.size());
  if (isNew)
    root.writes.push_back(write);
  return it->second;
}

// The label to branch to in order to leave; what has to precede the branch goes
// into `code`.
Name RegionBuilder::leave(Way way, Slot frame, const SlotSet &live, uint32_t pc,
                          Code &code) {
  std::vector<uint32_t> written;
  region.forEachLive(live, [&](uint32_t i) {
    written.push_back(numberOf({offsetOf(region.variables[i].slot), local(i)}));
  });
  if (caller)
    addCallersWrites(written);
  std::vector<uint32_t> key{uint32_t(way), offsetOf(frame), offsetOf(0)};
  key.insert(key.end(), written.begin(), written.end());
  auto [it, isNew] = root.leavesByKey.try_emplace(key, root.leaves.size());
  if (isNew)
    root.leaves.push_back({"leave" + std::to_string(root.leaves.size()),
                           way,
                           offsetOf(frame),
                           offsetOf(0),
                           std::move(written),
                           {}});
  Leave &found = root.leaves[it->second];
  LocalSet *set = builder.makeLocalSet(pcLocal, gen.i32(pc));
  found.sites.push_back(set);
  code.push_back(set);
  return found.label;
}

void RegionBuilder::writeHeader(uint32_t frame, uint32_t owner, Expression *pc,
                                Code &code) {
  code.push_back(gen.store(fp(), frame, pc));
  code.push_back(gen.store(fp(), frame + 4, above(owner)));
}

// Most calls of a function have their frames at the same place. The header of
// those is written in one place, unless the function leaves otherwise too.
void RegionBuilder::findHeaderFrame() {
  if (gen.safepoints.areStrict())
    return;
  constexpr uint32_t kFewest = 3;
  std::map<uint32_t, uint32_t> counts; // by frame
  for (const Leave &each : leaves)
    if (each.way == Way::Unwind && each.owner == 0)
      ++counts[each.frame];
  auto most = std::max_element(
      counts.begin(), counts.end(),
      [](const auto &a, const auto &b) { return a.second < b.second; });
  if (most != counts.end() && most->second >= kFewest)
    headerFrame = most->first;
}

// What is written most often is written last, by a step that all who write it
// share; so on with those, and with the others.
std::vector<RegionBuilder::Step> RegionBuilder::findSteps() {
  std::vector<Step> steps{{0, 0}};
  struct Work {
    uint32_t step;
    std::vector<Leave *> leaves; // that go through the step
  };
  std::vector<Work> work{{0, {}}};
  for (Leave &each : leaves)
    work.back().leaves.push_back(&each);
  std::vector<uint32_t> uses(writes.size());
  while (!work.empty()) {
    auto [step, group] = std::move(work.back());
    work.pop_back();
    for (const Leave *each : group)
      for (uint32_t write : each->writes)
        ++uses[write];
    std::optional<uint32_t> most;
    for (const Leave *each : group)
      for (uint32_t write : each->writes)
        if (!most || uses[write] > uses[*most] ||
            (uses[write] == uses[*most] && writes[write] < writes[*most]))
          most = write;
    for (const Leave *each : group)
      for (uint32_t write : each->writes)
        uses[write] = 0;
    if (!most) {
      for (Leave *each : group)
        each->step = step;
      continue;
    }
    Work with{uint32_t(steps.size()), {}}, without{step, {}};
    steps.push_back({step, *most});
    for (Leave *each : group) {
      auto found = std::find(each->writes.begin(), each->writes.end(), *most);
      if (found == each->writes.end()) {
        without.leaves.push_back(each);
        continue;
      }
      each->writes.erase(found);
      with.leaves.push_back(each);
    }
    // A step falls into the one before it if that is its parent.
    if (!without.leaves.empty())
      work.push_back(std::move(without));
    work.push_back(std::move(with));
  }
  return steps;
}

// Behind the code of the region, which they enclose. Values are written in such
// an order that what many places write comes last, and is shared by them.
void RegionBuilder::addLeaves(Code &code) {
  findHeaderFrame();
  std::vector<Step> steps = findSteps();
  auto label = [](uint32_t step) -> Name {
    return "step" + std::to_string(step);
  };
  for (Leave &each : leaves) {
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
    } else if (each.way == Way::Refuse) {
      away.push_back(builder.makeCall(
          gen.program.own(kLeave),
          {pc, above(each.frame), gen.i32(function.frameSlots * kSlotBytes)},
          Type::none));
    } else if (each.way == Way::Yield) {
      away.push_back(gen.storeGlobal(kCountGlobal, get(count)));
      away.push_back(builder.makeCall(gen.program.own(kLeave),
                                      {pc, above(each.frame), gen.i32(0)},
                                      Type::none));
    } else if (sharesHeader(each)) {
      if (isOne)
        away.push_back(builder.makeLocalSet(pcLocal, pc));
    } else {
      writeHeader(each.frame, each.owner, pc, away);
      if (headerFrame)
        away.push_back(builder.makeLocalSet(pcLocal, gen.i32(0)));
    }
    away.push_back(builder.makeBreak(label(each.step)));
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
      if (headerFrame) {
        Code header;
        writeHeader(headerFrame, 0, get(pcLocal), header);
        code.push_back(
            builder.makeIf(get(pcLocal), sequence(std::move(header))));
      }
      code.push_back(dummyReturn());
    } else {
      code.push_back(written(writes[steps[i].write]));
      code.push_back(builder.makeBreak(label(steps[i].parent)));
    }
  }
}

// Whatever the stream makes of the rest, its results are where a region leaves
// them, but for the first. But if it gets to a loop that can be entered, this
// activation goes on with it, however often that happens.
void RegionBuilder::addAside(Code &code) {
  Expression *result = nullptr;
  std::vector<SlotOfType> results =
      valuesOf(region.code.source->type.getHeapType().getSignature().results,
               kFirstSlot);
  if (!results.empty())
    result = gen.load(results[0].type, fp(), results[0].slot * kSlotBytes);
  Code rest;
  if (region.handsBack) {
    rest.push_back(builder.makeLocalSet(
        aside, builder.makeCall(
                   gen.program.own(kRunAside),
                   {get(aside), fp(), gen.i32(int32_t(kHandsBack | number()))},
                   Type::i32)));
    Code again{gen.storeGlobal(kEntryGlobal, get(aside)),
               builder.makeLocalSet(aside, gen.i32(0)),
               builder.makeLocalSet(
                   0, builder.makeBinary(OrInt32, fp(), gen.i32(kGoesOn)))};
    // The region counts once more.
    if (gen.countsExactly())
      again.push_back(gen.storeGlobal(
          kCountGlobal, gen.add(gen.loadGlobal(kCountGlobal), gen.i32(1))));
    again.push_back(builder.makeBreak(kAgainLabel));
    rest.push_back(builder.makeIf(get(aside), sequence(std::move(again))));
  } else {
    rest.push_back(builder.makeCall(gen.program.own(kRunOnTop),
                                    {get(aside), fp(), gen.i32(0)},
                                    Type::none));
  }
  rest.push_back(builder.makeReturn(result));
  code.push_back(builder.makeIf(get(aside), sequence(std::move(rest))));
}

// Where elements of a table that are not good lead to (checkElement); the
// helper finds out what is wrong.
void RegionBuilder::addElementTraps(Code &code) {
  for (uint32_t table : checkedTables) {
    code.push_back(builder.makeUnreachable());
    wasm::Block *inner = labelled(badElementLabel(table), std::move(code));
    code = {inner, builder.makeCall(gen.elementTrap(table),
                                    {get(element), get(pcLocal)}, Type::none)};
  }
}

void RegionBuilder::findDirty() {
  dirty.assign(region.code.blocks.size() + 1, false);
  if (!gen.countsExactly())
    return;
  dirty[nodeOf(region.code.layout.front())] = caller;
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
      // What counts and does not say so.
      bool callsLeaf = calledLeaf(end) || isInPlace(end);
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

Expression *RegionBuilder::counted(uint32_t steps) {
  root.counts = true;
  bool isExact = gen.countsExactly();
  Expression *left = builder.makeLocalTee(
      count,
      builder.makeBinary(SubInt32, get(count),
                         gen.i32(isExact ? 1 : steps * Restarts::kCountStep)),
      Type::i32);
  // It may become less than 0.
  return isExact ? left
                 : builder.makeBinary(GeSInt32, left,
                                      gen.i32(Restarts::kCountStep));
}

Expression *RegionBuilder::renewCount(uint32_t pc) {
  return builder.makeLocalSet(count, gen.draw(gen.safepoints.interval, pc));
}

void RegionBuilder::storeCount(FlowNode node, Code &code) {
  if (dirty[node])
    code.push_back(gen.storeGlobal(kCountGlobal, get(count)));
}

} // namespace ireko
