// Covers a program with the handlers of the generic VM.

#ifndef IREKO_REWRITER_COVER_H
#define IREKO_REWRITER_COVER_H

#include "rewriter/catalogue.h"
#include "rewriter/liveness.h"

namespace ireko {

// The items of a flat block in order, its terminator included if that needs an
// instruction. `live`: what is live after the block; slots from `temporary` on
// are the block's own.
std::vector<Item> itemsOf(const Catalogue &catalogue, const Program &program,
                          const Block &block, bool withEnd, bool wideTargets,
                          SlotSet live, Slot temporary);

// A run of items, and the handler that does it; null: none does.
struct Run {
  uint32_t first, count;
  const Form *form;
};

// The fewest runs, and of these the ones with the fewest units. An item that no
// handler does is a run of its own.
std::vector<Run> coverItems(const Catalogue &catalogue,
                            const std::vector<Item> &items);

// Brings the program into flat form and covers it. Cold operators get the
// numbers of the generic VM. An error names what the VM cannot do.
llvm::Expected<Tiling> coverProgram(const Catalogue &catalogue,
                                    Program &program, llvm::StringRef path);

} // namespace ireko

#endif // IREKO_REWRITER_COVER_H
