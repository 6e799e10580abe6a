// The mined part of the generic VM's handlers as the tool carries it.

#ifndef IREKO_REWRITER_CATALOGUE_TEXT_H
#define IREKO_REWRITER_CATALOGUE_TEXT_H

#include "llvm/ADT/StringRef.h"

namespace ireko {

// catalogue/handlers.wat.
llvm::StringRef catalogueText();

} // namespace ireko

#endif // IREKO_REWRITER_CATALOGUE_TEXT_H
