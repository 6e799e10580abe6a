// The adapters to which the guest's imports of wasi_snapshot_preview1 are
// bound: ireko_wasi_NAME has the type of the host's NAME, takes guest
// addresses, and answers `fault`, without calling the host, if it would have
// the host touch anything outside of guest memory.

#include "guest.h"
#include "host.h"

using namespace ireko;

namespace {

// errno `fault`: bad address.
constexpr uint32_t kFault = 21;

template <class... Bool> bool any(Bool... conditions) {
  return (false | ... | conditions);
}

} // namespace

// Whether a parameter is bad, for each kind. Iovecs are also copied to scratch,
// and their number replaced by the number copied.
#define IREKO_BAD_I32(NAME) false
#define IREKO_BAD_I64(NAME) false
#define IREKO_BAD_Buffer(NAME) outside(NAME, NAME##Length)
#define IREKO_BAD_Iovecs(NAME)                                                 \
  (NAME##Count = copyIovecs(NAME, NAME##Count)) == kBadIovecs
#define IREKO_BAD_Out(NAME, BYTES) outside(NAME, BYTES)
#define IREKO_BAD_Items(NAME, COUNT, BYTES)                                    \
  outside(NAME, uint64_t(COUNT) * BYTES)

// What the host gets for a parameter, for each kind.
#define IREKO_ARGUMENT_I32(NAME) NAME
#define IREKO_ARGUMENT_I64(NAME) NAME
#define IREKO_ARGUMENT_Buffer(NAME) linear(NAME), NAME##Length
#define IREKO_ARGUMENT_Iovecs(NAME) iovecsAt(frame.sp, NAME), NAME##Count
#define IREKO_ARGUMENT_Out(NAME, BYTES) linear(NAME)
#define IREKO_ARGUMENT_Items(NAME, COUNT, BYTES) linear(NAME)

#define IREKO_CALL(NAME, ...)                                                  \
  host_##NAME(IREKO_EACH(IREKO_ARGUMENT_, __VA_ARGS__))

#define IREKO_WASI(NAME, ...)                                                  \
  IREKO_EXPORT(ireko_wasi_##NAME)                                              \
  uint32_t ireko_wasi_##NAME(IREKO_PARAMETERS(__VA_ARGS__)) {                  \
    if (any(IREKO_EACH(IREKO_BAD_, __VA_ARGS__)))                              \
      return kFault;                                                           \
    return IREKO_CALL(NAME, __VA_ARGS__);                                      \
  }
#define IREKO_WASI_IOVECS(NAME, ...)                                           \
  IREKO_EXPORT(ireko_wasi_##NAME)                                              \
  uint32_t ireko_wasi_##NAME(IREKO_PARAMETERS(__VA_ARGS__)) {                  \
    if (any(IREKO_EACH(IREKO_BAD_, __VA_ARGS__)))                              \
      return kFault;                                                           \
    Frame frame(iovecBytes(buffersCount));                                     \
    return IREKO_CALL(NAME, __VA_ARGS__);                                      \
  }
#define IREKO_WASI_VOID(NAME, ...)                                             \
  IREKO_EXPORT(ireko_wasi_##NAME)                                              \
  void ireko_wasi_##NAME(IREKO_PARAMETERS(__VA_ARGS__)) {                      \
    IREKO_CALL(NAME, __VA_ARGS__);                                             \
  }
#define IREKO_WASI_SPECIAL(NAME, ...)                                          \
  IREKO_EXPORT(ireko_wasi_##NAME)                                              \
  uint32_t ireko_wasi_##NAME(IREKO_PARAMETERS(__VA_ARGS__));
#include "wasi.def"
#undef IREKO_WASI_SPECIAL
#undef IREKO_WASI_VOID
#undef IREKO_WASI_IOVECS
#undef IREKO_WASI

namespace {

using HostPair = uint32_t(uint32_t, uint32_t);

// args_get and environ_get: the host writes an array of addresses, and the
// strings at which they point to a buffer. Only the host knows how much both
// hold, so it is asked first. The addresses become guest addresses; what is no
// address in the buffer stays, since where the guest let array and buffer
// overlap the host may have put a string there.
template <HostPair sizesGet, HostPair get>
uint32_t getStrings(uint32_t array, uint32_t buffer) {
  struct Sizes {
    uint32_t count;
    uint32_t bytes;
  } sizes;
  {
    Frame frame(sizeof(Sizes));
    auto *answer = reinterpret_cast<Sizes *>(frame.sp);
    *answer = {};
    uint32_t error =
        sizesGet(uint32_t(&answer->count), uint32_t(&answer->bytes));
    if (error)
      return error;
    sizes = *answer;
  }
  if (any(outside(array, uint64_t(sizes.count) * sizeof(uint32_t)),
          outside(buffer, sizes.bytes)))
    return kFault;
  uint32_t error = get(linear(array), linear(buffer));
  if (error)
    return error;
  struct __attribute__((packed)) Element {
    uint32_t address;
  };
  auto *elements = reinterpret_cast<Element *>(linear(array));
  for (uint32_t i = 0; i < sizes.count; i++)
    if (elements[i].address - linear(buffer) < sizes.bytes)
      elements[i].address -= ireko_vm.guestBase;
  return 0;
}

} // namespace

uint32_t ireko_wasi_args_get(uint32_t argv, uint32_t argvBuffer) {
  return getStrings<host_args_sizes_get, host_args_get>(argv, argvBuffer);
}

uint32_t ireko_wasi_environ_get(uint32_t environ, uint32_t environBuffer) {
  return getStrings<host_environ_sizes_get, host_environ_get>(environ,
                                                              environBuffer);
}
