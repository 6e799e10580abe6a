// The interpreter of rehearsals: its operators against Binaryen's interpreter,
// what it counts, and what ends it.

#include <cmath>

#include "lowering_helpers.h"
#include "rewriter/rehearsal.h"
#include "rewriter/rehearsal_machine.h"
#include "wasm-interpreter.h"
#include "gtest/gtest.h"

using namespace wasm;

namespace ireko::test {
namespace {

struct Folder : ConstantExpressionRunner<Folder> {
  explicit Folder(Module &module)
      : ConstantExpressionRunner(&module, DEFAULT, NO_LIMIT, NO_LIMIT) {}
  // Of a proposal; the library is built without what it needs.
  Flow visitWideIntMul(WideIntMul *) { return Flow(NONCONSTANT_FLOW); }
};

// Whether the operator traps with these operands, as they are written.
bool traps(std::string_view op, char result, const char *a, const char *b) {
  bool isUnsigned = op.ends_with("_u"), isLong = result == 'I';
  if (op.find("trunc_f") != op.npos) {
    double value = strtod(a, nullptr), half = isLong ? 0x1p63 : 0x1p31;
    return !(value > (isUnsigned ? -1 : -half - 1) &&
             value < (isUnsigned ? 2 * half : half));
  }
  bool divides = op.find(".div_") != op.npos;
  if (!divides && op.find(".rem_") == op.npos)
    return false;
  bool isLeast =
      std::string_view(a) == (isLong ? "0x8000000000000000" : "0x80000000");
  return std::string_view(b) == "0" ||
         (divides && !isUnsigned && isLeast && std::string_view(b) == "-1");
}

// Operators on numbers without immediates; `types` as in opcodes.def.
struct Operator {
  const char *text, *types, *immediate;
};
const Operator kOperators[] = {
#define WASM_OP(Name, Prefix, Code, Text, Signature, Immediate, Argument,      \
                Feature)                                                       \
  {Text, Signature, #Immediate},
#include "rewriter/opcodes.def"
};

const char *typeName(char type) {
  switch (type) {
  case 'i':
    return "i32";
  case 'I':
    return "i64";
  case 'f':
    return "f32";
  default:
    return "f64";
  }
}

const std::vector<const char *> &samplesOf(char type) {
  static const std::vector<const char *> ints = {
      "0", "1", "-1", "7", "0x7fffffff", "0x80000000", "0x12348765"};
  static const std::vector<const char *> longs = {"0",
                                                  "1",
                                                  "-1",
                                                  "0x80",
                                                  "33",
                                                  "0x7fffffffffffffff",
                                                  "0x8000000000000000",
                                                  "0x123456789abcdef0"};
  static const std::vector<const char *> floats = {
      "0",    "-0",  "1.5", "-2.5", "nan", "inf",
      "-inf", "3e9", "-1",  "1e19", "-0.7"};
  return type == 'i' ? ints : type == 'I' ? longs : floats;
}

bool isNan(const Literal &value) {
  return (value.type == Type::f32 && std::isnan(value.getf32())) ||
         (value.type == Type::f64 && std::isnan(value.getf64()));
}

uint64_t bitsOf(const Literal &value) {
  uint8_t bytes[16] = {};
  value.getBits(bytes);
  uint64_t bits;
  memcpy(&bits, bytes, sizeof(bits));
  return bits;
}

// One use of an operator: a function that returns its value.
struct Use {
  std::string tree;
  bool mustTrap;
};

void compare(const std::vector<Use> &uses, char result) {
  std::string text = "(module";
  for (const Use &use : uses)
    text += " (func (result " + std::string(typeName(result)) + ") " +
            use.tree + ")";
  Lowered program(text + ")");
  Module &module = *program.source.module;
  program.lower();
  for (size_t i = 0; i < uses.size(); ++i) {
    Function &function = program.function(i);
    RehearsalMachine machine(*program.program, 1000);
    // The frame is there for what a statement keeps.
    std::vector<uint64_t> frame(function.frameSlots + 1);
    const ireko::Block &block = function.blocks[function.layout.front()];
    for (Expression *statement : block.statements)
      machine.statement(statement, frame.data());
    uint64_t value = machine.value(block.end.tree, frame.data());
    ASSERT_EQ(machine.hasStopped(), uses[i].mustTrap) << uses[i].tree;
    if (uses[i].mustTrap)
      continue;
    Literal expected =
        Folder(module).visit(module.functions[i]->body).getSingleValue();
    if (isNan(expected)) {
      double number = result == 'f' ? std::bit_cast<float>(uint32_t(value))
                                    : std::bit_cast<double>(value);
      EXPECT_TRUE(std::isnan(number)) << uses[i].tree;
    } else {
      EXPECT_EQ(value, bitsOf(expected)) << uses[i].tree;
    }
  }
}

TEST(Rehearsal, ComputesAsBinaryensInterpreterDoes) {
  size_t operators = 0;
  for (const Operator &op : kOperators) {
    std::string_view types = op.types;
    size_t count = types.find(':');
    if (std::string_view(op.immediate) != "None" || count == 0 || count > 2 ||
        types.size() != count + 2 ||
        types.find_first_not_of("iIfF:") != types.npos)
      continue;
    ++operators;
    std::vector<Use> uses;
    auto constant = [](char type, const char *value) {
      return " (" + std::string(typeName(type)) + ".const " + value + ")";
    };
    for (const char *a : samplesOf(types[0]))
      for (const char *b : samplesOf(types[count - 1])) {
        std::string tree = "(" + std::string(op.text) + constant(types[0], a);
        if (count == 2)
          tree += constant(types[1], b);
        uses.push_back({tree + ")", traps(op.text, types.back(), a, b)});
        if (count == 1)
          break;
      }
    compare(uses, types.back());
  }
  EXPECT_EQ(operators, 136u);
}

// A program that has been lowered, rehearsed for `steps`.
struct Rehearsed : Lowered {
  explicit Rehearsed(std::string_view text, uint64_t steps = 1000)
      : Lowered(text) {
    lower();
    run = rehearse(*program, steps);
  }
  // The most that a block of the function ran.
  uint64_t most(uint32_t number) {
    uint64_t count = 0;
    for (const ireko::Block &block : function(number).blocks)
      count = std::max(count, block.count);
    return count;
  }
  uint64_t run;
};

TEST(Rehearsal, CountsBlocks) {
  Rehearsed program(R"((module
    (memory 1)
    (table funcref (elem $twice))
    (global $left (mut i32) (i32.const 10))
    (func $twice (param i32) (result i32)
      (i32.mul (local.get 0) (i32.const 2)))
    (func (export "_start") (local i32)
      (loop $again
        (i32.store16 (i32.const 8)
          (call_indirect (param i32) (result i32)
            (global.get $left) (i32.const 0)))
        (local.set 0 (i32.add (local.get 0) (i32.load8_u (i32.const 8))))
        (global.set $left (i32.sub (global.get $left) (i32.const 1)))
        (br_if $again (global.get $left)))
      (if (i32.ne (local.get 0) (i32.const 110)) (then unreachable))
      (loop $more
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (br_if $more (local.get 0))))
    (func $never)))");
  EXPECT_EQ(program.program->counts, Counts::Rehearsed);
  EXPECT_EQ(program.most(0), 10u);
  EXPECT_EQ(program.most(1), 110u);
  EXPECT_EQ(program.most(2), 0u);
}

TEST(Rehearsal, EndsAfterSoManySteps) {
  Rehearsed program("(module (func (export \"_start\") (loop $again "
                    "(br $again))))",
                    100);
  EXPECT_EQ(program.run, 100u);
}

// What one statement may take long for counts as many.
TEST(Rehearsal, CountsBytesThatAreMoved) {
  Rehearsed program(R"((module (memory 1024)
    (func (export "_start") (loop $again
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x4000000))
      (br $again)))))",
                    3 << 20);
  EXPECT_LT(program.most(0), 5u);
}

