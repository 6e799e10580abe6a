// `ireko lower`: from a command module to a program file for the generic VM
// (ProgramHeader in vm/layout.h).

#ifndef IREKO_REWRITER_PROGRAM_FILE_H
#define IREKO_REWRITER_PROGRAM_FILE_H

#include "rewriter/catalogue.h"
#include "rewriter/pack.h"

namespace ireko {

// Sizes in bytes.
struct ProgramFileStats {
  uint32_t moduleBytes = 0;
  uint32_t codeSection = 0; // of the module
  uint32_t imageBytes = 0;
  uint32_t imageCode = 0; // instructions in it
  uint32_t functions = 0;
  uint64_t instructions = 0; // of the stream
};

// Of `options`, those count that are about the program. Takes the module apart.
llvm::Expected<std::vector<uint8_t>> makeProgramFile(SourceModule &&source,
                                                     const Catalogue &catalogue,
                                                     const PackOptions &options,
                                                     ProgramFileStats *stats,
                                                     Phases *phases);

// The part of it before covering: checks that the module is a command of WASI
// 0.1, and leaves of it what the generic VM can run. For `mine`, too.
llvm::Error prepareCommand(const SourceModule &source,
                           const Catalogue &catalogue,
                           const PackOptions &options);

} // namespace ireko

#endif // IREKO_REWRITER_PROGRAM_FILE_H
