// What is counted in an image: instructions, the operators that they do and, if
// it is known, how often they run; by handler and by function.

#ifndef IREKO_REWRITER_INSPECT_COUNTS_H
#define IREKO_REWRITER_INSPECT_COUNTS_H

#include "rewriter/image_file.h"
#include "rewriter/inspect_facts.h"

namespace ireko {

struct HandlerCounts {
  uint32_t uses = 0;
  double weight = 0;
  uint64_t count = 0;
  struct Use {
    uint32_t function, uses;
  };
  // Those that use it most, by weight or, without, by uses.
  static constexpr size_t kFunctions = 10;
  std::vector<Use> functions;
};

struct FunctionCounts {
  uint32_t instructions = 0;
  uint64_t operators = 0;
  double weight = 0;  // of its instructions
  uint64_t count = 0; // how often it was called
  std::optional<uint32_t> region;
  uint32_t loops = 0; // of the region, at which it can be entered
};

struct InspectCounts {
  uint64_t instructions = 0, operators = 0;
  double weight = 0, operatorWeight = 0;
  uint32_t regions = 0;
  std::vector<HandlerCounts> handlers;
  std::vector<FunctionCounts> functions;
};

// The image has been verified; `facts` may be null.
InspectCounts countInstructions(const ImageFile &file,
                                const ModuleFacts *facts);

// The parts of the file, which add up to all of it.
struct BytesOfPart {
  const char *name;
  uint64_t bytes;
};
std::vector<BytesOfPart> bytesOfParts(const ImageFile &file,
                                      const ModuleFacts *facts);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_COUNTS_H
