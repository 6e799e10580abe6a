//===- image_test.cpp - Reading images back -------------------------------===//
//
// What is decoded from an image and the description of its handlers says the
// same as the tiles that it was made from; and a mutated one is refused or
// decoded, whatever it holds.
//
//===----------------------------------------------------------------------===//

#include "rewriter/disassemble.h"
#include "rewriter/handler_text.h"
#include "rewriter/verify.h"

#include "lowering_helpers.h"

#include "llvm/Support/raw_ostream.h"
#include <cstdlib>
#include <gtest/gtest.h>
#include <random>
#include <regex>

using namespace ireko;
using namespace ireko::test;

namespace {

constexpr std::string_view kModule = R"((module
  (import "env" "log" (func $log (param i32)))
  (memory 1)
  (table 2 2 funcref)
  (elem (i32.const 0) $sum $fac)
  (global $g (mut i32) (i32.const 7))
  (global $wide (mut v128) (v128.const i64x2 1 2))
  (type $binary (func (param i32 i32) (result i32)))
  (func $sum (export "sum") (param $n i32) (param $m i32) (result i32)
    (local $i i32) (local $s i32)
    (loop $again
      (local.set $s (i32.add (local.get $s)
        (i32.load offset=8 (i32.shl (local.get $i) (i32.const 2)))))
      (i32.store8 offset=70000 (local.get $i) (local.get $s))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $i) (local.get $n))))
    (local.get $s))
  (func $fac (param i32 i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 100000))
      (else (call_indirect (type $binary) (local.get 1) (local.get 0)
              (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "pick") (param i32) (result i64)
    (block $a (block $b (block $c
      (br_table $a $b $c $b (local.get 0)))
      (return (i64.const -5000000000)))
      (global.set $g (call $sum (local.get 0) (global.get $g)))
      (call $log (global.get $g)))
    (if (i32.gt_s (local.get 0) (i32.const 9)) (then (unreachable)))
    (i64.trunc_sat_f64_s (f64.mul (f64.const 1.5) (f64.const -0x1p-1074))))
  (func (export "vector") (param i32) (result i32)
    (global.set $wide (i8x16.shuffle 0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31
      (global.get $wide) (v128.load32_zero offset=4 (local.get 0))))
    (v128.store16_lane offset=2 3 (local.get 0) (global.get $wide))
    (i16x8.extract_lane_s 6 (global.get $wide)))
  (func (export "tail") (param i32) (result i32)
    (drop (memory.grow (i32.const 1)))
    (return_call $sum (local.get 0) (select (i32.const 1) (i32.const 2)
      (f32.lt (f32.const 0.25) (f32.convert_i32_s (local.get 0)))))))
)";

SelectOptions budget(uint32_t shared, uint32_t runs, uint32_t fused) {
  SelectOptions options;
  options.sharedBytes = shared;
  options.runBytes = runs;
  options.fusedBytes = fused;
  return options;
}

/// An image as it would be read from a bundle.
struct Read : Lowered {
  explicit Read(const SelectOptions &options, std::string_view text = kModule)
      : Lowered(text) {
    lowerFunctions(*program, {});
    runPasses(2);
    tiling = selectTiles(*program, options);
    image = encodeImage(*program, tiling, {});
    for (StaticTable &table : program->staticTables) {
      std::vector<StaticTableEntry> entries;
      for (uint32_t element : table.functions)
        entries.push_back(tableEntry(*program, image, element));
      file.tables.push_back(entries);
    }
    file.path = "t.wasm";
    file.image = image.bytes;
    description = llvm::cantFail(describeHandlers(*program, tiling, image));
    file.table = llvm::cantFail(parseHandlers(description, 0, "t.wasm"));
  }

  /// What `fuzzed` becomes when its checksum is right again.
  static void repair(std::vector<uint8_t> &image) {
    uint32_t sum = imageChecksum(image);
    memcpy(&image[offsetof(ImageHeader, checksum)], &sum, sizeof(sum));
  }

  /// The message of the error, "" if there is none.
  std::string verified() const {
    auto stats = verifyImage(file);
    return stats ? "" : llvm::toString(stats.takeError());
  }

  /// The same, after `at` of the image has been overwritten.
  template <typename T> std::string with(uint32_t at, T value) {
    ImageFile good = file;
    memcpy(&file.image[at], &value, sizeof(value));
    repair(file.image);
    std::string message = verified();
    file = good;
    return message;
  }

  Tiling tiling;
  Image image;
  std::vector<uint8_t> description;
  ImageFile file;
};

