//===- encode_test.cpp - The code image -----------------------------------===//
//
// Reads images back by the description in vm/layout.h and rewriter/tile.h.
//
//===----------------------------------------------------------------------===//

#include "rewriter/encode.h"

#include "lowering_helpers.h"

#include "llvm/Support/LEB128.h"
#include <cstring>
#include <gtest/gtest.h>

using namespace ireko;
using namespace ireko::test;

// Both sides of the contract; vm/ asserts the same when it is compiled for
// wasm32.
static_assert(sizeof(ImageHeader) == 64 && kHaltPc == 64);
static_assert(offsetof(ImageHeader, checksum) == 12);
static_assert(offsetof(ImageHeader, functions) == 20);
static_assert(sizeof(FunctionRecord) == 12);
static_assert(sizeof(StaticTableEntry) == 8);
static_assert(sizeof(VmState) == 32 && offsetof(VmState, trap) == 28);
static_assert(sizeof(BundleInfo) == 32);
static_assert(kSlotBytes == sizeof(uint64_t));
static_assert(kHandlerBytes == sizeof(uint16_t));

namespace {

struct Encoded : Lowered {
  explicit Encoded(std::string_view text, const SelectOptions &options = {},
                   const EncodeOptions &encodeOptions = {})
      : Lowered(text) {
    lower();
    runPasses(2);
    tiling = selectTiles(*program, options);
    image = encodeImage(*program, tiling, encodeOptions);
  }

  template <typename T> T at(uint32_t offset) const {
    T value;
    EXPECT_LE(offset + sizeof(T), image.bytes.size());
    memcpy(&value, &image.bytes[offset], sizeof(T));
    return value;
  }
  ImageHeader header() const { return at<ImageHeader>(0); }
  FunctionRecord record(uint32_t function) const {
    return at<FunctionRecord>(header().functions +
                              function * sizeof(FunctionRecord));
  }
  std::string name(uint32_t function) const {
    uint32_t offset = record(function).name;
    return offset ? reinterpret_cast<const char *>(&image.bytes[offset]) : "";
  }
  // The address of the instruction and the tile of each instruction.
  template <typename F> void forEachInstruction(uint32_t f, F visit) const {
    for (const BlockTiles &blockTiles : tiling.functions[f].blocks) {
      const Block &block = program->functions[f].blocks[blockTiles.block];
      uint32_t pc = image.blocks[f][blockTiles.block];
      for (const Tile &tile : blockTiles.tiles) {
        visit(pc, block, tile);
        pc += instructionBytes(tiling.handlers[tile.handler], block, tile);
      }
    }
  }
  // Code and guest offsets from a location list.
  std::vector<std::pair<uint32_t, int64_t>> locations(uint32_t function) const {
    std::vector<std::pair<uint32_t, int64_t>> result;
    FunctionRecord found = record(function);
    if (!found.locations)
      return result;
    const uint8_t *next = &image.bytes[found.locations];
    const uint8_t *end = image.bytes.data() + image.bytes.size();
    uint32_t pc = found.entry;
    int64_t offset = 0;
    for (bool first = true;; first = false) {
      unsigned size;
      uint64_t distance = llvm::decodeULEB128(next, &size, end);
      next += size;
      int64_t difference = llvm::decodeSLEB128(next, &size, end);
      next += size;
      if (!distance && !difference)
        return result;
      pc += distance - first;
      offset += difference;
      result.push_back({pc, offset});
    }
  }

  Tiling tiling;
  Image image;
};

constexpr std::string_view kCalls = R"((module
  (import "m" "f" (func $import (param i32)))
  (table 2 funcref) (elem (i32.const 0) func $first)
  (func $first (param i32) (result i32)
    (call_indirect (param i32) (result i32) (local.get 0) (i32.const 0)))
  (func (param i32) (call $import (local.get 0)) (drop (call $first (local.get 0))))
  (func $last (unreachable))))";

TEST(Encode, WritesAHeader) {
  Encoded encoded(kCalls);
  ImageHeader header = encoded.header();
  EXPECT_EQ(header.magic, kImageMagic);
  EXPECT_EQ(header.version, kFormatVersion);
  EXPECT_EQ(header.size, encoded.image.bytes.size());
  EXPECT_EQ(header.codeEnd, encoded.image.codeBytes);
  EXPECT_EQ(header.functionCount, 4u);
  EXPECT_EQ(header.handlerCount, encoded.tiling.handlers.size());
  EXPECT_GE(header.functions, header.codeEnd);
  EXPECT_EQ(header.functions % 4, 0u);
  uint32_t checksum = 2166136261u;
  for (size_t i = sizeof(ImageHeader); i < encoded.image.bytes.size(); ++i)
    checksum = (checksum ^ encoded.image.bytes[i]) * 16777619u;
  EXPECT_EQ(header.checksum, checksum);
  EXPECT_FALSE(encoded.image.overflow);
}

