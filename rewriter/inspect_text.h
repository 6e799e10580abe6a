// `ireko inspect` as text: all views but the listings of functions, which are
// in inspect.h (of a module) and disassemble.h (of a bundle).

#ifndef IREKO_REWRITER_INSPECT_TEXT_H
#define IREKO_REWRITER_INSPECT_TEXT_H

#include "rewriter/inspect_counts.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

// An image that has been verified; `facts` is null if it was not just made.
struct Inspected {
  const ImageFile &file;
  const ModuleFacts *facts;
  const InspectCounts &counts;

  bool weighted() const { return facts != nullptr; }
  bool profiled() const { return facts && facts->profiled(); }
};

void printSummary(const Inspected &what, llvm::raw_ostream &out);

// One line each.
void printHandlers(const Inspected &what, HandlerOrder order,
                   llvm::raw_ostream &out);
// All about one of them.
llvm::Error printHandler(const Inspected &what, uint32_t number,
                         llvm::raw_ostream &out);

// Which functions are regions and why, or all about that of one function, by
// name or index.
llvm::Error printRegions(const Inspected &what, llvm::StringRef function,
                         llvm::raw_ostream &out);

// " 12.3 %".
std::string percentText(double share);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_TEXT_H
