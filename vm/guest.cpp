// Bounds of guest memory, and the copy of iovecs for the host.

#include "guest.h"

namespace ireko {

bool outside(uint32_t address, uint64_t length) {
  // Modulo 2^32, which is right for a memory of 4 GiB too: guestBase is not 0.
  uint32_t size =
      uint32_t(__builtin_wasm_memory_size(0)) * kPageBytes - ireko_vm.guestBase;
  return address + length > size;
}

uint32_t copyIovecs(uint32_t list, uint32_t count) {
  if (outside(list, uint64_t(count) * sizeof(Iovec)))
    return kBadIovecs;
  uint32_t sp = ireko_vm.sp;
  // One less than there is room for, because of the misalignment.
  uint32_t room = (ireko_vm.stackEnd + kStackReserve - sp) / sizeof(Iovec) - 1;
  bool all = count <= room;
  auto *from = reinterpret_cast<const Iovec *>(linear(list));
  auto *to = reinterpret_cast<Iovec *>(iovecsAt(sp, list));
  uint32_t copied = 0;
  for (uint32_t i = 0; i < count; i++) {
    Iovec iovec = from[i];
    if (outside(iovec.data, iovec.size))
      return kBadIovecs;
    // Of nothing but empty ones, one is left.
    bool isNeeded = iovec.size || (copied == 0 && i + 1 == count);
    if (all || (isNeeded && copied < room))
      to[copied++] = {linear(iovec.data), iovec.size};
  }
  return copied;
}

} // namespace ireko
