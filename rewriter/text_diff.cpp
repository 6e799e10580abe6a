// By the greedy algorithm of Myers, "An O(ND) difference algorithm and its
// variations" (1986).

#include "rewriter/text_diff.h"

#include <algorithm>

namespace ireko {

namespace {

// Memory and time grow with its square.
constexpr int kMaxDistance = 3000;

using Lines = llvm::ArrayRef<llvm::StringRef>;

// The furthest place in `before` on each diagonal, by distance; empty if the
// distance is too great.
std::vector<std::vector<int>> furthestPlaces(Lines before, Lines after) {
  int n = before.size(), m = after.size();
  std::vector<std::vector<int>> trace;
  for (int d = 0; d <= std::min(n + m, kMaxDistance); ++d) {
    // Diagonal k, from -d to d, is at k + d.
    std::vector<int> places(2 * d + 1);
    for (int k = -d; k <= d; k += 2) {
      int x = 0;
      if (d > 0) {
        const std::vector<int> &last = trace.back();
        bool down =
            k == -d || (k != d && last[k - 1 + d - 1] < last[k + 1 + d - 1]);
        x = down ? last[k + 1 + d - 1] : last[k - 1 + d - 1] + 1;
      }
      while (x < n && x - k < m && before[x] == after[x - k])
        ++x;
      places[k + d] = x;
      if (x >= n && x - k >= m) {
        trace.push_back(std::move(places));
        return trace;
      }
    }
    trace.push_back(std::move(places));
  }
  return {};
}

void addDiff(Lines before, Lines after, std::vector<DiffLine> &result) {
  std::vector<std::vector<int>> trace = furthestPlaces(before, after);
  if (trace.empty()) {
    for (llvm::StringRef line : before)
      result.push_back({'-', line});
    for (llvm::StringRef line : after)
      result.push_back({'+', line});
    return;
  }
  // From the end back.
  std::vector<DiffLine> reversed;
  int x = before.size(), y = after.size();
  for (int d = trace.size() - 1; d > 0; --d) {
    int k = x - y;
    const std::vector<int> &last = trace[d - 1];
    bool down =
        k == -d || (k != d && last[k - 1 + d - 1] < last[k + 1 + d - 1]);
    int fromK = down ? k + 1 : k - 1;
    int fromX = last[fromK + d - 1], fromY = fromX - fromK;
    while (x > fromX + !down && y > fromY + down) {
      reversed.push_back({' ', before[--x]});
      --y;
    }
    reversed.push_back(down ? DiffLine{'+', after[--y]}
                            : DiffLine{'-', before[--x]});
  }
  while (x > 0)
    reversed.push_back({' ', before[--x]});
  result.insert(result.end(), reversed.rbegin(), reversed.rend());
}

} // namespace

std::vector<DiffLine> diffLines(Lines before, Lines after) {
  std::vector<DiffLine> result;
  while (!before.empty() && !after.empty() && before.front() == after.front()) {
    result.push_back({' ', before.front()});
    before = before.drop_front();
    after = after.drop_front();
  }
  size_t same = 0, most = std::min(before.size(), after.size());
  while (same < most &&
         before[before.size() - 1 - same] == after[after.size() - 1 - same])
    ++same;
  addDiff(before.drop_back(same), after.drop_back(same), result);
  for (llvm::StringRef line : before.take_back(same))
    result.push_back({' ', line});
  // Of a run of changes, first what goes.
  for (auto at = result.begin(); at != result.end();) {
    auto end = std::find_if(at, result.end(), [](const DiffLine &line) {
      return line.sign == ' ';
    });
    std::stable_partition(
        at, end, [](const DiffLine &line) { return line.sign == '-'; });
    at = end == result.end() ? end : end + 1;
  }
  return result;
}

} // namespace ireko
