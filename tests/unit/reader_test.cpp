//===- reader_test.cpp - From bytes to a module
//----------------------------===//

#include "rewriter/reader.h"

#include "wasm_bytes.h"

#include "ir/find_all.h"
#include <cstdlib>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace ireko;
using namespace ireko::test;

namespace {

llvm::Expected<SourceModule> readText(const std::string &text) {
  return readModuleFromBytes(Bytes(text.begin(), text.end()), "t.wat");
}

template <typename T> std::string errorOf(llvm::Expected<T> result) {
  return result ? "" : llvm::toString(result.takeError());
}

SourceModule readValid(const Bytes &bytes) {
  llvm::Expected<SourceModule> source = readModuleFromBytes(bytes, "t.wasm");
  if (source)
    return std::move(*source);
  ADD_FAILURE() << llvm::toString(source.takeError());
  std::abort();
}

TEST(Reader, ReportsFilesThatCannotBeRead) {
  EXPECT_EQ(errorOf(readModule("/nowhere/a.wasm")),
            "/nowhere/a.wasm: cannot read: No such file or directory (check "
            "the path)");
  EXPECT_EQ(errorOf(readModule("/tmp")),
            "/tmp: cannot read: Is a directory (name a .wasm or .wat file "
            "inside it)");
  EXPECT_EQ(errorOf(readModule("/dev/null")),
            "/dev/null: the file is empty (give a WebAssembly module, .wasm or "
            ".wat)");
}

TEST(Reader, StopsReadingADeviceThatNeverEnds) {
  EXPECT_EQ(errorOf(readModule("/dev/zero")),
            "/dev/zero: not a WebAssembly file (give a module in the binary "
            "format, which starts with \\0asm, or in the text format, which "
            "starts with \"(module\")");
}

TEST(Reader, ReadsStandardInput) {
  Bytes bytes = moduleWith({}, {}, {0x1a});
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()),
            ssize_t(bytes.size()));
  ::close(ends[1]);
  int before = ::dup(STDIN_FILENO);
  ::dup2(ends[0], STDIN_FILENO);
  std::string error = errorOf(readModule("-"));
  ::dup2(before, STDIN_FILENO);
  ::close(before);
  ::close(ends[0]);
  EXPECT_EQ(error, "standard input: at 0x17 in function 0: type mismatch: drop "
                   "expects any type but the stack is empty");
}

TEST(Reader, RefusesOtherFiles) {
  std::string advice =
      "t.wat: not a WebAssembly file (give a module in the binary format, "
      "which starts with \\0asm, or in the text format, which starts with "
      "\"(module\")";
  EXPECT_EQ(errorOf(readText("hello")), advice);
  EXPECT_EQ(errorOf(readText(";; only a comment")), advice);
  EXPECT_EQ(errorOf(readText("(; not closed")), advice);
  EXPECT_EQ(errorOf(readText(std::string("\x7f"
                                         "ELF\0(module)",
                                         13))),
            advice);
  EXPECT_EQ(errorOf(readText("  (; core ;) (component)")),
            "t.wat: a component, not a module (give the core module that it "
            "was made from)");
  EXPECT_EQ(errorOf(readText(std::string("\0as", 3))),
            "t.wat: at 0x3: unexpected end of the file (the file is truncated "
            "or damaged)");
}

TEST(Reader, ReadsText) {
  llvm::Expected<SourceModule> source =
      readText("\xef\xbb\xbf;; a comment (\n(; another (; inside ;) ;)\n"
               "(module (memory 1) (func $foo (export \"foo\") (result i32)\n"
               "  (i32.const 42)))");
  ASSERT_TRUE(bool(source)) << llvm::toString(source.takeError());
  EXPECT_TRUE(source->fromText);
  EXPECT_EQ(source->info.memories, 1u);
  EXPECT_EQ(source->info.functionNames, std::vector<std::string>{"foo"});
  ASSERT_EQ(source->module->functions.size(), 1u);
  EXPECT_EQ(source->module->functions[0]->name, wasm::Name("foo"));
}

TEST(Reader, GivesLineAndColumnOfTextErrors) {
  EXPECT_EQ(errorOf(readText("(module\n  (func (bogus)))")),
            "t.wat:2:10: unrecognized instruction");
}

TEST(Reader, GivesNoOffsetsOfTextThatDoesNotValidate) {
  EXPECT_EQ(errorOf(readText("(module (func $f (result i32) (i64.const 0)))")),
            "t.wat: in function 0 <f>: type mismatch: end expects i32 but "
            "finds i64");
  EXPECT_EQ(errorOf(readText("(module (memory i64 1))")),
            "t.wat: in the memory section: memory64 not supported: limits "
            "flags 0x4 of a memory (build the program without this feature)");
}

TEST(Reader, SurvivesTextNestedDeeply) {
  std::string open, close;
  for (int i = 0; i < 20000; ++i) {
    open += "(block ";
    close += ")";
  }
  EXPECT_EQ(errorOf(readText("(module (func " + open + close + "))")), "");
}

