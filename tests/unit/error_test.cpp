//===- error_test.cpp - How errors are said -------------------------------===//

#include "rewriter/error.h"

#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace ireko;

namespace {

std::string reported(llvm::Error error, int expectedExitCode) {
  std::string text;
  llvm::raw_string_ostream out(text);
  EXPECT_EQ(reportError(std::move(error), out), expectedExitCode);
  return text;
}

TEST(Error, NamesFileOffsetFunctionAndAdvice) {
  Place place = Place::at(0x1f3);
  place.function = 12;
  place.functionName = "foo";
  EXPECT_EQ(reported(inputError("app.wasm", place, "it is bad", "mend it"), 1),
            "ireko: error: app.wasm: at 0x1f3 in function 12 <foo>: it is bad "
            "(mend it)\n");
}

TEST(Error, LeavesOutWhatIsNotKnown) {
  Place place;
  place.function = 3;
  EXPECT_EQ(reported(inputError("a", place, "bad"), 1),
            "ireko: error: a: in function 3: bad\n");
  EXPECT_EQ(reported(inputError("a", "bad"), 1), "ireko: error: a: bad\n");
  EXPECT_EQ(reported(inputError("a", Place::at(0), "bad"), 1),
            "ireko: error: a: at 0x0: bad\n");
}

TEST(Error, NamesSection) {
  Place place = Place::at(10);
  place.section = "import";
  EXPECT_EQ(reported(inputError("a", place, "bad"), 1),
            "ireko: error: a: at 0xa in the import section: bad\n");
}

TEST(Error, NamesLineAndColumnOfText) {
  Place place;
  place.line = 3;
  place.column = 14;
  EXPECT_EQ(reported(inputError("a.wat", place, "unexpected token"), 1),
            "ireko: error: a.wat:3:14: unexpected token\n");
}

TEST(Error, UsageErrorsExitWithTwo) {
  EXPECT_EQ(reported(usageError("no input", "see --help"), 2),
            "ireko: error: no input (see --help)\n");
}

TEST(Error, SuccessExitsWithZeroAndSaysNothing) {
  EXPECT_EQ(reported(llvm::Error::success(), 0), "");
}

TEST(Error, StaysOnOneLineWhateverTheNames) {
  Place place;
  place.function = 0;
  place.functionName = "a\nb\x1b[31m\xff\xe2\x80\xae";
  EXPECT_EQ(reported(inputError("x\ny", place, "bad\tthing"), 1),
            "ireko: error: x\\x0ay: in function 0 <a\\x0ab\\x1b[31m\\xff"
            "\\xe2\\x80\\xae>: bad\\x09thing\n");
}

TEST(Error, KeepsOtherAlphabets) {
  EXPECT_EQ(printable("入れ子 é", 100), "入れ子 é");
}

TEST(Error, CutsLongNames) {
  EXPECT_EQ(printableName(std::string(100, 'x')), std::string(80, 'x') + "...");
  EXPECT_EQ(printableName(std::string(80, 'x')), std::string(80, 'x'));
  // Not inside a character.
  EXPECT_EQ(printable("入れ子", 4), "入...");
}

} // namespace
