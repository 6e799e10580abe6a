// Memory-bound: follows pointers through a list in a random order, 8 MB of
// nodes, so that each step waits for memory.

#include "kernel.h"

enum { kNodes = 1 << 18 };

struct Node {
  struct Node *next;
  uint32_t value, visits;
  uint64_t padding[2];
};

static NOINLINE uint32_t walk(struct Node **from, uint32_t steps) {
  uint32_t sum = 0;
  struct Node *node = *from;
  while (steps--) {
    sum = sum * 5 + node->value + node->visits++;
    node = node->next;
  }
  *from = node;
  return sum;
}

static uint64_t runKernel(uint32_t scale) {
  if (!scale)
    return 0;
  struct Node *nodes = allocate(kNodes * sizeof *nodes);
  uint32_t *order = allocate(kNodes * sizeof *order);
  uint64_t sum = 0, random = 17;
  // A random permutation with one cycle (Sattolo's algorithm).
  for (uint32_t i = 0; i < kNodes; ++i)
    order[i] = i;
  for (uint32_t i = kNodes - 1; i; --i) {
    uint32_t j = (uint32_t)(nextRandom(&random) % i), swap = order[i];
    order[i] = order[j];
    order[j] = swap;
  }
  for (uint32_t i = 0; i < kNodes; ++i) {
    nodes[i].next = &nodes[order[i]];
    nodes[i].value = i;
    nodes[i].visits = 0;
  }
  struct Node *at = nodes;
  for (uint32_t round = 0; round < scale; ++round)
    sum = mix(sum, walk(&at, 80000));
  return sum;
}
