//===- validator_test.cpp - What is accepted, and what is said if not -----===//
//
// The specification's own assertions run in tests/spec; here are the messages,
// the limits, and a walk over the opcode table.
//
//===----------------------------------------------------------------------===//

#include "rewriter/validator.h"

#include "rewriter/opcodes.h"
#include "wasm_bytes.h"

#include <chrono>
#include <gtest/gtest.h>
#include <map>
#include <set>

using namespace ireko;
using namespace ireko::test;

namespace {

/// The error, or "" if valid.
std::string check(const Bytes &bytes) {
  llvm::Expected<BinaryInfo> info = validateBinary(bytes, "t.wasm");
  return info ? "" : llvm::toString(info.takeError());
}

BinaryInfo infoOf(const Bytes &bytes) {
  llvm::Expected<BinaryInfo> info = validateBinary(bytes, "t.wasm");
  if (info)
    return std::move(*info);
  ADD_FAILURE() << llvm::toString(info.takeError());
  return {};
}

const Bytes kNoType = section(1, Bytes{1} + signature({}, {}));
const Bytes kOneFunction = section(3, {1, 0});

//===----------------------------------------------------------------------===//
// The frame
//===----------------------------------------------------------------------===//

TEST(Validator, AcceptsAnEmptyModule) { EXPECT_EQ(check(module({})), ""); }

TEST(Validator, RefusesOtherFiles) {
  EXPECT_EQ(check({'E', 'L', 'F', 0}), "t.wasm: at 0x0: magic header not "
                                       "detected: not a WebAssembly binary");
  EXPECT_EQ(check({0, 'a', 's', 'm', 1}),
            "t.wasm: at 0x5: unexpected end of the file (the file is truncated "
            "or damaged)");
  EXPECT_EQ(check({0, 'a', 's', 'm', 0x0d, 0, 1, 0}),
            "t.wasm: at 0x4: a component, not a module (give the core module "
            "that it was made from)");
  EXPECT_EQ(check({0, 'a', 's', 'm', 2, 0, 0, 0}),
            "t.wasm: at 0x4: unknown binary version 2 (version 1 is "
            "supported)");
}

TEST(Validator, ChecksSections) {
  EXPECT_EQ(check(module({kNoType, kNoType})),
            "t.wasm: at 0xe in the type section: section out of order or "
            "repeated");
  EXPECT_EQ(check(module({Bytes{15, 0}})),
            "t.wasm: at 0x8: malformed section id 15");
  EXPECT_EQ(check(module({Bytes{1, 5, 0}})),
            "t.wasm: at 0x9 in the type section: the section is 5 bytes long, "
            "but only 1 are left in the file (the file is truncated or "
            "damaged)");
  EXPECT_EQ(check(module({section(1, {0, 0})})),
            "t.wasm: at 0xb in the type section: section size mismatch: 1 "
            "bytes too many");
  EXPECT_EQ(check(module({section(1, {9, 0x60})})),
            "t.wasm: at 0xa in the type section: 9 types announced, but only 1 "
            "bytes left in the section (the file is truncated or damaged)");
  EXPECT_EQ(check(module({custom("\xff", {})})),
            "t.wasm: at 0xb in the custom section: malformed name: not UTF-8");
}

TEST(Validator, ChecksIntegers) {
  EXPECT_EQ(check(module({Bytes{1, 0x81, 0x80, 0x80, 0x80, 0x80, 0, 0}})),
            "t.wasm: at 0x9 in the type section: malformed integer: "
            "representation too long");
  EXPECT_EQ(check(module({Bytes{1, 0x81, 0x80, 0x80, 0x80, 0x10, 0}})),
            "t.wasm: at 0x9 in the type section: malformed integer: does not "
            "fit in 32 bits");
  // Longer than needed, but not than allowed.
  EXPECT_EQ(check(module({Bytes{1, 0x81, 0x80, 0x80, 0x80, 0, 0}})), "");
  EXPECT_EQ(check(moduleWith({}, {kI32}, {0x41, 0xff, 0xff, 0xff, 0xff, 0x7f})),
            "");
  EXPECT_EQ(check(moduleWith({}, {kI32}, {0x41, 0xff, 0xff, 0xff, 0xff, 0x0f})),
            "t.wasm: at 0x19 in function 0: malformed integer: does not fit in "
            "32 bits");
}

TEST(Validator, RecordsWhereThingsAre) {
  BinaryInfo info = infoOf(module({
      section(1, Bytes{1} + signature({}, {})),
      section(2, Bytes{1} + text("m") + text("f") + Bytes{0, 0}),
      section(3, {2, 0, 0}),
      section(10, Bytes{2} + sized({0, 0x0b}) +
                      sized({0, 0x03, 0x40, 0x10, 0, 0x0b, 0x00, 0x0b})),
      custom("other", {7, 8}),
  }));
  ASSERT_EQ(info.sections.size(), 5u);
  EXPECT_EQ(info.importedFunctions, 1u);
  EXPECT_EQ(info.functions, 3u);
  EXPECT_EQ(info.codeOffset, 0x1eu);
  EXPECT_EQ(info.codeSize, 13u);
  ASSERT_EQ(info.bodies.size(), 2u);
  EXPECT_EQ(info.bodies[1].offset, 0x23u);
  EXPECT_EQ(info.bodies[1].size, 8u);
  // The loop, the call, unreachable.
  EXPECT_EQ(info.landmarks, (std::vector<uint32_t>{0x24, 0x26, 0x29}));
  ASSERT_NE(info.findCustom("other"), nullptr);
  EXPECT_EQ(info.findCustom("other")->size, 2u);
  EXPECT_EQ(info.findCustom("ireko"), nullptr);
}

TEST(Validator, FindsDeadCode) {
  // block, br 0, call 0, end; unreachable, nop, block, unreachable, nop, end.
  BinaryInfo info = infoOf(module(
      {section(1, Bytes{1} + signature({}, {})), section(3, {1, 0}),
       section(10,
               Bytes{1} + sized({0, 0x02, 0x40, 0x0c, 0, 0x10, 0, 0x0b, 0x00,
                                 0x01, 0x02, 0x40, 0x00, 0x01, 0x0b, 0x0b}))}));
  uint32_t body = info.bodies[0].offset;
  ASSERT_EQ(info.deadCode.size(), 2u);
  EXPECT_EQ(info.deadCode[0].begin, body + 5);
  EXPECT_EQ(info.deadCode[0].end, body + 7);
  EXPECT_EQ(info.deadCode[1].begin, body + 9);
  EXPECT_EQ(info.deadCode[1].end, body + 15);
  EXPECT_EQ(info.landmarks, std::vector<uint32_t>{body + 8});
}

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

TEST(Validator, ChecksDeclarations) {
  EXPECT_EQ(check(module({section(3, {1, 4})})),
            "t.wasm: at 0xb in the function section: unknown type 4");
  EXPECT_EQ(check(module({kNoType, kOneFunction})),
            "t.wasm: at 0x12: function and code section have inconsistent "
            "lengths: 1 declared, no bodies");
  EXPECT_EQ(check(module({section(5, {1, 1, 2, 1})})),
            "t.wasm: at 0xb in the memory section: size minimum must not be "
            "greater than maximum: 2 > 1");
  EXPECT_EQ(check(module({section(5, Bytes{1, 0} + leb(65537))})),
            "t.wasm: at 0xb in the memory section: memory size must be at most "
            "65536 pages (4GiB)");
  EXPECT_EQ(check(module({section(4, Bytes{1, 0x70, 0} + leb(10000001))})),
            "t.wasm: at 0xc in the table section: table of 10000001 elements, "
            "more than the limit of 10000000");
  EXPECT_EQ(check(module({section(5, {1, 0, 1}),
                          section(7, Bytes{2} + text("a") + Bytes{2, 0} +
                                         text("a") + Bytes{2, 0})})),
            "t.wasm: at 0x14 in the export section: duplicate export name <a>");
  EXPECT_EQ(check(module({section(7, Bytes{1} + text("a") + Bytes{0, 0})})),
            "t.wasm: at 0xe in the export section: unknown function 0, "
            "exported as <a>");
  EXPECT_EQ(check(module({section(1, Bytes{1} + signature({kI32}, {})),
                          kOneFunction, section(8, {0}), codeOf({})})),
            "t.wasm: at 0x15 in the start section: start function 0 must not "
            "have parameters or results");
  EXPECT_EQ(check(module({section(12, {1})})),
            "t.wasm: at 0xb: data count and data section have inconsistent "
            "lengths");
  EXPECT_EQ(check(module({section(11, {1, 0, 0x41, 0, 0x0b, 0})})),
            "t.wasm: at 0xc in the data section: unknown memory 0");
}

TEST(Validator, ChecksConstantExpressions) {
  auto global = [](const Bytes &init) {
    return check(module({section(6, Bytes{1, kI32, 0} + init)}));
  };
  EXPECT_EQ(global({0x41, 1, 0x41, 2, 0x6a, 0x0b}), "");
  EXPECT_EQ(global({0x42, 1, 0x0b}),
            "t.wasm: at 0xd in the global section: type mismatch: the constant "
            "expression must give one i32");
  EXPECT_EQ(global({0x41, 1, 0x45, 0x0b}),
            "t.wasm: at 0xf in the global section: constant expression "
            "required: i32.eqz is not constant");
  EXPECT_EQ(global({0x41, 1, 0x6a, 0x0b}),
            "t.wasm: at 0xf in the global section: type mismatch: i32.add "
            "needs two i32");
  EXPECT_EQ(global({0x23, 0, 0x0b}),
            "t.wasm: at 0xd in the global section: unknown global 0");
}

TEST(Validator, ChecksImportedTablesAndMemories) {
  auto imported = [](const Bytes &type) {
    return check(module({section(2, Bytes{1} + text("m") + text("n") + type)}));
  };
  EXPECT_EQ(imported({2, 1, 1, 3}), "");
  EXPECT_EQ(imported({1, 0x6f, 0, 1}), "");
  EXPECT_EQ(imported({2, 1, 3, 1}),
            "t.wasm: at 0x10 in the import section: size minimum must not be "
            "greater than maximum: 3 > 1");
  EXPECT_EQ(imported({1, 0x7f, 0, 1}),
            "t.wasm: at 0x10 in the import section: malformed reference type: "
            "i32");
  // They count in the index spaces.
  EXPECT_EQ(check(module(
                {section(2, Bytes{1} + text("m") + text("n") + Bytes{2, 0, 1}),
                 section(5, {1, 0, 1})})),
            "t.wasm: at 0x15 in the memory section: multi-memory not "
            "supported: a second memory (build the program without this "
            "feature)");
}

//===----------------------------------------------------------------------===//
// Features that are not supported
//===----------------------------------------------------------------------===//

TEST(Validator, NamesUnsupportedFeatures) {
  auto refused = [](const std::string &where, const std::string &what) {
    return "t.wasm: at " + where + " not supported: " + what +
           " (build the program without this feature)";
  };
  EXPECT_EQ(
      check(module({section(5, {2, 0, 1, 0, 1})})),
      refused("0xd in the memory section: multi-memory", "a second memory"));
  EXPECT_EQ(check(module({section(5, {1, 4, 1})})),
            refused("0xb in the memory section: memory64",
                    "limits flags 0x4 of a memory"));
  EXPECT_EQ(check(module({section(4, {1, 0x70, 4, 1})})),
            refused("0xc in the table section: memory64",
                    "limits flags 0x4 of a table"));
  EXPECT_EQ(check(module({section(5, {1, 3, 1, 1})})),
            refused("0xb in the memory section: threads",
                    "limits flags 0x3 of a memory"));
  EXPECT_EQ(check(module({section(5, {1, 8, 1, 0})})),
            refused("0xb in the memory section: custom page sizes",
                    "limits flags 0x8 of a memory"));
  EXPECT_EQ(check(module({section(13, {0})})),
            refused("0x8: exceptions", "section 13"));
  EXPECT_EQ(
      check(module({section(1, {1, 0x5f, 0})})),
      refused("0xb in the type section: garbage collection", "type form 0x5f"));
  EXPECT_EQ(check(module({section(1, {1, 0x60, 1, 0x64, 0x70, 0})})),
            refused("0xd in the type section: typed function references",
                    "type code 0x64"));
  EXPECT_EQ(check(module({section(1, {1, 0x60, 1, 0x69, 0})})),
            refused("0xd in the type section: exceptions", "type code 0x69"));
  EXPECT_EQ(check(moduleWith({}, {}, {0x06, 0x40, 0x0b})),
            refused("0x17 in function 0: exceptions", "opcode 0x6"));
  EXPECT_EQ(check(moduleWith({}, {}, {0xfe, 0x03, 0x00})),
            refused("0x17 in function 0: threads", "opcode 0xfe 0x3"));
  EXPECT_EQ(
      check(moduleWith({}, {}, {0xfb, 0x00, 0x00})),
      refused("0x17 in function 0: garbage collection", "opcode 0xfb 0x0"));
  EXPECT_EQ(
      check(moduleWith({}, {}, {0x14, 0x00})),
      refused("0x17 in function 0: typed function references", "opcode 0x14"));
}

//===----------------------------------------------------------------------===//
// Function bodies
//===----------------------------------------------------------------------===//

TEST(Validator, ChecksOperands) {
  EXPECT_EQ(check(moduleWith({}, {kI32}, {0x42, 0})),
            "t.wasm: at 0x1a in function 0: type mismatch: end expects i32 but "
            "finds i64");
  EXPECT_EQ(check(moduleWith({}, {}, {0x6a, 0x1a})),
            "t.wasm: at 0x17 in function 0: type mismatch: i32.add expects i32 "
            "but the stack is empty");
  EXPECT_EQ(check(moduleWith({}, {}, {0x1a})),
            "t.wasm: at 0x17 in function 0: type mismatch: drop expects any "
            "type but the stack is empty");
  EXPECT_EQ(check(moduleWith({}, {}, {0x41, 0})),
            "t.wasm: at 0x19 in function 0: type mismatch: 1 values remaining "
            "on the stack at the end of the block");
  EXPECT_EQ(check(moduleWith({}, {}, {0x20, 7, 0x1a})),
            "t.wasm: at 0x18 in function 0: unknown local 7 in local.get");
  EXPECT_EQ(check(moduleWith({}, {}, {0x0c, 1})),
            "t.wasm: at 0x18 in function 0: unknown label 1");
  EXPECT_EQ(check(moduleWith({}, {}, {0x41, 0, 0x28, 2, 0, 0x1a})),
            "t.wasm: at 0x19 in function 0: unknown memory 0 in i32.load");
  EXPECT_EQ(check(moduleWith({}, {}, {0x27})),
            "t.wasm: at 0x17 in function 0: illegal opcode 0x27");
  EXPECT_EQ(check(moduleWith({}, {}, {0x05})),
            "t.wasm: at 0x17 in function 0: else without if");
  EXPECT_EQ(check(moduleWith({}, {}, {0x02, 0x40})),
            "t.wasm: at 0x1a in function 0: unexpected end of the function "
            "body: END opcode expected");
  EXPECT_EQ(check(moduleWith({}, {}, {0x0b, 0x01})),
            "t.wasm: at 0x18 in function 0: operators remaining after the end "
            "of the function");
  EXPECT_EQ(check(moduleWith({kI32}, {kI32}, {0x20, 0, 0x04, kI32, 0x41, 1})),
            "t.wasm: at 0x1f in function 0: type mismatch: an if without else "
            "must give its parameters");
  EXPECT_EQ(check(moduleWith({}, {}, {0xd2, 0, 0x1a})),
            "t.wasm: at 0x17 in function 0: undeclared function reference: "
            "function 0 is in no element segment, export or global (declare it "
            "in an element segment)");
}

TEST(Validator, TakesAnythingFromUnreachableCode) {
  EXPECT_EQ(check(moduleWith({}, {kI32}, {0x00, 0x6a})), "");
  EXPECT_EQ(check(moduleWith({}, {kI32}, {0x00, 0x1b})), "");
  EXPECT_EQ(check(moduleWith({}, {kI32}, {0x00, 0x42, 0, 0x6a})),
            "t.wasm: at 0x1b in function 0: type mismatch: i32.add expects i32 "
            "but finds i64");
}

TEST(Validator, ChecksBranchTables) {
  // block i32, block: br_table 0 1
  EXPECT_EQ(check(moduleWith({}, {kI32},
                             {0x02, kI32, 0x02, 0x40, 0x41, 5, 0x41, 0, 0x0e, 1,
                              0, 1, 0x0b, 0x41, 1, 0x0b})),
            "t.wasm: at 0x20 in function 0: type mismatch: targets of br_table "
            "take 0 and 1 operands");
}

TEST(Validator, NamesFunctions) {
  Bytes names = custom("name", Bytes{1} + sized(Bytes{1, 0} + text("f\no")));
  Bytes broken = moduleWith({}, {}, {0x1a}) + names;
  EXPECT_EQ(check(broken),
            "t.wasm: at 0x17 in function 0 <f\\x0ao>: type mismatch: drop "
            "expects any type but the stack is empty");
  EXPECT_EQ(infoOf(moduleWith({}, {}, {}) + names).functionNames,
            std::vector<std::string>{"f\no"});
}

TEST(Validator, IgnoresABrokenNameSection) {
  Bytes names = custom("name", Bytes{1} + sized(Bytes{2, 0} + text("f")));
  EXPECT_EQ(infoOf(moduleWith({}, {}, {}) + names).functionNames,
            std::vector<std::string>{""});
}

//===----------------------------------------------------------------------===//
// Limits
//===----------------------------------------------------------------------===//

TEST(Validator, LimitsLocals) {
  auto withLocals = [](uint32_t count) {
    return module({section(1, Bytes{1} + signature({kI32}, {})), kOneFunction,
                   section(10, Bytes{1} + sized(Bytes{1} + leb(count) +
                                                Bytes{kI64, 0x0b}))});
  };
  EXPECT_EQ(check(withLocals(kMaxLocals - 1)), "");
  EXPECT_EQ(check(withLocals(kMaxLocals)),
            "t.wasm: at 0x18 in function 0: too many locals: more than the "
            "limit of 50000 (split the function)");
  EXPECT_EQ(check(withLocals(UINT32_MAX)),
            "t.wasm: at 0x18 in function 0: too many locals: more than the "
            "limit of 50000 (split the function)");
}

TEST(Validator, LimitsNesting) {
  auto nested = [](uint32_t depth) {
    Bytes code;
    for (uint32_t i = 0; i < depth; ++i)
      code.insert(code.end(), {0x02, 0x40});
    code.insert(code.end(), depth, 0x0b);
    return moduleWith({}, {}, code);
  };
  EXPECT_EQ(check(nested(kMaxNesting - 2)), "");
  EXPECT_EQ(check(nested(kMaxNesting)),
            "t.wasm: at 0x30d57 in function 0: nesting deeper than the limit "
            "of 100000 (split the function)");
  // The same by operands instead of blocks.
  auto chained = [](uint32_t depth) {
    Bytes code = {0x41, 0};
    code.insert(code.end(), depth, 0x45);
    return moduleWith({}, {kI32}, code);
  };
  EXPECT_EQ(check(chained(kMaxNesting - 3)), "");
  EXPECT_EQ(check(chained(kMaxNesting)),
            "t.wasm: at 0x186bc in function 0: nesting deeper than the limit "
            "of 100000 (split the function)");
}

TEST(Validator, LimitsWhatShortCodeCosts) {
  // 500 functions with 49,999 locals each in six bytes.
  Bytes bodies = leb(500);
  for (int i = 0; i < 500; ++i)
    bodies = bodies + sized(Bytes{1} + leb(kMaxLocals - 1) + Bytes{kI64, 0x0b});
  EXPECT_EQ(check(module({kNoType, section(3, leb(500) + Bytes(500, 0)),
                          section(10, bodies)})),
            "t.wasm: at 0x325 in function 40: code too complex for its size: "
            "too many parameters, results or locals (split the function)");
  // 2 bytes a call of a function with 1,000 results.
  Bytes code;
  for (int i = 0; i < 100000; ++i)
    code.insert(code.end(), {0x10, 0});
  code.push_back(0x00);
  EXPECT_NE(
      check(module({section(1, Bytes{2} + signature({}, Bytes(1000, kI32)) +
                                   signature({}, {})),
                    section(3, {2, 0, 1}),
                    section(10, Bytes{2} + sized({0, 0x00, 0x0b}) +
                                    sized(Bytes{0} + code + Bytes{0x0b}))}))
          .find("code too complex for its size"),
      std::string::npos);
}

//===----------------------------------------------------------------------===//
// The opcode table
//===----------------------------------------------------------------------===//

struct TableRow {
  uint8_t prefix;
  uint32_t code;
  std::string text;
  std::string signature;
  Imm immediate;
};

const TableRow kTable[] = {
#define WASM_OP(Name, Prefix, Code, Text, Signature, Immediate, Argument,      \
                Feature)                                                       \
  {Prefix, Code, Text, Signature, Imm::Immediate},
#include "rewriter/opcodes.def"
};

