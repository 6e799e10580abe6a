// Numbers for the keys of shapes (tile.h). Selection asks again and again
// which tiles are alike, so each tile's key is spelled once, and from then on
// its number stands for it: two tiles have the same number if and only if their
// keys are equal.
//
// Spelling takes most of the time, so it is done in parallel: each function's
// keys go to a list of their own, and the lists are numbered afterwards, in
// order.

#ifndef IREKO_REWRITER_SHAPE_NUMBERS_H
#define IREKO_REWRITER_SHAPE_NUMBERS_H

#include <cstdint>
#include <vector>

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Allocator.h"

namespace ireko {

class ShapeNumbers {
public:
  // Keys without a number yet.
  class List {
  public:
    // `number` will be set. How many operators it has, and of how many bytes
    // its handler is (handler_size.h), is kept for the first tile of a shape.
    void add(llvm::StringRef key, uint32_t operators, uint32_t bytes,
             uint32_t &number);

  private:
    friend class ShapeNumbers;
    struct Entry {
      uint32_t hash, length, operators, bytes;
      uint32_t *number;
    };
    std::string keys;
    std::vector<Entry> entries;
  };

  struct Size {
    uint32_t operators, bytes;
  };

  // Sets the numbers of a list's keys; empties the list.
  void number(List &list);

  // By number.
  const std::vector<Size> &sizes() const { return shapeSizes; }

private:
  llvm::StringMap<uint32_t, llvm::BumpPtrAllocator> numbers;
  std::vector<Size> shapeSizes;
};

} // namespace ireko

#endif // IREKO_REWRITER_SHAPE_NUMBERS_H
