// Allocation: builds trees node by node, walks them, frees them again.

#include "kernel.h"

struct Node {
  struct Node *left, *right;
  uint32_t value;
};

static struct Node *grow(uint32_t depth, uint32_t value) {
  struct Node *node = allocate(sizeof *node);
  node->value = value;
  node->left = depth ? grow(depth - 1, 2 * value) : NULL;
  node->right = depth ? grow(depth - 1, 2 * value + 1) : NULL;
  return node;
}

static uint32_t count(const struct Node *node) {
  return node ? count(node->left) * 3 + count(node->right) * 5 + node->value
              : 1;
}

static void clear(struct Node *node) {
  if (!node)
    return;
  clear(node->left);
  clear(node->right);
  free(node);
}

static uint64_t runKernel(uint32_t scale) {
  // One tree lives through all rounds, so that the heap is never empty.
  struct Node *old = scale ? grow(14, 1) : NULL;
  uint64_t sum = 0;
  for (uint32_t i = 0; i < scale; ++i) {
    for (uint32_t depth = 2; depth <= 15; ++depth) {
      struct Node *tree = grow(depth, i + depth);
      sum = mix(sum, count(tree));
      clear(tree);
    }
    sum = mix(sum, count(old));
  }
  clear(old);
  return sum;
}
