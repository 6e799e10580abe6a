// The code of regions as text, for those who look at it: taken while a bundle
// is made, because its bytes no longer tell what is what.

#ifndef IREKO_REWRITER_GENERATED_CODE_H
#define IREKO_REWRITER_GENERATED_CODE_H

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "wasm.h"

namespace ireko {

class Codegen;

// A line: what opens, separates or ends a block, loop or if, or another
// expression with all that is in it, in WebAssembly's text format.
struct GeneratedLine {
  uint32_t depth; // blocks around it
  // Of what it was made from in the stream; 0: unknown, or not in the order of
  // the other lines.
  uint32_t address;
  std::string text;
};

struct GeneratedCode {
  // By the function's index: a line for each function of the bundle that its
  // region is (a leaf has two), and what these do.
  std::map<uint32_t, std::vector<GeneratedLine>> regions;
  // Of which functions.
  std::function<bool(uint32_t)> wants;
};

// The lines of a function's body.
std::vector<GeneratedLine> linesOf(wasm::Function &function,
                                   wasm::Module &module);

// Once regions have been generated with Codegen::annotates.
void collectRegions(const Codegen &gen, GeneratedCode &code);

} // namespace ireko

#endif // IREKO_REWRITER_GENERATED_CODE_H
