//===- run.h - Running a module on a host ---------------------------------===//
//
// The last part of `ireko run`: the module is written where the host can read
// it, and the host is started in our place: its exit code becomes ours, and
// signals pass both ways.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_RUN_H
#define IREKO_REWRITER_RUN_H

#include "hosts.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace ireko {

/// How a child process ended.
struct Ending {
  int exitCode = 0;
  /// The signal that ended it, or 0 if it exited.
  int signal = 0;
};

/// Runs a module on \p host and waits for its end.
///
/// If \p contents is not empty, it is the module: it is written to a temporary
/// file called \p module, for the program sees that name. Else \p module is
/// the path of a file that is there.
///
/// With \p counts, which is as large as what a counting bundle writes
/// (vm/counts.cpp), the program gets one more folder for that, and \p counts
/// what was written. It is an error if nothing was.
///
/// Temporary files are gone when this returns, also when a signal that can be
/// caught arrives meanwhile: signals go to the child, and we end when it does.
/// Call this from the main thread, with no other thread running.
llvm::Expected<Ending> runOnHost(const Host &host, const Invocation &invocation,
                                 llvm::StringRef module,
                                 llvm::StringRef contents,
                                 std::string *counts = nullptr);

/// Ends this process in the same way.
[[noreturn]] void endLike(const Ending &ending);

} // namespace ireko

#endif // IREKO_REWRITER_RUN_H
