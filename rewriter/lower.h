// Lowering: from structured Binaryen IR to the lowered form (lowered.h).

#ifndef IREKO_REWRITER_LOWER_H
#define IREKO_REWRITER_LOWER_H

#include "rewriter/host_features.h"
#include "rewriter/lowered.h"

namespace ireko {

struct LowerOptions {
  // A larger tree is computed in parts through temporaries. 1: one operator a
  // statement.
  uint32_t maxTreeNodes = 24;
  HostFeatures hostFeatures = {};
};

// Lowers all functions that are not imported; planProgram has been run. The
// source functions' bodies are taken apart.
void lowerFunctions(Program &program, const LowerOptions &options);

// One of them.
void lowerFunction(Program &program, Function &function,
                   const LowerOptions &options);

// Gives an imported function code that calls the import, so that static tables
// can hold it.
void lowerImport(Program &program, Function &function);

} // namespace ireko

#endif // IREKO_REWRITER_LOWER_H
