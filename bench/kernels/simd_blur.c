// SIMD: blurs an image with 128-bit vectors of bytes and 16-bit sums.

#include <wasm_simd128.h>

#include "kernel.h"

enum { kWidth = 512, kHeight = 256 };

typedef uint8_t Image[kHeight][kWidth];

static NOINLINE void blur(const Image in, Image out) {
  const v128_t eight = wasm_i16x8_splat(8);
  for (int y = 1; y < kHeight - 1; ++y)
    for (int x = 8; x < kWidth - 8; x += 8) {
      v128_t sum = eight;
      for (int dy = -1; dy <= 1; ++dy) {
        const uint8_t *at = &in[y + dy][x];
        v128_t row = wasm_i16x8_add(wasm_i16x8_add(wasm_u16x8_load8x8(at - 1),
                                                   wasm_u16x8_load8x8(at + 1)),
                                    wasm_i16x8_shl(wasm_u16x8_load8x8(at), 1));
        sum = wasm_i16x8_add(sum, dy ? row : wasm_i16x8_shl(row, 1));
      }
      v128_t bytes = wasm_u8x16_narrow_i16x8(wasm_u16x8_shr(sum, 4), sum);
      wasm_v128_store64_lane(&out[y][x], bytes, 0);
    }
}

static uint64_t runKernel(uint32_t scale) {
  static Image images[2];
  uint64_t sum = 0, random = 23;
  for (uint32_t round = 0; round < scale; ++round) {
    for (int i = 0; i < 2000; ++i) {
      uint64_t word = nextRandom(&random);
      images[0][word % kHeight][(word >> 16) % kWidth] = (uint8_t)(word >> 32);
    }
    for (int pass = 0; pass < 70; ++pass)
      blur(images[pass & 1], images[~pass & 1]);
    for (int x = 0; x < kWidth; ++x)
      sum = sum * 31 + images[0][1 + round % (kHeight - 2)][x];
  }
  return mix(0, sum);
}
