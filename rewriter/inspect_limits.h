// Why instructions do no more than they do, and which options would change it.

#ifndef IREKO_REWRITER_INSPECT_LIMITS_H
#define IREKO_REWRITER_INSPECT_LIMITS_H

#include "rewriter/inspect_counts.h"

namespace ireko {

// What ends an instruction.
enum class FusionLimit : uint8_t { Branch, Call, Memory, Budget };
inline constexpr size_t kFusionLimits = 4;
const char *nameOf(FusionLimit limit);
const char *textOf(FusionLimit limit);

// Of all instructions.
struct LimitCounts {
  uint64_t instructions = 0;
  double weight = 0;
};
std::array<LimitCounts, kFusionLimits> countLimits(const ImageFile &file,
                                                   const ModuleFacts *facts);

struct Advice {
  std::string option, why;
  // With it, if that was tried (ModuleFacts::tried); or 0.
  double operatorsPerDispatch = 0;
};
std::vector<Advice> adviceFor(const InspectCounts &counts,
                              const ModuleFacts &facts);

// Whether the option needs nothing that only the user knows; then it is set.
bool setOption(PackOptions &options, llvm::StringRef option);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_LIMITS_H
