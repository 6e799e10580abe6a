//===- phases.cpp - Where time and memory go ------------------------------===//

#include "phases.h"

#include "llvm/Support/Format.h"
#include <sys/resource.h>

namespace ireko {

void Phases::end(llvm::StringRef name) {
  Clock::time_point now = Clock::now();
  if (out) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::chrono::duration<double> seconds = now - begun;
    // ru_maxrss is in KiB.
    *out << "ireko: " << name
         << llvm::format(": %.2f s, %ld MiB\n", seconds.count(),
                         usage.ru_maxrss / 1024);
  }
  begun = now;
}

} // namespace ireko
