// `ireko inspect --format=json`: what is decoded from an image, and what the
// rewriter knows beside that if it has just made it. The schema is in
// docs/inspect-schema.md, and versioned.

#ifndef IREKO_REWRITER_INSPECT_JSON_H
#define IREKO_REWRITER_INSPECT_JSON_H

#include "rewriter/image_file.h"
#include "rewriter/inspect_facts.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

// Raised by any change by which a reader of the old schema goes wrong; a new
// member does not.
inline constexpr uint32_t kInspectSchema = 1;

// The image has been verified; `facts` may be null. Only functions for which
// `listed` holds have their instructions.
void printJson(const ImageFile &file, const ModuleFacts *facts,
               llvm::function_ref<bool(uint32_t)> listed,
               llvm::raw_ostream &out);

// The member `instructions` of a function that has code.
void printListingJson(const ImageFile &file, const ModuleFacts *facts,
                      uint32_t function, llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_JSON_H
