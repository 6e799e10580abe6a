#include "rewriter/pass_diff.h"

#include "rewriter/text_diff.h"
#include "llvm/ADT/SmallVector.h"

namespace ireko {

namespace {

// Lines that stay and are shown around those that change.
constexpr size_t kContext = 3;

void printFunction(llvm::ArrayRef<DiffLine> lines, llvm::raw_ostream &out) {
  auto isNear = [&](size_t at) {
    size_t from = at < kContext ? 0 : at - kContext;
    size_t to = std::min(lines.size(), at + kContext + 1);
    for (size_t i = from; i < to; ++i)
      if (lines[i].sign != ' ')
        return true;
    return false;
  };
  bool left = false; // lines out
  for (size_t i = 0; i < lines.size(); ++i) {
    // The first line names the function.
    if (i != 0 && !isNear(i)) {
      left = true;
      continue;
    }
    if (left)
      out << "  ...\n";
    left = false;
    out << lines[i].sign << lines[i].text << "\n";
  }
  out << (left ? "  ...\n\n" : "\n");
}

} // namespace

void printPassDiff(llvm::StringRef pass, llvm::StringRef before,
                   llvm::StringRef after, llvm::raw_ostream &out) {
  size_t functions = 0, changed = 0, taken = 0, added = 0;
  std::string listing;
  llvm::raw_string_ostream changes(listing);
  while (!before.empty()) {
    auto [one, restBefore] = before.split("\n\n");
    auto [other, restAfter] = after.split("\n\n");
    before = restBefore;
    after = restAfter;
    ++functions;
    if (one == other)
      continue;
    ++changed;
    llvm::SmallVector<llvm::StringRef, 0> old, now;
    one.split(old, '\n');
    other.split(now, '\n');
    std::vector<DiffLine> lines = diffLines(old, now);
    for (const DiffLine &line : lines) {
      taken += line.sign == '-';
      added += line.sign == '+';
    }
    printFunction(lines, changes);
  }
  out << pass << ": " << changed << " of " << functions
      << " functions changed, " << taken << " lines taken away, " << added
      << " added\n\n"
      << listing;
}

} // namespace ireko
