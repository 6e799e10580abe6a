// What makes a bundle a counting one: whatever ends the program, the counters
// are written first (vm/counts.cpp). That is easy for a return to the host, for
// proc_exit and for traps that the VM raises; but a trap of the host's own ends
// everything at once. So before each operator that may trap, its operands are
// looked at, and counters are written if a trap is possible. Too often does no
// harm, but for the start function, in which nothing is written: what it
// counted is written later.
//
// Not seen: a call through a real table whose element has another type, and
// what imports do.

#include "rewriter/bundler.h"
#include "rewriter/tree.h"
#include "wasm-traversal.h"

using namespace wasm;

namespace ireko {

namespace {

// The numbers, the first one inclusive, that a conversion is sure to take.
struct ConversionRange {
  double first, end;
};

std::optional<ConversionRange> rangeOf(UnaryOp op) {
  switch (op) {
  case TruncSFloat32ToInt32:
  case TruncSFloat64ToInt32:
    return ConversionRange{-0x1p31, 0x1p31};
  case TruncUFloat32ToInt32:
  case TruncUFloat64ToInt32:
    return ConversionRange{0, 0x1p32};
  case TruncSFloat32ToInt64:
  case TruncSFloat64ToInt64:
    return ConversionRange{-0x1p63, 0x1p63};
  case TruncUFloat32ToInt64:
  case TruncUFloat64ToInt64:
    return ConversionRange{0, 0x1p64};
  default:
    return std::nullopt;
  }
}

class TrapWatcher : public PostWalker<TrapWatcher> {
public:
  TrapWatcher(Program &program, Module &bundle, const MemoryLayout &layout,
              Name write)
      : program(program), builder(bundle), layout(layout), write(write) {}

  void visitLoad(Load *curr) { access(curr, curr->bytes); }
  void visitStore(Store *curr) { access(curr, curr->bytes); }
  void visitSIMDLoad(SIMDLoad *curr) { access(curr, curr->getMemBytes()); }
  void visitSIMDLoadStoreLane(SIMDLoadStoreLane *curr) {
    access(curr, curr->getMemBytes());
  }

  void visitBinary(Binary *curr) {
    if (!mayTrap(curr))
      return;
    Type type = curr->type;
    auto helper = [&](wasm::Function &function) {
      auto isEqual = [&](Index local, Literal value) {
        return builder.makeBinary(type == Type::i32 ? EqInt32 : EqInt64,
                                  builder.makeLocalGet(local, type),
                                  builder.makeConst(value));
      };
      Expression *mayTrap = isEqual(1, Literal::makeZero(type));
      if (curr->op == DivSInt32 || curr->op == DivSInt64)
        mayTrap = builder.makeBinary(OrInt32, mayTrap,
                                     isEqual(1, Literal::makeNegOne(type)));
      function.body = builder.makeBlock(
          {builder.makeIf(mayTrap, writeCounts()),
           builder.makeBinary(curr->op, builder.makeLocalGet(0, type),
                              builder.makeLocalGet(1, type))});
    };
    replaceCurrent(callHelper("divide." + std::to_string(curr->op),
                              Signature({type, type}, type), helper,
                              {curr->left, curr->right}));
  }

  void visitUnary(Unary *curr) {
    auto range = rangeOf(curr->op);
    if (!range)
      return;
    Type from = curr->value->type;
    auto helper = [&](wasm::Function &function) {
      bool isSingle = from == Type::f32;
      auto compared = [&](BinaryOp op, double limit) {
        return builder.makeBinary(op, builder.makeLocalGet(0, from),
                                  builder.makeConst(isSingle
                                                        ? Literal(float(limit))
                                                        : Literal(limit)));
      };
      Expression *isInside = builder.makeBinary(
          AndInt32, compared(isSingle ? GeFloat32 : GeFloat64, range->first),
          compared(isSingle ? LtFloat32 : LtFloat64, range->end));
      function.body = builder.makeBlock(
          {builder.makeIf(builder.makeUnary(EqZInt32, isInside), writeCounts()),
           builder.makeUnary(curr->op, builder.makeLocalGet(0, from))});
    };
    replaceCurrent(callHelper("convert." + std::to_string(curr->op),
                              Signature(from, curr->type), helper,
                              {curr->value}));
  }

