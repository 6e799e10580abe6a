// The generic VM's own part of the runtime: it reads a program file and starts
// the program.
//
// It keeps the rules of vm/runtime.h, but for these:
//
//  1. `ireko_loader` is state too. The tool writes its first half, the loader
//     the rest, once.
//  2. The loader calls the generated code, through `ireko_run`.
//  3. Until the program starts, the whole guest stack is scratch, and the
//  loader
//     has a frame on the shadow stack: a program is started once.
//  4. Nothing in a program file is believed before it is checked: whatever the
//     file holds, the loader writes to the areas of layout.h only. That the
//     instructions are those of a program that `ireko lower` made is what the
//     checksum stands for; it is no signature.

#ifndef IREKO_VM_GENERIC_LOADER_H
#define IREKO_VM_GENERIC_LOADER_H

#include "../runtime.h"
#include "state.h"

extern "C"
    __attribute__((visibility("hidden"))) ireko::LoaderState ireko_loader;

namespace ireko {

// Of a text that ends with a zero.
inline uint32_t textSize(const char *text) {
  uint32_t bytes = 0;
  while (text[bytes])
    ++bytes;
  return bytes;
}

} // namespace ireko

// Runs the guest from `pc` with the frame `fp` until that returns. Generated.
extern "C" __attribute__((import_module("ireko"), import_name("run"))) void
ireko_run(uint32_t pc, uint32_t fp);

#endif // IREKO_VM_GENERIC_LOADER_H
