// Checks an image against the description of its handlers: every instruction,
// and all that lies around them.

#ifndef IREKO_REWRITER_VERIFY_H
#define IREKO_REWRITER_VERIFY_H

#include "rewriter/image_file.h"

namespace ireko {

struct VerifyStats {
  uint32_t functions = 0; // with code
  uint64_t instructions = 0;
  uint32_t handlers = 0;
};

// The first thing that is wrong.
llvm::Expected<VerifyStats> verifyImage(const ImageFile &file);

} // namespace ireko

#endif // IREKO_REWRITER_VERIFY_H
