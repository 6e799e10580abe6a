// Compression: LZ77 with a hash table of where three bytes stood last, literals
// and matches in whole bytes (as LZF and LZ4 do it), and back again.

#include <string.h>

#include "kernel.h"

enum {
  kSize = 1 << 16,
  kHashBits = 13,
  kLeastMatch = 4,
  kMostLiterals = 127,
  kMostMatch = kLeastMatch + 127,
};

static uint32_t load32(const uint8_t *at) {
  uint32_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

static uint8_t *putLiterals(uint8_t *out, const uint8_t *from,
                            const uint8_t *end) {
  while (from < end) {
    size_t count = (size_t)(end - from);
    if (count > kMostLiterals)
      count = kMostLiterals;
    *out++ = (uint8_t)count;
    memcpy(out, from, count);
    out += count;
    from += count;
  }
  return out;
}

/// A byte below 128 is a number of literals, which follow; another one is the
/// length of a match, and two bytes with its distance follow.
static NOINLINE size_t compress(const uint8_t *in, size_t size, uint8_t *out) {
  static uint16_t last[1 << kHashBits];
  memset(last, 0, sizeof last);
  const uint8_t *at = in, *literals = in, *end = in + size;
  uint8_t *to = out;
  while (at + kLeastMatch <= end) {
    uint32_t word = load32(at);
    uint32_t hash = word * 2654435761u >> (32 - kHashBits);
    const uint8_t *match = in + last[hash];
    last[hash] = (uint16_t)(at - in);
    if (match >= at || load32(match) != word) {
      ++at;
      continue;
    }
    size_t length = kLeastMatch;
    while (length < kMostMatch && at + length < end &&
           at[length] == match[length])
      ++length;
    to = putLiterals(to, literals, at);
    size_t distance = (size_t)(at - match);
    *to++ = (uint8_t)(128 + length - kLeastMatch);
    *to++ = (uint8_t)distance;
    *to++ = (uint8_t)(distance >> 8);
    at += length;
    literals = at;
  }
  to = putLiterals(to, literals, end);
  return (size_t)(to - out);
}

static NOINLINE size_t expand(const uint8_t *in, size_t size, uint8_t *out) {
  const uint8_t *end = in + size;
  uint8_t *to = out;
  while (in < end) {
    size_t count = *in++;
    if (count < 128) {
      memcpy(to, in, count);
      in += count;
      to += count;
      continue;
    }
    const uint8_t *from = to - (in[0] | in[1] << 8);
    in += 2;
    // A match may reach into what it makes: byte by byte.
    for (count -= 128 - kLeastMatch; count; --count)
      *to++ = *from++;
  }
  return (size_t)(to - out);
}

/// Lines of a log: words that come again, and numbers that do not.
static void writeLog(uint8_t *text, uint64_t *random) {
  static const char *const words[] = {
      "GET ",   "POST ",   "/index.html ", "/images/logo.png ",
      "200 ",   "404 ",    "user=",        "session=",
      "cached", " took= ", "retry in ",    " bytes of "};
  size_t size = 0;
  while (size + 64 < kSize) {
    uint64_t word = nextRandom(random);
    for (const char *c = words[word % 12]; *c; ++c)
      text[size++] = (uint8_t)*c;
    if (word >> 60 < 6)
      for (uint32_t number = (uint32_t)(word >> 20) % 100000; number;
           number /= 10)
        text[size++] = (uint8_t)('0' + number % 10);
    if (word >> 60 == 15)
      text[size++] = '\n';
  }
  memset(text + size, '-', kSize - size);
}

static uint64_t runKernel(uint32_t scale) {
  static uint8_t text[kSize], packed[kSize + kSize / 8], back[kSize];
  uint64_t sum = 0, random = 31;
  for (uint32_t round = 0; round < scale; ++round) {
    if (round % 8 == 0)
      writeLog(text, &random);
    // What is packed differs from round to round.
    text[nextRandom(&random) % kSize] ^= 1;
    for (int pass = 0; pass < 8; ++pass) {
      text[pass]++;
      size_t size = compress(text, kSize, packed);
      size_t whole = expand(packed, size, back);
      if (whole != kSize || memcmp(text, back, kSize) != 0)
        _exit(4);
      sum = mix(sum, size + packed[size / 2]);
    }
  }
  return sum;
}