  void visitTableGet(TableGet *curr) { element(curr->table, curr->index); }
  void visitTableSet(TableSet *curr) { element(curr->table, curr->index); }
  void visitCallIndirect(CallIndirect *curr) {
    element(curr->table, curr->target, true);
  }
  void visitTableFill(TableFill *curr) { writeBefore(curr); }
  void visitTableCopy(TableCopy *curr) { writeBefore(curr); }
  void visitTableInit(TableInit *curr) { writeBefore(curr); }
  void visitMemoryInit(MemoryInit *curr) { writeBefore(curr); }

  // Of those that visiting has asked for.
  std::vector<std::unique_ptr<wasm::Function>> helpers;

private:
  Expression *writeCounts() { return builder.makeCall(write, {}, Type::none); }

  void writeBefore(Expression *curr) {
    replaceCurrent(builder.makeBlock({writeCounts(), curr}, curr->type));
  }

  // The VM's own accesses lie below guestBase.
  template <typename Access> void access(Access *curr, uint32_t bytes) {
    if (program.module.memories.empty() || curr->offset < layout.guestBase)
      return;
    auto helper = [&](wasm::Function &function) {
      auto wide = [&](Expression *narrow) {
        return builder.makeUnary(ExtendUInt32, narrow);
      };
      Expression *end =
          builder.makeBinary(AddInt64, wide(builder.makeLocalGet(0, Type::i32)),
                             builder.makeLocalGet(1, Type::i64));
      Expression *limit = builder.makeBinary(
          ShlInt64, wide(builder.makeMemorySize(layout.guestMemory)),
          builder.makeConst(Literal(int64_t(16))));
      function.body = builder.makeBlock(
          {builder.makeIf(builder.makeBinary(GtUInt64, end, limit),
                          writeCounts()),
           builder.makeLocalGet(0, Type::i32)});
    };
    curr->ptr = callHelper(
        "access", Signature({Type::i32, Type::i64}, Type::i32), helper,
        {curr->ptr,
         builder.makeConst(Literal(int64_t(uint64_t(curr->offset) + bytes)))});
  }

  // Those of the guest, not the ones that hold references of frames.
  void element(Name table, Expression *&index, bool isCalled = false) {
    Table *original = program.module.getTableOrNull(table);
    if (!original)
      return;
    auto helper = [&](wasm::Function &function) {
      auto get = [&] { return builder.makeLocalGet(0, Type::i32); };
      Expression *mayTrap =
          builder.makeBinary(GeUInt32, get(), builder.makeTableSize(table));
      if (isCalled)
        mayTrap = builder.makeIf(mayTrap, builder.makeConst(Literal(1)),
                                 builder.makeRefIsNull(builder.makeTableGet(
                                     table, get(), original->type)));
      function.body =
          builder.makeBlock({builder.makeIf(mayTrap, writeCounts()), get()});
    };
    index = callHelper((isCalled ? "callee." : "element.") + table.toString(),
                       Signature(Type::i32, Type::i32), helper, {index});
  }

  template <typename Make>
  Expression *callHelper(const std::string &what, Signature signature,
                         Make make, const std::vector<Expression *> &operands) {
    Name name = program.own("watch." + what);
    if (made.insert(name).second) {
      auto function = Builder::makeFunction(name, signature, {});
      make(*function);
      helpers.push_back(std::move(function));
    }
    return builder.makeCall(name, operands, signature.results);
  }

