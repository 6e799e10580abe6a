// The last step: the runtime, the generated code, the image and what is left
// of the guest's module become one module.

#ifndef IREKO_REWRITER_BUNDLE_H
#define IREKO_REWRITER_BUNDLE_H

#include "rewriter/pack.h"
#include "rewriter/regions.h"

namespace ireko {

// Refuses what the layout has no place for: before the program is lowered,
// since that takes half a minute for some.
llvm::Error checkLayout(const SourceModule &source, const PackOptions &options);

// `source` has passed checkLayout. `tiling` covers `program`, and enters
// `regions`. Addresses of static tables are assigned.
llvm::Expected<std::vector<uint8_t>>
makeBundle(Program &program, const Tiling &tiling, const Regions &regions,
           const PackOptions &options, const SourceModule &source,
           PackStats *stats);

} // namespace ireko

#endif // IREKO_REWRITER_BUNDLE_H
