// Floating point in one tight loop without memory.

#include "kernel.h"

static NOINLINE uint32_t escape(double cx, double cy) {
  double x = 0, y = 0;
  uint32_t steps = 0;
  while (x * x + y * y <= 4 && steps < 200) {
    double next = x * x - y * y + cx;
    y = 2 * x * y + cy;
    x = next;
    ++steps;
  }
  return steps;
}

static uint64_t runKernel(uint32_t scale) {
  uint64_t sum = 0;
  for (uint32_t row = 0; row < scale; ++row)
    for (uint32_t line = 0; line < 24; ++line)
      for (uint32_t column = 0; column < 1000; ++column)
        sum = sum * 31 + escape(column * 0.0025 - 2,
                                (row % 100 * 24 + line) * 0.001 - 1.2);
  return mix(0, sum);
}
