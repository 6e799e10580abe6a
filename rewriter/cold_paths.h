// Which blocks regions can do without, because they are expected never to run.

#ifndef IREKO_REWRITER_COLD_PATHS_H
#define IREKO_REWRITER_COLD_PATHS_H

#include <vector>

#include "rewriter/lowered.h"

namespace ireko {

// Whether a region leaves the block out.
enum class Cold : uint8_t { Never, IfShorter, Always };

class ColdPaths {
public:
  // `seed`, if not 0, chooses blocks at random, for tests.
  ColdPaths(const Program &program, uint32_t seed);

  // By block. With a profile, those that did not run in a function that did;
  // after a rehearsal only those of an interpreter's loop; and in any case
  // those that lead to nothing but a trap or an exit. Never the function's
  // first.
  std::vector<Cold> of(uint32_t function) const;

private:
  std::vector<bool> doomedOf(const Function &function) const;
  std::vector<bool> rareOf(const Function &function) const;
  bool neverReturns(const Terminator &end) const;

  const Program &program;
  uint32_t seed;
  std::vector<bool> doomed; // by function: it never returns
};

} // namespace ireko

#endif // IREKO_REWRITER_COLD_PATHS_H
