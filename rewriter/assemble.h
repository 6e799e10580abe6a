//===- assemble.h - From the text format to the binary format -------------===//
//
// Text is only another way to write a binary: it is assembled by Binaryen and
// then takes the way of every binary, through the validator.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_ASSEMBLE_H
#define IREKO_REWRITER_ASSEMBLE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <vector>

namespace ireko {

/// Assembles the module \p text, which errors call \p file. What comes out is
/// not validated. Function names are kept in a name section.
llvm::Expected<std::vector<uint8_t>> assembleText(llvm::StringRef text,
                                                  llvm::StringRef file);

} // namespace ireko

#endif // IREKO_REWRITER_ASSEMBLE_H
