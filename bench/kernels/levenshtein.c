// Text: the edit distance of pairs of strings, by dynamic programming in one
// row.

#include "kernel.h"

enum { kLength = 1000 };

static NOINLINE uint32_t distance(const char *a, const char *b,
                                  uint32_t length) {
  static uint32_t row[kLength + 1];
  for (uint32_t j = 0; j <= length; ++j)
    row[j] = j;
  for (uint32_t i = 1; i <= length; ++i) {
    uint32_t diagonal = row[0];
    row[0] = i;
    for (uint32_t j = 1; j <= length; ++j) {
      uint32_t change = diagonal + (a[i - 1] != b[j - 1]);
      uint32_t insert = row[j - 1] + 1, drop = row[j] + 1;
      diagonal = row[j];
      uint32_t best = change < insert ? change : insert;
      row[j] = best < drop ? best : drop;
    }
  }
  return row[length];
}

static uint64_t runKernel(uint32_t scale) {
  static char a[kLength], b[kLength];
  uint64_t sum = 0, random = 11;
  for (uint32_t round = 0; round < scale; ++round) {
    for (int i = 0; i < kLength; ++i) {
      a[i] = (char)('a' + nextRandom(&random) % 4);
      b[i] = (char)('a' + nextRandom(&random) % 4);
    }
    sum = mix(sum, distance(a, b, kLength));
    sum = mix(sum, distance(b, a, kLength / 2));
    sum = mix(sum, distance(a, a + 50, kLength - 50));
  }
  return sum;
}
