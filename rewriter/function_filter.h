// Which functions a listing is to show.

#ifndef IREKO_REWRITER_FUNCTION_FILTER_H
#define IREKO_REWRITER_FUNCTION_FILTER_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace ireko {

class FunctionFilter {
public:
  // `only`: name or index of the one to show; empty: all.
  explicit FunctionFilter(llvm::StringRef only);

  bool has(uint32_t index, llvm::StringRef name) const {
    return only.empty() || (isIndex ? index == wanted : name == only);
  }
  // Fails if `count` functions with these names have nothing to show; `path`:
  // of the input that they are in.
  llvm::Error check(uint32_t count,
                    llvm::function_ref<llvm::StringRef(uint32_t)> nameOf,
                    llvm::StringRef path) const;

private:
  llvm::StringRef only;
  uint32_t wanted = ~0u;
  bool isIndex;
};

} // namespace ireko

#endif // IREKO_REWRITER_FUNCTION_FILTER_H
