// Text: looks for words in a text, by the C library (memchr, strstr), by
// Horspool's skip table, and by Knuth, Morris and Pratt's.

#include <string.h>

#include "kernel.h"

enum { kText = 1 << 15, kNeedle = 24 };

static NOINLINE uint32_t countByLibrary(const char *text, const char *needle) {
  uint32_t count = 0;
  for (const char *at = text; (at = strstr(at, needle)); ++at)
    ++count;
  return count;
}

static NOINLINE uint32_t countWords(const char *text, size_t size) {
  uint32_t sum = 0;
  const char *end = text + size;
  for (const char *at = text, *space;
       (space = memchr(at, ' ', (size_t)(end - at))); at = space + 1)
    sum = sum * 3 + (uint32_t)(space - at);
  return sum;
}

static NOINLINE uint32_t countHorspool(const char *text, size_t size,
                                       const char *needle, size_t length) {
  size_t skip[256];
  for (int i = 0; i < 256; ++i)
    skip[i] = length;
  for (size_t i = 0; i + 1 < length; ++i)
    skip[(unsigned char)needle[i]] = length - 1 - i;
  uint32_t count = 0;
  for (size_t at = 0; at + length <= size;) {
    size_t i = length;
    while (i > 0 && text[at + i - 1] == needle[i - 1])
      --i;
    count += i == 0;
    at += skip[(unsigned char)text[at + length - 1]];
  }
  return count;
}

static NOINLINE uint32_t countKnuth(const char *text, size_t size,
                                    const char *needle, size_t length) {
  size_t border[kNeedle + 1];
  border[0] = 0;
  for (size_t i = 1, j = 0; i < length; ++i) {
    while (j && needle[i] != needle[j])
      j = border[j - 1];
    j += needle[i] == needle[j];
    border[i] = j;
  }
  uint32_t count = 0;
  for (size_t i = 0, j = 0; i < size; ++i) {
    while (j && text[i] != needle[j])
      j = border[j - 1];
    j += text[i] == needle[j];
    if (j == length) {
      ++count;
      j = border[j - 1];
    }
  }
  return count;
}

/// Words of a few syllables, so that parts of them come up all over the text.
static void writeText(char *text, uint64_t *random) {
  static const char syllables[][4] = {"ka", "re", "mi", "to", "no", "sen",
                                      "ba", "li", "an", "or", "ti", "shu"};
  size_t size = 0;
  while (size + 16 < kText) {
    uint64_t word = nextRandom(random);
    for (int i = (int)(word & 3); i >= 0; --i, word >>= 8)
      for (const char *c = syllables[(word >> 8 & 255) % 12]; *c; ++c)
        text[size++] = *c;
    text[size++] = ' ';
  }
  memset(text + size, '.', kText - 1 - size);
}

static uint64_t runKernel(uint32_t scale) {
  static char text[kText];
  uint64_t sum = 0, random = 21;
  for (uint32_t round = 0; round < scale; ++round) {
    if (round % 16 == 0)
      writeText(text, &random);
    for (int search = 0; search < 20; ++search) {
      // From the text itself; every other one is spoiled at its end.
      uint64_t word = nextRandom(&random);
      size_t length = 4 + word % (kNeedle - 4);
      char needle[kNeedle + 1] = "";
      memcpy(needle, text + (word >> 32) % (kText - 2 * kNeedle), length);
      if (search & 1)
        needle[length - 1] = '#';
      sum = mix(sum, countByLibrary(text, needle));
      sum = mix(sum, countHorspool(text, kText - 1, needle, length));
      sum = mix(sum, countKnuth(text, kText - 1, needle, length));
    }
    sum = mix(sum, countWords(text, kText - 1));
  }
  return sum;
}