TEST(Encode, StartsWithHalt) {
  Encoded encoded("(module)");
  EXPECT_EQ(encoded.at<uint16_t>(kHaltPc), 0u);
  EXPECT_EQ(encoded.header().codeEnd, kHaltPc + kHandlerBytes);
}

TEST(Encode, SortsFunctionsByEntry) {
  Encoded encoded(kCalls);
  uint32_t last = 0;
  for (uint32_t f = 0; f < 4; ++f) {
    FunctionRecord record = encoded.record(f);
    EXPECT_GE(record.entry, last) << f;
    last = record.entry;
    EXPECT_EQ(record.entry, encoded.image.entries[f]);
    const Function &function = encoded.function(f);
    if (function.blocks.empty())
      continue;
    EXPECT_EQ(record.entry % 4, 0u);
    EXPECT_EQ(encoded.at<uint32_t>(record.entry - 4),
              function.frameSlots * kSlotBytes);
    EXPECT_EQ(encoded.image.blocks[f][function.layout.front()], record.entry);
  }
  EXPECT_LT(last, encoded.header().codeEnd);
}

TEST(Encode, WritesNames) {
  Encoded encoded(kCalls);
  EXPECT_EQ(encoded.name(0), "import");
  EXPECT_EQ(encoded.name(1), "first");
  EXPECT_EQ(encoded.name(2), "");
  EXPECT_EQ(encoded.name(3), "last");
  Encoded stripped(kCalls, {}, {.names = false});
  for (uint32_t f = 0; f < 4; ++f)
    EXPECT_EQ(stripped.record(f).name, 0u);
  EXPECT_LT(stripped.image.bytes.size(), encoded.image.bytes.size());
}

TEST(Encode, WritesLocations) {
  Encoded encoded(kCalls);
  const std::vector<uint8_t> &source = encoded.source.bytes;
  for (uint32_t f = 1; f < 4; ++f) {
    auto locations = encoded.locations(f);
    size_t next = 0;
    encoded.forEachInstruction(
        f, [&](uint32_t pc, const Block &block, const Tile &tile) {
          if (!tile.end || !block.end.location)
            return;
          ASSERT_LT(next, locations.size());
          EXPECT_EQ(locations[next].first, pc);
          EXPECT_EQ(locations[next].second, block.end.location);
          ++next;
        });
    EXPECT_EQ(next, locations.size());
  }
  auto opcode = [&](uint32_t f, size_t i) {
    return source[encoded.locations(f).at(i).second];
  };
  EXPECT_EQ(opcode(1, 0), 0x11); // call_indirect
  EXPECT_EQ(opcode(2, 0), 0x10); // call
  EXPECT_EQ(opcode(2, 1), 0x10);
  EXPECT_EQ(opcode(3, 0), 0x00); // unreachable
}

// The first instruction of a function may be one that traps, which must not
// look like the end of the list.
TEST(Encode, WritesALocationAtTheEntry) {
  Encoded encoded("(module (func (unreachable)))");
  auto locations = encoded.locations(0);
  ASSERT_EQ(locations.size(), 1u);
  EXPECT_EQ(locations[0].first, encoded.record(0).entry);
}

TEST(Encode, HasNoLocationsWithoutTraps) {
  Encoded encoded("(module (func) (func (result i32) (i32.const 1)))");
  EXPECT_EQ(encoded.record(0).locations, 0u);
  EXPECT_EQ(encoded.record(1).locations, 0u);
}

TEST(Encode, WritesInstructionsBackToBack) {
  for (const SelectOptions &options :
       {SelectOptions{},
        SelectOptions{.sharedBytes = 1u << 20, .fusedBytes = 1u << 20}}) {
    Encoded encoded(kCalls, options);
    for (uint32_t f = 1; f < 4; ++f) {
      uint32_t expected = encoded.record(f).entry;
      encoded.forEachInstruction(
          f, [&](uint32_t pc, const Block &block, const Tile &tile) {
            EXPECT_EQ(pc, expected);
            EXPECT_EQ(encoded.at<uint16_t>(pc), tile.handler);
            expected += instructionBytes(encoded.tiling.handlers[tile.handler],
                                         block, tile);
          });
      if (f < 3) {
        EXPECT_LE(expected + 4, encoded.record(f + 1).entry);
        EXPECT_GE(expected + 8, encoded.record(f + 1).entry);
      } else {
        EXPECT_EQ(expected, encoded.header().codeEnd);
      }
    }
  }
}

