#include "rewriter/region_code.h"

#include <algorithm>

#include "ir/manipulation.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

using Kind = Terminator::Kind;

namespace {

// Whether the tree reads a slot of the frame that starts at `frame`.
bool readsFrame(Expression *tree, Slot frame) {
  auto *get = tree->dynCast<LocalGet>();
  bool reads = get && get->index >= frame;
  forEachChild(tree,
               [&](Expression *&child) { reads |= readsFrame(child, frame); });
  return reads;
}

} // namespace

void RegionBuilder::emitNode(FlowNode node, Code &code) {
  if (node == kRoot) {
    if (caller)
      emitStart(code);
    else if (count) // a leaf's own code has none
      emitRoot(code);
    return goTo(kRoot, nodeOf(region.code.layout.front()), code);
  }
  const ireko::Block &block = region.code.blocks[blockOf(node)];
  if (region.isLeftOut(blockOf(node))) {
    storeCount(node, code);
    Name away = leave(Way::Aside, 0, region.liveIn(blockOf(node)),
                      addressOf(blockOf(node)), code);
    code.push_back(builder.makeBreak(away));
    return;
  }
  passToInner(node, code);
  size_t count = block.statements.size() - passedArguments(block);
  size_t first = code.size();
  for (size_t i = 0; i < count; ++i)
    statement(node, block.statements[i], code);
  note(code, first, addressOf(blockOf(node)));
  first = code.size();
  terminator(node, block, code);
  if (block.end.kind != Kind::None && block.end.kind != Kind::Jump)
    note(code, first, endAddressOf(blockOf(node)));
}

void RegionBuilder::note(const Code &code, size_t first, uint32_t address) {
  // What is in place of a call has its addresses elsewhere.
  if (gen.annotates && !caller && first < code.size())
    out->debugLocations[code[first]] =
        wasm::Function::DebugLocation{0, address, 0, std::nullopt};
}

void RegionBuilder::nameLocals() {
  for (Index variable = 0; variable < locals.size(); ++variable)
    if (locals[variable] != kNoLocal)
      out->setLocalName(locals[variable],
                        "s" + std::to_string(region.variables[variable].slot) +
                            "." + region.variables[variable].type.toString());
  if (region.isLeaf)
    return;
  out->setLocalName(0, "fp");
  out->setLocalName(count, "count");
  out->setLocalName(pcLocal, "pc");
  if (restarts())
    out->setLocalName(restarted, "restarted");
  if (level)
    out->setLocalName(level, "level");
  if (entersInner)
    out->setLocalName(entersInner, "inner");
}

// Arguments that the last statements of the block compute become operands of
// the call. Returns how many.
size_t RegionBuilder::passedArguments(const ireko::Block &block) const {
  const Terminator &end = block.end;
  bool isOperator = regions.types->isValueOperator(end);
  bool isIndirect = end.kind == Kind::CallIndirect;
  if (end.kind != Kind::Call && end.kind != Kind::TailCall && !isOperator &&
      !isIndirect)
    return 0;
  if (isIndirect && readsFrame(end.tree, end.frame))
    return 0;
  std::vector<SlotOfType> arguments = regions.types->arguments(end);
  // Operators leave their operands as they are.
  SlotSet live = isOperator ? region.liveBehind(end) : SlotSet(0);
  size_t first = block.statements.size();
  for (size_t i = arguments.size(); i-- > 0 && first > 0;) {
    auto *set = block.statements[first - 1]->dynCast<LocalSet>();
    if (!set || set->index != arguments[i].slot ||
        set->value->type != arguments[i].type ||
        readsFrame(set->value, end.frame) ||
        // The element's number is computed before.
        (isIndirect && !set->value->is<LocalGet>() &&
         !set->value->is<Const>()) ||
        (isOperator &&
         live.contains(region.variable(arguments[i].slot, arguments[i].type))))
      break;
    --first;
  }
  return block.statements.size() - first;
}

// Control ---------------------------------------------------------------------

