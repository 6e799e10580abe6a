// How regions with loops call themselves, so that they go on in the host's best
// code. docs/regions.md: Restarting.

#ifndef IREKO_REWRITER_REGION_RESTART_H
#define IREKO_REWRITER_REGION_RESTART_H

#include <cstdint>

namespace ireko {

struct Restarts {
  // How often an activation is restarted, and by how many bits longer it runs
  // each time.
  static constexpr uint32_t kMost = 4, kShift = 3;
  // By how much that lowers the frame limit.
  static constexpr int32_t kReach = 256;
  // Unless counts are exact, the lowest bits of the count in a local say how
  // often that was, so that there is no other local to keep.
  static constexpr uint32_t kCountStep = 8;
  static_assert(kMost < kCountStep);
  // What numbers of loops are larger by until then. A host has each constant in
  // one place, and would keep one that the program uses in a loop as well in a
  // register there.
  static constexpr uint32_t kBase = 4096;
  // In the global `entry`: the loop's number, and above it the level, which is
  // how often the activation has been restarted.
  static constexpr uint32_t kLevelShift = 16;
};

} // namespace ireko

#endif // IREKO_REWRITER_REGION_RESTART_H
