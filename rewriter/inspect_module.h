// A module as it would be packed: the bundle, read back from its bytes, and
// what only the rewriter knows of it.

#ifndef IREKO_REWRITER_INSPECT_MODULE_H
#define IREKO_REWRITER_INSPECT_MODULE_H

#include "rewriter/image_file.h"
#include "rewriter/inspect_facts.h"

namespace ireko {

struct InspectedModule {
  ImageFile image;
  ModuleFacts facts;
};

// Defined in pack.cpp.
llvm::Expected<InspectedModule> packInspected(SourceModule &&source,
                                              const PackOptions &options,
                                              Phases *phases);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_MODULE_H
