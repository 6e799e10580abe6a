#include "rewriter/handler_order.h"

#include <algorithm>

namespace ireko {

void orderHandlers(Tiling &tiling) {
  std::vector<uint32_t> order(tiling.handlers.size());
  for (uint32_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::stable_sort(order.begin() + 1, order.end(), [&](uint32_t a, uint32_t b) {
    const Handler &left = tiling.handlers[a], &right = tiling.handlers[b];
    if (left.fused != right.fused)
      return right.fused;
    return !left.fused && left.uses > right.uses;
  });
  std::vector<uint32_t> number(order.size());
  std::vector<Handler> handlers;
  for (uint32_t i = 0; i < order.size(); ++i) {
    number[order[i]] = i;
    handlers.push_back(std::move(tiling.handlers[order[i]]));
    handlers.back().tile.handler = i;
  }
  tiling.handlers = std::move(handlers);
  for (FunctionTiles &function : tiling.functions)
    for (BlockTiles &block : function.blocks)
      for (Tile &tile : block.tiles)
        tile.handler = number[tile.handler];
}

} // namespace ireko
