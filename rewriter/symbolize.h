// Names for addresses: from an address of the image, or the text of a trap, to
// the function, the offset in the original module and the line of its source,
// by the map that `ireko pack --map` wrote. A map is text, and knows what a
// bundle without names does not say.

#ifndef IREKO_REWRITER_SYMBOLIZE_H
#define IREKO_REWRITER_SYMBOLIZE_H

#include "rewriter/image_file.h"
#include "rewriter/source_lines.h"

namespace ireko {

// What a map says of the module that a bundle was made from.
struct MapFacts {
  std::vector<std::string> functionNames;
  SourceLines lines;
};

// The map of a bundle:
//
//     ireko-map 1
//     function ENTRY END INDEX NAME
//     at ADDRESS OFFSET FILE:LINE
//
// Numbers but the index and the line are hexadecimal. The instructions of a
// function whose offset is known follow it, in order. NAME and FILE:LINE end
// with their line of the map, and are left out where they are not known.
std::string makeMap(const ImageFile &file, const MapFacts &facts);

struct SymbolMap {
  struct Instruction {
    uint32_t address, offset;
    std::string line; // "sum.c:12", or empty
  };
  struct Function {
    uint32_t entry, end, index;
    std::string name;
    std::vector<Instruction> instructions; // by address
  };
  std::vector<Function> functions;

  static llvm::Expected<SymbolMap> parse(llvm::StringRef text,
                                         llvm::StringRef path);
  // An address of the image (0x54), or any text in which "in function 9 at
  // 0x31a" stands, which gets the function's name and the line; other text as
  // it is.
  std::string symbolize(llvm::StringRef text) const;
};

} // namespace ireko

#endif // IREKO_REWRITER_SYMBOLIZE_H
