// Pages: the dispatch function in several parts, for hosts that limit the size
// of a function or of a br_table.
//
// A page has the handlers of a contiguous range of numbers. Where the next
// handler is in another page, it returns to the driver with pc and fp stored,
// and the driver calls the page that has the handler at pc.

#ifndef IREKO_REWRITER_PAGES_H
#define IREKO_REWRITER_PAGES_H

#include <cstdint>
#include <vector>

#include "wasm.h"

namespace ireko {

// Bytes of a function's body that all hosts take (WebAssembly JavaScript
// Interface, implementation limits).
constexpr uint32_t kMaxFunctionBytes = 7654321;

// What the host takes; 0: as much as there is.
struct HostLimits {
  uint32_t functionBytes = 0; // of a function's body
  uint32_t branchTargets = 0; // of a br_table, which are as many nested blocks
  uint32_t locals = 0;        // of a function, parameters included

  uint32_t mostFunctionBytes() const {
    return functionBytes ? functionBytes : kMaxFunctionBytes;
  }
  bool splitsDispatch() const { return functionBytes || branchTargets; }
};

// The handlers [first, end).
struct Page {
  uint32_t first = 0, end = 0;

  bool has(uint32_t handler) const { return first <= handler && handler < end; }
};

// A handler that is to be placed.
struct PagedHandler {
  uint32_t bytes;
  // Handlers with the same one, which is not 0, should share a page: the fused
  // ones of a function jump to each other.
  uint32_t group;
};

// Without limits: one page. A handler that is larger than a page gets one of
// its own.
std::vector<Page> planPages(const std::vector<PagedHandler> &handlers,
                            const HostLimits &limits);

// At least the bytes that the expression takes in a binary.
uint32_t boundOnBytes(wasm::Expression *expr);

// How many calls of one function by another a chooser holds.
uint32_t choicesPerFunction(const HostLimits &limits);

} // namespace ireko

#endif // IREKO_REWRITER_PAGES_H
