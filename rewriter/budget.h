// How large a VM a program gets: what the levels and the options about it mean.
//
//   -O0  one operator a handler, and no passes but those that are needed
//   -O1  all passes; a handler does a whole tree
//   -O2  runs of statements and whole blocks too, in a VM of up to 160 KB, or
//        96 KB beside the regions of a program of more than 2 MB of code
//   -O3  the same, in a VM of up to 320 KB
//   -Os  as -O2, but what is chosen is what makes the bundle small
//
// A small program gets a small VM: a third of its code for trees and for runs
// each, and what it takes for whole blocks, which it does not have then in the
// image.

#ifndef IREKO_REWRITER_BUDGET_H
#define IREKO_REWRITER_BUDGET_H

#include "rewriter/pack.h"
#include "rewriter/regions.h"
#include "rewriter/select.h"

namespace ireko {

// Hosts compile a program of up to so much code quickly whatever becomes a
// region; of a bigger one, only what matters does.
inline constexpr uint64_t kSmallCode = 2 << 20;

// `codeBytes`: of the module's code section.
SelectOptions selectOptions(const PackOptions &options, uint64_t codeBytes,
                            Counts counts = Counts::None,
                            bool hasRegions = false);
RegionOptions regionOptions(const PackOptions &options, uint64_t codeBytes);

} // namespace ireko

#endif // IREKO_REWRITER_BUDGET_H
