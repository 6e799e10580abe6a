// `ireko inspect --format=json`: what is decoded from an image, and what the
// rewriter knows beside that if it has just made it. The schema is in
// docs/inspect-schema.md, and versioned.

#ifndef IREKO_REWRITER_INSPECT_JSON_H
#define IREKO_REWRITER_INSPECT_JSON_H

#include "rewriter/image_file.h"
#include "rewriter/pack.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

// Raised by any change by which a reader of the old schema goes wrong; a new
// member does not.
inline constexpr uint32_t kInspectSchema = 1;

// The program after a pass.
struct PassCounts {
  std::string pass; // kNoPass: before the first one
  uint64_t blocks = 0, statements = 0;
};

// Only of a module, as it would be packed.
struct ModuleFacts {
  uint64_t moduleBytes = 0, codeBytes = 0;
  std::vector<PassCounts> passes;
  // By handler: how often its instructions are expected to run.
  std::vector<double> weights;
};

// `only`: name or index of the only function whose instructions are listed;
// empty: all. The image has been verified; `facts` may be null.
llvm::Error printJson(const ImageFile &file, const ModuleFacts *facts,
                      llvm::StringRef only, llvm::raw_ostream &out);

// The same of a module, as it would be packed: see pack.cpp.
llvm::Error inspectModuleJson(SourceModule &&source, const PackOptions &options,
                              llvm::StringRef only, llvm::raw_ostream &out,
                              Phases *phases);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_JSON_H
