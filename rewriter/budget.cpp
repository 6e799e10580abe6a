#include "rewriter/budget.h"

namespace ireko {

namespace {

// Bytes of the VM by default. Above that hosts compile slowly.
constexpr uint64_t kVmBytes = 160 << 10, kLargeVmBytes = 320 << 10;
// Of a big program, whose hot code is in regions: what the host compiles at
// each start is the sum of both.
constexpr uint64_t kVmBesideRegions = 96 << 10;
// The VM besides its handlers: the runtime, adapters of imports and exports.
constexpr uint64_t kVmBesideHandlers = 6 << 10;
// The VMs of big programs, of what selection estimates: up to so much.
constexpr double kGenerated = 0.99;

struct Parts {
  uint64_t shared, fused;
};

Parts partsOf(Counts counts, bool isBeside) {
  switch (counts) {
  case Counts::None:
    return {22, 35};
  case Counts::Rehearsed:
    // The hottest blocks are regions. A profile knows those that are not, too.
    return isBeside ? Parts{8, 12} : Parts{14, 30};
  case Counts::Profiled:
    return {20, 60};
  }
  return {};
}

} // namespace

SelectOptions selectOptions(const PackOptions &options, uint64_t codeBytes,
                            Counts counts, bool hasRegions) {
  SelectOptions select;
  // A handler must fit into a page; a node of a fused one takes about eight
  // bytes.
  if (uint32_t bytes = options.limits.functionBytes)
    select.maxFusedNodes = std::min(select.maxFusedNodes, bytes / 16);
  select.forSize = options.forSize;
  if (options.maxHandlers)
    select.handlers = options.maxHandlers;
  if (options.optLevel == 0)
    return select;
  bool isBeside = hasRegions && codeBytes > kSmallCode;
  uint64_t vmBytes = options.optLevel >= 3 ? kLargeVmBytes
                     : isBeside            ? kVmBesideRegions
                                           : kVmBytes;
  if (options.vmBytes)
    vmBytes = options.vmBytes;
  // Percent for handlers that others are specialized to, which also get what
  // remains of the other parts.
  uint64_t specialPart = options.forSize ? 40 : 6;
  uint64_t whole =
      (vmBytes - std::min(vmBytes / 2, kVmBesideHandlers)) / kGenerated;
  select.specialBytes = whole * specialPart / 100;
  uint64_t all = whole - select.specialBytes;
  select.allBytes = std::min<uint64_t>(all, UINT32_MAX);
  // Percent for trees and for blocks; the rest is for single operators and
  // runs. Counts know which blocks run; those of a profile best, so that they
  // can have most.
  auto [sharedPart, fusedPart] = partsOf(counts, isBeside);
  uint64_t shared = std::min(all * sharedPart / 100, 1024 + codeBytes / 3);
  uint64_t fused = 0;
  if (options.optLevel > 1 && !options.forSize) {
    // A guess about that is seldom right in a program of more than kMaxGuess,
    // and shared handlers serve it better.
    constexpr uint64_t kMaxGuess = 100 << 10;
    uint64_t most = all * fusedPart / 100;
    fused = std::min(most, 512 + 5 * codeBytes);
    if (codeBytes > kMaxGuess && counts == Counts::None) {
      fused = most * kMaxGuess / codeBytes;
      constexpr uint64_t kInterpreterPart = 24;
      select.interpreterBytes = all * kInterpreterPart / 100;
    }
  }
  select.sharedBytes = shared;
  select.fusedBytes = fused;
  if (options.optLevel > 1)
    select.runBytes = std::min(all - shared - fused, codeBytes / 3);
  return select;
}

RegionOptions regionOptions(const PackOptions &options, uint64_t codeBytes) {
  // Of big programs, so that their starts take the same part of the host's own.
  constexpr uint64_t kPerMille = 75, kLeast = 352 << 10, kMost = 512 << 10;
  RegionOptions regions;
  regions.bytes = options.regionBytes;
  regions.adapts = regions.bytes == PackOptions::kAdaptRegions;
  if (regions.adapts)
    regions.bytes =
        options.forSize ? 0
        : codeBytes <= kSmallCode
            ? 4 * kSmallCode
            : std::clamp(codeBytes * kPerMille / 1000, kLeast, kMost);
  // A level of 0 is for looking at the stream, and counters count in it.
  if (options.optLevel == 0 || options.counters)
    regions.bytes = 0;
  regions.hostFeatures = options.hostFeatures;
  regions.limits = options.limits;
  regions.isExact = countsExactly(options.safepoints, options.fuel);
  // In a big program most loops are cold, and copies only cost room; a host of
  // small functions may not take them.
  constexpr uint64_t kFewLoops = 256 << 10, kSmallFunctions = 64 << 10;
  regions.unrolls = options.optLevel > 1 && !options.forSize &&
                    codeBytes <= kFewLoops &&
                    (!options.limits.functionBytes ||
                     options.limits.functionBytes >= kSmallFunctions) &&
                    !regions.isExact;
  regions.placesSmall = codeBytes <= kFewLoops;
  regions.leaveOutSeed = options.leaveOutSeed;
  return regions;
}

} // namespace ireko