std::string replaced(std::string text, const char *what, const char *with) {
  return std::regex_replace(text, std::regex(what), with);
}

/// What both listings say of a line.
std::string comparable(std::string text) {
  text = replaced(text, R"((, \d+ in)?(, \d+ out)?$)", "");
  text = replaced(text, R"(^cold .* at)", "cold at");
  text = replaced(text, R"(, then .*)", "");
  text = replaced(text, R"(^trap.*)", "trap");
  text = replaced(text, R"(^return, .*)", "return");
  text = replaced(text, R"( \$\d+)", "");
  text = replaced(text, R"( \(back\))", "");
  text =
      replaced(text, R"((v128|memory)(\.const i32x4)? 0x.*|\.shuffle.*)", "");
  return text;
}

std::string joined(const std::vector<std::string> &lines) {
  std::string text;
  for (const std::string &line : lines)
    text += comparable(line) + "\n";
  return text;
}

void expectRoundTrip(const SelectOptions &options) {
  Read read(options);
  ASSERT_EQ(read.verified(), "");
  ImageCode code(read.file);
  HandlerText text(read.file);
  const Program &program = *read.program;
  uint32_t instructions = 0;
  for (uint32_t f = 0; f < program.functions.size(); ++f) {
    ASSERT_EQ(read.file.hasCode(f), !program.functions[f].blocks.empty());
    for (const BlockTiles &tiles : read.tiling.functions[f].blocks) {
      const Block &block = program.functions[f].blocks[tiles.block];
      uint32_t pc = read.image.blocks[f][tiles.block];
      for (const Tile &tile : tiles.tiles) {
        auto found = code.decode(f, pc, read.file.codeLimit(f));
        ASSERT_TRUE(bool(found)) << llvm::toString(found.takeError());
        ++instructions;
        std::vector<std::string> expected;
        for (uint32_t i = 0; i < tile.count; ++i)
          expected.push_back(
              printTree(program, block.statements[tile.first + i]));
        if (tile.end)
          expected.push_back(printTerminator(program, block.end));
        else if (tile.fused)
          expected.push_back("go on at b" + std::to_string(block.end.next));
        std::string wanted = joined(expected);
        for (size_t b = 0; b < program.functions[f].blocks.size(); ++b) {
          std::string address;
          llvm::raw_string_ostream(address)
              << llvm::format_hex_no_prefix(read.image.blocks[f][b], 6);
          wanted = std::regex_replace(
              wanted, std::regex("\\bb" + std::to_string(b) + "\\b"), address);
        }
        for (auto &[name, place] : program.globals)
          for (size_t at;
               (at = wanted.find("$" + name.toString())) != std::string::npos;)
            wanted.replace(at, 1 + name.size(),
                           "at " + std::to_string(place.offset));
        std::string address;
        llvm::raw_string_ostream(address) << llvm::format_hex_no_prefix(pc, 6);
        std::string actual = joined(text.instruction(*found, {}));
        actual = replaced(actual, "to itself", address.c_str());
        EXPECT_EQ(actual, wanted);
        pc += found->bytes;
      }
    }
  }
  EXPECT_GT(instructions, 30u);
}

TEST(Image, ReadsBackOneOperatorAHandler) { expectRoundTrip(budget(0, 0, 0)); }
TEST(Image, ReadsBackTrees) { expectRoundTrip(budget(20000, 0, 0)); }
TEST(Image, ReadsBackRuns) { expectRoundTrip(budget(20000, 20000, 0)); }

TEST(Image, ReadsBackWholeBlocks) {
  Read read(budget(0, 0, 2000));
  ASSERT_EQ(read.verified(), "");
  bool anyFused = false;
  for (const HandlerInfo &handler : read.file.table.handlers)
    anyFused |= handler.fused;
  EXPECT_TRUE(anyFused);
  expectRoundTrip(budget(0, 0, 2000));
}

