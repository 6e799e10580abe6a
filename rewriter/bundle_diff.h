// `ireko diff`: two images beside each other, by the sizes of their parts,
// their handlers, and what is dispatched by function.

#ifndef IREKO_REWRITER_BUNDLE_DIFF_H
#define IREKO_REWRITER_BUNDLE_DIFF_H

#include "rewriter/image_file.h"
#include "rewriter/inspect_facts.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

struct DiffSide {
  ImageFile image; // verified
  // Of a module, as it would be packed.
  std::optional<ModuleFacts> facts;
  std::string options; // with which, as they were given
};

// Functions and parts that differ; all of them in JSON.
void printDiffText(const DiffSide &a, const DiffSide &b,
                   llvm::raw_ostream &out);
void printDiffJson(const DiffSide &a, const DiffSide &b,
                   llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_BUNDLE_DIFF_H
