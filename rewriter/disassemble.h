// Text listing of the code of a bundle or a program file, decoded from its
// bytes alone.

#ifndef IREKO_REWRITER_DISASSEMBLE_H
#define IREKO_REWRITER_DISASSEMBLE_H

#include "rewriter/image_file.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

// The offsets in the original module of the instructions that have one, by
// their addresses.
std::map<uint32_t, uint32_t> locationsOf(const ImageFile &file,
                                         uint32_t function);

// `only`: name or index of the function to print; empty: all.
// The image has been verified.
llvm::Error disassemble(const ImageFile &file, llvm::StringRef only,
                        llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_DISASSEMBLE_H
