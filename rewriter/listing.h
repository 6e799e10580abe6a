// One function as it was and as it has become: its original instructions, with
// their places in the file and in the source, on the left of the instructions
// of the stream that do what they did.

#ifndef IREKO_REWRITER_LISTING_H
#define IREKO_REWRITER_LISTING_H

#include "rewriter/inspect.h"
#include "rewriter/source_lines.h"

namespace ireko {

// `source` has been read with an offset for each instruction of the function
// (readModuleFromBytes).
void printBeside(const Program &program, const Tiling &tiling,
                 const Image &image, const SourceModule &source,
                 const SourceLines &lines, uint32_t index,
                 llvm::raw_ostream &out);

// Of a sequence of offsets, which to keep so that the kept ones never go down
// and are as many as possible. Zeros count as unknown and are not kept.
std::vector<bool> longestAscent(llvm::ArrayRef<uint64_t> offsets);

} // namespace ireko

#endif // IREKO_REWRITER_LISTING_H
