// Embeds catalogue/handlers.wat, by --embed-dir.

#include "rewriter/catalogue_text.h"

namespace ireko {

static const char kText[] = {
#embed "handlers.wat" suffix(, 0)
};

llvm::StringRef catalogueText() { return kText; }

} // namespace ireko