TEST(Reader, KeepsNamesAndNumbersOfFunctions) {
  // Functions 1 and 2 have one name; 0 is imported and has none.
  Bytes names = custom(
      "name", Bytes{1} + sized(Bytes{2, 1} + text("a") + Bytes{2} + text("a")));
  SourceModule source = readValid(
      module({section(1, Bytes{1} + signature({}, {})),
              section(2, Bytes{1} + text("m") + text("f") + Bytes{0, 0}),
              section(3, {2, 0, 0}),
              section(10, {2, 2, 0, 0x0b, 3, 0, 0x00, 0x0b}), names}));
  ASSERT_EQ(source.module->functions.size(), 3u);
  EXPECT_TRUE(source.module->functions[0]->imported());
  EXPECT_EQ(source.module->functions[1]->name, wasm::Name("a"));
  EXPECT_NE(source.module->functions[2]->name, wasm::Name("a"));
  EXPECT_TRUE(source.module->functions[2]->body->is<wasm::Unreachable>());
  EXPECT_EQ(source.info.functionNames,
            (std::vector<std::string>{"", "a", "a"}));
}

TEST(Reader, KeepsFileOffsets) {
  // A branch to the function's own label wraps its body; a custom section moves
  // the code, and dead code (two nop) is left out.
  Bytes bytes =
      module({custom("first", Bytes(300, 1)),
              section(1, Bytes{1} + signature({}, {})), section(3, {1, 0}),
              codeOf({0x41, 0, 0x0d, 0, 0x41, 0, 0x04, 0x40, 0x0f, 0x01, 0x01,
                      0x0b, 0x10, 0, 0x03, 0x40, 0x0b, 0x00})});
  SourceModule source = readValid(bytes);
  wasm::Function &function = *source.module->functions[0];
  auto offsetOfFirst = [&](auto list) {
    EXPECT_EQ(list.list.size(), 1u);
    return list.list.empty()
               ? std::nullopt
               : SourceModule::offsetOf(function, list.list.front());
  };
  uint64_t body = source.info.bodies[0].offset;
  EXPECT_EQ(bytes[body + 1], 0x41);
  EXPECT_TRUE(wasm::FindAll<wasm::Nop>(function.body).list.empty());
  EXPECT_EQ(offsetOfFirst(wasm::FindAll<wasm::Unreachable>(function.body)),
            body + 18);
  EXPECT_EQ(offsetOfFirst(wasm::FindAll<wasm::Call>(function.body)), body + 13);
  EXPECT_EQ(offsetOfFirst(wasm::FindAll<wasm::Loop>(function.body)), body + 15);
  EXPECT_EQ(offsetOfFirst(wasm::FindAll<wasm::Break>(function.body)),
            std::nullopt);
}

TEST(Reader, KeepsTheNumbersOfElementSegments) {
  // Declarative (twice, as indices and as expressions), passive, then
  // table.init 2.
  SourceModule source =
      readValid(module({section(1, Bytes{1} + signature({}, {})),
                        section(3, {1, 0}), section(4, {1, 0x70, 0, 4}),
                        section(9, {3,                                     //
                                    3, 0, 1, 0,                            //
                                    7, 0x70, 1, 0xd2, 0, 0x0b,             //
                                    1, 0, 1, 0}),                          //
                        codeOf({0x41, 0, 0x41, 0, 0x41, 1, 0xfc, 12, 2, 0, //
                                0xd2, 0, 0x1a})}));
  ASSERT_EQ(source.module->elementSegments.size(), 3u);
  EXPECT_EQ(source.module->elementSegments[0]->data.size(), 0u);
  EXPECT_EQ(source.module->elementSegments[1]->data.size(), 0u);
  EXPECT_EQ(source.module->elementSegments[2]->data.size(), 1u);
  wasm::FindAll<wasm::TableInit> inits(source.module->functions[0]->body);
  ASSERT_EQ(inits.list.size(), 1u);
  EXPECT_EQ(inits.list[0]->segment, source.module->elementSegments[2]->name);
}

TEST(Reader, LeavesCustomSectionsToThemselves) {
  // Binaryen would interpret these, and fail.
  for (const char *name : {"name", "target_features", "dylink.0", "dylink",
                           "metadata.code.branch_hint", ".debug_info"}) {
    SourceModule source =
        readValid(module({custom(name, {0xff, 0xff, 0xff, 0xff, 0xff})}));
    EXPECT_TRUE(source.module->customSections.empty()) << name;
  }
}

TEST(Reader, RecognisesBundles) {
  EXPECT_TRUE(readValid(module({custom("ireko", {})})).info.isBundle);
  EXPECT_FALSE(readValid(module({})).info.isBundle);
}

TEST(Reader, ReadsTheDeepestNestingAllowed) {
  Bytes code;
  for (uint32_t i = 0; i < kMaxNesting - 10; ++i)
    code.insert(code.end(), {0x02, 0x40});
  code.insert(code.end(), kMaxNesting - 10, 0x0b);
  readValid(moduleWith({}, {}, code));
}

} // namespace
