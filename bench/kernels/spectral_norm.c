// Floating point in short loops with a call and a division in the middle: the
// largest singular value of a matrix given by a formula, by power iteration.

#include <math.h>

#include "kernel.h"

enum { kSize = 120 };

static NOINLINE double element(uint32_t i, uint32_t j) {
  return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void multiply(const double *in, double *out, int transposed) {
  for (uint32_t i = 0; i < kSize; ++i) {
    double sum = 0;
    for (uint32_t j = 0; j < kSize; ++j)
      sum += (transposed ? element(j, i) : element(i, j)) * in[j];
    out[i] = sum;
  }
}

static uint64_t runKernel(uint32_t scale) {
  uint64_t sum = 0;
  static double u[kSize], v[kSize], between[kSize];
  for (uint32_t round = 0; round < scale; ++round) {
    for (int i = 0; i < kSize; ++i)
      u[i] = 1 + (round + i) % 3;
    for (int i = 0; i < 16; ++i) {
      multiply(u, between, 0);
      multiply(between, v, 1);
      multiply(v, between, 0);
      multiply(between, u, 1);
    }
    double uv = 0, vv = 0;
    for (int i = 0; i < kSize; ++i) {
      uv += u[i] * v[i];
      vv += v[i] * v[i];
    }
    sum = mixDouble(sum, sqrt(uv / vv));
  }
  return sum;
}
