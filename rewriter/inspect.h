// Text listing of the lowered form and of the tiles it was cut into.

#ifndef IREKO_REWRITER_INSPECT_H
#define IREKO_REWRITER_INSPECT_H

#include "rewriter/encode.h"
#include "rewriter/reader.h"
#include "rewriter/select.h"
#include "rewriter/validator_names.h"
#include "rewriter/weights.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

// Names for the slots of a frame, by slot; empty where there is none.
using SlotNames = std::vector<std::string>;

// Those of the function's locals, "$i".
SlotNames slotNames(const Program &program, const NameMap &locals,
                    uint32_t index);

// A tree on one line: slots by name or as s3, the other nodes in WebAssembly's
// own words.
std::string printTree(const Program &program, wasm::Expression *tree,
                      const SlotNames &names = {});
std::string printTerminator(const Program &program, const Terminator &end,
                            const SlotNames &names = {});

// How often each instruction ran, and all of them together.
struct StreamWeights {
  StreamWeights(const Program &program, const Tiling &tiling);

  Weights weights;
  double total = 0;
};

// The lines for one instruction of the stream, or for the start of a block.
struct StreamItem {
  std::vector<std::string> lines;
  bool isHead = false;
  uint32_t address = 0;
  // The highest file offset of what it was made from, of the guest's
  // instructions that the module was read with offsets for; 0: unknown.
  uint64_t offset = 0;
};

// With counts and shares of all that ran, if `weights` is there and has counts.
std::vector<StreamItem> streamItems(const Program &program,
                                    const Tiling &tiling, const Image &image,
                                    uint32_t index, const SlotNames &names,
                                    const StreamWeights *weights = nullptr);

// Prints what a listing of the function starts with; returns whether there is
// more to print.
bool printHead(const Program &program, uint32_t index, const SlotNames &names,
               llvm::raw_ostream &out);

// `only`: name or index of the function to print; empty: all. The lowered form
// at any point of the passes:
llvm::Error printLowered(const Program &program, const SourceModule &source,
                         llvm::StringRef only, llvm::raw_ostream &out);
// And what selection made of it: of a single function beside its original
// instructions (listing.h), of all by themselves.
llvm::Error printTiles(Program &program, const Tiling &tiling,
                       const SourceModule &source, llvm::StringRef only,
                       llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_H
