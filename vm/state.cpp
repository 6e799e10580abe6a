// The VM's state. The linker exports its address; the rewriter gives it its
// first content.

#include "runtime.h"

ireko::VmState ireko_vm;
