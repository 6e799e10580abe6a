#include "rewriter/listing.h"

#include <algorithm>

#include "rewriter/validator_bytes.h"

namespace ireko {

std::vector<bool> longestAscent(llvm::ArrayRef<uint64_t> offsets) {
  constexpr size_t kNone = ~size_t(0);
  // At n, the place at which the best ascent of n + 1 offsets ends.
  std::vector<size_t> ends;
  std::vector<size_t> before(offsets.size(), kNone);
  for (size_t i = 0; i < offsets.size(); ++i) {
    if (!offsets[i])
      continue;
    auto longer = std::upper_bound(
        ends.begin(), ends.end(), offsets[i],
        [&](uint64_t offset, size_t end) { return offset < offsets[end]; });
    if (longer != ends.begin())
      before[i] = longer[-1];
    if (longer == ends.end())
      ends.push_back(i);
    else
      *longer = i;
  }
  std::vector<bool> kept(offsets.size());
  for (size_t i = ends.empty() ? kNone : ends.back(); i != kNone; i = before[i])
    kept[i] = true;
  return kept;
}

namespace {

// Lines that stand beside each other.
struct Group {
  std::vector<std::string> original, stream;
};

class Columns {
public:
  Columns(std::vector<OriginalInstruction> code, const SourceLines &lines)
      : code(std::move(code)), lines(lines) {}

  std::vector<Group> run(std::vector<StreamItem> items) {
    std::vector<uint64_t> offsets;
    for (const StreamItem &item : items)
      offsets.push_back(item.offset);
    std::vector<bool> kept = longestAscent(offsets);
    for (size_t i = 0; i < items.size(); ++i) {
      StreamItem &item = items[i];
      // What comes out of order, or from nowhere, stands where the stream has
      // it; at the start of a block, beside what follows.
      if (item.isHead) {
        takeWaiting();
        waits = true;
      }
      if (kept[i]) {
        showUntil(item.offset);
        takeWaiting();
      }
      append(waits ? waiting : groups.back().stream, item.lines);
    }
    takeWaiting();
    showUntil(~0ull);
    return std::move(groups);
  }

private:
  static void append(std::vector<std::string> &to,
                     std::vector<std::string> &from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
    from.clear();
  }

  void takeWaiting() {
    if (groups.empty() && !waiting.empty())
      groups.emplace_back();
    if (!waiting.empty())
      append(groups.back().stream, waiting);
    waits = false;
  }

  // Begins a group with the original instructions up to this offset, unless all
  // of them are shown already.
  void showUntil(uint64_t offset) {
    if (groups.empty() || (next < code.size() && code[next].offset <= offset))
      groups.emplace_back();
    bool any = false;
    while (next < code.size() &&
           (code[next].offset <= offset || (any && code[next].endsStatement))) {
      show(code[next++]);
      any = true;
    }
  }

  void show(const OriginalInstruction &instruction) {
    std::vector<std::string> &to = groups.back().original;
    std::string line = lines.find(instruction.offset);
    if (!line.empty() && line != lastLine)
      to.push_back("  ;; " + line);
    if (!line.empty())
      lastLine = line;
    constexpr uint32_t kMostIndented = 12;
    std::string text = "  " + hex(instruction.offset);
    text.resize(std::max<size_t>(text.size(), 9) + 1 +
                    2 * std::min(instruction.depth, kMostIndented),
                ' ');
    to.push_back(text + instruction.text);
  }

  std::vector<OriginalInstruction> code;
  const SourceLines &lines;
  size_t next = 0;
  std::string lastLine;
  std::vector<Group> groups;
  bool waits = false;
  std::vector<std::string> waiting;
};

} // namespace

void printBeside(std::vector<StreamItem> items,
                 std::vector<OriginalInstruction> code,
                 const SourceLines &lines, llvm::raw_ostream &out) {
  std::vector<Group> groups =
      Columns(std::move(code), lines).run(std::move(items));
  // Wide enough for most lines; a longer one moves what is on its right.
  constexpr size_t kWidest = 44;
  size_t width = 0;
  for (const Group &group : groups)
    for (const std::string &line : group.original)
      width = std::max(width, std::min(line.size(), kWidest));
  for (const Group &group : groups)
    for (size_t i = 0; i < std::max(group.original.size(), group.stream.size());
         ++i) {
      std::string line = i < group.original.size() ? group.original[i] : "";
      line.resize(std::max(line.size(), width), ' ');
      line += " |";
      if (i < group.stream.size())
        line += group.stream[i].substr(1);
      out << line << "\n";
    }
  out << "\n";
}

} // namespace ireko
