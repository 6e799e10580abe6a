// Cold functions: one for each cold operator, and one that chooses among them
// by number for the shared handler. All take the linear address of the
// operator's frame and the pc of the instruction. Of operators that take values
// there is another one for regions, with the operands and the pc.

#include "ir/manipulation.h"
#include "rewriter/codegen.h"
#include "rewriter/region.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

namespace {

enum ColdLocal : Index { kFrame, kPc, kFirstVar };

// References in frame slots lie in a Wasm table at the slot's index in the
// guest stack. The table grows when such a slot is first written.
constexpr uint32_t kFirstReferences = 256;

const char *referenceKind(Type type) {
  return type == Type(HeapType::func, Nullable) ? "func" : "extern";
}

} // namespace

// Generates the body of one cold function.
class ColdGenerator {
public:
  ColdGenerator(Codegen &gen, wasm::Function &function)
      : gen(gen), builder(gen.builder), function(function) {}

  Expression *body(const ColdOperator &op);
  // Of the function that takes operands.
  Expression *valueBody(const ColdOperator &op);

private:
  Expression *catching(Expression *leaving, Index saved);
  Expression *frame() { return builder.makeLocalGet(kFrame, Type::i32); }
  Expression *pc() { return builder.makeLocalGet(pcLocal, Type::i32); }
  Expression *value(Expression *tree);
  Expression *replacement(Expression *node);
  void checkBounds(Index address, Index size, std::vector<Expression *> &list);
  Expression *keptSegment(Expression *node);
  Index keep(Expression *tree, std::vector<Expression *> &list);
  Expression *get(Index local) {
    return builder.makeLocalGet(local, function.getLocalType(local));
  }
  Expression *guestAddress(Index local) {
    return gen.layout.guestBase == 0
               ? get(local)
               : gen.add(get(local), gen.i32(gen.layout.guestBase));
  }

  Codegen &gen;
  Builder &builder;
  wasm::Function &function;
  Index pcLocal = kPc;
  // Where operands are read: in the frame or, by slot, in parameters.
  bool inFrame = true;
  std::map<Slot, Index> parameters;
};

Index ColdGenerator::keep(Expression *tree, std::vector<Expression *> &list) {
  Index local = Builder::addVar(&function, tree->type);
  list.push_back(builder.makeLocalSet(local, tree));
  return local;
}

// Traps unless [address, address + size) is guest memory; in a memory of its
// own, the host does.
void ColdGenerator::checkBounds(Index address, Index size,
                                std::vector<Expression *> &list) {
  if (gen.layout.guestBase == 0)
    return;
  auto wide = [&](Expression *narrow) {
    return builder.makeUnary(ExtendUInt32, narrow);
  };
  Expression *end =
      builder.makeBinary(AddInt64, wide(get(address)), wide(get(size)));
  Expression *guestSize = builder.makeBinary(
      SubInt64,
      builder.makeBinary(ShlInt64,
                         wide(builder.makeMemorySize(gen.guestMemory)),
                         builder.makeConst(Literal(int64_t(16)))),
      builder.makeConst(Literal(int64_t(gen.layout.guestBase))));
  static_assert(kPageBytes == 1 << 16);
  list.push_back(builder.makeIf(
      builder.makeBinary(GtUInt64, end, guestSize),
      gen.trap(gen.i32(uint32_t(TrapKind::MemoryBounds)), pc())));
}

// On hosts without bulk memory segments lie in the VM's memory, and the runtime
// copies from there.
Expression *ColdGenerator::keptSegment(Expression *node) {
  std::vector<Expression *> list;
  if (auto *init = node->dynCast<MemoryInit>()) {
    const KeptSegment &segment = gen.keptSegments.at(init->segment);
    Index to = keep(value(init->dest), list);
    Index from = keep(value(init->offset), list);
    Index size = keep(value(init->size), list);
    Index left = keep(gen.load(Type::i32, gen.i32(0), segment.address), list);
    checkBounds(to, size, list);
    // from + size > left, without overflow.
    list.push_back(builder.makeIf(
        builder.makeBinary(
            OrInt32, builder.makeBinary(GtUInt32, get(size), get(left)),
            builder.makeBinary(
                GtUInt32, get(from),
                builder.makeBinary(SubInt32, get(left), get(size)))),
        gen.trap(gen.i32(uint32_t(TrapKind::MemoryBounds)), pc())));
    list.push_back(builder.makeCall(
        gen.copyFunction,
        {guestAddress(to), gen.add(get(from), gen.i32(segment.data())),
         get(size)},
        Type::none));
    return builder.makeBlock(list);
  }
  if (auto *drop = node->dynCast<DataDrop>())
    return gen.store(gen.i32(0), gen.keptSegments.at(drop->segment).address,
                     gen.i32(0));
  // No table.init can be there to see a difference.
  if (node->is<ElemDrop>())
    return builder.makeNop();
  return nullptr;
}

