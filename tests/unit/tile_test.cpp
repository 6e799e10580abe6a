//===- tile_test.cpp - Which tiles can share a handler --------------------===//

#include "rewriter/tile.h"

#include "lowering_helpers.h"
#include "wasm-builder.h"

#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;
using wasm::Expression;
using wasm::Literal;
using wasm::Type;

namespace {

using Kind = Terminator::Kind;

struct Tiles : testing::Test {
  Tiles()
      : module("(module (memory 1)"
               " (global (mut i32) (i32.const 1))"
               " (global (mut i32) (i32.const 2))"
               " (global (export \"host\") (mut i32) (i32.const 3))"
               " (global (export \"host2\") (mut i32) (i32.const 4))"
               " (table 1 funcref) (table 1 funcref) (func))"),
        program(*module.program), builder(*module.source.module),
        memory(module.source.module->memories[0]->name) {}

  Expression *i32(int32_t value) { return builder.makeConst(Literal(value)); }
  Expression *i64(int64_t value) { return builder.makeConst(Literal(value)); }
  Expression *slot(Slot index, Type type = Type::i32) {
    return builder.makeLocalGet(index, type);
  }
  Expression *set(Slot index, Expression *value) {
    return builder.makeLocalSet(index, value);
  }
  Expression *add(Expression *a, Expression *b) {
    return builder.makeBinary(wasm::AddInt32, a, b);
  }
  Expression *load(uint32_t offset, unsigned bytes = 4, bool isSigned = false,
                   uint32_t align = 1) {
    return builder.makeLoad(bytes, isSigned, offset, align, slot(1), Type::i32,
                            memory);
  }
  Expression *global(size_t index) {
    return builder.makeGlobalGet(module.source.module->globals[index]->name,
                                 Type::i32);
  }

  Shape shape(Expression *statement) {
    Block block;
    block.statements = {statement};
    return shapeOf(program, block, {.first = 0, .count = 1}, false);
  }
  Shape shape(const Terminator &end, bool wideTargets = false) {
    Block block;
    block.end = end;
    return shapeOf(program, block, {.end = true}, wideTargets);
  }
  bool share(Expression *a, Expression *b) {
    return shape(a).key == shape(b).key;
  }
  bool share(const Terminator &a, const Terminator &b) {
    return shape(a).key == shape(b).key;
  }

