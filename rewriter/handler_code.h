// The code that was generated for each handler, as it stands in a bundle: found
// in the bytes by the form that dispatch functions have (dispatch.cpp).

#ifndef IREKO_REWRITER_HANDLER_CODE_H
#define IREKO_REWRITER_HANDLER_CODE_H

#include <cstdint>
#include <string>
#include <vector>

#include "rewriter/reader.h"

namespace ireko {

struct HandlerCode {
  uint32_t bytes = 0;
  // An instruction each, in the text format, indented by the blocks around it.
  std::vector<std::string> lines;
};

// By number; empty if the bundle has no such functions for just so many
// handlers.
std::vector<HandlerCode> findHandlerCode(const SourceModule &bundle,
                                         uint32_t handlers);

} // namespace ireko

#endif // IREKO_REWRITER_HANDLER_CODE_H