Bytes opcodeOf(const TableRow &row) {
  return row.prefix ? Bytes{row.prefix} + leb(row.code)
                    : Bytes{uint8_t(row.code)};
}

/// A valid immediate in a module with a memory and a data segment.
Bytes immediateOf(Imm immediate) {
  switch (immediate) {
  case Imm::MemArg:
  case Imm::DataAndMemory:
  case Imm::TwoMemories:
    return {0, 0};
  case Imm::MemArgAndLane:
    return {0, 0, 0};
  case Imm::Lane:
  case Imm::I32:
  case Imm::I64:
  case Imm::Memory:
  case Imm::Data:
    return {0};
  case Imm::F32:
    return Bytes(4, 0);
  case Imm::F64:
    return Bytes(8, 0);
  case Imm::V128:
  case Imm::Shuffle:
    return Bytes(16, 0);
  default:
    return {};
  }
}

Bytes typesOf(const std::string &letters) {
  const std::map<char, uint8_t> codes = {
      {'i', kI32}, {'I', kI64}, {'f', kF32}, {'F', kF64}, {'v', kV128}};
  Bytes result;
  for (char letter : letters)
    result.push_back(codes.at(letter));
  return result;
}

/// A module whose function applies \p row to the first \p given parameters.
Bytes moduleApplying(const TableRow &row, size_t given) {
  size_t colon = row.signature.find(':');
  Bytes operands = typesOf(row.signature.substr(0, colon));
  Bytes results = typesOf(row.signature.substr(colon + 1));
  Bytes code;
  for (size_t i = 0; i < given; ++i)
    code = code + Bytes{0x20} + leb(i);
  code = code + opcodeOf(row) + immediateOf(row.immediate);
  return module({section(1, Bytes{1} + signature(operands, results)),
                 kOneFunction, section(5, {1, 0, 1}), section(12, {1}),
                 codeOf(code), section(11, {1, 1, 0})});
}

