// Indirect calls: shapes with a table of methods each, in an order that the
// host can not predict.

#include "kernel.h"

struct Shape;

struct Methods {
  uint32_t (*area)(const struct Shape *);
  void (*scale)(struct Shape *, uint32_t);
  uint32_t (*compare)(const struct Shape *, const struct Shape *);
};

struct Shape {
  const struct Methods *methods;
  uint32_t a, b;
};

static uint32_t squareArea(const struct Shape *s) { return s->a * s->a; }
static uint32_t boxArea(const struct Shape *s) { return s->a * s->b; }
static uint32_t discArea(const struct Shape *s) { return s->a * s->a * 22 / 7; }
static uint32_t roofArea(const struct Shape *s) { return s->a * s->b / 2; }
static uint32_t ringArea(const struct Shape *s) {
  return (s->a * s->a - s->b * s->b) * 22 / 7;
}

static void scaleOne(struct Shape *s, uint32_t by) {
  s->a = (s->a * by & 1023) + 1;
}
static void scaleBoth(struct Shape *s, uint32_t by) {
  s->a = (s->a * by & 1023) + 1;
  s->b = (s->b * by & 511) + 1;
}
static uint32_t larger(const struct Shape *s, const struct Shape *t) {
  return s->methods->area(s) > t->methods->area(t);
}
static uint32_t wider(const struct Shape *s, const struct Shape *t) {
  return s->a > t->a;
}

static const struct Methods kKinds[] = {
    {squareArea, scaleOne, larger}, {boxArea, scaleBoth, wider},
    {discArea, scaleOne, wider},    {roofArea, scaleBoth, larger},
    {ringArea, scaleBoth, larger},
};

static uint64_t runKernel(uint32_t scale) {
  enum { kShapes = 1000 };
  static struct Shape shapes[kShapes];
  uint64_t random = 7;
  for (int i = 0; i < kShapes; ++i) {
    shapes[i].methods = &kKinds[nextRandom(&random) % 5];
    shapes[i].a = (uint32_t)(nextRandom(&random) % 1000) + 1;
    shapes[i].b = (uint32_t)(nextRandom(&random) % 500) + 1;
  }
  uint64_t sum = 0;
  for (uint32_t round = 0; round < scale; ++round) {
    uint32_t area = 0, order = 0;
    for (int pass = 0; pass < 160; ++pass)
      for (int i = 0; i < kShapes; ++i) {
        struct Shape *shape = &shapes[i], *next = &shapes[(i + 1) % kShapes];
        area += shape->methods->area(shape);
        order = order * 3 + shape->methods->compare(shape, next);
        if ((area & 7) == 0)
          shape->methods->scale(shape, order & 15);
      }
    sum = mix(mix(sum, area), order);
  }
  return sum;
}
