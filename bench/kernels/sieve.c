// Memory-bound: strides over a table of bytes much larger than the caches.

#include <string.h>

#include "kernel.h"

enum { kLimit = 8000000 };

static NOINLINE uint32_t countPrimes(uint8_t *composite, uint32_t limit) {
  memset(composite, 0, limit);
  for (uint32_t i = 2; i * i < limit; ++i)
    if (!composite[i])
      for (uint32_t j = i * i; j < limit; j += i)
        composite[j] = 1;
  uint32_t count = 0;
  for (uint32_t i = 2; i < limit; ++i)
    count += !composite[i];
  return count;
}

static uint64_t runKernel(uint32_t scale) {
  uint64_t sum = 0;
  uint8_t *composite = allocate(kLimit);
  // A unit is a part of a full sieve: 5 of them make one.
  for (uint32_t i = 0; i < scale; ++i)
    sum = mix(sum, countPrimes(composite, i % 5 == 4 ? kLimit : kLimit / 40));
  return sum;
}
