// Computes what is constant, and gives integer arithmetic with constants one
// form, so that more trees are equal and fewer handlers do.
//
//     (x + 8) + 4   ==>   x + 12        5 + x    ==>   x + 5
//     x - 8         ==>   x + -8        x == 0   ==>   eqz x
//     x | 0         ==>   x             2 < 3    ==>   1
//
// Integers only, and nothing that traps: floats and divisions stay as they are.

#include "passes/pass.h"
#include "rewriter/tree.h"
#include "wasm-builder.h"

using namespace wasm;

namespace ireko {

namespace {

// The same for i32 and i64.
enum class Op { None, Add, Sub, Mul, And, Or, Xor, Shl, ShrU, ShrS, Eq, Ne };

Op opOf(const Binary *binary) {
  switch (binary->op) {
#define BOTH(NAME)                                                             \
  case NAME##Int32:                                                            \
  case NAME##Int64:                                                            \
    return Op::NAME;
    BOTH(Add)
    BOTH(Sub)
    BOTH(Mul)
    BOTH(And)
    BOTH(Or)
    BOTH(Xor)
    BOTH(Shl)
    BOTH(ShrU)
    BOTH(ShrS)
    BOTH(Eq)
    BOTH(Ne)
#undef BOTH
  default:
    return Op::None;
  }
}

bool isCommutative(Op op) {
  return op == Op::Add || op == Op::Mul || op == Op::And || op == Op::Or ||
         op == Op::Xor || op == Op::Eq || op == Op::Ne;
}

Literal compute(Op op, const Literal &a, const Literal &b) {
  switch (op) {
  case Op::Add:
    return a.add(b);
  case Op::Sub:
    return a.sub(b);
  case Op::Mul:
    return a.mul(b);
  case Op::And:
    return a.and_(b);
  case Op::Or:
    return a.or_(b);
  case Op::Xor:
    return a.xor_(b);
  case Op::Shl:
    return a.shl(b);
  case Op::ShrU:
    return a.shrU(b);
  case Op::ShrS:
    return a.shrS(b);
  case Op::Eq:
    return a.eq(b);
  default:
    return a.ne(b);
  }
}

class Folder {
public:
  explicit Folder(Program &program) : builder(program.module) {}

  void fold(Expression *&tree) {
    forEachChild(tree, [this](Expression *&child) { fold(child); });
    if (auto *binary = tree->dynCast<Binary>())
      tree = folded(binary);
    else if (auto *unary = tree->dynCast<Unary>())
      tree = folded(unary);
  }

private:
  Expression *folded(Unary *unary) {
    auto *constant = unary->value->dynCast<Const>();
    if (!constant)
      return unary;
    const Literal &value = constant->value;
    switch (unary->op) {
    case EqZInt32:
    case EqZInt64:
      return builder.makeConst(value.eqz());
    case ExtendSInt32:
      return builder.makeConst(int64_t(value.geti32()));
    case ExtendUInt32:
      return builder.makeConst(int64_t(uint32_t(value.geti32())));
    case WrapInt64:
      return builder.makeConst(int32_t(value.geti64()));
    default:
      return unary;
    }
  }

  Expression *folded(Binary *binary) {
    Op op = opOf(binary);
    if (op == Op::None)
      return binary;
    if (binary->left->is<Const>() && isCommutative(op))
      std::swap(binary->left, binary->right);
    auto *right = binary->right->dynCast<Const>();
    if (!right)
      return binary;
    if (auto *left = binary->left->dynCast<Const>())
      return builder.makeConst(compute(op, left->value, right->value));
    bool isWide = right->type == Type::i64;
    if (op == Op::Sub) {
      op = Op::Add;
      binary->op = isWide ? AddInt64 : AddInt32;
      binary->right = right = builder.makeConst(right->value.neg());
    }
    joinConstants(binary, op);
    right = binary->right->cast<Const>();
    int64_t value = right->value.getInteger();
    if (value == 0 && op == Op::Eq)
      return builder.makeUnary(isWide ? EqZInt64 : EqZInt32, binary->left);
    return isIdentity(op, value) ? binary->left : binary;
  }

  // (x op a) op b ==> x op (a op b)
  void joinConstants(Binary *binary, Op op) {
    auto *inner = binary->left->dynCast<Binary>();
    auto *constant = inner ? inner->right->dynCast<Const>() : nullptr;
    if (!constant || inner->op != binary->op || !isCommutative(op) ||
        op == Op::Eq || op == Op::Ne)
      return;
    binary->left = inner->left;
    binary->right = builder.makeConst(compute(
        op, constant->value, binary->right->cast<Const>()->value));
  }

  static bool isIdentity(Op op, int64_t value) {
    switch (op) {
    case Op::Mul:
      return value == 1;
    case Op::And:
      return value == -1;
    case Op::Add:
    case Op::Or:
    case Op::Xor:
    case Op::Shl:
    case Op::ShrU:
    case Op::ShrS:
      return value == 0;
    default:
      return false;
    }
  }

  Builder builder;
};

} // namespace

void foldConstants(Program &program, Function &function) {
  Folder folder(program);
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    for (Expression *&statement : block.statements)
      folder.fold(statement);
    if (block.end.tree)
      folder.fold(block.end.tree);
  }
}

} // namespace ireko
