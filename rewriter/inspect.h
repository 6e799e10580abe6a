// Text listing of the lowered form and of the tiles it was cut into.

#ifndef IREKO_REWRITER_INSPECT_H
#define IREKO_REWRITER_INSPECT_H

#include "rewriter/reader.h"
#include "rewriter/select.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

// A tree on one line: slots as s3, the other nodes in WebAssembly's own words.
std::string printTree(const Program &program, wasm::Expression *tree);
std::string printTerminator(const Program &program, const Terminator &end);

// `only`: name or index of the function to print; empty: all. The lowered form
// at any point of the passes:
llvm::Error printLowered(const Program &program, const SourceModule &source,
                         llvm::StringRef only, llvm::raw_ostream &out);
// And what selection made of it, after a summary if all are printed:
llvm::Error printProgram(Program &program, const Tiling &tiling,
                         const SourceModule &source, llvm::StringRef only,
                         llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_H
