// `ireko vm`: the VM that runs program files.

#ifndef IREKO_REWRITER_GENERIC_VM_H
#define IREKO_REWRITER_GENERIC_VM_H

#include "rewriter/catalogue.h"

namespace ireko {

struct GenericVmOptions {
  // Bytes for the body of a program file. With the stack, this keeps guestBase
  // below what hosts access without a check (docs/rationale.md).
  uint32_t imageSize = 24u << 20;
  // Bytes of the guest stack.
  uint32_t stackSize = 4u << 20;
  // Import sock_accept, which not every host has. Without it, a call of it says
  // that it is not supported.
  bool sockAccept = false;
};

llvm::Expected<std::vector<uint8_t>>
makeGenericVm(const Catalogue &catalogue, const GenericVmOptions &options);

} // namespace ireko

#endif // IREKO_REWRITER_GENERIC_VM_H
