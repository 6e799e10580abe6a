//===- phases.h - Where time and memory go --------------------------------===//
//
// What --verbose prints: a line a phase, with its wall clock time and the most
// memory that the process has had so far.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_PHASES_H
#define IREKO_REWRITER_PHASES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>

namespace ireko {

class Phases {
public:
  /// Prints to \p out, or nothing at all if it is null.
  explicit Phases(llvm::raw_ostream *out) : out(out) {}

  /// The phase \p name has ended; the next one begins.
  void end(llvm::StringRef name);

private:
  using Clock = std::chrono::steady_clock;
  llvm::raw_ostream *out;
  Clock::time_point begun = Clock::now();
};

} // namespace ireko

#endif // IREKO_REWRITER_PHASES_H