Expression *ColdGenerator::replacement(Expression *node) {
  if (!gen.bundle.features.hasBulkMemory())
    if (Expression *replaced = keptSegment(node))
      return replaced;
  std::vector<Expression *> list;
  if (auto *local = node->dynCast<LocalGet>()) {
    if (!inFrame)
      return get(parameters.at(local->index));
    if (local->type.isRef())
      return gen.loadReference(local->type, frame(), local->index);
    return gen.load(local->type, frame(), local->index * kSlotBytes);
  }
  if (auto *call = node->dynCast<Call>()) {
    for (Expression *operand : call->operands)
      list.push_back(value(operand));
    Name target = gen.importTargets.at(call->target);
    if (!gen.stubs.count(target))
      return builder.makeCall(target, list, call->type);
    // Not by calling it: here the place is known.
    for (Expression *&operand : list)
      operand = builder.makeDrop(operand);
    list.push_back(gen.trap(gen.i32(uint32_t(TrapKind::MissingImport)), pc()));
    return builder.makeBlock(list, call->type);
  }
  // Where a service of the generic VM finds that the guest is out of bounds.
  if (node->is<Unreachable>())
    return gen.trap(gen.i32(uint32_t(TrapKind::MemoryBounds)), pc());
  if (auto *ref = node->dynCast<RefFunc>()) {
    Name adapter = gen.adapterOf(gen.program.functionIndex.at(ref->func));
    return builder.makeRefFunc(adapter);
  }
  if (auto *grow = node->dynCast<MemoryGrow>()) {
    Expression *grown =
        builder.makeMemoryGrow(value(grow->delta), gen.guestMemory);
    if (gen.layout.guestBase == 0)
      return grown;
    Index pages = keep(grown, list);
    list.push_back(
        builder.makeSelect(builder.makeBinary(EqInt32, get(pages), gen.i32(-1)),
                           gen.i32(-1), gen.guestPages(get(pages))));
    return builder.makeBlock(list);
  }
  if (auto *copy = node->dynCast<MemoryCopy>()) {
    Index to = keep(value(copy->dest), list);
    Index from = keep(value(copy->source), list);
    Index size = keep(value(copy->size), list);
    checkBounds(to, size, list);
    checkBounds(from, size, list);
    std::vector<Expression *> operands{guestAddress(to), guestAddress(from),
                                       get(size)};
    if (gen.bundle.features.hasBulkMemory())
      list.push_back(builder.makeMemoryCopy(operands[0], operands[1],
                                            operands[2], gen.guestMemory,
                                            gen.guestMemory));
    else
      list.push_back(builder.makeCall(gen.copyFunction, operands, Type::none));
    return builder.makeBlock(list);
  }
  if (auto *fill = node->dynCast<MemoryFill>()) {
    Index to = keep(value(fill->dest), list);
    Index byte = keep(value(fill->value), list);
    Index size = keep(value(fill->size), list);
    checkBounds(to, size, list);
    std::vector<Expression *> operands{guestAddress(to), get(byte), get(size)};
    if (gen.bundle.features.hasBulkMemory())
      list.push_back(builder.makeMemoryFill(operands[0], operands[1],
                                            operands[2], gen.guestMemory));
    else
      list.push_back(builder.makeCall(gen.fillFunction, operands, Type::none));
    return builder.makeBlock(list);
  }
  if (auto *init = node->dynCast<MemoryInit>()) {
    Index to = keep(value(init->dest), list);
    Index from = keep(value(init->offset), list);
    Index size = keep(value(init->size), list);
    checkBounds(to, size, list);
    list.push_back(builder.makeMemoryInit(init->segment, guestAddress(to),
                                          get(from), get(size),
                                          gen.guestMemory));
    return builder.makeBlock(list);
  }
  return nullptr;
}

