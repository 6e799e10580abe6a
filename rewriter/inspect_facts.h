// What only the rewriter knows of an image, because it has just made it: how
// often code is expected to run, or ran, where it comes from, which functions
// are regions and why, and which bytes of the bundle are what.

#ifndef IREKO_REWRITER_INSPECT_FACTS_H
#define IREKO_REWRITER_INSPECT_FACTS_H

#include "rewriter/encode.h"
#include "rewriter/generated_code.h"
#include "rewriter/inspect.h"
#include "rewriter/pack.h"
#include "rewriter/regions.h"
#include "rewriter/source_lines.h"

namespace ireko {

// The program after a pass.
struct PassCounts {
  std::string pass; // kNoPass: before the first one
  uint64_t functions = 0, blocks = 0, statements = 0; // functions with code
};

// A block of the stream.
struct BlockWeight {
  uint32_t address = 0;
  double weight = 0;  // Weights::ofBlock
  uint64_t count = 0; // how often it ran, with a profile
};

// Where an instruction of the stream comes from: the highest file offset of
// what it was made from.
struct Origin {
  uint32_t address = 0;
  uint64_t offset = 0;
};

// Where a region can leave to the stream, with what it writes down then.
struct Safepoint {
  enum class Kind : uint8_t {
    Start, // of the function
    Loop,  // at a jump back to its header
    Call,  // behind it
  };
  Kind kind;
  uint32_t address; // where the stream goes on
  uint32_t loop;    // number with which the stream enters it here; 0: it cannot
  std::vector<SlotOfType> live;
};
const char *nameOf(Safepoint::Kind kind);

// Only of a module, as it would be packed. Lists by function are in the order
// of their addresses.
struct ModuleFacts {
  std::vector<PassCounts> passes;
  Counts counts = Counts::None;
  bool profiled() const { return counts == Counts::Profiled; }
  PackOptions options;
  PackStats sizes;
  std::vector<std::vector<BlockWeight>> blocks;
  std::vector<SlotNames> slots;
  std::vector<RegionChoice> regions;
  // Those of regions.
  std::vector<std::vector<Safepoint>> safepoints;
  GeneratedCode generated;
  // Operators a dispatch with other options (inspect_limits.h).
  std::map<std::string, double> tried;
  // The module itself, without its code as a tree. Its instructions and their
  // lines are known of functions for which `isLocated`.
  SourceModule source;
  SourceLines lines;
  std::vector<std::vector<Origin>> origins;
  bool isLocated(uint32_t function) const { return !origins[function].empty(); }
};

// The members `counts`, `blocks`, `slots`, `regions` and `safepoints`, and
// `origins` of the functions that `located` names.
void addFacts(Program &program, const Tiling &tiling, const Regions &regions,
              const SourceModule &source,
              llvm::function_ref<bool(uint32_t)> located, ModuleFacts &facts);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_FACTS_H