void RegionBuilder::terminator(FlowNode node, const ireko::Block &block,
                               Code &code) {
  const Terminator &end = block.end;
  switch (end.kind) {
  case Kind::None:
    return;
  case Kind::Jump:
    return end.backEdge ? goBack(node, nodeOf(end.next), code)
                        : goTo(node, nodeOf(end.next), code);
  case Kind::Branch: {
    FlowNode to = nodeOf(end.targets[0]);
    bool counts = end.backEdge && !isUncountedEdge(node, to);
    if (counts && (!isLatched(node, to) || countsAtEdges(to)))
      return branchBack(node, end, code);
    Expression *condition = value(end.tree);
    if (end.negated)
      condition = builder.makeUnary(EqZInt32, condition);
    bool latched = counts && isLatched(node, to);
    if (latched || isBranch(node, to)) {
      Name label = latched ? latchLabel(to) : branchLabel(node, to);
      code.push_back(builder.makeBreak(label, nullptr, condition));
    } else {
      Code taken;
      goTo(node, to, taken);
      code.push_back(builder.makeIf(condition, sequence(std::move(taken))));
    }
    return goTo(node, nodeOf(end.next), code);
  }
  case Kind::Switch:
    return switchTo(node, block, code);
  case Kind::Call:
  case Kind::CallIndirect:
  case Kind::TailCall:
  case Kind::TailCallIndirect:
    return call(node, block, code);
  case Kind::Cold:
    return cold(node, block, code);
  case Kind::Return:
    return returnWith(node, end, code);
  case Kind::Trap: {
    gen.raisesTraps = true;
    uint32_t pc = endAddressOf(blockOf(node));
    keepFuel(node, code);
    code.push_back(gen.trap(gen.i32(uint32_t(end.trap)), gen.i32(pc)));
    return;
  }
  case Kind::Enter:
    return;
  }
}

// Hosts place what follows a branch before what it goes to, so that code which
// counts stays in the loop.
void RegionBuilder::branchBack(FlowNode node, const Terminator &end,
                               Code &code) {
  FlowNode next = nodeOf(end.next);
  Expression *leaves = value(end.tree);
  if (!end.negated)
    leaves = builder.makeUnary(EqZInt32, leaves);
  Name out = isBranch(node, next) ? branchLabel(node, next)
                                  : Name(prefix + "out" + std::to_string(node));
  Code counting;
  counting.push_back(builder.makeBreak(out, nullptr, leaves));
  goBack(node, nodeOf(end.targets[0]), counting);
  if (isBranch(node, next)) {
    code.insert(code.end(), counting.begin(), counting.end());
    return;
  }
  code.push_back(labelled(out, std::move(counting)));
  placeNode(next, code);
}

void RegionBuilder::switchTo(FlowNode node, const ireko::Block &block,
                             Code &code) {
  const Terminator &end = block.end;
  std::vector<Name> labels;
  for (BlockIndex target : end.targets)
    labels.push_back(branchLabel(node, nodeOf(target)));
  Name last = labels.back();
  Expression *index = value(end.tree);
  labels.pop_back();
  if (labels.empty()) {
    code.push_back(builder.makeDrop(index));
    code.push_back(builder.makeBreak(last));
    return;
  }
  code.push_back(builder.makeSwitch(labels, last, index));
}

// As HandlerBuilder::tableEntry does; all elements of a table that are not good
// go to one place.
void RegionBuilder::checkElement(const ireko::Block &block, Index index,
                                 uint32_t pc, Code &code) {
  const Terminator &end = block.end;
  const StaticTable &table = gen.program.staticTables[end.table];
  gen.raisesTraps = true;
  root.checkedTables.insert(end.table);
  Expression *type =
      gen.load(Type::i32, builder.makeBinary(ShlInt32, get(index), gen.i32(3)),
               table.address + offsetof(StaticTableEntry, type));
  Name bad = badElementLabel(end.table);
  code.push_back(builder.makeLocalSet(pcLocal, gen.i32(pc)));
  code.push_back(
      builder.makeBreak(bad, nullptr,
                        builder.makeBinary(GeUInt32, get(index),
                                           gen.i32(table.functions.size()))));
  code.push_back(builder.makeBreak(
      bad, nullptr, builder.makeBinary(NeInt32, type, gen.i32(end.type))));
}

void RegionBuilder::addArguments(const ireko::Block &block, Code &operands) {
  std::vector<SlotOfType> arguments = regions.types->arguments(block.end);
  size_t written = arguments.size() - passedArguments(block);
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i < written) {
      operands.push_back(read(arguments[i]));
      continue;
    }
    size_t at = block.statements.size() - arguments.size() + i;
    operands.push_back(value(block.statements[at]->cast<LocalSet>()->value));
  }
}

