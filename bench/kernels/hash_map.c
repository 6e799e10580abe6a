// Hashing: inserts, look-ups and removals in a table with open addressing.

#include <string.h>

#include "kernel.h"

enum { kSlots = 1 << 15 };

struct Slot {
  uint64_t key; // 0: free
  uint32_t value;
};

static uint32_t home(uint64_t key) {
  return (uint32_t)(key * 0x9e3779b97f4a7c15u >> 49) & (kSlots - 1);
}

static NOINLINE struct Slot *find(struct Slot *slots, uint64_t key) {
  uint32_t at = home(key);
  while (slots[at].key && slots[at].key != key)
    at = (at + 1) & (kSlots - 1);
  return &slots[at];
}

/// Frees the slot and moves later ones of its chain into the gap.
static NOINLINE void removeSlot(struct Slot *slots, struct Slot *slot) {
  uint32_t gap = (uint32_t)(slot - slots), at = gap;
  for (;;) {
    at = (at + 1) & (kSlots - 1);
    if (!slots[at].key)
      break;
    uint32_t wanted = home(slots[at].key);
    if (((at - wanted) & (kSlots - 1)) >= ((at - gap) & (kSlots - 1))) {
      slots[gap] = slots[at];
      gap = at;
    }
  }
  slots[gap].key = 0;
}

static uint64_t runKernel(uint32_t scale) {
  struct Slot *slots = allocate(kSlots * sizeof *slots);
  uint64_t sum = 0, random = 99;
  for (uint32_t round = 0; round < scale; ++round) {
    if (round % 8 == 0)
      memset(slots, 0, kSlots * sizeof *slots);
    uint64_t found = 0;
    for (uint32_t i = 0; i < 350000; ++i) {
      uint64_t word = nextRandom(&random), key = word % 24000 + 1;
      struct Slot *slot = find(slots, key);
      if (slot->key && word >> 61 == 0) {
        removeSlot(slots, slot);
      } else if (slot->key) {
        found += slot->value++;
      } else {
        slot->key = key;
        slot->value = i;
      }
    }
    sum = mix(sum, found);
  }
  return sum;
}
