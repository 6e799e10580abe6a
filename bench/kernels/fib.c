// Recursion: nothing but calls, additions and a compare.

#include "kernel.h"

static NOINLINE uint32_t fib(uint32_t n) {
  return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static NOINLINE uint32_t tak(uint32_t x, uint32_t y, uint32_t z) {
  return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

static uint64_t runKernel(uint32_t scale) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < scale; ++i) {
    sum = mix(sum, fib(29 + i % 2));
    sum = mix(sum, tak(14 + i % 3, 10, 4));
  }
  return sum;
}
