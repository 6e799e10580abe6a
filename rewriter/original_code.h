// The instructions of a function as they stand in the module that was read, in
// the words of the text format.

#ifndef IREKO_REWRITER_ORIGINAL_CODE_H
#define IREKO_REWRITER_ORIGINAL_CODE_H

#include "rewriter/reader.h"
#include "rewriter/validator_names.h"

namespace ireko {

struct OriginalInstruction {
  uint32_t offset; // in the file
  // With labels for branch targets ($1 is the first block of the function), and
  // names for locals and functions that have one.
  std::string text;
  uint32_t depth; // blocks around it
  // It takes what those before it made and computes nothing: a branch, a write
  // to a local. Lowering has no node for it.
  bool endsStatement;
};

// All instructions of the function's body but its last `end`; none of an
// imported one.
std::vector<OriginalInstruction> originalCode(const SourceModule &source,
                                              uint32_t function);
// With these names for its locals.
std::vector<OriginalInstruction>
originalCode(const SourceModule &source, uint32_t function, NameMap locals);

} // namespace ireko

#endif // IREKO_REWRITER_ORIGINAL_CODE_H
