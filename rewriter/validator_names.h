//===- validator_names.h - Names from the name section --------------------===//
//
// The name section is a custom section: nothing in it can make a module
// invalid. One that is broken is taken as if it were not there.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_VALIDATOR_NAMES_H
#define IREKO_REWRITER_VALIDATOR_NAMES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ireko {

/// Names by index, of functions or of the locals of one.
struct NameMap {
  /// Ascending by index; the names lie in the module's bytes.
  std::vector<std::pair<uint32_t, llvm::StringRef>> entries;

  /// The name of \p index or "".
  std::string find(uint32_t index) const;
  /// The names of 0 to \p count - 1.
  std::vector<std::string> spread(uint32_t count) const;
};

/// Looks for function names in bytes that need not be a valid module (an error
/// may lie before the name section and should still show names).
NameMap findFunctionNames(llvm::ArrayRef<uint8_t> bytes);

/// The same for the locals of a function, parameters first, and of all
/// functions whose locals have names.
NameMap findLocalNames(llvm::ArrayRef<uint8_t> bytes, uint32_t function);
std::unordered_map<uint32_t, NameMap>
findAllLocalNames(llvm::ArrayRef<uint8_t> bytes);

} // namespace ireko

#endif // IREKO_REWRITER_VALIDATOR_NAMES_H
