// The state of the generic VM's loader, which the tool initialises.

#ifndef IREKO_VM_GENERIC_STATE_H
#define IREKO_VM_GENERIC_STATE_H

#include <stdint.h>

namespace ireko {

struct LoaderState {
  // Written by the tool. Linear addresses.
  uint32_t handlers[2]; // the VM's set of handlers, as in ProgramHeader
  uint32_t globals;
  uint32_t tables;
  // Written when a program is loaded.
  uint32_t skippedBytes; // of the VM's own name, the first argument
  uint32_t memoryLimit;  // pages of guest memory
  uint32_t segments;     // linear address of SegmentRecord[segmentCount]
  uint32_t segmentCount;
};

} // namespace ireko

#endif // IREKO_VM_GENERIC_STATE_H
