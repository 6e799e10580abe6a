// What every file of the in-guest runtime needs, and the rules it keeps.
//
// The runtime is compiled once, to a wasm module of which the rewriter keeps
// the functions that an app needs and to which it adds the generated code, the
// image and the adapters of exports. Everything an app may need is exported;
// the rewriter drops the exports it does not use, and with them their code and
// their imports.
//
// Rules for whoever edits the runtime:
//
//  1. Each exported function stands for itself: it needs no other export, no
//     initialisation and no global constructor. What it imports it needs.
//  2. The only state is `ireko_vm`. Any other variable is scratch: its content
//     means nothing once the function that wrote it has returned.
//  3. `ireko_vm.sp` is valid from the moment the generated code calls a
//     function of the runtime until that returns. Meanwhile the bytes
//     [sp, stackEnd + kStackReserve) are scratch, and sp <= stackEnd, sp being
//     a multiple of 8. A function that gives scratch to the host, or reads it
//     after a host call, moves sp behind it for the time of the call (Frame,
//     guest.h). If the host does not return, whoever called the runtime
//     restores sp, or nobody does.
//  4. The host may call an export of the guest during a host call (WASI hosts
//     do not, others may). Its frame is put at sp, over the scratch. With sp
//     behind stackEnd such a call traps.
//  5. A guest address or length is a plain number until outside() (guest.h) has
//     accepted it. All of a call's are checked before the host is called and
//     before anything is written. The only addresses ever passed to the host
//     are accepted ones plus guestBase, scratch, and the runtime's variables.
//  6. Guest memory may have any alignment, any content and, after a host call,
//     another size. It is read once: what was checked is what is used.
//  7. guestBase is a multiple of 64 KiB, so alignment survives translation, and
//     not 0. For a guest without memory it is the end of linear memory, which
//     makes its memory empty.
//  8. No function has a frame on the shadow stack while it calls the host or
//     traps: neither may come back, and the instance can be called again.
//  9. No libc, no exceptions, no tables of pointers, no indirect calls; data is
//     the wording of traps and nothing else. Sizes are limited by the tests.
// 10. Only instructions of the first version of WebAssembly (-mcpu=mvp).

#ifndef IREKO_VM_RUNTIME_H
#define IREKO_VM_RUNTIME_H

#include "layout.h"

// A function that the rewriter finds in the runtime by its name.
#define IREKO_EXPORT(NAME) extern "C" __attribute__((export_name(#NAME)))

extern "C" __attribute__((visibility("hidden"))) ireko::VmState ireko_vm;

#endif // IREKO_VM_RUNTIME_H
