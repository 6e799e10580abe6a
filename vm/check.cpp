// The check of bundles with --check-frames: whether the guest stack, from where
// the program goes on down to the frame with which the dispatch function was
// entered, from outside or on top of a region, is one that the stream could have
// made.

#include "runtime.h"

using namespace ireko;

namespace {

const SafepointRecord *firstAt(const SafepointRecord *records, uint32_t count,
                               uint32_t address) {
  uint32_t low = 0;
  while (low < count) {
    uint32_t middle = (low + count) / 2;
    if (records[middle].address < address)
      low = middle + 1;
    else
      count = middle;
  }
  return records + low;
}

} // namespace

// Of `count` records, in ascending order of addresses: looks at the frames from
// VmState::pc and fp on. Returns 0 if all are good, or one more than the
// address at which one that is not would go on.
IREKO_EXPORT(ireko_check_frames)
uint32_t ireko_check_frames(const SafepointRecord *records, uint32_t count) {
  auto *image = reinterpret_cast<const uint8_t *>(ireko_vm.image);
  uint32_t pc = ireko_vm.pc, fp = ireko_vm.fp;
  uint32_t callee = kAnyFunction, calleeFrame = 0;
  while (true) {
    if (fp < ireko_vm.stackBase || fp > ireko_vm.stackEnd || fp % kSlotBytes)
      return pc + 1;
    const SafepointRecord *found = nullptr;
    for (auto *each = firstAt(records, count, pc);
         each != records + count && each->address == pc; each++) {
      // The innermost frame is at a loop or at its start, others behind a call.
      bool isCall = each->frame != 0;
      if (calleeFrame == 0
              ? !isCall
              : isCall && fp + each->frame == calleeFrame &&
                    (each->callee == kAnyFunction || callee == kAnyFunction ||
                     each->callee == callee)) {
        found = each;
        break;
      }
    }
    if (!found)
      return pc + 1;
    uint32_t size;
    __builtin_memcpy(&size, image + found->entry - sizeof(size), sizeof(size));
    if (fp + size > ireko_vm.stackEnd || found->frame > size)
      return pc + 1;
    callee = found->function;
    calleeFrame = fp;
    auto *header = reinterpret_cast<const uint32_t *>(fp);
    pc = header[0];
    fp = header[1];
    if (pc == kHaltPc)
      return fp == 0 || fp & kHandsBack ? 0 : pc + 1;
  }
}
