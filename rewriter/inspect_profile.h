// What a profile tells of an image: where control goes most, and which handlers
// were not worth their bytes.

#ifndef IREKO_REWRITER_INSPECT_PROFILE_H
#define IREKO_REWRITER_INSPECT_PROFILE_H

#include "rewriter/inspect_counts.h"

namespace ireko {

// Blocks of a function, each with the one behind it to which control went most
// often.
struct HotPath {
  uint32_t function = 0;
  bool isLoop = false; // the last one leads back to the first one
  struct Block {
    uint32_t address = 0, end = 0; // of its instructions
    uint64_t count = 0;
    double weight = 0; // of one of them
  };
  std::vector<Block> blocks;
  double weight = 0; // of all instructions on it
};

// The hottest ones first, without overlap.
std::vector<HotPath> hotPaths(const ImageFile &file, const ModuleFacts &facts,
                              const InspectCounts &counts);

// The handlers that do more than one operator, and saved less than a tenth of
// the dispatches for each of their bytes that all of these saved on average.
// None if their bytes are unknown.
std::vector<uint32_t> unpaidHandlers(const InspectCounts &counts);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_PROFILE_H
