// Compares and swaps: a quicksort of numbers and a merge sort of records by a
// string key, with the compare function behind a pointer.

#include <string.h>

#include "kernel.h"

static void quickSort(uint32_t *first, uint32_t *last) {
  while (last - first > 16) {
    uint32_t pivot = first[(last - first) / 2];
    uint32_t *low = first, *high = last - 1;
    for (;;) {
      while (*low < pivot)
        ++low;
      while (*high > pivot)
        --high;
      if (low >= high)
        break;
      uint32_t swap = *low;
      *low++ = *high;
      *high-- = swap;
    }
    quickSort(first, low);
    first = low;
  }
  for (uint32_t *i = first + 1; i < last; ++i) {
    uint32_t value = *i, *gap = i;
    for (; gap > first && gap[-1] > value; --gap)
      *gap = gap[-1];
    *gap = value;
  }
}

struct Record {
  char key[12];
  uint32_t value;
};

typedef int (*Compare)(const struct Record *, const struct Record *);

static int byKey(const struct Record *a, const struct Record *b) {
  return strcmp(a->key, b->key);
}

static int byValue(const struct Record *a, const struct Record *b) {
  return (a->value > b->value) - (a->value < b->value);
}

static NOINLINE void mergeSort(struct Record *records, struct Record *scratch,
                               uint32_t count, Compare compare) {
  for (uint32_t width = 1; width < count; width *= 2) {
    for (uint32_t start = 0; start < count; start += 2 * width) {
      uint32_t middle = start + width < count ? start + width : count;
      uint32_t end = middle + width < count ? middle + width : count;
      uint32_t left = start, right = middle;
      for (uint32_t i = start; i < end; ++i)
        scratch[i] =
            left < middle && (right >= end ||
                              compare(&records[left], &records[right]) <= 0)
                ? records[left++]
                : records[right++];
    }
    memcpy(records, scratch, count * sizeof *records);
  }
}

static uint64_t runKernel(uint32_t scale) {
  enum { kNumbers = 30000, kRecords = 2000 };
  static uint32_t numbers[kNumbers];
  static struct Record records[kRecords], scratch[kRecords];
  uint64_t sum = 0, random = 5;
  for (uint32_t round = 0; round < scale; ++round) {
    for (int i = 0; i < kNumbers; ++i)
      numbers[i] = (uint32_t)(nextRandom(&random) >> 32);
    quickSort(numbers, numbers + kNumbers);
    for (int i = 0; i < kNumbers; i += 1000)
      sum = mix(sum, numbers[i]);
    for (int i = 0; i < kRecords; ++i) {
      uint64_t word = nextRandom(&random);
      records[i].value = (uint32_t)word;
      for (int j = 0; j < 11; ++j)
        records[i].key[j] = (char)('a' + (word >> (32 + j)) % (j < 4 ? 2 : 26));
      records[i].key[11] = 0;
    }
    mergeSort(records, scratch, kRecords, byKey);
    sum = mix(sum, records[kRecords / 3].value);
    mergeSort(records, scratch, kRecords, byValue);
    sum = mix(sum, (uint64_t)records[kRecords / 2].key[7]);
  }
  return sum;
}
