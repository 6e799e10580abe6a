// Small arrays in one function: the most flips of a prefix that any permutation
// takes until its first number is the lowest, as in the Benchmarks Game.

#include "kernel.h"

enum { kMost = 8 };

/// The checksum over all permutations of n numbers; the most flips.
static NOINLINE int fannkuch(int n, int *mostFlips) {
  int next[kMost], flipped[kMost], count[kMost];
  int flips = 0, checksum = 0, sign = 1;
  for (int i = 0; i < n; ++i)
    next[i] = i;
  int r = n;
  for (;;) {
    for (; r != 1; --r)
      count[r - 1] = r;
    for (int i = 0; i < n; ++i)
      flipped[i] = next[i];
    int done = 0;
    for (int k; (k = flipped[0]); ++done)
      for (int low = 0, high = k; low < high; ++low, --high) {
        int swap = flipped[low];
        flipped[low] = flipped[high];
        flipped[high] = swap;
      }
    if (done > flips)
      flips = done;
    checksum += sign * done;
    sign = -sign;
    // The next permutation: rotates longer prefixes as counters run out.
    for (;;) {
      if (r == n) {
        *mostFlips = flips;
        return checksum;
      }
      int first = next[0];
      for (int i = 0; i < r; ++i)
        next[i] = next[i + 1];
      next[r] = first;
      if (--count[r] > 0)
        break;
      ++r;
    }
  }
}

static uint64_t runKernel(uint32_t scale) {
  uint64_t sum = 0;
  for (uint32_t round = 0; round < scale; ++round)
    for (int n = 3; n <= kMost; ++n) {
      int flips = 0;
      sum = mix(sum, (uint64_t)fannkuch(n, &flips));
      sum = mix(sum, (uint64_t)flips);
    }
  return sum;
}
