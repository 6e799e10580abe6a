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
  // As printTiles prints it, if it was asked for.
  std::string listing;
};

// What takes time or memory, and is left out otherwise.
struct InspectWishes {
  bool listing = false;   // of the functions that InspectOptions names
  bool generated = false; // the code of their regions and all handlers
  bool located = false;   // they have been read with all offsets
  llvm::StringRef function;
};

// Defined in pack.cpp.
llvm::Expected<InspectedModule> packInspected(SourceModule &&source,
                                              const PackOptions &options,
                                              const InspectWishes &wishes,
                                              Phases *phases);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_MODULE_H
