// Access to guest memory on behalf of the guest: bounds and translation.

#ifndef IREKO_VM_GUEST_H
#define IREKO_VM_GUEST_H

#include "runtime.h"

namespace ireko {

// Whether the bytes [address, address + length) are not all guest memory. An
// empty range lies inside from 0 to the size of guest memory, included.
[[nodiscard]] bool outside(uint32_t address, uint64_t length);

// The linear address of a guest address that outside() has accepted.
inline uint32_t linear(uint32_t address) {
  return address + ireko_vm.guestBase;
}

// __wasi_iovec_t and __wasi_ciovec_t, at any alignment.
struct __attribute__((packed)) Iovec {
  uint32_t data;
  uint32_t size;
};
static_assert(sizeof(Iovec) == 8);

inline constexpr uint32_t kBadIovecs = ~0u;

// Copies `count` iovecs from guest memory to iovecsAt(ireko_vm.sp, list), with
// linear addresses. Returns how many are there, or kBadIovecs if the list or
// one of its buffers is outside of guest memory.
//
// When scratch has no room for all of them, it is the first ones that are not
// empty: the host then reads or writes less than was asked for, as it always
// may, but never nothing. There is room for at least kLeastIovecs.
uint32_t copyIovecs(uint32_t list, uint32_t count);

// Where the copy of the guest's list lies in a frame at `sp`. It has the
// alignment of the guest's, so that hosts which refuse misaligned lists refuse
// this one.
inline uint32_t iovecsAt(uint32_t sp, uint32_t list) {
  return sp + list % alignof(uint32_t);
}

// Bytes of a frame that holds so many, a multiple of 8.
inline uint32_t iovecBytes(uint32_t count) {
  return (count + 1) * sizeof(Iovec);
}

// Most hosts take 1,024 in one call, and do with more what the system does.
inline constexpr uint32_t kLeastIovecs = kStackReserve / sizeof(Iovec) - 1;
static_assert(kLeastIovecs == 1024);

// Keeps `bytes` bytes at ireko_vm.sp as they are while the host is being
// called: if it calls the guest, those frames lie above.
class Frame {
public:
  explicit Frame(uint32_t bytes) : sp(ireko_vm.sp) { ireko_vm.sp = sp + bytes; }
  Frame(const Frame &) = delete;
  Frame &operator=(const Frame &) = delete;
  ~Frame() { ireko_vm.sp = sp; }

  const uint32_t sp;
};

} // namespace ireko

#endif // IREKO_VM_GUEST_H
