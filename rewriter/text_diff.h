// Which lines differ between two texts.

#ifndef IREKO_REWRITER_TEXT_DIFF_H
#define IREKO_REWRITER_TEXT_DIFF_H

#include <vector>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace ireko {

struct DiffLine {
  char sign; // ' ', '-' or '+'
  llvm::StringRef text;
};

// All lines of both, those taken away before those that take their place. The
// fewest that differ, unless these are very many: then all from the first to
// the last one.
std::vector<DiffLine> diffLines(llvm::ArrayRef<llvm::StringRef> before,
                                llvm::ArrayRef<llvm::StringRef> after);

} // namespace ireko

#endif // IREKO_REWRITER_TEXT_DIFF_H
