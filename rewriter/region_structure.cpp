// How the blocks of a region nest, and how loops count and are entered.

#include <unordered_set>

#include "rewriter/region_code.h"
#include "rewriter/tree.h"
#include "wasm-traversal.h"

using namespace wasm;

namespace ireko {

using Kind = Terminator::Kind;

namespace {

// The node of the tree that is evaluated first, as far as it is known.
Expression **firstEvaluated(Expression **at) {
  for (;;) {
    Expression *node = *at;
    if (auto *branch = node->dynCast<Break>()) {
      if (!branch->condition)
        return at;
      at = &branch->condition;
    } else if (auto *conditional = node->dynCast<If>()) {
      at = &conditional->condition;
    } else if (auto *jump = node->dynCast<Switch>()) {
      at = &jump->condition;
    } else if (auto *leave = node->dynCast<Return>()) {
      if (!leave->value)
        return at;
      at = &leave->value;
    } else if (auto *call = node->dynCast<Call>()) {
      if (call->operands.empty())
        return at;
      at = &call->operands[0];
    } else if (node->is<wasm::Block>() || node->is<Loop>() ||
               node->is<CallIndirect>()) {
      return at;
    } else {
      Expression **first = nullptr;
      forEachChild(node, [&](Expression *&child) {
        if (!first)
          first = &child;
      });
      if (!first)
        return at;
      at = first;
    }
  }
}

} // namespace

void teeSets(Builder &builder, std::vector<Expression *> &code) {
  size_t kept = 0;
  for (Expression *next : code) {
    auto *set = kept ? code[kept - 1]->dynCast<LocalSet>() : nullptr;
    if (set) {
      Expression **first = firstEvaluated(&next);
      auto *get = (*first)->dynCast<LocalGet>();
      if (get && get->index == set->index) {
        *first = builder.makeLocalTee(set->index, set->value, get->type);
        --kept;
      }
    }
    code[kept++] = next;
  }
  code.resize(kept);
}

namespace {

struct Tidier : ExpressionStackWalker<Tidier> {
  Tidier(Builder &builder, wasm::Function &function)
      : builder(builder), function(function) {}
  void visitBreak(Break *branch) { targets.insert(branch->name); }
  void visitSwitch(Switch *branch) {
    targets.insert(branch->default_);
    targets.insert(branch->targets.begin(), branch->targets.end());
  }
  void visitBlock(wasm::Block *block) {
    if (!targets.count(block->name))
      block->name = Name();
    // The block around it takes what is in it: each item moves once, however
    // deep blocks nest.
    Expression *parent = getParent();
    if (!block->name.is() && parent && parent->is<wasm::Block>())
      return;
    std::vector<Expression *> kept;
    gather(*block, kept);
    teeSets(builder, kept);
    if (kept.size() > kMostItems)
      divide(kept);
    block->list.set(kept);
  }
  // The writer, which does what teeSets does for values that are read later,
  // may look from each read back to the start of its block. It leaves out
  // blocks that nothing branches to, if they have names.
  static constexpr size_t kMostItems = 4096;
  void divide(std::vector<Expression *> &items) {
    std::vector<Expression *> parts;
    auto from = items.begin();
    for (; size_t(items.end() - from) > kMostItems; from += kMostItems) {
      wasm::Block *part = builder.makeBlock();
      part->name = "part" + std::to_string(partCount++);
      part->list.set(std::vector(from, from + kMostItems));
      part->finalize(Type::none, wasm::Block::HasBreak);
      parts.push_back(part);
    }
    // How the block ends stays as it is.
    parts.insert(parts.end(), from, items.end());
    items = std::move(parts);
  }
  void gather(wasm::Block &block, std::vector<Expression *> &kept) {
    for (Expression *item : block.list) {
      auto *inner = item->dynCast<wasm::Block>();
      if (inner && !inner->name.is())
        splice(*inner, kept);
      else if (!item->is<Nop>())
        kept.push_back(item);
    }
  }
  void splice(wasm::Block &inner, std::vector<Expression *> &kept) {
    size_t first = kept.size();
    gather(inner, kept);
    auto location = function.debugLocations.find(&inner);
    if (location != function.debugLocations.end() && first < kept.size())
      function.debugLocations[kept[first]] = location->second;
  }
  Builder &builder;
  wasm::Function &function;
  std::unordered_set<Name> targets;
  size_t partCount = 0;
};

} // namespace

void tidy(Builder &builder, wasm::Function &function) {
  Tidier(builder, function).walk(function.body);
}

Name RegionBuilder::blockLabel(FlowNode node) const {
  return prefix + "b" + std::to_string(node);
}

Name RegionBuilder::loopLabel(FlowNode node) const {
  return prefix + "l" + std::to_string(node);
}

Name RegionBuilder::entryLabel(FlowNode header) const {
  return "entry" + std::to_string(header);
}

// What is live in a loop has one definition more where activations go on. In
// large loops hosts' register allocation suffers: there both ways in take the
// values from the frame.
bool RegionBuilder::isEnteredThroughFrame(FlowNode node) const {
  return entryOf(node) && region.graph.loopSize(node) >= FlowGraph::kLargeLoop;
}

// From the header of a loop around a large one that is entered to the next one.
void RegionBuilder::passToInner(FlowNode header, Code &code) {
  if (!passesToInner(header))
    return;
  FlowNode next = region.graph.nextOnWay(header);
  code.push_back(builder.makeBreak(
      isEnteredThroughFrame(next) ? entryLabel(next) : blockLabel(next),
      nullptr, get(entersInner)));
}

Name RegionBuilder::latchLabel(FlowNode header) const {
  return prefix + "latch" + std::to_string(header);
}

// Structure -------------------------------------------------------------------

Expression *RegionBuilder::sequence(Code &&code) {
  if (code.size() == 1)
    return code.front();
  wasm::Block *block = builder.makeBlock();
  block->list.set(code);
  block->finalize();
  return block;
}

wasm::Block *RegionBuilder::labelled(Name label, Code &&code) {
  // A branch to where control falls anyway.
  if (auto *last = code.empty() ? nullptr : code.back()->dynCast<Break>())
    if (last->name == label && !last->condition)
      code.pop_back();
  wasm::Block *block = builder.makeBlock();
  block->name = label;
  block->list.set(code);
  block->finalize(Type::none, wasm::Block::HasBreak);
  return block;
}

// Puts the code from there on into a block.
void RegionBuilder::enclose(Name label, size_t first, Code &code) {
  wasm::Block *block = labelled(label, Code(code.begin() + first, code.end()));
  code.resize(first);
  code.push_back(block);
}

// Behind the code from `first` on, which branches to the node.
void RegionBuilder::placeBehind(FlowNode node, size_t first, Code &code) {
  enclose(blockLabel(node), first, code);
  if (isEnteredThroughFrame(node)) {
    const SlotSet &live = region.liveIn(blockOf(node));
    region.forEachLive(live, [&](uint32_t i) { code.push_back(spill(i)); });
    enclose(entryLabel(node), first, code);
    region.forEachLive(live, [&](uint32_t i) { code.push_back(reload(i)); });
    if (region.graph.isInnerLoop(node))
      code.push_back(builder.makeLocalSet(entersInner, gen.i32(0)));
  }
  placeNode(node, code);
}

// A node's code begins where it stays: a long chain of nodes would otherwise be
// moved once for each of them.
void RegionBuilder::placeNode(FlowNode node, Code &code) {
  size_t first = code.size();
  if (region.graph.isHeader(node)) {
    Code own;
    emitOwn(node, own);
    if (edgesBack[node] > 1)
      addLatch(node, own);
    wasm::Block *body = builder.makeBlock();
    body->list.set(own);
    body->finalize(Type::none, wasm::Block::NoBreak);
    code.push_back(builder.makeLoop(loopLabel(node), body));
  } else {
    emitOwn(node, code);
  }
  for (FlowNode next : region.graph.placedAfterLoop(node))
    placeBehind(next, first, code);
}

// What is in the loop, if the node begins one.
void RegionBuilder::emitOwn(FlowNode node, Code &code) {
  size_t first = code.size();
  emitNode(node, code);
  for (FlowNode next : region.graph.placedIn(node))
    placeBehind(next, first, code);
}

bool RegionBuilder::isBranch(FlowNode from, FlowNode to) const {
  return region.graph.isBackEdge(from, to) || !region.graph.isInline(to);
}

Name RegionBuilder::branchLabel(FlowNode from, FlowNode to) const {
  return region.graph.isBackEdge(from, to) ? loopLabel(to) : blockLabel(to);
}

void RegionBuilder::goTo(FlowNode from, FlowNode to, Code &code) {
  if (isBranch(from, to))
    code.push_back(builder.makeBreak(branchLabel(from, to)));
  else
    placeNode(to, code);
}

// Unless counts are exact, the count only says when to restart. Innermost loops
// leave that to the loop around them.
bool RegionBuilder::isCounted(FlowNode header) const {
  if (gen.countsExactly())
    return true;
  if (!restarts() || (caller && !isInLoop))
    return false;
  if (!caller && !entryOf(region.graph.outermostLoopOf(header)))
    return false;
  return region.graph.hasInnerLoops(header) ||
         !(region.graph.isInnerLoop(header) || isInLoop);
}

// Of loops with several edges back, there is one place for what is done when
// the count has run out. The header counts, or, where counts are exact, each
// edge; if the edges are many, that place counts too: the code is shorter, and
// hosts have fewer edges to move values along.
void RegionBuilder::addLatch(FlowNode header, Code &code) {
  if (!isCounted(header))
    return;
  if (countsAtHeader(header)) {
    Expression *isOut = builder.makeUnary(EqZInt32, counted(stepsOf(header)));
    if (passesToInner(header))
      isOut = builder.makeBinary(AndInt32, isOut,
                                 builder.makeUnary(EqZInt32, get(entersInner)));
    code.insert(code.begin(),
                builder.makeBreak(latchLabel(header), nullptr, isOut));
  }
  wasm::Block *body = labelled(latchLabel(header), std::move(code));
  code = {body};
  if (countsAtHeader(header) || countsAtEdges(header))
    runOut(header, loopLabel(header), code);
  else
    countDown(header, loopLabel(header), code);
}

void RegionBuilder::findLatches() {
  for (FlowNode node : region.graph.nodes()) {
    if (node == kRoot)
      continue;
    const Terminator &end = region.code.blocks[blockOf(node)].end;
    if (!end.backEdge)
      continue;
    FlowNode to =
        nodeOf(end.kind == Kind::Jump ? end.next : end.targets.front());
    if (region.graph.isBackEdge(node, to))
      ++edgesBack[to];
  }
}

// Along an edge that counts.
void RegionBuilder::goBack(FlowNode from, FlowNode to, Code &code) {
  if (isUncountedEdge(from, to))
    return goTo(from, to, code);
  if (isLatched(from, to)) {
    if (countsAtEdges(to))
      code.push_back(builder.makeBreak(loopLabel(to), nullptr, counted()));
    code.push_back(builder.makeBreak(latchLabel(to)));
    return;
  }
  if (isBranch(from, to))
    return countDown(to, branchLabel(from, to), code);
  Name passed = prefix + "counted" + std::to_string(from);
  Code counting;
  countDown(to, passed, counting);
  code.push_back(labelled(passed, std::move(counting)));
  placeNode(to, code);
}

// Counts, and branches to `back`, the way to the node, or leaves.
void RegionBuilder::countDown(FlowNode to, Name back, Code &code) {
  code.push_back(builder.makeBreak(back, nullptr, counted(stepsOf(to))));
  runOut(to, back, code);
}

void RegionBuilder::runOut(FlowNode to, Name back, Code &code) {
  uint32_t pc = addressOf(blockOf(to));
  if (gen.safepoints.areStrict()) {
    Name away = leave(Way::Yield, 0, region.liveIn(blockOf(to)), pc, code);
    code.push_back(builder.makeBreak(away));
    return;
  }
  bool isExact = gen.countsExactly();
  uint32_t step = isExact ? 1 : Restarts::kCountStep;
  Expression *more = gen.i32(gen.safepoints.interval * step);
  uint32_t loop = entryOf(to);
  if (loop) {
    Name away = leave(Way::Restart, 0, region.liveIn(blockOf(to)),
                      loop + Restarts::kBase, code);
    code.push_back(builder.makeBreak(away, nullptr, mayRestart()));
  } else if (restarts() && (!caller || isInLoop)) {
    // The loop around it is to find soon that the count has run out.
    uint32_t least = countsAtHeader(to) ? stepsOf(to) + 1 : 1;
    more = builder.makeSelect(mayRestart(), gen.i32(least * step), more);
  }
  more = isExact ? gen.draw(more, gen.i32(pc)) : gen.add(levelNow(), more);
  code.push_back(builder.makeLocalSet(count, more));
  code.push_back(builder.makeBreak(back));
}

// Where a call begins that has been put in place.
void RegionBuilder::emitStart(Code &code) {
  if (!gen.countsExactly())
    return;
  uint32_t pc = gen.image.entries[region.function];
  Expression *isOut = builder.makeUnary(EqZInt32, counted());
  if (!gen.safepoints.areStrict()) {
    code.push_back(builder.makeIf(isOut, renewCount(pc)));
    return;
  }
  Name away =
      leave(Way::Yield, 0, region.liveIn(region.code.layout.front()), pc, code);
  code.push_back(builder.makeBreak(away, nullptr, isOut));
}

// Where calls begin, and where activations go on.
void RegionBuilder::emitRoot(Code &code) {
  bool isExact = gen.countsExactly();
  if (isExact) {
    code.push_back(builder.makeLocalSet(
        count, builder.makeBinary(SubInt32, gen.loadGlobal(kCountGlobal),
                                  gen.i32(1))));
    code.push_back(gen.storeGlobal(kCountGlobal, get(count)));
  }
  Code rare;
  const std::vector<FlowNode> &loops = region.graph.enteredLoops();
  if (!loops.empty()) {
    Code goOn;
    goOn.push_back(builder.makeLocalSet(
        0, builder.makeBinary(AndInt32, fp(), gen.i32(~kGoesOn))));
    if (restarts())
      goOn.push_back(builder.makeLocalSet(
          isExact ? level : count,
          builder.makeCall(gen.program.own(kResume),
                           {get(isExact ? level : count)}, Type::i32)));
    auto loop = [&] {
      return builder.makeBinary(AndInt32, gen.loadGlobal(kEntryGlobal),
                                gen.i32((1 << Restarts::kLevelShift) - 1));
    };
    uint32_t outermost = 0;
    while (outermost < loops.size() &&
           !region.graph.isInnerLoop(loops[outermost]))
      ++outermost;
    if (entersInner)
      goOn.push_back(builder.makeLocalSet(
          entersInner,
          builder.makeBinary(GtUInt32, loop(), gen.i32(outermost))));
    SlotSet live(region.variables.size());
    std::vector<Name> labels;
    for (FlowNode entered : loops) {
      FlowNode loop = region.graph.outermostLoopOf(entered);
      bool throughFrame = isEnteredThroughFrame(loop);
      if (!throughFrame)
        live.unite(region.liveIn(blockOf(loop)));
      labels.push_back(throughFrame ? entryLabel(loop) : blockLabel(loop));
    }
    region.forEachLive(live, [&](uint32_t i) { goOn.push_back(reload(i)); });
    Name last = labels.back();
    labels.pop_back();
    if (labels.empty())
      goOn.push_back(builder.makeBreak(last));
    else
      goOn.push_back(builder.makeSwitch(
          labels, last, builder.makeBinary(SubInt32, loop(), gen.i32(1))));
    rare.push_back(
        builder.makeIf(builder.makeBinary(LtSInt32, fp(), gen.i32(0)),
                       sequence(std::move(goOn))));
  }
  uint32_t pc = gen.image.entries[region.function];
  Name away = leave(Way::Refuse, 0, region.liveIn(region.code.layout.front()),
                    pc, rare);
  rare.push_back(builder.makeBreak(away));
  Expression *isRare =
      builder.makeBinary(GtUInt32, fp(), gen.loadGlobal(kFrameLimit));
  if (isExact && !gen.safepoints.areStrict())
    rare = {builder.makeIf(ExpressionManipulator::copy(isRare, gen.bundle),
                           sequence(std::move(rare))),
            renewCount(pc), gen.storeGlobal(kCountGlobal, get(count))};
  if (isExact)
    isRare = builder.makeBinary(OrInt32, isRare,
                                builder.makeUnary(EqZInt32, get(count)));
  code.push_back(builder.makeIf(isRare, sequence(std::move(rare))));
}

} // namespace ireko