Expression *ColdGenerator::value(Expression *tree) {
  return ExpressionManipulator::flexibleCopy(
      tree, gen.bundle, [this](Expression *node) { return replacement(node); });
}

// `leaving`, which has no result; an exception that passes through it puts sp
// back to `saved`.
Expression *ColdGenerator::catching(Expression *leaving, Index saved) {
  Name caught = "caught", done = "done";
  Type type(HeapType::exn, Nullable);
  Index exception = Builder::addVar(&function, type);
  Expression *attempt =
      builder.makeTryTable(leaving, {Name()}, {caught}, {true}, Type::none);
  return builder.makeBlock(
      done,
      {builder.makeLocalSet(
           exception,
           builder.makeBlock(caught, {attempt, builder.makeBreak(done)}, type)),
       gen.storeState(offsetof(VmState, sp), get(saved)),
       builder.makeThrowRef(get(exception))},
      Type::none);
}

Expression *ColdGenerator::body(const ColdOperator &op) {
  std::vector<Expression *> list;
  Index saved = 0;
  if (op.leavesVm) {
    saved = keep(gen.loadState(offsetof(VmState, sp)), list);
    uint32_t slots = kFirstSlot + std::max(op.argSlots, op.resultSlots);
    list.push_back(gen.storeState(
        offsetof(VmState, sp), gen.add(frame(), gen.i32(slots * kSlotBytes))));
  }
  // Who is called may enter the guest again, and end there by a trap that the
  // host catches: regions below find what they have left, and a count that has
  // run out is not 0 for good.
  bool guards = op.leavesVm && (gen.hasRegions() || gen.fuel.counts);
  Index count = 0, limit = 0;
  if (guards) {
    count = keep(gen.loadGlobal(kCountGlobal), list);
    if (gen.hasRegions())
      limit = keep(gen.loadGlobal(kFrameLimit), list);
  }
  Expression *run = value(op.tree);
  Type results = run->type;
  Index kept = 0;
  if (results.isConcrete()) {
    kept = Builder::addVar(&function, results);
    run = builder.makeLocalSet(kept, run);
  }
  list.push_back(op.leavesVm && gen.catchesExceptions ? catching(run, saved)
                                                      : run);
  if (results.isConcrete()) {
    Slot slot = op.result;
    for (uint32_t i = 0; i < results.size(); ++i) {
      Expression *each = get(kept);
      if (results.isTuple())
        each = builder.makeTupleExtract(each, i);
      if (each->type.isRef())
        list.push_back(gen.storeReference(frame(), slot, each));
      else
        list.push_back(gen.store(frame(), slot * kSlotBytes, each));
      slot += slotsOf(each->type);
    }
  }
  if (guards) {
    if (gen.hasRegions())
      list.push_back(gen.storeGlobal(kFrameLimit, get(limit)));
    list.push_back(builder.makeIf(
        builder.makeUnary(EqZInt32, gen.loadGlobal(kCountGlobal)),
        // If it was fuel that ran out, the next to count finds that again.
        gen.storeGlobal(kCountGlobal,
                        gen.fuel.counts ? gen.i32(1) : get(count))));
  }
  if (op.leavesVm)
    list.push_back(gen.storeState(offsetof(VmState, sp), get(saved)));
  return builder.makeBlock(list);
}

Expression *ColdGenerator::valueBody(const ColdOperator &op) {
  inFrame = false;
  pcLocal = 0;
  for (SlotOfType operand : operandsOf(op))
    parameters[operand.slot] = pcLocal++;
  return value(op.tree);
}

Name Codegen::referenceTable(Type type) {
  Name table = program.own(std::string("refs.") + referenceKind(type));
  if (bundle.getTableOrNull(table))
    return table;
  bundle.addTable(Builder::makeTable(table, type, kFirstReferences));
  // The index, checked; the table doubles when it is beyond the end.
  auto setter = Builder::makeFunction(
      program.own(std::string("setref.") + referenceKind(type)),
      Signature({Type::i32, type}, Type::none), {});
  auto index = [&] { return builder.makeLocalGet(0, Type::i32); };
  Expression *missing = builder.makeBinary(
      SubInt32, builder.makeBinary(ShlInt32, add(index(), i32(1)), i32(1)),
      builder.makeTableSize(table));
  Expression *grown = builder.makeTableGrow(
      table, builder.makeRefNull(type.getHeapType()), missing);
  Expression *grow = builder.makeIf(
      builder.makeBinary(GeUInt32, index(), builder.makeTableSize(table)),
      builder.makeIf(builder.makeBinary(EqInt32, grown, i32(-1)),
                     trap(i32(uint32_t(TrapKind::StackExhausted)), i32(0))));
  setter->body = builder.makeBlock(
      {grow,
       builder.makeTableSet(table, index(), builder.makeLocalGet(1, type))});
  bundle.addFunction(std::move(setter));
  return table;
}

