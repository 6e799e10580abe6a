// Operators of features that the host may lack, by those of the first version
// of WebAssembly. Results are the same, NaNs and infinities included.

#include "ir/manipulation.h"
#include "rewriter/lowerer.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

namespace {

// How a sign extension shifts; 0 for other operators.
uint32_t extensionShift(UnaryOp op) {
  switch (op) {
  case ExtendS8Int32:
    return 24;
  case ExtendS16Int32:
    return 16;
  case ExtendS8Int64:
    return 56;
  case ExtendS16Int64:
    return 48;
  case ExtendS32Int64:
    return 32;
  default:
    return 0;
  }
}

} // namespace

// A saturating conversion: that of an f64 which traps, and the range of values
// for which it does not. `below` is the last f64 before the limit of the range.
struct Lowerer::Saturation {
  UnaryOp trapping;
  double first, below;
  // Results of 64 bits: what is `limit` or more gives `last`, which is no f64.
  double limit;
  uint64_t last;

  static std::optional<Saturation> of(UnaryOp op);
};

std::optional<Lowerer::Saturation> Lowerer::Saturation::of(UnaryOp op) {
  switch (op) {
  case TruncSatSFloat32ToInt32:
  case TruncSatSFloat64ToInt32:
    return Saturation{TruncSFloat64ToInt32, -0x1p31, 0x1p31 - 1, 0, 0};
  case TruncSatUFloat32ToInt32:
  case TruncSatUFloat64ToInt32:
    return Saturation{TruncUFloat64ToInt32, 0, 0x1p32 - 1, 0, 0};
  case TruncSatSFloat32ToInt64:
  case TruncSatSFloat64ToInt64:
    return Saturation{TruncSFloat64ToInt64, -0x1p63, 0x1p63 - 0x1p10, 0x1p63,
                      INT64_MAX};
  case TruncSatUFloat32ToInt64:
  case TruncSatUFloat64ToInt64:
    return Saturation{TruncUFloat64ToInt64, 0, 0x1p64 - 0x1p11, 0x1p64,
                      UINT64_MAX};
  default:
    return std::nullopt;
  }
}

bool Lowerer::lowerWithoutFeature(Unary *curr) {
  uint32_t shift = extensionShift(curr->op);
  if (shift && !options.hostFeatures.allow(FeatureSet::SignExt)) {
    Effects effects;
    if (!takeOperands(curr, effects))
      return true;
    bool isWide = curr->type == Type::i64;
    auto amount = [&] {
      return isWide ? builder.makeConst(Literal(int64_t(shift)))
                    : builder.makeConst(Literal(shift));
    };
    Expression *moved =
        builder.makeBinary(isWide ? ShlInt64 : ShlInt32, curr->value, amount());
    effects.nodes += 2;
    stack.push(
        {builder.makeBinary(isWide ? ShrSInt64 : ShrSInt32, moved, amount()),
         effects});
    return true;
  }
  std::optional<Saturation> saturation = Saturation::of(curr->op);
  if (!saturation || options.hostFeatures.allow(FeatureSet::TruncSat))
    return false;
  lower(curr->value);
  if (!dead())
    saturate(*saturation);
  return true;
}

// NaN becomes 0, what is out of range the next value that is inside.
void Lowerer::saturate(const Saturation &range) {
  stack.spillTop(1);
  Operand operand = stack.pop();
  auto value = [&]() -> Expression * {
    return ExpressionManipulator::copy(operand.tree, program.module);
  };
  auto f64 = [&](double number) { return builder.makeConst(Literal(number)); };
  bool isNarrow = operand.tree->type == Type::f32;
  Expression *number = builder.makeSelect(
      builder.makeBinary(isNarrow ? EqFloat32 : EqFloat64, value(), value()),
      value(), isNarrow ? builder.makeConst(Literal(0.0f)) : f64(0));
  auto wide = [&](Expression *each) {
    return isNarrow ? builder.makeUnary(PromoteFloat32, each) : each;
  };
  Expression *inside = builder.makeBinary(
      MinFloat64,
      builder.makeBinary(MaxFloat64, wide(number), f64(range.first)),
      f64(range.below));
  Expression *result = builder.makeUnary(range.trapping, inside);
  if (range.limit)
    result = builder.makeSelect(
        builder.makeBinary(GeFloat64, wide(value()), f64(range.limit)),
        builder.makeConst(Literal(int64_t(range.last))), result);
  Effects effects = operand.effects;
  effects.nodes += countOperators(result);
  stack.push({result, effects});
}

} // namespace ireko
