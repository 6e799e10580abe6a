// `ireko inspect --format=html`: one page that needs nothing beside it, for
// people who would rather look than read. Its data is the JSON of
// inspect_json.h, compressed, in pieces that the page unpacks as they are
// wanted; its parts are the files of rewriter/report.

#ifndef IREKO_REWRITER_REPORT_H
#define IREKO_REWRITER_REPORT_H

#include "rewriter/inspect_text.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

// As printJson.
void printReport(const Inspected &what,
                 llvm::function_ref<bool(uint32_t)> listed,
                 llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_REPORT_H
