#include "rewriter/rehearsal_machine.h"

#include <bit>
#include <cmath>
#include <limits>

#include "rewriter/program.h"

using namespace wasm;

namespace ireko {

namespace {

// More memory than this, and there is no rehearsal.
constexpr uint64_t kMostPages = (1ull << 29) / kPageBytes;

float asF32(uint64_t bits) { return std::bit_cast<float>(uint32_t(bits)); }
double asF64(uint64_t bits) { return std::bit_cast<double>(bits); }
uint64_t bitsOf(float value) { return std::bit_cast<uint32_t>(value); }
uint64_t bitsOf(double value) { return std::bit_cast<uint64_t>(value); }

uint64_t bitsOf(const Literal &literal) {
  switch (literal.type.getBasic()) {
  case Type::i32:
    return uint32_t(literal.geti32());
  case Type::i64:
    return literal.geti64();
  case Type::f32:
    return uint32_t(literal.reinterpreti32());
  case Type::f64:
    return literal.reinterpreti64();
  default:
    return 0;
  }
}

template <typename Float> Float least(Float a, Float b) {
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<Float>::quiet_NaN();
  return a == b ? (std::signbit(a) ? a : b) : std::min(a, b);
}

template <typename Float> Float most(Float a, Float b) {
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<Float>::quiet_NaN();
  return a == b ? (std::signbit(a) ? b : a) : std::max(a, b);
}

// Converts to the nearest that there is; NaN is 0.
template <typename Int, typename Float> uint64_t saturate(Float value) {
  using Limits = std::numeric_limits<Int>;
  if (std::isnan(value))
    return 0;
  Int result = value <= Float(Limits::min())   ? Limits::min()
               : value >= Float(Limits::max()) ? Limits::max()
                                               : Int(value);
  return std::make_unsigned_t<Int>(result);
}

} // namespace

RehearsalMachine::RehearsalMachine(Program &program, uint64_t steps)
    : program(program), left(steps) {
  Module &module = program.module;
  for (auto &global : module.globals) {
    auto value = global->imported() ? std::nullopt
                                    : constantValue(program, global->init);
    if (value && value->type.isNumber())
      globals[global->name.str.data()] = bitsOf(*value);
  }
  if (module.memories.empty())
    return;
  const Memory &first = *module.memories[0];
  if (first.imported() || uint64_t(first.initial) > kMostPages) {
    stop();
    return;
  }
  mostPages = std::min<uint64_t>(first.max, kMostPages);
  memory.resize(uint64_t(first.initial) * kPageBytes);
  for (auto &segment : module.dataSegments) {
    if (segment->isPassive())
      continue;
    auto offset = constantValue(program, segment->offset);
    uint8_t *to =
        offset ? bytesAt(uint32_t(offset->geti32()), segment->data.size())
               : nullptr;
    if (to)
      std::copy(segment->data.begin(), segment->data.end(), to);
    else
      stop();
  }
}

uint64_t RehearsalMachine::load(const Load *curr, const uint64_t *frame) {
  uint64_t at = uint32_t(value(curr->ptr, frame)) + uint64_t(curr->offset);
  bool is32 = curr->type == Type::i32;
  auto extended = [&](auto narrow) -> uint64_t {
    int64_t wide = narrow;
    return is32 ? uint32_t(wide) : uint64_t(wide);
  };
  switch (curr->bytes) {
  case 1:
    return curr->signed_ ? extended(read<int8_t>(at)) : read<uint8_t>(at);
  case 2:
    return curr->signed_ ? extended(read<int16_t>(at)) : read<uint16_t>(at);
  case 4:
    return curr->signed_ ? extended(read<int32_t>(at)) : read<uint32_t>(at);
  case 8:
    return read<uint64_t>(at);
  default:
    stop();
    return 0;
  }
}

void RehearsalMachine::store(const Store *curr, const uint64_t *frame) {
  uint64_t at = uint32_t(value(curr->ptr, frame)) + uint64_t(curr->offset);
  uint64_t what = value(curr->value, frame);
  switch (curr->bytes) {
  case 1:
    return write<uint8_t>(at, what);
  case 2:
    return write<uint16_t>(at, what);
  case 4:
    return write<uint32_t>(at, what);
  case 8:
    return write<uint64_t>(at, what);
  default:
    return stop();
  }
}

uint64_t RehearsalMachine::value(const Expression *tree,
                                 const uint64_t *frame) {
  switch (tree->_id) {
  case Expression::ConstId:
    if (tree->type == Type::v128)
      break;
    return bitsOf(tree->cast<Const>()->value);
  case Expression::LocalGetId:
    if (!tree->type.isNumber() || tree->type == Type::v128)
      break;
    return frame[tree->cast<LocalGet>()->index];
  case Expression::GlobalGetId: {
    auto found = globals.find(tree->cast<GlobalGet>()->name.str.data());
    if (found == globals.end())
      break;
    return found->second;
  }
  case Expression::LoadId:
    return load(tree->cast<Load>(), frame);
  case Expression::UnaryId: {
    auto *curr = tree->cast<Unary>();
    return unary(curr->op, value(curr->value, frame));
  }
  case Expression::BinaryId: {
    auto *curr = tree->cast<Binary>();
    uint64_t left = value(curr->left, frame);
    return binary(curr->op, left, value(curr->right, frame));
  }
  case Expression::SelectId: {
    auto *curr = tree->cast<Select>();
    uint64_t ifTrue = value(curr->ifTrue, frame);
    uint64_t ifFalse = value(curr->ifFalse, frame);
    return uint32_t(value(curr->condition, frame)) ? ifTrue : ifFalse;
  }
  case Expression::MemorySizeId:
    return memory.size() / kPageBytes;
  default:
    break;
  }
  stop();
  return 0;
}

void RehearsalMachine::statement(const Expression *tree, uint64_t *frame) {
  switch (tree->_id) {
  case Expression::LocalSetId: {
    auto *curr = tree->cast<LocalSet>();
    frame[curr->index] = value(curr->value, frame);
    return;
  }
  case Expression::GlobalSetId: {
    auto *curr = tree->cast<GlobalSet>();
    globals[curr->name.str.data()] = value(curr->value, frame);
    return;
  }
  case Expression::StoreId:
    return store(tree->cast<Store>(), frame);
  case Expression::DropId:
    value(tree->cast<Drop>()->value, frame);
    return;
  default:
    return stop();
  }
}

void RehearsalMachine::cold(const ColdOperator &op, uint64_t *frame) {
  auto operand = [&](const Expression *tree) {
    return uint64_t(uint32_t(value(tree, frame)));
  };
  Expression *tree = op.tree;
  if (auto *call = tree->dynCast<Call>()) {
    const wasm::Function &target = *program.module.getFunction(call->target);
    frame[op.result] = callHost(target, frame + kFirstSlot);
  } else if (auto *copy = tree->dynCast<MemoryCopy>()) {
    uint64_t size = operand(copy->size);
    spend(size / kBytesPerStep);
    uint8_t *to = bytesAt(operand(copy->dest), size);
    const uint8_t *from = bytesAt(operand(copy->source), size);
    if (to && from && size)
      memmove(to, from, size);
  } else if (auto *fill = tree->dynCast<MemoryFill>()) {
    uint64_t size = operand(fill->size);
    spend(size / kBytesPerStep);
    uint8_t *to = bytesAt(operand(fill->dest), size);
    if (to && size)
      memset(to, operand(fill->value), size);
  } else if (auto *grow = tree->dynCast<MemoryGrow>()) {
    frame[op.result] = growMemory(operand(grow->delta));
  } else {
    stop();
  }
}

uint32_t RehearsalMachine::growMemory(uint32_t pages) {
  uint64_t before = memory.size() / kPageBytes;
  if (before + pages > mostPages)
    return ~0u;
  spend(uint64_t(pages) * kPageBytes / kBytesPerStep);
  memory.resize((before + pages) * kPageBytes);
  return before;
}

// Operators -------------------------------------------------------------------

template <typename Int, typename Float>
uint64_t RehearsalMachine::truncate(Float value, double low, double high) {
  if (value > low && value < high)
    return std::make_unsigned_t<Int>(Int(value));
  stop();
  return 0;
}

uint64_t RehearsalMachine::unary(UnaryOp op, uint64_t a) {
  constexpr double k31 = 1ull << 31, k32 = 1ull << 32, k63 = 1ull << 63;
  // The next number below -2^31 that is no i32, and below -2^63 for floats.
  constexpr double kBelow31 = -k31 - 1;
  const double below63 = std::nextafter(-k63, -INFINITY);
  uint32_t w = a;
  switch (op) {
#define IREKO_CASE(op, result)                                                 \
  case op:                                                                     \
    return result;
    IREKO_CASE(ClzInt32, std::countl_zero(w))
    IREKO_CASE(ClzInt64, std::countl_zero(a))
    IREKO_CASE(CtzInt32, std::countr_zero(w))
    IREKO_CASE(CtzInt64, std::countr_zero(a))
    IREKO_CASE(PopcntInt32, std::popcount(w))
    IREKO_CASE(PopcntInt64, std::popcount(a))
    IREKO_CASE(NegFloat32, w ^ 0x80000000)
    IREKO_CASE(NegFloat64, a ^ 1ull << 63)
    IREKO_CASE(AbsFloat32, w & 0x7fffffff)
    IREKO_CASE(AbsFloat64, a & ~(1ull << 63))
    IREKO_CASE(CeilFloat32, bitsOf(std::ceil(asF32(a))))
    IREKO_CASE(CeilFloat64, bitsOf(std::ceil(asF64(a))))
    IREKO_CASE(FloorFloat32, bitsOf(std::floor(asF32(a))))
    IREKO_CASE(FloorFloat64, bitsOf(std::floor(asF64(a))))
    IREKO_CASE(TruncFloat32, bitsOf(std::trunc(asF32(a))))
    IREKO_CASE(TruncFloat64, bitsOf(std::trunc(asF64(a))))
    IREKO_CASE(NearestFloat32, bitsOf(std::nearbyint(asF32(a))))
    IREKO_CASE(NearestFloat64, bitsOf(std::nearbyint(asF64(a))))
    IREKO_CASE(SqrtFloat32, bitsOf(std::sqrt(asF32(a))))
    IREKO_CASE(SqrtFloat64, bitsOf(std::sqrt(asF64(a))))
    IREKO_CASE(EqZInt32, w == 0)
    IREKO_CASE(EqZInt64, a == 0)
    IREKO_CASE(ExtendSInt32, int64_t(int32_t(w)))
    IREKO_CASE(ExtendUInt32, w)
    IREKO_CASE(WrapInt64, w)
    IREKO_CASE(TruncSFloat32ToInt32, truncate<int32_t>(asF32(a), kBelow31, k31))
    IREKO_CASE(TruncSFloat64ToInt32, truncate<int32_t>(asF64(a), kBelow31, k31))
    IREKO_CASE(TruncUFloat32ToInt32, truncate<uint32_t>(asF32(a), -1, k32))
    IREKO_CASE(TruncUFloat64ToInt32, truncate<uint32_t>(asF64(a), -1, k32))
    IREKO_CASE(TruncSFloat32ToInt64, truncate<int64_t>(asF32(a), below63, k63))
    IREKO_CASE(TruncSFloat64ToInt64, truncate<int64_t>(asF64(a), below63, k63))
    IREKO_CASE(TruncUFloat32ToInt64, truncate<uint64_t>(asF32(a), -1, 2 * k63))
    IREKO_CASE(TruncUFloat64ToInt64, truncate<uint64_t>(asF64(a), -1, 2 * k63))
    IREKO_CASE(TruncSatSFloat32ToInt32, saturate<int32_t>(asF32(a)))
    IREKO_CASE(TruncSatUFloat32ToInt32, saturate<uint32_t>(asF32(a)))
    IREKO_CASE(TruncSatSFloat64ToInt32, saturate<int32_t>(asF64(a)))
    IREKO_CASE(TruncSatUFloat64ToInt32, saturate<uint32_t>(asF64(a)))
    IREKO_CASE(TruncSatSFloat32ToInt64, saturate<int64_t>(asF32(a)))
    IREKO_CASE(TruncSatUFloat32ToInt64, saturate<uint64_t>(asF32(a)))
    IREKO_CASE(TruncSatSFloat64ToInt64, saturate<int64_t>(asF64(a)))
    IREKO_CASE(TruncSatUFloat64ToInt64, saturate<uint64_t>(asF64(a)))
    IREKO_CASE(ReinterpretFloat32, w)
    IREKO_CASE(ReinterpretFloat64, a)
    IREKO_CASE(ReinterpretInt32, w)
    IREKO_CASE(ReinterpretInt64, a)
    IREKO_CASE(ConvertSInt32ToFloat32, bitsOf(float(int32_t(w))))
    IREKO_CASE(ConvertSInt32ToFloat64, bitsOf(double(int32_t(w))))
    IREKO_CASE(ConvertUInt32ToFloat32, bitsOf(float(w)))
    IREKO_CASE(ConvertUInt32ToFloat64, bitsOf(double(w)))
    IREKO_CASE(ConvertSInt64ToFloat32, bitsOf(float(int64_t(a))))
    IREKO_CASE(ConvertSInt64ToFloat64, bitsOf(double(int64_t(a))))
    IREKO_CASE(ConvertUInt64ToFloat32, bitsOf(float(a)))
    IREKO_CASE(ConvertUInt64ToFloat64, bitsOf(double(a)))
    IREKO_CASE(PromoteFloat32, bitsOf(double(asF32(a))))
    IREKO_CASE(DemoteFloat64, bitsOf(float(asF64(a))))
    IREKO_CASE(ExtendS8Int32, uint32_t(int8_t(a)))
    IREKO_CASE(ExtendS16Int32, uint32_t(int16_t(a)))
    IREKO_CASE(ExtendS8Int64, int64_t(int8_t(a)))
    IREKO_CASE(ExtendS16Int64, int64_t(int16_t(a)))
    IREKO_CASE(ExtendS32Int64, int64_t(int32_t(a)))
  default:
    stop();
    return 0;
  }
}

template <typename Int>
uint64_t RehearsalMachine::divide(BinaryOp op, Int a, Int b) {
  using Unsigned = std::make_unsigned_t<Int>;
  bool isRemainder =
      op == RemSInt32 || op == RemUInt32 || op == RemSInt64 || op == RemUInt64;
  bool overflows = std::is_signed_v<Int> && b == Int(-1);
  if (b == 0 ||
      (overflows && !isRemainder && a == std::numeric_limits<Int>::min())) {
    stop();
    return 0;
  }
  if (overflows)
    return isRemainder ? 0 : Unsigned(-Unsigned(a));
  return Unsigned(isRemainder ? a % b : a / b);
}

uint64_t RehearsalMachine::binary(BinaryOp op, uint64_t a, uint64_t b) {
  uint32_t x = a, y = b;
  int32_t sx = x, sy = y;
  int64_t sa = a, sb = b;
  switch (op) {
#define IREKO_BOTH(name, narrow, wide)                                         \
  IREKO_CASE(name##Int32, uint32_t(narrow)) IREKO_CASE(name##Int64, wide)
#define IREKO_INT(name, op) IREKO_BOTH(name, x op y, a op b)
#define IREKO_SIGNED(name, op) IREKO_BOTH(name, sx op sy, sa op sb)
#define IREKO_FLOAT(name, op)                                                  \
  IREKO_CASE(name##Float32, bitsOf(asF32(a) op asF32(b)))                      \
  IREKO_CASE(name##Float64, bitsOf(asF64(a) op asF64(b)))
#define IREKO_FLOATS_COMPARED(name, op)                                        \
  IREKO_CASE(name##Float32, asF32(a) op asF32(b))                              \
  IREKO_CASE(name##Float64, asF64(a) op asF64(b))
#define IREKO_FLOAT_CALL(name, function)                                       \
  IREKO_CASE(name##Float32, bitsOf(function(asF32(a), asF32(b))))              \
  IREKO_CASE(name##Float64, bitsOf(function(asF64(a), asF64(b))))
    IREKO_INT(Add, +)
    IREKO_INT(Sub, -)
    IREKO_INT(Mul, *)
    IREKO_INT(And, &)
    IREKO_INT(Or, |)
    IREKO_INT(Xor, ^)
    IREKO_INT(Eq, ==)
    IREKO_INT(Ne, !=)
    IREKO_INT(LtU, <)
    IREKO_INT(LeU, <=)
    IREKO_INT(GtU, >)
    IREKO_INT(GeU, >=)
    IREKO_SIGNED(LtS, <)
    IREKO_SIGNED(LeS, <=)
    IREKO_SIGNED(GtS, >)
    IREKO_SIGNED(GeS, >=)
    IREKO_BOTH(DivS, divide<int32_t>(op, x, y), divide<int64_t>(op, a, b))
    IREKO_BOTH(DivU, divide<uint32_t>(op, x, y), divide<uint64_t>(op, a, b))
    IREKO_BOTH(RemS, divide<int32_t>(op, x, y), divide<int64_t>(op, a, b))
    IREKO_BOTH(RemU, divide<uint32_t>(op, x, y), divide<uint64_t>(op, a, b))
    IREKO_BOTH(Shl, x << (y & 31), a << (b & 63))
    IREKO_BOTH(ShrS, sx >> (y & 31), sa >> (b & 63))
    IREKO_BOTH(ShrU, x >> (y & 31), a >> (b & 63))
    IREKO_BOTH(RotL, std::rotl(x, y & 31), std::rotl(a, b & 63))
    IREKO_BOTH(RotR, std::rotr(x, y & 31), std::rotr(a, b & 63))
    IREKO_FLOAT(Add, +)
    IREKO_FLOAT(Sub, -)
    IREKO_FLOAT(Mul, *)
    IREKO_FLOAT(Div, /)
    IREKO_FLOAT_CALL(CopySign, std::copysign)
    IREKO_FLOAT_CALL(Min, least)
    IREKO_FLOAT_CALL(Max, most)
    IREKO_FLOATS_COMPARED(Eq, ==)
    IREKO_FLOATS_COMPARED(Ne, !=)
    IREKO_FLOATS_COMPARED(Lt, <)
    IREKO_FLOATS_COMPARED(Le, <=)
    IREKO_FLOATS_COMPARED(Gt, >)
    IREKO_FLOATS_COMPARED(Ge, >=)
#undef IREKO_CASE
#undef IREKO_BOTH
#undef IREKO_INT
#undef IREKO_SIGNED
#undef IREKO_FLOAT
#undef IREKO_FLOATS_COMPARED
#undef IREKO_FLOAT_CALL
  default:
    stop();
    return 0;
  }
}

} // namespace ireko