TEST(Image, RefusesWhatIsWrong) {
  Read read(budget(0, 0, 0), R"((module (func $f (export "f") (param i32)
    (loop (br_if 0 (local.get 0))))))");
  ASSERT_EQ(read.verified(), "");
  uint32_t entry = read.file.record(0).entry;
  EXPECT_EQ(entry, 72u);
  // if s1 jump itself; return
  EXPECT_EQ(read.with<uint16_t>(entry, 9),
            "t.wasm: at 0x48 in function 0 <f>: there is no handler 9");
  EXPECT_EQ(read.with<uint16_t>(entry, 0),
            "t.wasm: at 0x48 in function 0 <f>: HALT is no instruction of a "
            "function");
  EXPECT_EQ(read.with<uint8_t>(entry + 2, 100),
            "t.wasm: at 0x48 in function 0 <f>: a slot at 0x320 of a frame of "
            "0x10 bytes");
  EXPECT_EQ(read.with<uint32_t>(entry - 4, 12),
            "t.wasm: at 0x44 in function 0 <f>: a frame of 0xc bytes");
  EXPECT_EQ(read.with<uint32_t>(0, 1),
            "t.wasm: at 0x0 in the image section: this is no image");
  EXPECT_EQ(read.with<uint32_t>(offsetof(ImageHeader, version), 1),
            "t.wasm: its format has version 1, and this tool reads version " +
                std::to_string(kFormatVersion) +
                " (use the tool that made it)");
  EXPECT_EQ(read.with<uint32_t>(offsetof(ImageHeader, handlerCount), 1),
            "t.wasm: at 0x1c in the image section: the image is for 1 "
            "handlers, but there are 3");
  EXPECT_EQ(read.with<uint32_t>(read.file.header().functions, 74),
            "t.wasm: at 0x50 in the image section: function 0 cannot begin at "
            "0x4a");
  read.file.image.back() ^= 1;
  EXPECT_NE(read.verified().find("t.wasm: at 0xc in the image section: the "
                                 "checksum is 0x"),
            std::string::npos);
}

/// Damages a few bytes: any value, or one near by, or a copy from elsewhere.
void damage(std::vector<uint8_t> &bytes, std::mt19937 &random) {
  for (uint32_t n = 1 + random() % 4; n-- > 0;) {
    uint8_t &byte = bytes[random() % bytes.size()];
    switch (random() % 4) {
    case 0:
      byte = uint8_t(random());
      break;
    case 1:
      byte ^= 1 << random() % 8;
      break;
    case 2:
      byte = bytes[random() % bytes.size()];
      break;
    default:
      byte += random() % 2 ? 1 : -1;
    }
  }
}

// IREKO_MUTATED_IMAGES says how many.
TEST(Image, MutatedOnesAreRefusedOrDecoded) {
  const char *wanted = ::getenv("IREKO_MUTATED_IMAGES");
  int count = wanted ? atoi(wanted) : 2000;
  ASSERT_GT(count, 0);
  const SelectOptions kOptions[] = {budget(0, 0, 0), budget(20000, 20000, 0),
                                    budget(0, 0, 2000)};
  std::vector<Read> seeds;
  for (const SelectOptions &options : kOptions)
    seeds.emplace_back(options);
  std::mt19937 random(1);
  int refused = 0, decoded = 0;
  for (int i = 0; i < count; ++i) {
    const Read &seed = seeds[i % seeds.size()];
    ImageFile file = seed.file;
    enum { kImage, kKeepSum, kHandlers, kTable } kind{};
    kind = decltype(kind)(random() % 8 < 5 ? 0 : 1 + random() % 3);
    bool ok = true;
    if (kind == kHandlers) {
      std::vector<uint8_t> description = seed.description;
      damage(description, random);
      if (random() % 8 == 0)
        description.resize(random() % description.size());
      auto table = parseHandlers(description, 0, "t.wasm");
      ok = bool(table);
      if (table)
        file.table = std::move(*table);
      else
        llvm::consumeError(table.takeError());
    } else if (kind == kTable) {
      file.tables[0][random() % file.tables[0].size()].entry += random() % 3;
    } else {
      damage(file.image, random);
      if (random() % 16 == 0)
        file.image.resize(random() % file.image.size());
      if (kind == kImage && file.image.size() >= sizeof(ImageHeader)) {
        Read::repair(file.image);
      } else if (file.image != seed.file.image) {
        auto stats = verifyImage(file);
        EXPECT_FALSE(bool(stats)) << "damaged, and the checksum is right";
        llvm::consumeError(stats.takeError());
      }
    }
    if (ok) {
      auto stats = verifyImage(file);
      ok = bool(stats);
      if (!stats)
        llvm::consumeError(stats.takeError());
    }
    if (ok) {
      std::string listing;
      llvm::raw_string_ostream out(listing);
      EXPECT_FALSE(bool(disassemble(file, "", out)));
      HandlerText text(file);
      for (uint32_t h = 0; h < file.table.handlers.size(); ++h)
        text.pattern(h);
    }
    ++(ok ? decoded : refused);
  }
  // Some operands may have any value.
  EXPECT_GT(decoded, count / 20);
  EXPECT_GT(refused, count / 2);
  if (wanted)
    llvm::outs() << refused << " refused, " << decoded << " decoded\n";
}

} // namespace