Expression *Codegen::referenceIndex(Expression *frame, Slot slot) {
  uint32_t bias = slot * kSlotBytes - layout.stackBase;
  return builder.makeBinary(ShrUInt32, add(frame, i32(bias)), i32(3));
}

Expression *Codegen::loadReference(Type type, Expression *frame, Slot slot) {
  return builder.makeTableGet(referenceTable(type), referenceIndex(frame, slot),
                              type);
}

Expression *Codegen::storeReference(Expression *frame, Slot slot,
                                    Expression *value) {
  Type type(value->type.getHeapType().getTop(), Nullable);
  referenceTable(type);
  return builder.makeCall(
      program.own(std::string("setref.") + referenceKind(type)),
      {referenceIndex(frame, slot), value}, Type::none);
}

void Codegen::addColdFunctions() {
  if (program.coldOperators.empty())
    return;
  for (uint32_t i = 0; i < program.coldOperators.size(); ++i) {
    auto function = Builder::makeFunction(
        coldFunction(i), Signature({Type::i32, Type::i32}, Type::none), {});
    // Not through addFunction's result: bodies may add functions.
    wasm::Function &added = *bundle.addFunction(std::move(function));
    const ColdOperator &op = program.coldOperators[i];
    added.body = ColdGenerator(*this, added).body(op);
    if (hasRegions() && takesValues(op))
      addValueFunction(i);
  }
  uint32_t count = program.coldOperators.size();
  uint32_t group = choicesPerFunction(limits);
  if (count <= group)
    return addColdChooser(program.own(kCold), 0, count);
  std::vector<Choice> choices;
  for (uint32_t first = 0; first < count; first += group) {
    Name name =
        program.own(std::string(kCold) + ".from." + std::to_string(first));
    addColdChooser(name, first, std::min(group, count - first));
    choices.push_back({first, name});
  }
  auto chooser = Builder::makeFunction(
      program.own(kCold),
      Signature({Type::i32, Type::i32, Type::i32}, Type::none), {});
  chooser->body = choose(kCold, choices, 0, {0, 1, 2}, Type::none);
  bundle.addFunction(std::move(chooser));
}

void Codegen::addValueFunction(uint32_t number) {
  const ColdOperator &op = program.coldOperators[number];
  std::vector<Type> params;
  for (SlotOfType operand : operandsOf(op))
    params.push_back(operand.type);
  params.push_back(Type::i32);
  auto function = Builder::makeFunction(
      valueFunction(number), Signature(Type(params), op.tree->type), {});
  wasm::Function &added = *bundle.addFunction(std::move(function));
  added.body = ColdGenerator(*this, added).valueBody(op);
}

void Codegen::addColdChooser(Name name, uint32_t first, uint32_t count) {
  std::vector<Name> labels;
  for (uint32_t i = first; i < first + count; ++i)
    labels.push_back(Name("op" + std::to_string(i)));
  auto chooser = Builder::makeFunction(
      name, Signature({Type::i32, Type::i32, Type::i32}, Type::none), {});
  Expression *number = builder.makeLocalGet(0, Type::i32);
  if (first)
    number = builder.makeBinary(SubInt32, number, i32(first));
  Expression *inner = builder.makeSwitch(labels, labels.front(), number);
  for (uint32_t i = 0; i < count; ++i) {
    inner = target(labels[i], {inner});
    Expression *call = builder.makeCall(coldFunction(first + i),
                                        {builder.makeLocalGet(1, Type::i32),
                                         builder.makeLocalGet(2, Type::i32)},
                                        Type::none);
    inner = builder.makeBlock({inner, call, builder.makeReturn()},
                              Type::unreachable);
  }
  chooser->body = inner;
  bundle.addFunction(std::move(chooser));
}

} // namespace ireko
