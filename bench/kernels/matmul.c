// Matrix product in doubles, three nested loops over two-dimensional arrays.

#include "kernel.h"

enum { kSize = 100 };

typedef double Matrix[kSize][kSize];

static NOINLINE void multiply(const Matrix a, const Matrix b, Matrix c) {
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) {
      double sum = 0;
      for (int k = 0; k < kSize; ++k)
        sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
}

static uint64_t runKernel(uint32_t scale) {
  static Matrix a, b, c;
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) {
      a[i][j] = (i * 7 + j) % 13 / 16.0;
      b[i][j] = (i + j * 5) % 17 / 16.0 - 0.5;
    }
  uint64_t sum = 0;
  for (uint32_t round = 0; round < scale; ++round) {
    for (int pass = 0; pass < 4; ++pass) {
      multiply(a, b, c);
      a[round % kSize][pass] = c[pass][round % kSize] / 64;
    }
    sum = mixDouble(sum, c[round % kSize][kSize - 1]);
  }
  return sum;
}
