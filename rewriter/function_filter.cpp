#include "rewriter/function_filter.h"

#include "rewriter/error.h"

namespace ireko {

FunctionFilter::FunctionFilter(llvm::StringRef only)
    : only(only), isIndex(!only.empty() && !only.getAsInteger(10, wanted)) {}

llvm::Error
FunctionFilter::check(uint32_t count,
                      llvm::function_ref<llvm::StringRef(uint32_t)> nameOf,
                      llvm::StringRef path) const {
  bool found = only.empty();
  for (uint32_t i = 0; i < count && !found; ++i)
    found = has(i, nameOf(i));
  if (found)
    return llvm::Error::success();
  return inputError(path, "there is no function " + printableName(only),
                    "without --function, all are listed");
}

} // namespace ireko