  Program &program;
  Builder builder;
  const MemoryLayout &layout;
  Name write;
  std::unordered_set<Name> made;
};

} // namespace

Expression *Bundler::writeAllCounts() {
  const CounterPlan &plan = *options.counters;
  return builder.makeCall(
      runtimeFunctions.at("ireko_write_counts"),
      {builder.makeConst(Literal(layout.globals + plan.offset)),
       builder.makeConst(Literal(uint32_t(plan.bytes())))},
      Type::none);
}

// The function that says what was counted, and one to raise traps with and one
// to exit with, which call that before. It says nothing before instantiation is
// over, when not every host takes its calls (Bundler::printingTrap).
void Bundler::watchEndings(Codegen &gen) {
  atEnd = program.own("at_end");
  std::vector<Expression *> says;
  if (options.counters)
    says.push_back(writeAllCounts());
  if (options.fuel.prints)
    says.push_back(builder.makeCall(runtimeFunctions.at("ireko_print_fuel"),
                                    {gen.usedFuel()}, Type::none));
  gen.asksIfStarting = true;
  bundle.addFunction(Builder::makeFunction(
      atEnd, Signature(Type::none, Type::none), {},
      builder.makeIf(builder.makeUnary(EqZInt32, gen.isStarting()),
                     builder.makeBlock(says))));
  Signature signature({Type::i32, Type::i32}, Type::none);
  auto trap = Builder::makeFunction(program.own("ending_trap"), signature, {});
  trap->body =
      builder.makeBlock({builder.makeCall(atEnd, {}, Type::none),
                         builder.makeCall(gen.trapFunction,
                                          {builder.makeLocalGet(0, Type::i32),
                                           builder.makeLocalGet(1, Type::i32)},
                                          Type::none)});
  gen.trapFunction = trap->name;
  bundle.addFunction(std::move(trap));
  for (auto &[import, target] : gen.importTargets) {
    if (guest.getFunction(import)->base != "proc_exit")
      continue;
    auto exit = Builder::makeFunction(program.own("ending_exit"),
                                      Signature(Type::i32, Type::none), {});
    exit->body = builder.makeBlock(
        {builder.makeCall(atEnd, {}, Type::none),
         builder.makeCall(target, {builder.makeLocalGet(0, Type::i32)},
                          Type::none)});
    target = exit->name;
    bundle.addFunction(std::move(exit));
    break;
  }
}

// `adapter`, with what is called before it returns to the host.
Name Bundler::endingExport(Name adapter) {
  Name name = program.own("ending." + adapter.toString());
  if (bundle.getFunctionOrNull(name))
    return name;
  wasm::Function *inner = bundle.getFunction(adapter);
  auto function =
      Builder::makeFunction(name, inner->type.getHeapType(), {}, nullptr);
  std::vector<Expression *> operands;
  for (Index i = 0; i < inner->getNumParams(); ++i)
    operands.push_back(builder.makeLocalGet(i, inner->getLocalType(i)));
  Type results = inner->getResults();
  std::vector<Expression *> list{builder.makeCall(adapter, operands, results),
                                 builder.makeCall(atEnd, {}, Type::none)};
  if (results != Type::none) {
    Index kept = Builder::addVar(function.get(), results);
    list[0] = builder.makeLocalSet(kept, list[0]);
    list.push_back(builder.makeLocalGet(kept, results));
  }
  function->body = builder.makeBlock(list);
  bundle.addFunction(std::move(function));
  return name;
}

// Where hosts look for it when the runtime calls them.
void Bundler::exportMemory() {
  if (!bundle.getExportOrNull("memory"))
    bundle.addExport(
        Builder::makeExport("memory", layout.vmMemory, ExternalKind::Memory));
}

void Bundler::watchTraps() {
  TrapWatcher watcher(program, bundle, layout, atEnd);
  watcher.setModule(&bundle);
  for (auto &function : bundle.functions)
    if (!function->imported() && !isOfRuntime(function->name))
      watcher.walkFunctionInModule(function.get(), &bundle);
  for (auto &helper : watcher.helpers)
    bundle.addFunction(std::move(helper));
}

} // namespace ireko
