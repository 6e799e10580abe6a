// `ireko inspect --diff=PASS`: what a pass changes.

#ifndef IREKO_REWRITER_PASS_DIFF_H
#define IREKO_REWRITER_PASS_DIFF_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

// `before` and `after`: what printLowered printed of the same functions.
// Functions that the pass left alone are not listed.
void printPassDiff(llvm::StringRef pass, llvm::StringRef before,
                   llvm::StringRef after, llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_PASS_DIFF_H