TEST(Rehearsal, NeedsSomethingToStart) {
  Rehearsed program("(module (func (export \"f\")))");
  EXPECT_EQ(program.run, 0u);
  EXPECT_EQ(program.program->counts, Counts::None);
}

// Recursion without end, memory that is not there, and imports of others.
TEST(Rehearsal, EndsWhereItCannotGoOn) {
  for (const char *body :
       {"(call $start)", "(drop (i32.load (i32.const -4)))", "(call $other)",
        "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        "(drop (call_indirect (result i32) (i32.const 7)))"}) {
    Rehearsed program("(module (import \"env\" \"other\" (func $other)) "
                      "(memory 1) (table 8 funcref) "
                      "(func $after) (func $start (export \"_start\") " +
                          std::string(body) + " (call $after)))",
                      1 << 24);
    EXPECT_GT(program.run, 0u) << body;
    EXPECT_EQ(program.most(1), 0u) << body;
  }
}

TEST(Rehearsal, HasAHostWithoutAnything) {
  Rehearsed program(R"((module
    (import "wasi_snapshot_preview1" "args_sizes_get"
      (func $sizes (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_get"
      (func $args (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write"
      (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_prestat_get"
      (func $prestat (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 64) "\00\01\00\00\05\00\00\00\00\01\00\00\06\00\00\00")
    (func $good)
    (func $bad)
    (func (export "_start")
      (if (call $sizes (i32.const 0) (i32.const 4)) (then (call $bad)))
      (if (i32.ne (i32.load (i32.const 0)) (i32.const 1))
        (then (call $bad)))
      (if (call $args (i32.const 8) (i32.const 16)) (then (call $bad)))
      (if (i32.ne (i32.load (i32.const 8)) (i32.const 16))
        (then (call $bad)))
      (if (i32.ne (i32.load8_u (i32.const 16)) (i32.const 112))
        (then (call $bad)))
      (if (call $write (i32.const 1) (i32.const 64) (i32.const 2)
            (i32.const 32))
        (then (call $bad)))
      (if (i32.ne (i32.load (i32.const 32)) (i32.const 11))
        (then (call $bad)))
      (if (i32.ne (call $prestat (i32.const 3) (i32.const 0)) (i32.const 8))
        (then (call $bad)))
      (call $good)
      (call $exit (i32.const 0))
      (call $bad))))");
  EXPECT_EQ(program.most(5), 1u);
  EXPECT_EQ(program.most(6), 0u);
}

} // namespace
} // namespace ireko::test
