// What only the rewriter knows of an image, because it has just made it: how
// often code is expected to run, or ran, and which bytes of the bundle are
// what.

#ifndef IREKO_REWRITER_INSPECT_FACTS_H
#define IREKO_REWRITER_INSPECT_FACTS_H

#include "rewriter/encode.h"
#include "rewriter/pack.h"

namespace ireko {

// The program after a pass.
struct PassCounts {
  std::string pass; // kNoPass: before the first one
  uint64_t blocks = 0, statements = 0;
};

// A block of the stream.
struct BlockWeight {
  uint32_t address = 0;
  double weight = 0;  // Weights::ofBlock
  uint64_t count = 0; // how often it ran, with a profile
};

// Only of a module, as it would be packed.
struct ModuleFacts {
  std::vector<PassCounts> passes;
  bool profiled = false;
  PackStats sizes;
  // By function, in the order of their addresses.
  std::vector<std::vector<BlockWeight>> blocks;
};

// The members `profiled` and `blocks`.
void addWeights(Program &program, const Tiling &tiling, ModuleFacts &facts);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_FACTS_H
