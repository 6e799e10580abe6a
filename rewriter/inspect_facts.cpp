#include "rewriter/inspect_facts.h"

#include "rewriter/weights.h"

namespace ireko {

void addWeights(Program &program, const Tiling &tiling, ModuleFacts &facts) {
  facts.profiled = program.isProfiled;
  facts.blocks.resize(program.functions.size());
  Image image = encodeImage(program, tiling, {});
  Weights weights(program);
  for (uint32_t f = 0; f < program.functions.size(); ++f) {
    const Function &function = program.functions[f];
    for (const BlockTiles &tiles : tiling.functions[f].blocks) {
      if (tiles.tiles.empty())
        continue;
      uint32_t address = tiles.block == function.layout.front()
                             ? image.entries[f]
                             : image.blocks[f][tiles.block];
      facts.blocks[f].push_back({address, weights.ofBlock(f, tiles.block),
                                 function.blocks[tiles.block].count});
    }
  }
}

} // namespace ireko