Expression *RegionBuilder::callWith(const ireko::Block &block,
                                    Expression *frame, Index element,
                                    bool isTail, Code &code) {
  const Terminator &end = block.end;
  std::vector<Expression *> operands;
  const Region *leaf = calledLeaf(end);
  if (!leaf)
    operands.push_back(frame);
  addArguments(block, operands);
  HeapType type = regions.types->typeOf(end);
  Signature signature = regionSignature(type);
  if (end.kind == Kind::CallIndirect || end.kind == Kind::TailCallIndirect) {
    const StaticTable &table = gen.program.staticTables[end.table];
    if (gen.mayCallStream(end.table, type))
      code.push_back(gen.storeGlobal(
          kEntryGlobal,
          gen.load(Type::i32,
                   builder.makeBinary(ShlInt32, get(element), gen.i32(3)),
                   table.address + offsetof(StaticTableEntry, entry))));
    return builder.makeCallIndirect(
        gen.program.own(kRegionTable),
        gen.add(get(element), gen.i32(gen.elementsOf(end.table))), operands,
        HeapType(signature), isTail);
  }
  if (leaf)
    return builder.makeCall(gen.leafFunction(*leaf), operands,
                            signature.results);
  Name target;
  if (const Region *callee = regions.of(end.callee)) {
    target = gen.regionFunction(*callee);
  } else {
    code.push_back(
        gen.storeGlobal(kEntryGlobal, gen.i32(gen.image.entries[end.callee])));
    target = gen.streamFunction(type);
  }
  return builder.makeCall(target, operands, signature.results, isTail);
}

const Region *RegionBuilder::calledLeaf(const Terminator &end) const {
  const Region *callee =
      end.kind == Kind::Call ? regions.of(end.callee) : nullptr;
  return callee && callee->isLeaf ? callee : nullptr;
}

// The safepoint of the leaf's start. Where the program may leave, that is moved
// behind the call, but not that there is no fuel for it.
void RegionBuilder::countBeforeLeaf(const ireko::Block &block, Code &code) {
  if (!gen.countsExactly())
    return;
  uint32_t entry = gen.image.entries[block.end.callee];
  if (!gen.safepoints.areStrict()) {
    // Whatever counts next renews it.
    code.push_back(
        builder.makeIf(builder.makeUnary(EqZInt32, counted()),
                       builder.makeLocalSet(count, gen.draw(1, entry))));
  } else if (gen.fuel.counts) {
    Expression *isLast = builder.makeBinary(EqInt32, get(count), gen.i32(1));
    code.push_back(builder.makeIf(
        builder.makeBinary(AndInt32, isLast,
                           builder.makeUnary(EqZInt32, gen.isFuelLeft())),
        builder.makeDrop(gen.draw(1, entry))));
  }
  if (gen.fuel.counts)
    // Known should the leaf trap.
    code.push_back(gen.storeGlobal(
        kCountGlobal, builder.makeBinary(SubInt32, get(count),
                                         gen.i32(gen.safepoints.areStrict()))));
}

void RegionBuilder::countBehindLeaf(const ireko::Block &block, Code &code) {
  if (!gen.safepoints.areStrict())
    return;
  BlockIndex next = block.end.next;
  Expression *isOut = builder.makeUnary(EqZInt32, counted());
  Name away = leave(Way::Yield, 0, region.liveIn(next), addressOf(next), code);
  code.push_back(builder.makeBreak(away, nullptr, isOut));
}

void RegionBuilder::call(FlowNode node, const ireko::Block &block, Code &code) {
  const Terminator &end = block.end;
  if (isInPlace(end)) {
    callInPlace(node, block, code);
    return goTo(node, nodeOf(end.next), code);
  }
  bool isTail =
      end.kind == Kind::TailCall || end.kind == Kind::TailCallIndirect;
  Index element = 0;
  bool isLeaf = calledLeaf(end);
  if (!isLeaf)
    storeCount(node, code);
  if (end.tree) {
    if (!root.element)
      root.element = Builder::addVar(out, Type::i32);
    element = root.element;
    code.push_back(builder.makeLocalSet(element, value(end.tree)));
    checkElement(block, element, endAddressOf(blockOf(node)), code);
  }
  if (isLeaf)
    countBeforeLeaf(block, code);
  Expression *frame = isTail ? fp() : frameAt(end.frame);
  Expression *result = callWith(block, frame, element, isTail, code);
  if (isTail) {
    code.push_back(result);
    return;
  }
  std::vector<SlotOfType> results = regions.types->results(end);
  code.push_back(results.empty() ? result : write(results.front(), result));
  if (isLeaf) {
    countBehindLeaf(block, code);
    return goTo(node, nodeOf(end.next), code);
  }
  uint32_t pc = addressOf(end.next);
  Name away = leave(Way::Unwind, end.frame, region.liveBehind(end), pc, code);
  Expression *left = gen.loadGlobal(kCountGlobal);
  if (gen.countsExactly())
    left = builder.makeLocalTee(count, left, Type::i32);
  code.push_back(
      builder.makeBreak(away, nullptr, builder.makeUnary(EqZInt32, left)));
  for (size_t i = 1; i < results.size(); ++i)
    code.push_back(write(results[i], gen.load(results[i].type, fp(),
                                              offsetOf(results[i].slot))));
  goTo(node, nodeOf(end.next), code);
}

