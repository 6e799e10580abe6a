// The commands that look into files instead of making them.

#ifndef IREKO_REWRITER_INSPECT_COMMAND_H
#define IREKO_REWRITER_INSPECT_COMMAND_H

#include "rewriter/bundle_diff.h"
#include "rewriter/image_file.h"
#include "rewriter/pack.h"
#include "rewriter/symbolize.h"

namespace ireko {

// A file that is looked into: exactly one of the two is there.
struct InspectedFile {
  std::optional<SourceModule> module;
  std::optional<ImageFile> image;
  // The module has offsets for all instructions that are to be listed.
  bool isLocated = false;
};

// `what`: what is to be shown of it; null if nothing is.
llvm::Expected<InspectedFile> loadInspected(llvm::StringRef path,
                                            Phases &phases,
                                            const InspectOptions *what = {});

// `ireko inspect`: a module is listed as it would be packed; a bundle or a
// program file as it is, decoded from its bytes. The result goes to `output`.
llvm::Error inspectFile(InspectedFile &&file, const PackOptions &options,
                        const InspectOptions &what, llvm::StringRef output,
                        Phases &phases);

// A side of `ireko diff`.
llvm::Expected<DiffSide> diffSide(InspectedFile &&file,
                                  const PackOptions &options, Phases &phases);

// `ireko pack --map`: of a bundle that has just been made.
llvm::Error writeMap(llvm::StringRef path, const std::vector<uint8_t> &bundle,
                     const MapFacts &facts);

// `ireko symbolize`: a line for each of `texts`, or for each line of standard
// input if there are none.
llvm::Error symbolizeTexts(llvm::StringRef map,
                           llvm::ArrayRef<std::string> texts);

// `ireko verify`: prints a line on standard output, unless `quiet`.
llvm::Error verifyFile(llvm::StringRef path, bool quiet, Phases &phases);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_COMMAND_H
