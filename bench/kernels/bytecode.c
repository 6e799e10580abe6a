// Table branch: an interpreter for a small stack machine, a switch in a loop,
// running a program that adds up the lengths of Collatz sequences.

#include "kernel.h"

enum Op {
  kPush,  // operand: the value
  kLoad,  // operand: which variable
  kStore, // operand: which variable
  kAdd,
  kSub,
  kMul,
  kShiftRight,
  kAnd,
  kXor,
  kLess,
  kEqual,
  kNot,
  kDup,
  kDrop,
  kJump,      // operand: where to
  kJumpFalse, // operand: where to
  kCall,      // operand: where to
  kReturn,
  kHalt,
};

static NOINLINE uint32_t interpret(const int32_t *code, int32_t argument) {
  int32_t stack[64], variables[16] = {argument}, returns[16];
  int32_t *top = stack, *back = returns;
  const int32_t *at = code;
  *top = 0;
  for (;;) {
    switch ((enum Op) * at++) {
    case kPush:
      *++top = *at++;
      break;
    case kLoad:
      *++top = variables[*at++];
      break;
    case kStore:
      variables[*at++] = *top--;
      break;
    case kAdd:
      --top;
      top[0] = (int32_t)((uint32_t)top[0] + (uint32_t)top[1]);
      break;
    case kSub:
      --top;
      top[0] = (int32_t)((uint32_t)top[0] - (uint32_t)top[1]);
      break;
    case kMul:
      --top;
      top[0] = (int32_t)((uint32_t)top[0] * (uint32_t)top[1]);
      break;
    case kShiftRight:
      --top;
      top[0] = (int32_t)((uint32_t)top[0] >> (top[1] & 31));
      break;
    case kAnd:
      --top;
      top[0] &= top[1];
      break;
    case kXor:
      --top;
      top[0] ^= top[1];
      break;
    case kLess:
      --top;
      top[0] = (uint32_t)top[0] < (uint32_t)top[1];
      break;
    case kEqual:
      --top;
      top[0] = top[0] == top[1];
      break;
    case kNot:
      top[0] = !top[0];
      break;
    case kDup:
      top[1] = top[0];
      ++top;
      break;
    case kDrop:
      --top;
      break;
    case kJump:
      at = code + *at;
      break;
    case kJumpFalse:
      at = *top-- ? at + 1 : code + *at;
      break;
    case kCall:
      *back++ = (int32_t)(at + 1 - code);
      at = code + *at;
      break;
    case kReturn:
      at = code + *--back;
      break;
    case kHalt:
      return (uint32_t)*top;
    }
  }
}

static int32_t program[128];
static int32_t size;

static void emit(enum Op op) { program[size++] = op; }

/// The place of the operand, to be patched if it is a forward jump.
static int32_t emitWith(enum Op op, int32_t operand) {
  emit(op);
  program[size] = operand;
  return size++;
}

/// The sum over start = 2 .. limit of (steps to 1) ^ start.
static void assemble(void) {
  enum { kLimit, kStart, kN, kSteps, kSum };
  emitWith(kPush, 2);
  emitWith(kStore, kStart);
  int32_t nextStart = size;
  emitWith(kLoad, kStart);
  emitWith(kLoad, kLimit);
  emit(kLess);
  int32_t toEnd = emitWith(kJumpFalse, 0);
  emitWith(kLoad, kStart);
  emitWith(kStore, kN);
  emitWith(kPush, 0);
  emitWith(kStore, kSteps);
  int32_t nextStep = size;
  emitWith(kLoad, kN);
  emitWith(kPush, 1);
  emit(kEqual);
  emit(kNot);
  int32_t toDone = emitWith(kJumpFalse, 0);
  emitWith(kLoad, kSteps);
  emitWith(kPush, 1);
  emit(kAdd);
  emitWith(kStore, kSteps);
  emitWith(kLoad, kN);
  emit(kDup);
  emitWith(kPush, 1);
  emit(kAnd);
  int32_t toEven = emitWith(kJumpFalse, 0);
  int32_t toTriple = emitWith(kCall, 0);
  emitWith(kStore, kN);
  emitWith(kJump, nextStep);
  program[toEven] = size;
  emitWith(kPush, 1);
  emit(kShiftRight);
  emitWith(kStore, kN);
  emitWith(kJump, nextStep);
  program[toDone] = size;
  emitWith(kLoad, kSum);
  emitWith(kLoad, kSteps);
  emitWith(kLoad, kStart);
  emit(kXor);
  emit(kAdd);
  emitWith(kStore, kSum);
  emitWith(kLoad, kStart);
  emitWith(kPush, -1);
  emit(kSub);
  emitWith(kStore, kStart);
  emitWith(kJump, nextStart);
  program[toEnd] = size;
  emitWith(kLoad, kSum);
  emit(kDup);
  emit(kDrop);
  emit(kHalt);
  program[toTriple] = size;
  emitWith(kPush, 3);
  emit(kMul);
  emitWith(kPush, 1);
  emit(kAdd);
  emit(kReturn);
}

static uint64_t runKernel(uint32_t scale) {
  assemble();
  uint64_t sum = 0;
  for (uint32_t i = 0; i < scale; ++i)
    sum = mix(sum, interpret(program, (int32_t)(2000 + i)));
  return sum;
}