void RegionBuilder::cold(FlowNode node, const ireko::Block &block, Code &code) {
  const Terminator &end = block.end;
  uint32_t pc = endAddressOf(blockOf(node));
  bool leavesVm = gen.program.coldOperators[end.callee].leavesVm;
  if (!leavesVm)
    keepFuel(node, code);
  if (regions.types->isValueOperator(end)) {
    Code operands;
    addArguments(block, operands);
    operands.push_back(gen.i32(pc));
    std::vector<SlotOfType> results = regions.types->results(end);
    Expression *result =
        builder.makeCall(gen.valueFunction(end.callee), operands,
                         gen.program.coldOperators[end.callee].tree->type);
    code.push_back(results.empty() ? result : write(results.front(), result));
    return goTo(node, nodeOf(end.next), code);
  }
  for (SlotOfType argument : regions.types->arguments(end))
    code.push_back(gen.store(fp(), offsetOf(argument.slot), read(argument)));
  if (leavesVm)
    storeCount(node, code);
  code.push_back(builder.makeCall(gen.coldFunction(end.callee),
                                  {frameAt(end.frame), gen.i32(pc)},
                                  Type::none));
  for (SlotOfType result : regions.types->results(end))
    code.push_back(
        write(result, gen.load(result.type, fp(), offsetOf(result.slot))));
  if (leavesVm && gen.countsExactly())
    code.push_back(builder.makeLocalSet(count, gen.loadGlobal(kCountGlobal)));
  goTo(node, nodeOf(end.next), code);
}

void RegionBuilder::returnWith(FlowNode node, const Terminator &end,
                               Code &code) {
  if (!caller)
    storeCount(node, code);
  std::vector<SlotOfType> results =
      valuesOf(region.code.source->type.getHeapType().getSignature().results,
               kFirstSlot);
  Expression *first = nullptr;
  if (end.tree) {
    first = value(end.tree);
  } else if (!results.empty()) {
    first = read(results.front());
    for (size_t i = 1; i < results.size(); ++i)
      code.push_back(
          gen.store(fp(), offsetOf(results[i].slot), read(results[i])));
  }
  if (caller) {
    if (first)
      code.push_back(
          caller->write(regions.types->results(*callEnd).front(), first));
    code.push_back(builder.makeBreak(doneLabel()));
    return;
  }
  code.push_back(builder.makeReturn(first));
}

// Values ----------------------------------------------------------------------

Index RegionBuilder::local(uint32_t variable) {
  Index &found = locals[variable];
  if (found != kNoLocal)
    return found;
  Type type = region.variables[variable].type;
  auto taken = std::find_if(idle.begin(), idle.end(), [&](Index local) {
    return out->getLocalType(local) == type;
  });
  if (taken == idle.end())
    return found = Builder::addVar(out, type);
  found = *taken;
  idle.erase(taken);
  return found;
}

Expression *RegionBuilder::reload(uint32_t variable) {
  const SlotOfType &what = region.variables[variable];
  return builder.makeLocalSet(local(variable),
                              gen.load(what.type, fp(), offsetOf(what.slot)));
}

Expression *RegionBuilder::read(const SlotOfType &value) {
  return get(local(region.variable(value.slot, value.type)));
}

Expression *RegionBuilder::write(const SlotOfType &value, Expression *what) {
  return builder.makeLocalSet(local(region.variable(value.slot, value.type)),
                              what);
}

Expression *RegionBuilder::replacement(Expression *node) {
  if (auto *slot = node->dynCast<LocalGet>())
    return read({slot->index, slot->type});
  if (auto *global = node->dynCast<GlobalGet>()) {
    const GlobalPlace &place = gen.program.globals.at(global->name);
    if (place.kind == GlobalPlace::Kind::Host)
      return nullptr;
    return gen.load(global->type, gen.i32(0),
                    gen.layout.globals + place.offset);
  }
  if (node->is<MemorySize>())
    return gen.guestPages(builder.makeMemorySize(gen.guestMemory));
  return gen.guestAccess(
      node, [this](Expression *tree) { return value(tree); },
      [this](Expression *pointer, Address &offset) {
        return gen.burnOffset(pointer, offset);
      });
}

