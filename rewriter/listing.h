// One function as it was and as it has become: its original instructions, with
// their places in the file and in the source, on the left of the instructions
// of the stream that do what they did.

#ifndef IREKO_REWRITER_LISTING_H
#define IREKO_REWRITER_LISTING_H

#include "rewriter/inspect.h"
#include "rewriter/original_code.h"
#include "rewriter/source_lines.h"

namespace ireko {

// A function's stream and its original instructions, of a module that has been
// read with an offset for each of them (readModuleFromBytes).
void printBeside(std::vector<StreamItem> items,
                 std::vector<OriginalInstruction> code,
                 const SourceLines &lines, llvm::raw_ostream &out);

// Of a sequence of offsets, which to keep so that the kept ones never go down
// and are as many as possible. Zeros count as unknown and are not kept.
std::vector<bool> longestAscent(llvm::ArrayRef<uint64_t> offsets);

} // namespace ireko

#endif // IREKO_REWRITER_LISTING_H