TEST(Opcodes, HaveUniqueNamesAndCodes) {
  std::set<std::string> names;
  std::set<std::pair<uint8_t, uint32_t>> codes;
  for (const TableRow &row : kTable) {
    EXPECT_TRUE(codes.insert({row.prefix, row.code}).second) << row.text;
    // select with and without types is one name in the text format.
    if (row.text != "select")
      EXPECT_TRUE(names.insert(row.text).second) << row.text;
    const OpInfo *info = findOp(row.prefix, row.code);
    ASSERT_NE(info, nullptr) << row.text;
    EXPECT_EQ(info->text, row.text);
    EXPECT_EQ(unsupportedFeatureOf(row.prefix, row.code), nullptr) << row.text;
  }
  EXPECT_EQ(codes.size(), 459u);
}

TEST(Opcodes, TakeAndGiveWhatTheTableSays) {
  size_t checked = 0;
  for (const TableRow &row : kTable) {
    if (row.signature == "*")
      continue;
    ++checked;
    size_t operands = row.signature.find(':');
    EXPECT_EQ(check(moduleApplying(row, operands)), "") << row.text;
    if (operands == 0)
      continue;
    std::string error = check(moduleApplying(row, operands - 1));
    EXPECT_NE(error.find("type mismatch: " + row.text + " expects"),
              std::string::npos)
        << row.text << ": " << error;
  }
  EXPECT_GT(checked, 400u);
}

TEST(Opcodes, MarkTheFeaturesUsed) {
  EXPECT_TRUE(infoOf(moduleWith({kI32}, {kI32}, {0x20, 0, 0xc0}))
                  .features.signExtension);
  EXPECT_TRUE(infoOf(moduleWith({kF32}, {kI32}, {0x20, 0, 0xfc, 0}))
                  .features.saturatingConversion);
  EXPECT_TRUE(infoOf(moduleWith({}, {}, {0x12, 0})).features.tailCalls);
  UsedFeatures none = infoOf(moduleWith({}, {}, {})).features;
  EXPECT_FALSE(none.simd || none.tailCalls || none.multiValue ||
               none.referenceTypes || none.bulkMemory);
}

} // namespace
