// Files of the host, by path.

#ifndef IREKO_VM_GENERIC_PATH_H
#define IREKO_VM_GENERIC_PATH_H

#include <stdint.h>

namespace ireko {

// Opens a file for reading. Returns an errno. `scratch`: linear memory for the
// names of folders; longer ones are passed over.
uint32_t openFile(const char *name, uint32_t nameSize, uint32_t scratch,
                  uint32_t scratchSize, uint32_t &opened);

} // namespace ireko

#endif // IREKO_VM_GENERIC_PATH_H
