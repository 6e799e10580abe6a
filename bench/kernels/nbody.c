// Floating point in a few long expressions over an array of structures: the
// planets of the solar system under their own gravity.

#include <math.h>

#include "kernel.h"

enum { kBodies = 5 };

struct Body {
  double x, y, z, vx, vy, vz, mass;
};

static NOINLINE void advance(struct Body *bodies, double step) {
  for (int i = 0; i < kBodies; ++i) {
    struct Body *a = &bodies[i];
    for (int j = i + 1; j < kBodies; ++j) {
      struct Body *b = &bodies[j];
      double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
      double square = dx * dx + dy * dy + dz * dz;
      double force = step / (square * sqrt(square));
      a->vx -= dx * b->mass * force;
      a->vy -= dy * b->mass * force;
      a->vz -= dz * b->mass * force;
      b->vx += dx * a->mass * force;
      b->vy += dy * a->mass * force;
      b->vz += dz * a->mass * force;
    }
  }
  for (int i = 0; i < kBodies; ++i) {
    bodies[i].x += step * bodies[i].vx;
    bodies[i].y += step * bodies[i].vy;
    bodies[i].z += step * bodies[i].vz;
  }
}

static uint64_t runKernel(uint32_t scale) {
  // Distances in astronomical units, times in years, masses in suns' masses
  // times 4 pi squared; rounded orbits rather than an almanac's.
  static struct Body bodies[kBodies] = {
      {0, 0, 0, 0, 0, 0, 39.47841760435743},
      {4.84, -1.16, -0.10, 0.606, 2.811, -0.025, 0.03769367487038949},
      {8.34, 4.12, -0.40, -1.010, 1.825, 0.008, 0.011286326131968767},
      {12.89, -15.11, -0.22, 1.082, 0.868, -0.010, 0.0017237240570597112},
      {15.37, -25.91, 0.17, 0.979, 0.594, -0.034, 0.0020336868699246304},
  };
  uint64_t sum = 0;
  for (uint32_t i = 0; i < scale; ++i) {
    for (int step = 0; step < 45000; ++step)
      advance(bodies, 0.01);
    for (int body = 0; body < kBodies; ++body)
      sum = mixDouble(sum, bodies[body].x + bodies[body].vy);
  }
  return sum;
}