Expression *RegionBuilder::value(Expression *tree) {
  return ExpressionManipulator::flexibleCopy(
      tree, gen.bundle, [this](Expression *node) { return replacement(node); });
}

void RegionBuilder::statement(FlowNode node, Expression *tree, Code &code) {
  if (auto *set = tree->dynCast<LocalSet>()) {
    Expression *written = value(set->value);
    code.push_back(write({set->index, set->value->type}, written));
    return;
  }
  if (auto *exit = tree->dynCast<Break>()) {
    FlowNode to = nodeOf(exitTarget(exit));
    Expression *condition = value(exit->condition);
    if (isBranch(node, to)) {
      code.push_back(
          builder.makeBreak(branchLabel(node, to), nullptr, condition));
      return;
    }
    Code taken;
    placeNode(to, taken);
    code.push_back(builder.makeIf(condition, sequence(std::move(taken))));
    return;
  }
  if (auto *set = tree->dynCast<GlobalSet>()) {
    const GlobalPlace &place = gen.program.globals.at(set->name);
    if (place.kind == GlobalPlace::Kind::Memory) {
      code.push_back(gen.store(gen.i32(place.offset), gen.layout.globals,
                               value(set->value)));
      return;
    }
  }
  code.push_back(value(tree));
}

void RegionBuilder::begin(Name name, Signature signature, Index parameters) {
  out = gen.bundle.addFunction(
      Builder::makeFunction(name, HeapType(signature), {}, nullptr));
  locals.assign(region.variables.size(), kNoLocal);
  idle.clear();
  spare.clear();
  for (Index i = parameters; i < signature.params.size(); ++i)
    locals[i - parameters] = i;
}

void RegionBuilder::end(Code &&code) {
  code.push_back(builder.makeUnreachable());
  out->body = sequence(std::move(code));
  tidy(builder, *out);
  if (gen.annotates)
    nameLocals();
}

void RegionBuilder::callLeaf(Code &code) {
  std::vector<Expression *> operands;
  for (Index i = 1; i < out->getParams().size(); ++i)
    operands.push_back(get(i));
  Expression *result =
      builder.makeCall(gen.leafFunction(region), operands, out->getResults());
  if (out->getResults() == Type::none) {
    code.push_back(result);
    result = nullptr;
  }
  code.push_back(builder.makeReturn(result));
}

void RegionBuilder::build() {
  Signature signature = regionSignature(region.code.source->type.getHeapType());
  edgesBack.assign(region.code.blocks.size() + 1, false);
  if (region.isLeaf) {
    std::vector<Type> params(signature.params.begin() + 1,
                             signature.params.end());
    begin(gen.leafFunction(region), Signature(Type(params), signature.results),
          0);
    dirty.assign(region.code.blocks.size() + 1, false);
    chooseInPlace();
    Code code;
    placeNode(kRoot, code);
    end(std::move(code));
  }
  begin(gen.regionFunction(region), signature, 1);
  if (region.isLeaf && !gen.countsExactly()) {
    // Calling a small one would take as long as what it does.
    Code code;
    if (region.nodes <= kSmallLeaf)
      placeNode(kRoot, code);
    else
      callLeaf(code);
    return end(std::move(code));
  }
  count = Builder::addVar(out, Type::i32);
  pcLocal = Builder::addVar(out, Type::i32);
  if (restarts())
    restarted = Builder::addVar(out, Type::i32);
  if (restarts() && gen.countsExactly())
    level = Builder::addVar(out, Type::i32);
  if (region.leavesOut)
    aside = Builder::addVar(out, Type::i32);
  const std::vector<FlowNode> &loops = region.graph.enteredLoops();
  if (!loops.empty() && region.graph.isInnerLoop(loops.back()))
    entersInner = Builder::addVar(out, Type::i32);
  Code code;
  if (region.isLeaf) {
    emitRoot(code);
    callLeaf(code);
    addLeaves(code);
    return end(std::move(code));
  }
  chooseInPlace();
  findDirty();
  findLatches();
  placeNode(kRoot, code);
  addLeaves(code);
  addElementTraps(code);
  if (region.handsBack)
    code = {builder.makeLoop(kAgainLabel, sequence(std::move(code)))};
  if (counts && !gen.countsExactly())
    code.insert(code.begin(),
                builder.makeLocalSet(count, gen.i32(gen.safepoints.interval *
                                                    Restarts::kCountStep)));
  end(std::move(code));
}

} // namespace ireko
