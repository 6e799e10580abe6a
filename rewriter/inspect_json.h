// `ireko inspect --format=json`: what is decoded from an image, and what the
// rewriter knows beside that if it has just made it. The schema is in
// docs/inspect-schema.md, and versioned.

#ifndef IREKO_REWRITER_INSPECT_JSON_H
#define IREKO_REWRITER_INSPECT_JSON_H

#include "rewriter/inspect_text.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

// Raised by any change by which a reader of the old schema goes wrong; a new
// member does not.
inline constexpr uint32_t kInspectSchema = 2;

// What of it is left to others: to be printed by printListingJson and
// printHandlerCodeJson.
enum class JsonParts : uint8_t { All, WithoutListings };

// Only functions for which `listed` holds have their instructions.
void printJson(const Inspected &what, JsonParts parts,
               llvm::function_ref<bool(uint32_t)> listed,
               llvm::raw_ostream &out);

// An object with those members of a function that has code which go with its
// instructions, for a report: `original` is in columns.
void printListingJson(const Inspected &what, uint32_t function,
                      llvm::raw_ostream &out);

// The member `code` of a handler.
void printHandlerCodeJson(const Inspected &what, uint32_t handler,
                          llvm::raw_ostream &out);

// The members of that object. Defined in inspect_json_listing.cpp.
void printListingMembers(const Inspected &what, uint32_t function,
                         llvm::json::OStream &json);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_JSON_H
