// Selection: which tiles the program is covered with, and which handlers the
// VM gets.
//
// Handlers are of two kinds. A shared handler does one statement or terminator
// with its whole expression tree, or a run of them that recurs
// (superinstructions.h), with slots and constants as operands. A fused handler
// does one whole basic block with everything burned in, and is given to the
// blocks that run most. Trees for which no handler is worth its bytes are cut
// into smaller ones, through temporaries, down to one operator.

#ifndef IREKO_REWRITER_SELECT_H
#define IREKO_REWRITER_SELECT_H

#include "rewriter/tile.h"

namespace ireko {

struct SelectOptions {
  // Estimated bytes of generated code: of handlers for trees, for runs of
  // statements and for blocks, and of all together with those for single
  // operators, which there have to be.
  uint32_t sharedBytes = 0;
  uint32_t runBytes = 0;
  uint32_t fusedBytes = 0;
  // For the blocks of interpreters, if the program has any; taken from those
  // for runs.
  uint32_t interpreterBytes = 0;
  uint32_t specialBytes = 0; // for those of specialize.h
  uint32_t allBytes = UINT32_MAX;
  // How many handlers, with those for single operators.
  uint32_t handlers = ~0u;
  // A use of a pattern counts as much as any other, however often it runs.
  bool forSize = false;
  // A larger block would make a handler that hosts compile badly.
  uint32_t maxFusedNodes = 1500;
  // Empty: there are none. The code of a region seldom runs in the stream.
  EntryBlocks entries = {};
  bool isRegion(uint32_t function) const {
    return !entries.empty() && !entries[function].empty();
  }
};

struct Handler {
  bool fused = false;
  // A tile that it does; the code is generated from it.
  uint32_t function = 0;
  BlockIndex block = 0;
  Tile tile;
  Shape shape; // of the tile; empty if fused
  uint32_t uses = 0;
};

struct BlockTiles {
  BlockIndex block;
  std::vector<Tile> tiles;
};

struct FunctionTiles {
  bool wideTargets = false;
  std::vector<BlockTiles> blocks; // in layout order
  std::vector<uint32_t> position; // in `blocks`, by block index
};

// Handler 0 is HALT: leave the dispatch function.
struct Tiling {
  std::vector<Handler> handlers;
  std::vector<FunctionTiles> functions;
};

// May split statements of the program.
Tiling selectTiles(Program &program, const SelectOptions &options);

} // namespace ireko

#endif // IREKO_REWRITER_SELECT_H
