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

// Copies `count` iovecs from guest memory to iovecScratch(list), with linear
// addresses. Returns how many are there, or kBadIovecs if the list or one of
// its buffers is outside of guest memory.
//
// When scratch has no room for all of them, it is the first ones: the host then
// reads or writes less than was asked for, as it always may. At least one fits.
uint32_t copyIovecs(uint32_t list, uint32_t count);

// Where copyIovecs() puts them. It has the alignment of the guest's list, so
// that hosts which refuse misaligned lists refuse the guest's.
uint32_t iovecScratch(uint32_t list);

} // namespace ireko

#endif // IREKO_VM_GUEST_H
