// Passes over the lowered form (rewriter/lowered.h). One file a pass; a pass
// changes one function at a time, keeps no state between functions, and uses
// shared analyses, never another pass. To add one: write passes/NAME.cpp and
// its line in passes.def.

#ifndef IREKO_PASSES_PASS_H
#define IREKO_PASSES_PASS_H

#include <string_view>

#include "rewriter/lowered.h"

namespace ireko {

#define IREKO_PASS(FUNCTION, NAME, FROM, HELP)                                 \
  void FUNCTION(Program &program, Function &function);
#include "passes/passes.def"
#undef IREKO_PASS

struct Pass {
  std::string_view name;
  int fromLevel;
  std::string_view help;
  void (*run)(Program &program, Function &function);
};

inline constexpr Pass kPasses[] = {
#define IREKO_PASS(FUNCTION, NAME, FROM, HELP) {NAME, FROM, HELP, FUNCTION},
#include "passes/passes.def"
#undef IREKO_PASS
};

} // namespace ireko

#endif // IREKO_PASSES_PASS_H
