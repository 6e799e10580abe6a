// A reactor: no main, but an _initialize that the host calls once before the
// exports (clang -mexec-model=reactor). The constructor below is what
// _initialize runs; `next` continues from what it left.

#include <stdint.h>

static uint32_t state;

__attribute__((constructor)) static void seed(void) { state = 2463534242u; }

/// Next number of a xorshift generator; 0 only if _initialize never ran.
__attribute__((export_name("next"))) uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

/// The sum of the next `count` numbers.
__attribute__((export_name("advance"))) uint32_t advance(uint32_t count) {
  uint32_t sum = 0;
  while (count--)
    sum += next();
  return sum;
}
