// From an application module to a bundle, or to a listing of what a bundle
// would hold.

#ifndef IREKO_REWRITER_PACK_H
#define IREKO_REWRITER_PACK_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rewriter/host_features.h"
#include "rewriter/pages.h"
#include "rewriter/phases.h"
#include "rewriter/reader.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

struct CounterPlan;
struct GeneratedCode;
struct Profile;
struct Program;

enum class Layout : uint8_t {
  Single,   // the VM's state and the guest's memory in one memory
  Separate, // the guest's memory is memory 0, the VM's the one after it
};

// When the program leaves to the runtime.
struct Safepoints {
  // At every so many safepoints. Large enough to cost nothing, small enough
  // that a host which replaces code only when it is entered again does so
  // within a millisecond.
  uint32_t interval = 50000;
  // Not 0: at a random one among so many.
  uint32_t seed = 0;

  // Activations that have left do not enter their regions again.
  bool forGood = false;
  // Check all frames whenever everything has left (vm/check.cpp).
  bool checked = false;

  // Whether it leaves at just these.
  bool areStrict() const { return seed || interval != Safepoints().interval; }
};

// What the program may count: fuel.cpp.
struct FuelOptions {
  // Whether the bundle knows how much it has counted.
  bool counts = false;
  // Whether it says so when it ends.
  bool prints = false;
  // It traps where it would count more.
  static constexpr uint64_t kNoLimit = INT64_MAX - 1;
  uint64_t limit = kNoLimit;
};

// Whether somebody can tell how much is counted, so that every safepoint is.
inline bool countsExactly(const Safepoints &safepoints,
                          const FuelOptions &fuel) {
  return safepoints.areStrict() || fuel.counts;
}

struct PackOptions {
  // What the levels mean stands in budget.h.
  int optLevel = 2;
  bool forSize = false;
  // Of handlers, and bytes of the VM's code; 0: as budget.h says.
  uint32_t maxHandlers = 0;
  uint32_t vmBytes = 0;
  // Estimated bytes of regions; kAdaptRegions: as budget.h says.
  static constexpr uint64_t kAdaptRegions = ~0ull;
  uint64_t regionBytes = kAdaptRegions;
  Safepoints safepoints = {};
  FuelOptions fuel = {};
  // Not 0: regions leave blocks out at random.
  uint32_t leaveOutSeed = 0;
  // Let blocks go on behind branches. The generic VM has no handlers for that.
  bool exits = true;
  // Bytes of the guest stack; none: what the program can use (stack_depth.h),
  // within these limits.
  std::optional<uint32_t> stackSize = {};
  static constexpr uint32_t kLeastStack = 32u << 10, kMostStack = 4u << 20;
  // Leave out imports of functions that are not WASI 0.1's; calling one traps.
  bool stubUnknownImports = false;
  Layout layout = Layout::Single;
  // Leave the names of functions out of trap messages.
  bool stripNames = false;
  // Leave out the section that describes the handlers for tools.
  bool stripHandlers = false;
  // What the bundle may ask of its host.
  HostFeatures hostFeatures = {};
  // Threads to work with; 0: one a processor. The result does not depend on it.
  unsigned jobs = 0;
  HostLimits limits = {};
  // Statements to run when packing, to find what is hot (rehearsal.h).
  static constexpr uint64_t kAdaptRehearsal = ~0ull;
  uint64_t rehearsal = kAdaptRehearsal;
  // Weights of blocks, instead of guesses; checkProfile has accepted it.
  const Profile *profile = nullptr;
  // Makes a counting bundle, in the single layout, and says what it counts.
  CounterPlan *counters = nullptr;
  // Gets the code of the regions as text.
  GeneratedCode *generated = nullptr;
};

// Sizes in bytes.
struct PackStats {
  uint32_t moduleBytes = 0;   // of the application module
  uint32_t codeSection = 0;   // its code section
  uint32_t bundleBytes = 0;   // of the whole bundle
  uint32_t imageBytes = 0;    // code image with its tables
  uint32_t imageCode = 0;     // instructions in it
  uint32_t vmBytes = 0;       // all functions of the bundle
  uint32_t runtimeBytes = 0;  // of those, the ones from vm/
  uint32_t dispatchBytes = 0; // the dispatch function
  uint32_t guestBase = 0;     // an address
  uint32_t functions = 0;
  uint32_t sharedHandlers = 0;
  uint32_t fusedHandlers = 0;
  uint32_t regions = 0;
  uint32_t regionBytes = 0; // their code
  // By function: the code of its region. Small bundles merge it with others,
  // and have nothing here.
  std::map<uint32_t, uint32_t> bytesOfRegion;
};

// Plans and lowers the whole program and runs the passes.
void lowerProgram(Program &program, const PackOptions &options);

llvm::Expected<std::vector<uint8_t>> packModule(SourceModule &&source,
                                                const PackOptions &options,
                                                PackStats *stats,
                                                Phases *phases = nullptr);

// Stands for a pass: what lowering alone made.
inline constexpr char kNoPass[] = "lower";

enum class InspectFormat : uint8_t { Text, Json, Html };
// What text shows: the summary and, unless only a function is asked for, all
// functions; or only one of these.
enum class InspectView : uint8_t {
  Default,
  Summary,
  Functions,
  Regions,
  Handlers
};
enum class HandlerOrder : uint8_t { Benefit, Weight, Uses, Bytes, Number };

struct InspectOptions {
  InspectFormat format = InspectFormat::Text;
  InspectView view = InspectView::Default;
  HandlerOrder order = HandlerOrder::Benefit;
  // All about this handler, instead of a view.
  std::optional<uint32_t> handler;
  // The name or index of the only function to list; empty: all.
  std::string function;
  // List the lowered form as it is after this pass, or after lowering alone
  // (kNoPass), instead of the tiles; empty: the tiles.
  std::string afterPass;
  // List what this pass changes in the lowered form; empty: nothing.
  std::string diffPass;

  // Whether functions are listed as text.
  bool listsFunctions() const {
    return format == InspectFormat::Text && !handler &&
           (view == InspectView::Default || view == InspectView::Functions);
  }
  bool isPlain() const {
    return format == InspectFormat::Text && view == InspectView::Default &&
           !handler && function.empty() && afterPass.empty() &&
           diffPass.empty();
  }
};

// The lowered form after a pass, or what the pass changes in it.
llvm::Error inspectModule(SourceModule &&source, const PackOptions &options,
                          const InspectOptions &what, llvm::raw_ostream &out,
                          Phases *phases = nullptr);

} // namespace ireko

#endif // IREKO_REWRITER_PACK_H
