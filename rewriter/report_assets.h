// The parts of the report's page: text of ours, and the chart library.

#ifndef IREKO_REWRITER_REPORT_ASSETS_H
#define IREKO_REWRITER_REPORT_ASSETS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace ireko {

// HTML in which the lines @style@, @libraries@, @script@, @overview@ and
// @listings@ stand for what comes there.
llvm::StringRef reportPage();
llvm::StringRef reportStyle();
// In the order in which they run.
llvm::ArrayRef<llvm::StringRef> reportLibraries();
llvm::ArrayRef<llvm::StringRef> reportScripts();

} // namespace ireko

#endif // IREKO_REWRITER_REPORT_ASSETS_H
