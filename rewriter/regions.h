// Which functions become regions (region.h), and the instructions of the stream
// that enter them.

#ifndef IREKO_REWRITER_REGIONS_H
#define IREKO_REWRITER_REGIONS_H

#include <memory>

#include "rewriter/host_features.h"
#include "rewriter/pages.h"
#include "rewriter/region.h"
#include "rewriter/select.h"

namespace ireko {

// Of a region's function, besides its variables.
inline constexpr uint32_t kOtherLocals = 10;

struct RegionOptions {
  // Estimated bytes of generated code; 0: no regions.
  uint64_t bytes = 0;
  HostFeatures hostFeatures = {};
  HostLimits limits = {};
  // Whether there are none in a program that would not gain by them.
  bool adapts = false;
  // Whether small loops may count in one of several copies.
  bool unrolls = false;
  // Whether small functions may be in place of calls in loops, not only tiny
  // ones.
  bool placesSmall = false;
  // Whether safepoints are counted.
  bool isExact = false;
  // Not 0: leaves blocks out at random.
  uint32_t leaveOutSeed = 0;
};

// A region's frame is at most this large. Regions are not entered where the
// largest frame of any would not fit into the guest stack.
inline constexpr uint32_t kMaxRegionFrame = 8192;

// What became of a function, for those who look.
struct RegionChoice {
  // Why it is no region; null: it is one.
  const char *obstacle = nullptr;
  // What is expected of it, by which functions are chosen, and estimated bytes
  // of its code. 0 if it cannot be a region.
  double benefit = 0;
  uint64_t bytes = 0;
};

struct Regions {
  // Slots up to which the frames of functions in place of calls may reach, in
  // a region whose own frame is smaller.
  static constexpr uint32_t kFrameInPlace = 64;

  std::unique_ptr<CallTypes> types;
  bool placesSmall = false; // as RegionOptions has it
  std::vector<Region> list;
  // By function: the region's index plus one, or 0.
  std::vector<uint32_t> ofFunction;
  // The guest's types of the functions in `list`, and by region the index.
  std::vector<wasm::HeapType> signatures;
  std::vector<uint32_t> signatureOf;
  std::vector<RegionChoice> choices; // by function

  const Region *of(uint32_t function) const {
    uint32_t region = ofFunction[function];
    return region ? &list[region - 1] : nullptr;
  }
  // Whether any region waits for the stream to hand an activation back to it.
  bool handBack() const;
  // Bytes of the largest frame, with those of functions in place of calls.
  uint32_t largestFrame(const Program &program) const;
};

// Before selection, which changes the program's trees.
Regions formRegions(Program &program, const RegionOptions &options);

// `enterLoops`: else activations that have left stay in the stream.
EntryBlocks entryBlocks(const Program &program, const Regions &regions,
                        bool enterLoops);

// Puts an instruction that enters the region at the start of its function and
// of each of its loop headers: in the entry blocks.
void addRegionEntries(const Program &program, const Regions &regions,
                      bool enterLoops, Tiling &tiling);

} // namespace ireko

#endif // IREKO_REWRITER_REGIONS_H
