//===- output.h - Writing results
//------------------------------------------===//
//
// A result either appears whole under its name or not at all.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_OUTPUT_H
#define IREKO_REWRITER_OUTPUT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace ireko {

/// Writes \p contents to the file \p path, or to stdout if it is "-".
///
/// A regular file is written beside the target under a temporary name and then
/// renamed, so that a reader sees the old or the new file, never half of one;
/// on an error, and on SIGINT, SIGTERM or SIGHUP, the temporary file is
/// removed and the target left as it was. Nothing is synced: a power failure
/// is not guarded against. Devices, pipes and sockets are written directly.
llvm::Error writeOutput(llvm::StringRef path, llvm::StringRef contents);

} // namespace ireko

#endif // IREKO_REWRITER_OUTPUT_H
