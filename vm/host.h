// Declares the host functions of wasi.def, as host_NAME, which take linear
// addresses, and holds the macros that walk the parameters of a row.

#ifndef IREKO_VM_HOST_H
#define IREKO_VM_HOST_H

#include <stdint.h>

// IREKO_EACH(PREFIX_, a, b, ...) is PREFIX_a, PREFIX_b, ..., for 8 items and
// more. Each IREKO_SCAN doubles how often the preprocessor looks again.
#define IREKO_EACH(PREFIX, ...)                                                \
  __VA_OPT__(IREKO_SCAN(IREKO_EACH_ITEM(PREFIX, __VA_ARGS__)))
#define IREKO_EACH_ITEM(PREFIX, ITEM, ...)                                     \
  PREFIX##ITEM __VA_OPT__(, IREKO_EACH_AGAIN IREKO_PARENS(PREFIX, __VA_ARGS__))
#define IREKO_EACH_AGAIN() IREKO_EACH_ITEM
#define IREKO_PARENS ()
#define IREKO_SCAN(...) IREKO_SCAN4(IREKO_SCAN4(__VA_ARGS__))
#define IREKO_SCAN4(...) IREKO_SCAN2(IREKO_SCAN2(__VA_ARGS__))
#define IREKO_SCAN2(...) IREKO_SCAN1(IREKO_SCAN1(__VA_ARGS__))
#define IREKO_SCAN1(...) __VA_ARGS__

// The declaration of each kind of parameter.
#define IREKO_PARAMETER_I32(NAME) uint32_t NAME
#define IREKO_PARAMETER_I64(NAME) uint64_t NAME
#define IREKO_PARAMETER_Buffer(NAME) uint32_t NAME, uint32_t NAME##Length
#define IREKO_PARAMETER_Iovecs(NAME) uint32_t NAME, uint32_t NAME##Count
#define IREKO_PARAMETER_Out(NAME, BYTES) uint32_t NAME
#define IREKO_PARAMETER_Items(NAME, COUNT, BYTES) uint32_t NAME
#define IREKO_PARAMETER_Address(NAME) uint32_t NAME
#define IREKO_PARAMETERS(...) IREKO_EACH(IREKO_PARAMETER_, __VA_ARGS__)

#define IREKO_HOST(NAME)                                                       \
  extern "C" __attribute__((import_module("wasi_snapshot_preview1"),           \
                            import_name(#NAME)))

#define IREKO_WASI(NAME, ...)                                                  \
  IREKO_HOST(NAME) uint32_t host_##NAME(IREKO_PARAMETERS(__VA_ARGS__));
#define IREKO_WASI_IOVECS IREKO_WASI
#define IREKO_WASI_SPECIAL IREKO_WASI
#define IREKO_WASI_VOID(NAME, ...)                                             \
  IREKO_HOST(NAME)                                                             \
  void host_##NAME(IREKO_PARAMETERS(__VA_ARGS__));
#include "wasi.def"
#undef IREKO_WASI_VOID
#undef IREKO_WASI_SPECIAL
#undef IREKO_WASI_IOVECS
#undef IREKO_WASI

#endif // IREKO_VM_HOST_H
