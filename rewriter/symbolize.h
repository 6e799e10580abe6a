// Names for addresses: from an address of the image, or the text of a trap, to
// the function and the offset in the original module, by the map that
// `ireko pack --map` wrote. A map is text, and knows what a bundle without
// names does not say.

#ifndef IREKO_REWRITER_SYMBOLIZE_H
#define IREKO_REWRITER_SYMBOLIZE_H

#include "rewriter/image_file.h"

namespace ireko {

// The map of a bundle, whose functions had these names in the module:
//
//     ireko-map 1
//     function ENTRY END INDEX NAME
//     at ADDRESS OFFSET
//
// Numbers but the index are hexadecimal. The instructions of a function whose
// offset is known follow it, in order. A name ends with its line, and is left
// out if there is none.
std::string makeMap(const ImageFile &file,
                    llvm::ArrayRef<std::string> functionNames);

struct SymbolMap {
  struct Function {
    uint32_t entry, end, index;
    std::string name;
    std::vector<std::pair<uint32_t, uint32_t>> offsets; // by address
  };
  std::vector<Function> functions;

  static llvm::Expected<SymbolMap> parse(llvm::StringRef text,
                                         llvm::StringRef path);
  // An address of the image (0x54), or any text in which "in function 9"
  // stands, which gets the function's name; other text as it is.
  std::string symbolize(llvm::StringRef text) const;
};

} // namespace ireko

#endif // IREKO_REWRITER_SYMBOLIZE_H
