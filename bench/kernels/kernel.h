// What all kernels share: main, and a random number generator that is the
// same everywhere.
//
// A kernel is a WASI command called with one number, its scale: the work grows
// linearly with it, 0 does none (that run is subtracted as start-up), 100 is
// about half a second on Wasmtime. It prints one line, a checksum of all that
// it computed. No stdio: what runs should be the kernel.

#ifndef IREKO_BENCH_KERNEL_H
#define IREKO_BENCH_KERNEL_H

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/// Does `scale` units of work; a checksum of the results.
static uint64_t runKernel(uint32_t scale);

/// The kernels may inline what they like, but a unit of work stays a call, so
/// that no work moves out of the loop over units.
#define NOINLINE __attribute__((noinline))

static inline uint64_t mix(uint64_t sum, uint64_t value) {
  sum ^= value + 0x9e3779b97f4a7c15u + (sum << 6) + (sum >> 2);
  return sum * 0xff51afd7ed558ccdu;
}

static inline uint64_t mixDouble(uint64_t sum, double value) {
  union {
    double value;
    uint64_t bits;
  } both = {value};
  return mix(sum, both.bits);
}

/// xorshift64*: the state must not be 0.
static inline uint64_t nextRandom(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1du;
}

/// malloc for blocks that live as long as the kernel.
static inline void *allocate(size_t size) {
  void *block = malloc(size);
  if (!block)
    _exit(3);
  return block;
}

int main(int argc, char **argv) {
  if (argc != 2)
    return 2;
  uint64_t sum = runKernel((uint32_t)strtoul(argv[1], NULL, 10));
  char line[] = "checksum 0000000000000000\n";
  for (int i = 0; i < 16; ++i)
    line[9 + i] = "0123456789abcdef"[sum >> (60 - 4 * i) & 15];
  return write(STDOUT_FILENO, line, sizeof line - 1) == sizeof line - 1 ? 0 : 1;
}

#endif // IREKO_BENCH_KERNEL_H
