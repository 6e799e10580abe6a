// Differences of texts: the fewest lines, and both texts can be had from them.

#include "rewriter/text_diff.h"

#include <gtest/gtest.h>
#include <random>

namespace ireko {
namespace {

using Lines = std::vector<llvm::StringRef>;

std::string textOf(const std::vector<DiffLine> &lines) {
  std::string text;
  for (const DiffLine &line : lines)
    text += line.sign + line.text.str() + " ";
  return text;
}

TEST(TextDiff, ShowsTheFewestLines) {
  EXPECT_EQ(textOf(diffLines({}, {})), "");
  EXPECT_EQ(textOf(diffLines(Lines{"a"}, Lines{"a"})), " a ");
  EXPECT_EQ(textOf(diffLines(Lines{"a", "b", "c"}, Lines{"a", "x", "c"})),
            " a -b +x  c ");
  EXPECT_EQ(textOf(diffLines(Lines{"a", "b"}, Lines{"b", "c"})), "-a  b +c ");
  EXPECT_EQ(textOf(diffLines({}, Lines{"a"})), "+a ");
}

TEST(TextDiff, HasBothTexts) {
  const Lines kWords = {"a", "b", "c", "d"};
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    Lines before, after;
    for (size_t i = random() % 40; i--;)
      before.push_back(kWords[random() % kWords.size()]);
    for (size_t i = random() % 40; i--;)
      after.push_back(kWords[random() % kWords.size()]);
    Lines old, now;
    for (const DiffLine &line : diffLines(before, after)) {
      if (line.sign != '+')
        old.push_back(line.text);
      if (line.sign != '-')
        now.push_back(line.text);
    }
    ASSERT_EQ(old, before);
    ASSERT_EQ(now, after);
  }
}

// Texts with nothing in common, beyond what is searched.
TEST(TextDiff, GivesUpOnVeryDifferentTexts) {
  Lines before(4000, "a"), after(4000, "b");
  EXPECT_EQ(diffLines(before, after).size(), 8000u);
}

} // namespace
} // namespace ireko