TEST(Encode, WritesOperands) {
  Encoded encoded(R"((module (memory 1) (func (param i32) (result i64)
    (i32.store offset=70000 (local.get 0) (i32.const -2))
    (i64.const 0x123456789))))");
  const Block &block = encoded.function(0).blocks[0];
  uint32_t checked = 0;
  encoded.forEachInstruction(
      0, [&](uint32_t pc, const Block &, const Tile &tile) {
        Shape shape = shapeOf(*encoded.program, block, tile, false);
        for (const TileOperand &operand : shape.operands) {
          uint32_t at = pc + operand.at;
          switch (operand.bytes) {
          case 1:
            EXPECT_EQ(encoded.at<uint8_t>(at),
                      uint8_t(operand.isInSlots() ? operand.low / kSlotBytes
                                                  : operand.low));
            break;
          case 4:
            EXPECT_EQ(encoded.at<uint32_t>(at), uint32_t(operand.low));
            break;
          default:
            EXPECT_EQ(encoded.at<uint64_t>(at), operand.low);
          }
          ++checked;
        }
      });
  EXPECT_EQ(checked, 4u); // slot, offset, two constants
}

TEST(Encode, WritesTheEntriesOfCallees) {
  Encoded encoded("(module (func) (func (call 0) (call 2)) (func))");
  std::vector<uint32_t> callees;
  encoded.forEachInstruction(
      1, [&](uint32_t pc, const Block &block, const Tile &tile) {
        if (block.end.kind != Terminator::Kind::Call)
          return;
        const TileOperand &operand =
            encoded.tiling.handlers[tile.handler].shape.operand(
                OperandKind::Callee);
        callees.push_back(encoded.at<uint32_t>(pc + operand.at));
      });
  EXPECT_EQ(callees, std::vector<uint32_t>(
                         {encoded.record(0).entry, encoded.record(2).entry}));
}

TEST(Encode, WritesTheTargetsOfASwitch) {
  Encoded encoded(R"((module (func (param i32) (result i32)
    (loop $l
      (block $a (block $b (block $c
        (br_table $a $b $l $c $a (local.get 0)))
        (return (i32.const 30)))
       (return (i32.const 20))))
    (i32.const 10))))");
  uint32_t switches = 0;
  encoded.forEachInstruction(
      0, [&](uint32_t pc, const Block &block, const Tile &tile) {
        if (!tile.end || block.end.kind != Terminator::Kind::Switch)
          return;
        ++switches;
        const Shape &shape = encoded.tiling.handlers[tile.handler].shape;
        const TileOperand &count = shape.operand(OperandKind::Count);
        EXPECT_EQ(encoded.at<uint32_t>(pc + count.at), 4u);
        ASSERT_EQ(block.end.targets.size(), 5u);
        for (size_t i = 0; i < 5; ++i)
          EXPECT_EQ(pc + encoded.at<int32_t>(pc + shape.bytes + 4 * i),
                    encoded.image.blocks[0][block.end.targets[i]]);
      });
  EXPECT_EQ(switches, 1u);
}

// Loops over `statements` stores.
std::string longLoop(int statements) {
  std::string text = "(module (memory 1) (func (param i32) (loop $l ";
  for (int i = 0; i < statements; ++i)
    text += "(i32.store (local.get 0) (i32.const 1))";
  return text + "(br_if $l (local.get 0)))))";
}

TEST(Encode, ReachesFarTargets) {
  for (int statements : {10, 1000, 3000, 8000}) {
    Encoded encoded(longLoop(statements));
    EXPECT_FALSE(encoded.image.overflow);
    uint32_t branches = 0;
    encoded.forEachInstruction(0, [&](uint32_t pc, const Block &block,
                                      const Tile &tile) {
      if (!tile.end || block.end.kind != Terminator::Kind::Branch)
        return;
      ++branches;
      const TileOperand &operand =
          encoded.tiling.handlers[tile.handler].shape.operand(
              OperandKind::Target);
      uint32_t at = pc + operand.at;
      int32_t distance = operand.bytes == 2 ? encoded.at<int16_t>(at)
                                            : encoded.at<int32_t>(at);
      EXPECT_EQ(pc + distance, encoded.image.blocks[0][block.end.targets[0]]);
    });
    EXPECT_EQ(branches, 1u);
    if (statements == 10 || statements == 8000) {
      EXPECT_EQ(encoded.tiling.functions[0].wideTargets, statements > 10);
    }
  }
}

TEST(Encode, NoticesWhatDoesNotFit) {
  Encoded encoded(longLoop(10000));
  // Selection did not see that the function is large.
  FunctionTiles &tiles = encoded.tiling.functions[0];
  tiles.wideTargets = false;
  for (const BlockTiles &blockTiles : tiles.blocks)
    for (const Tile &tile : blockTiles.tiles) {
      Handler &handler = encoded.tiling.handlers[tile.handler];
      handler.shape =
          shapeOf(*encoded.program,
                  encoded.function(0).blocks[blockTiles.block], tile, false);
    }
  EXPECT_TRUE(encodeImage(*encoded.program, encoded.tiling, {}).overflow);
}

} // namespace
