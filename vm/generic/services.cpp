// What the guest asks of the generic VM: arguments, memory that has a limit of
// its own, data segments. In a bundle, these are generated code.

#include "../guest.h"
#include "../host.h"
#include "loader.h"

using namespace ireko;

namespace {

constexpr uint32_t kFault = 21;
constexpr uint32_t kNoMemory = 48;

struct Sizes {
  uint32_t count;
  uint32_t bytes;
};

uint32_t argumentSizes(Sizes &sizes) {
  Frame frame(sizeof(Sizes));
  auto *answer = reinterpret_cast<Sizes *>(frame.sp);
  uint32_t error =
      host_args_sizes_get(uint32_t(&answer->count), uint32_t(&answer->bytes));
  if (!error)
    sizes = *answer;
  return error;
}

void store(uint32_t address, uint32_t value) {
  __builtin_memcpy(reinterpret_cast<void *>(address), &value, sizeof(value));
}

void copyBytes(uint32_t to, uint32_t from, uint32_t size) {
  for (uint32_t i = 0; i < size; ++i)
    reinterpret_cast<char *>(to)[i] = reinterpret_cast<const char *>(from)[i];
}

} // namespace

ireko::LoaderState ireko_loader;

// The guest's arguments are the VM's from the second one on.
IREKO_EXPORT(ireko_loader_args_sizes_get)
uint32_t ireko_loader_args_sizes_get(uint32_t count, uint32_t bytes) {
  if (outside(count, 4) || outside(bytes, 4))
    return kFault;
  Sizes sizes;
  uint32_t error = argumentSizes(sizes);
  if (error)
    return error;
  sizes.count -= 1;
  sizes.bytes -= ireko_loader.skippedBytes;
  store(linear(count), sizes.count);
  store(linear(bytes), sizes.bytes);
  return 0;
}

// The host writes to scratch; from there, what the guest is to see is copied.
IREKO_EXPORT(ireko_loader_args_get)
uint32_t ireko_loader_args_get(uint32_t argv, uint32_t buffer) {
  Sizes sizes;
  uint32_t error = argumentSizes(sizes);
  if (error)
    return error;
  if (outside(argv, (uint64_t(sizes.count) - 1) * 4) ||
      outside(buffer, sizes.bytes - ireko_loader.skippedBytes))
    return kFault;
  uint64_t needed = uint64_t(sizes.count) * 4 + sizes.bytes;
  if (needed > ireko_vm.stackEnd + kStackReserve - ireko_vm.sp)
    return kNoMemory;
  Frame frame(uint32_t(needed + kSlotBytes - 1) & -kSlotBytes);
  error = host_args_get(frame.sp, frame.sp + sizes.count * 4);
  if (error)
    return error;
  auto *from = reinterpret_cast<const char *const *>(frame.sp);
  for (uint32_t i = 1; i < sizes.count; ++i) {
    uint32_t size = textSize(from[i]) + 1;
    store(linear(argv + (i - 1) * 4), buffer);
    copyBytes(linear(buffer), uint32_t(from[i]), size);
    buffer += size;
  }
  return 0;
}

// Of a VM for hosts without sock_accept.
IREKO_EXPORT(ireko_loader_no_sock_accept)
uint32_t ireko_loader_no_sock_accept(uint32_t, uint32_t, uint32_t) {
  constexpr uint32_t kNotSupported = 52;
  return kNotSupported;
}

// memory.grow: the pages there were, or -1.
IREKO_EXPORT(ireko_loader_memory_grow)
uint32_t ireko_loader_memory_grow(uint32_t pages) {
  uint32_t own = ireko_vm.guestBase / kPageBytes;
  uint32_t old = uint32_t(__builtin_wasm_memory_size(0)) - own;
  if (pages > ireko_loader.memoryLimit - old ||
      __builtin_wasm_memory_grow(0, pages) == ~0ul)
    return ~0u;
  return old;
}

// memory.init. Returns whether it is out of bounds, in which case nothing has
// been written.
IREKO_EXPORT(ireko_loader_memory_init)
uint32_t ireko_loader_memory_init(uint32_t to, uint32_t from, uint32_t size,
                                  uint32_t segment) {
  uint32_t data = 0, dataSize = 0;
  if (segment < ireko_loader.segmentCount) {
    auto &record =
        reinterpret_cast<const SegmentRecord *>(ireko_loader.segments)[segment];
    data = record.address;
    dataSize = record.size;
    // An active segment is as good as dropped once it has been copied.
    if (record.kind != uint32_t(SegmentKind::Passive))
      dataSize = 0;
  }
  if (outside(to, size) || uint64_t(from) + size > dataSize)
    return 1;
  copyBytes(linear(to), ireko_vm.image + data + from, size);
  return 0;
}

// data.drop
IREKO_EXPORT(ireko_loader_data_drop)
void ireko_loader_data_drop(uint32_t segment) {
  if (segment < ireko_loader.segmentCount)
    reinterpret_cast<SegmentRecord *>(ireko_loader.segments)[segment].size = 0;
}
