// The numbers of handlers, by which the dispatch function has them in order and
// pages (pages.h) divide them: shared ones first, the most used in front; fused
// ones in the order of the program.

#ifndef IREKO_REWRITER_HANDLER_ORDER_H
#define IREKO_REWRITER_HANDLER_ORDER_H

#include "rewriter/select.h"

namespace ireko {

void orderHandlers(Tiling &tiling);

} // namespace ireko

#endif // IREKO_REWRITER_HANDLER_ORDER_H
