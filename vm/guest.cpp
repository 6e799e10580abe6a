// Bounds of guest memory, and the copy of iovecs for the host.

#include "guest.h"

namespace ireko {

namespace {

// Room for one iovec at any alignment, for when the guest stack is full.
constexpr uint32_t kSpareBytes = 16;
alignas(uint32_t) char spare[kSpareBytes];

uint32_t iovecRoom() { return ireko_vm.stackEnd - ireko_vm.sp; }

} // namespace

bool outside(uint32_t address, uint64_t length) {
  // Modulo 2^32, which is right for a memory of 4 GiB too: guestBase is not 0.
  uint32_t size =
      uint32_t(__builtin_wasm_memory_size(0)) * kPageBytes - ireko_vm.guestBase;
  return address + length > size;
}

uint32_t iovecScratch(uint32_t list) {
  uint32_t start = iovecRoom() < kSpareBytes ? uint32_t(spare) : ireko_vm.sp;
  return start + list % alignof(uint32_t);
}

uint32_t copyIovecs(uint32_t list, uint32_t count) {
  if (outside(list, uint64_t(count) * sizeof(Iovec)))
    return kBadIovecs;
  // One less than there is room for, because of the misalignment.
  uint32_t room = iovecRoom() / sizeof(Iovec);
  room = room < 2 ? 1 : room - 1;
  if (count > room)
    count = room;
  auto *from = reinterpret_cast<const Iovec *>(linear(list));
  auto *to = reinterpret_cast<Iovec *>(iovecScratch(list));
  for (uint32_t i = 0; i < count; i++) {
    Iovec iovec = from[i];
    if (outside(iovec.data, iovec.size))
      return kBadIovecs;
    to[i] = {linear(iovec.data), iovec.size};
  }
  return count;
}

} // namespace ireko
