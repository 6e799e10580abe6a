// Encoding: from tiles to the code image (vm/layout.h).

#ifndef IREKO_REWRITER_ENCODE_H
#define IREKO_REWRITER_ENCODE_H

#include <functional>

#include "rewriter/select.h"
#include "llvm/ADT/ArrayRef.h"

namespace ireko {

struct EncodeOptions {
  bool names = true;
  // The shape of a tile with the operands that its handler reads, if that is
  // not shapeOf()'s.
  std::function<Shape(const Block &block, const Tile &tile, bool wideTargets)>
      shapeOfTile = {};
};

struct Image {
  std::vector<uint8_t> bytes;
  uint32_t codeBytes = 0;
  // A handler number or a distance did not fit into its bytes: a fault of
  // selection, which is never written to a file.
  bool overflow = false;
  // Image offsets. A function without code has the entry of the next one.
  std::vector<uint32_t> entries;
  // Per function and block: where its code starts, behind an instruction that
  // enters the function's region. A block without code has the address of what
  // follows.
  std::vector<std::vector<uint32_t>> blocks;
};

Image encodeImage(Program &program, const Tiling &tiling,
                  const EncodeOptions &options);

// Of an image of at least an ImageHeader.
uint32_t imageChecksum(llvm::ArrayRef<uint8_t> image);

// For an element of StaticTable::functions.
StaticTableEntry tableEntry(Program &program, const Image &image,
                            uint32_t element);

// The image offset of a fused handler's only instruction: behind one that
// enters a region at the block.
uint32_t fusedAddress(const Tiling &tiling, const Image &image,
                      const Handler &handler);

// Of the whole instruction, switch targets included.
uint32_t instructionBytes(const Handler &handler, const Block &block,
                          const Tile &tile);

} // namespace ireko

#endif // IREKO_REWRITER_ENCODE_H
