// Counting: the counter of safepoints, and how much of it there is.
//
// A safepoint counts one down. When the count has run out, whoever finds that
// takes a new one. With --fuel and --print-fuel there is only so much to take,
// which a global has: what the program has counted is the limit less what is
// left there and in the count. So counting costs the same with and without, and
// is exact, whoever counts:
//
//   (func $draw (param $wanted i32) (param $pc i32) (result i32)
//     if fuel is 0: count = 0, trap
//     what = min(wanted, fuel), fuel = fuel - what; return what)
//
// There is one more than the limit, because the one that finds that nothing is
// left has counted too: a program that counts N does so with --fuel N.

#include "rewriter/bundler.h"
#include "rewriter/error.h"

using namespace wasm;

namespace ireko {

namespace {

constexpr char kDraw[] = "draw", kUsedFuel[] = "fuel.used",
               kFuelExport[] = "ireko.fuel";

} // namespace

// The globals that count, and what takes from them.
void Codegen::addCounter() {
  auto addGlobal = [&](const char *name, Type type, Expression *value) {
    bundle.addGlobal(
        Builder::makeGlobal(program.own(name), type, value, Builder::Mutable));
  };
  uint64_t first = safepoints.interval;
  if (fuel.counts)
    first = std::min(first, fuel.limit + 1);
  addGlobal(kCountGlobal, Type::i32, i32(first));
  if (safepoints.seed)
    addGlobal(kRandom, Type::i32, i32(safepoints.seed));
  if (!fuel.counts)
    return;
  auto i64 = [&](uint64_t value) {
    return builder.makeConst(Literal(int64_t(value)));
  };
  addGlobal(kFuel, Type::i64, i64(fuel.limit + 1 - first));
  Name global = program.own(kFuel);
  enum { kWanted, kPc };
  auto get = [&](Index local) {
    return builder.makeLocalGet(local, Type::i32);
  };
  auto left = [&] { return builder.makeGlobalGet(global, Type::i64); };
  auto wanted = [&] { return builder.makeUnary(ExtendUInt32, get(kWanted)); };
  // A place within the instruction: its function is what matters.
  Expression *out = builder.makeBlock(
      {storeGlobal(kCountGlobal, i32(0)),
       trap(i32(uint32_t(TrapKind::OutOfFuel)), add(get(kPc), i32(1)))});
  Expression *all = builder.makeUnary(WrapInt64, left());
  bundle.addFunction(Builder::makeFunction(
      program.own(kDraw), Signature({Type::i32, Type::i32}, Type::i32), {},
      builder.makeBlock(
          {builder.makeIf(builder.makeUnary(EqZInt64, left()), out),
           builder.makeIf(builder.makeBinary(GtUInt64, wanted(), left()),
                          builder.makeLocalSet(kWanted, all)),
           builder.makeGlobalSet(
               global, builder.makeBinary(SubInt64, left(), wanted())),
           get(kWanted)},
          Type::i32)));
  // Where nothing is left, the last one was in vain.
  auto used = Builder::makeFunction(program.own(kUsedFuel),
                                    Signature(Type::none, Type::i64), {});
  Index sum = Builder::addVar(used.get(), Type::i64);
  auto getSum = [&] { return builder.makeLocalGet(sum, Type::i64); };
  Expression *both = builder.makeBinary(
      AddInt64, left(),
      builder.makeUnary(ExtendUInt32, loadGlobal(kCountGlobal)));
  used->body = builder.makeBlock(
      {builder.makeLocalSet(sum, both),
       builder.makeBinary(
           SubInt64, i64(fuel.limit + 1),
           builder.makeSelect(builder.makeUnary(EqZInt64, getSum()), i64(1),
                              getSum()))},
      Type::i64);
  bundle.addFunction(std::move(used));
}

Expression *Codegen::draw(Expression *wanted, Expression *pc) {
  return fuel.counts
             ? builder.makeCall(program.own(kDraw), {wanted, pc}, Type::i32)
             : wanted;
}

Expression *Codegen::isFuelLeft() {
  return builder.makeBinary(
      NeInt64, builder.makeGlobalGet(program.own(kFuel), Type::i64),
      builder.makeConst(Literal(int64_t(0))));
}

Expression *Codegen::usedFuel() {
  return builder.makeCall(program.own(kUsedFuel), {}, Type::i64);
}

llvm::Error Bundler::exportFuel() {
  if (bundle.getExportOrNull(kFuelExport))
    return inputError(source.path,
                      std::string("the program has an export of its own '") +
                          kFuelExport + "'",
                      "leave out --fuel and --print-fuel");
  bundle.addExport(Builder::makeExport(kFuelExport, program.own(kUsedFuel),
                                       ExternalKind::Function));
  return llvm::Error::success();
}

} // namespace ireko