  Lowered module;
  Program &program;
  wasm::Builder builder;
  wasm::Name memory;
};

TEST_F(Tiles, ShareSlotsAndConstants) {
  EXPECT_TRUE(
      share(set(1, add(slot(2), i32(3))), set(9, add(slot(7), i32(8)))));
  EXPECT_TRUE(
      share(set(1, add(slot(2), slot(3))), set(4, add(slot(5), slot(6)))));
}

TEST_F(Tiles, DoNotShareTypesOrOperators) {
  EXPECT_FALSE(share(set(1, slot(2)), set(1, slot(2, Type::i64))));
  EXPECT_FALSE(share(set(1, slot(2)), set(1, slot(2, Type::f32))));
  EXPECT_FALSE(share(set(1, i32(0)), set(1, i64(0))));
  EXPECT_FALSE(share(set(1, i32(0)), set(1, slot(0))));
  EXPECT_FALSE(
      share(set(1, add(slot(2), i32(3))), set(1, add(i32(3), slot(2)))));
  EXPECT_FALSE(
      share(set(1, add(slot(2), slot(3))),
            set(1, builder.makeBinary(wasm::SubInt32, slot(2), slot(3)))));
  EXPECT_FALSE(share(builder.makeDrop(load(0)), set(1, load(0))));
}

TEST_F(Tiles, DoNotShareAccessesOfOtherWidths) {
  EXPECT_FALSE(share(set(2, load(0, 2)), set(2, load(0, 2, true))));
  EXPECT_FALSE(share(set(2, load(0, 2)), set(2, load(0, 1))));
  // Alignment is a hint.
  EXPECT_TRUE(
      share(set(2, load(0, 4, false, 1)), set(2, load(0, 4, false, 4))));
}

TEST_F(Tiles, TakeOffsetsAsOperandsUnlessZero) {
  EXPECT_TRUE(share(set(2, load(1)), set(2, load(256))));
  EXPECT_TRUE(share(set(2, load(257)), set(2, load(65536))));
  EXPECT_FALSE(share(set(2, load(256)), set(2, load(257))));
  EXPECT_FALSE(share(set(2, load(0)), set(2, load(4))));
  EXPECT_FALSE(share(set(2, load(65536)), set(2, load(65537))));
  EXPECT_TRUE(share(set(2, load(65537)), set(2, load(0xffffffff))));
  EXPECT_EQ(shape(set(2, load(0))).bytes, 4u);
  EXPECT_EQ(shape(set(2, load(4))).bytes, 5u);
  EXPECT_EQ(shape(set(2, load(257))).bytes, 6u);
  EXPECT_EQ(shape(set(2, load(65537))).bytes, 8u);
  // One less, so that the handler can have the one in its static offset.
  EXPECT_EQ(shape(set(2, load(65537))).operand(OperandKind::Offset).low,
            65536u);
}

TEST_F(Tiles, ShareWhicheverSlotsAreEqual) {
  EXPECT_TRUE(
      share(set(1, add(slot(1), slot(2))), set(4, add(slot(5), slot(6)))));
  EXPECT_TRUE(
      share(set(1, add(slot(1), slot(1))), set(4, add(slot(5), slot(6)))));
  EXPECT_EQ(shape(set(1, add(slot(1), slot(1)))).operands.size(), 3u);
}

// A handler may keep what it has written in a local, so that a later read of
// the slot must not meet another write in between.
TEST_F(Tiles, TakeWhatTheyWroteAsOneOperand) {
  auto run = [&](std::initializer_list<Expression *> statements) {
    Block block;
    block.statements = statements;
    return shapeOf(program, block,
                   {.first = 0, .count = uint32_t(block.statements.size())},
                   false);
  };
  Shape forwarded = run({set(1, i32(3)), set(2, slot(1))});
  EXPECT_EQ(forwarded.operands.size(), 3u);
  EXPECT_NE(forwarded.key, run({set(1, i32(3)), set(2, slot(4))}).key);
  // The last of two writes is read.
  Shape last = run({set(1, i32(3)), set(1, i32(4)), set(2, slot(1))});
  Shape first = run({set(1, i32(3)), set(5, i32(4)), set(2, slot(1))});
  EXPECT_NE(last.key, first.key);
  // A statement reads before it writes.
  EXPECT_EQ(run({set(1, add(slot(1), slot(2)))}).key,
            run({set(3, add(slot(1), slot(2)))}).key);
}

TEST_F(Tiles, OfAWholeLoopNeedNoTarget) {
  Block block;
  block.statements = {set(1, slot(2))};
  block.end.kind = Kind::Branch;
  block.end.backEdge = block.end.toItself = true;
  block.end.targets = {0};
  block.end.tree = slot(1);
  Tile whole{.first = 0, .count = 1, .end = true};
  Tile end{.first = 1, .count = 0, .end = true};
  EXPECT_TRUE(isWholeLoop(block, whole));
  EXPECT_FALSE(isWholeLoop(block, end));
  for (const TileOperand &operand :
       shapeOf(program, block, whole, false).operands)
    EXPECT_NE(operand.kind, OperandKind::Target);
  EXPECT_EQ(shapeOf(program, block, end, false).endTarget().low, 0u);
}

TEST_F(Tiles, HaveManyOperands) {
  // Of more than ten slots that were written, each is read in turn: the
  // spelling of the first must not look like that of the eleventh.
  auto run = [&](Slot read) {
    Block block;
    for (Slot i = 1; i < 14; ++i)
      block.statements.push_back(set(i, slot(20)));
    block.statements.push_back(set(15, add(slot(read), slot(1))));
    return shapeOf(program, block, {.first = 0, .count = 14}, false).key;
  };
  for (Slot a = 1; a < 15; ++a)
    for (Slot b = 1; b < a; ++b)
      EXPECT_NE(run(a), run(b)) << a << " and " << b;
}

TEST_F(Tiles, GiveConstantsTheBytesTheyNeed) {
  struct {
    Expression *value;
    uint8_t bytes;
  } cases[] = {
      {i32(0), 1},
      {i32(127), 1},
      {i32(-128), 1},
      {i32(128), 2},
      {i32(32767), 2},
      {i32(-32768), 2},
      {i32(32768), 4},
      {i32(-32769), 4},
      {i32(INT32_MIN), 4},
      {i64(-1), 1},
      {i64(-32768), 2},
      {i64(65535), 4},
      {i64(INT32_MAX), 4},
      {i64(INT32_MIN), 4},
      {i64(int64_t(INT32_MAX) + 1), 8},
      {i64(INT64_MIN), 8},
      {builder.makeConst(Literal(0.0f)), 4},
      {builder.makeConst(Literal(0.0)), 8},
      {builder.makeConst(Literal(std::array<uint8_t, 16>{}.data())), 16},
  };
  for (auto &[value, bytes] : cases) {
    Shape built = shape(set(1, value));
    const TileOperand &operand = built.operand(OperandKind::Immediate);
    EXPECT_EQ(operand.bytes, bytes) << printTree(program, value);
    EXPECT_EQ(built.bytes, kHandlerBytes + 1u + bytes);
    EXPECT_EQ(&operand, built.operandOf(value));
  }
  EXPECT_FALSE(share(set(1, i32(1)), set(1, i32(100000))));
}

TEST_F(Tiles, KeepTheBitsOfConstants) {
  auto low = [&](Literal value) {
    return shape(set(1, builder.makeConst(value)))
        .operand(OperandKind::Immediate)
        .low;
  };
  EXPECT_EQ(low(Literal(int32_t(-2))), uint64_t(-2));
  EXPECT_EQ(low(Literal(int64_t(-2))), uint64_t(-2));
  EXPECT_EQ(uint32_t(low(Literal(wasm::bit_cast<float>(0x7fa00001u)))),
            0x7fa00001u);
  EXPECT_EQ(low(Literal(-0.0)), 0x8000000000000000u);
  std::array<uint8_t, 16> bytes{1, 2, 3, 4, 5, 6, 7, 8, 9};
  Shape vector = shape(set(1, builder.makeConst(Literal(bytes.data()))));
  const TileOperand &operand = vector.operand(OperandKind::Immediate);
  EXPECT_EQ(operand.low, 0x0807060504030201u);
  EXPECT_EQ(operand.high, 9u);
}

TEST_F(Tiles, HaveWideSlotsInLargeFrames) {
  // A slot's operand is its byte offset.
  EXPECT_TRUE(share(set(1, slot(255)), set(2, slot(3))));
  EXPECT_FALSE(share(set(1, slot(256)), set(2, slot(3))));
  EXPECT_TRUE(share(set(1, slot(256)), set(2, slot(8191))));
  EXPECT_FALSE(share(set(1, slot(8192)), set(2, slot(8191))));
  Shape wide = shape(set(1, slot(8192)));
  EXPECT_EQ(wide.bytes, 7u);
  // Spelled before the value: the slot that is written.
  EXPECT_EQ(wide.operand(OperandKind::Slot, 0).low, 8u);
  EXPECT_EQ(wide.operand(OperandKind::Slot, 1).low, 65536u);
}

TEST_F(Tiles, LayOperandsOutOneAfterTheOther) {
  Shape built = shape(set(1, add(load(8), i32(70000))));
  uint32_t at = kHandlerBytes;
  for (const TileOperand &operand : built.operands) {
    EXPECT_EQ(operand.at, at);
    at += operand.bytes;
  }
  EXPECT_EQ(built.bytes, at);
  EXPECT_EQ(at, 9u);
  EXPECT_EQ(built.operands.size(), 4u);
}

TEST_F(Tiles, ShareGlobalsOfTheVmOnly) {
  EXPECT_TRUE(share(set(1, global(0)), set(1, global(1))));
  EXPECT_FALSE(share(set(1, global(0)), set(1, global(2))));
  EXPECT_FALSE(share(set(1, global(2)), set(1, global(3))));
  auto write = [&](size_t index) {
    return builder.makeGlobalSet(module.source.module->globals[index]->name,
                                 slot(1));
  };
  EXPECT_TRUE(share(write(0), write(1)));
  EXPECT_FALSE(share(write(1), write(2)));
  EXPECT_EQ(shape(set(1, global(2))).bytes, 3u);
}

TEST_F(Tiles, TakeMasksAsOperands) {
  auto shuffle = [&](uint8_t lane) {
    return set(1, builder.makeSIMDShuffle(slot(1, Type::v128),
                                          slot(3, Type::v128), {lane}));
  };
  EXPECT_TRUE(share(shuffle(1), shuffle(31)));
  EXPECT_EQ(shape(shuffle(7)).operand(OperandKind::Mask).bytes, 16);
  EXPECT_EQ(shape(shuffle(7)).operand(OperandKind::Mask).low, 7u);
}

TEST_F(Tiles, DoNotShareTerminatorsThatDiffer) {
  auto branch = [&](bool negated, bool back) {
    Terminator end;
    end.kind = Kind::Branch;
    end.negated = negated;
    end.backEdge = back;
    end.tree = slot(1);
    end.next = 1;
    end.targets = {2};
    return end;
  };
  EXPECT_FALSE(share(branch(false, false), branch(true, false)));
  EXPECT_FALSE(share(branch(false, false), branch(false, true)));
  Terminator other = branch(false, false);
  other.targets = {7};
  other.tree = slot(5);
  EXPECT_TRUE(share(branch(false, false), other));
  EXPECT_EQ(shape(other).operand(OperandKind::Target).low, 7u);

  Terminator jump;
  jump.kind = Kind::Jump;
  jump.next = 1;
  Terminator back = jump;
  back.backEdge = true;
  EXPECT_FALSE(share(jump, back));

  Terminator trap;
  trap.kind = Kind::Trap;
  Terminator otherTrap = trap;
  otherTrap.trap = TrapKind::MemoryBounds;
  EXPECT_FALSE(share(trap, otherTrap));

  Terminator empty;
  empty.kind = Kind::Return;
  Terminator value = empty;
  value.tree = slot(1);
  Terminator wide = empty;
  wide.tree = slot(1, Type::i64);
  EXPECT_FALSE(share(empty, value));
  EXPECT_FALSE(share(value, wide));
  // The results are in place.
  Terminator several = empty;
  several.resultSlots = 4;
  EXPECT_TRUE(share(empty, several));
}

TEST_F(Tiles, HaveWideTargetsInLargeFunctions) {
  Terminator jump;
  jump.kind = Kind::Jump;
  jump.next = 1;
  EXPECT_EQ(shape(jump, false).bytes, 4u);
  EXPECT_EQ(shape(jump, true).bytes, 6u);
  EXPECT_NE(shape(jump, false).key, shape(jump, true).key);
}

TEST_F(Tiles, ShareCalls) {
  Terminator call;
  call.kind = Kind::Call;
  call.frame = 4;
  call.argSlots = 3;
  call.next = 1;
  Terminator other = call;
  other.callee = 12345;
  other.frame = 100;
  other.argSlots = 0;
  other.resultSlots = 7;
  EXPECT_TRUE(share(call, other));
  EXPECT_EQ(shape(other).operand(OperandKind::Callee).low, 12345u);
  EXPECT_EQ(shape(other).operand(OperandKind::Frame).low, 800u);
  other.frame = 8192;
  EXPECT_FALSE(share(call, other));
  // A tail call moves its arguments.
  call.kind = Kind::TailCall;
  EXPECT_EQ(shape(call).operand(OperandKind::Number).low, 3u);
}

TEST_F(Tiles, DoNotShareTables) {
  Terminator call;
  call.kind = Kind::CallIndirect;
  call.tree = slot(1);
  call.next = 1;
  Terminator other = call;
  other.type = 5;
  EXPECT_TRUE(share(call, other));
  other.table = 1;
  EXPECT_FALSE(share(call, other));
  EXPECT_EQ(shape(other).operand(OperandKind::Number).low, 5u);
}

TEST_F(Tiles, ShareSwitchesOfAnySize) {
  Terminator small;
  small.kind = Kind::Switch;
  small.tree = slot(1);
  small.targets = {1};
  Terminator large = small;
  large.targets.assign(100000, 2);
  EXPECT_TRUE(share(small, large));
  EXPECT_EQ(shape(large).operand(OperandKind::Count).low, 99999u);
  large.backEdge = true;
  EXPECT_FALSE(share(small, large));
}

TEST_F(Tiles, FallThroughOnlyToTheFollowingBlock) {
  Function function;
  function.blocks.resize(3);
  function.layout = {0, 2, 1};
  for (BlockIndex i = 0; i < 3; ++i) {
    function.blocks[i].end.kind = Kind::Jump;
    function.blocks[i].end.next = 2;
  }
  EXPECT_TRUE(fallsThrough(function, 0));
  EXPECT_FALSE(fallsThrough(function, 1)); // b2 to itself
  EXPECT_FALSE(fallsThrough(function, 2)); // the last one
  function.blocks[0].end.backEdge = true;
  EXPECT_FALSE(fallsThrough(function, 0)); // it counts
  function.blocks[0].end = {};
  function.blocks[0].end.kind = Kind::Branch;
  function.blocks[0].end.next = 2;
  EXPECT_FALSE(fallsThrough(function, 0)); // it is an instruction
}

} // namespace
