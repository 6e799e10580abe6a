// Which functions are leaves: as regions they never have to leave. So they need
// neither a frame nor its address, and who calls one need not look how it
// returned.
//
// A leaf calls nothing, or, where safepoints are not counted (countsExactly),
// only leaves: a few calls of such that are not recursive fit on any host's
// stack. Then it may loop, too, if it is called often: a loop that does not
// restart stays in the code in which it has started, so that a host's best code
// has to come with a later call.

#ifndef IREKO_REWRITER_LEAVES_H
#define IREKO_REWRITER_LEAVES_H

#include <vector>

#include "rewriter/region.h"

namespace ireko {

// By function.
struct Leaves {
  std::vector<bool> isLeaf;
  // Called in a loop, or by one that is, or through a table, and no
  // interpreter. Where safepoints are counted, none.
  std::vector<bool> isOften;
};

// `isExact`: whether safepoints are counted.
Leaves findLeaves(const Program &program, const CallTypes &types, bool isExact);

// If only these functions are regions. Returns the functions to which it makes
// a difference: those that are no leaves any more, and those that call them.
std::vector<bool> keepLeaves(const Program &program,
                             const std::vector<bool> &regions, Leaves &leaves);

} // namespace ireko

#endif // IREKO_REWRITER_LEAVES_H
