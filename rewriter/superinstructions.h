// Superinstructions: runs of statements, possibly with the terminator, that
// recur in the program and become one instruction.
//
// Mined by merging, again and again, the best adjacent pairs of tiles that
// occur anywhere, as byte-pair encoding does (Gage, "A new algorithm for data
// compression", 1994). A pair is worth what its tiles weigh, so often-run code
// and often-used patterns both count, against the bytes of the new handler.
//
// A slot that a run writes before it reads it, and that is dead after the run,
// becomes internal: it is no operand, and lives in a Wasm local of the handler.
//
//     s5 = load s1+8                    [h][s1][8][s7][s2]
//     s6 = s5 * s2          ==>             t0 = load s1+8
//     s7 = s6 + s7                          t1 = t0 * s2
//                                           s7 = t1 + s7

#ifndef IREKO_REWRITER_SUPERINSTRUCTIONS_H
#define IREKO_REWRITER_SUPERINSTRUCTIONS_H

#include "rewriter/shape_numbers.h"
#include "rewriter/tile.h"

namespace ireko {

// A basic block and the tiles that cover it, in order.
struct TiledBlock {
  uint32_t function = 0;
  BlockIndex block = 0;
  bool fused = false; // has a handler of its own; left alone
  bool wideTargets = false;
  double score = 0; // Weights::scoreOf
  // What it counts for, if it is a loop of its own: how often it runs, with a
  // profile, else Weights::rankOf.
  double loopScore = 0;
  std::vector<Tile> tiles;
};

// What is left for new handlers.
struct Budget {
  int64_t bytes;    // estimated, of generated code
  int64_t handlers; // their number
  // What a handler must save for each of its bytes: dispatches, weighted.
  double leastScore = 0;

  // Returns whether there was enough.
  bool take(uint32_t cost) {
    if (cost > bytes || handlers <= 0)
      return false;
    bytes -= cost;
    --handlers;
    return true;
  }
};

// The `handler` of a tile is the number of its shape, before and afterwards.
// Afterwards the slots that became internal are numbered from kInternalSlot in
// the trees.
void mineSuperinstructions(Program &program, std::vector<TiledBlock> &blocks,
                           ShapeNumbers &numbers, Budget budget);

} // namespace ireko

#endif // IREKO_REWRITER_SUPERINSTRUCTIONS_H
