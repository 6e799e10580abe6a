// Traps that the VM raises itself: the message, then the host's own trap.
//
//   ireko: trap: out of bounds table access in function 12 <main> at 0x1f3
//
// The offset is that of the instruction in the original module.

#include "output.h"

using namespace ireko;

namespace {

// All texts in one, each with its zero, found by counting: no table of
// pointers.
constexpr char kTexts[] =
#define IREKO_TRAP(NAME, TEXT) TEXT "\0"
#include "traps.def"
#undef IREKO_TRAP
    ;

// Reads LEB128 numbers of up to 32 bits.
class Leb {
public:
  explicit Leb(const uint8_t *from) : at(from) {}

  uint32_t readUnsigned() { return read(0); }
  uint32_t readSigned() { return read(0x40); }

private:
  // signBit: the bit of the last byte that is the number's sign, or 0.
  uint32_t read(uint32_t signBit) {
    uint32_t value = 0;
    uint32_t shift = 0;
    uint32_t byte;
    do {
      byte = *at++;
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    if ((byte & signBit) && shift < 32)
      value |= ~0u << shift;
    return value;
  }

  const uint8_t *at;
};

// The guest offset of the instruction at `pc` of the function, or of the last
// one before it; or 0, at which a module has its magic number. Not inlined: its
// frame on the shadow stack is to be gone when the host is called.
__attribute__((noinline)) uint32_t guestOffset(const uint8_t *image,
                                               const FunctionRecord &function,
                                               uint32_t pc, bool isBefore) {
  if (!function.locations)
    return 0;
  Leb list(image + function.locations);
  // The first distance is one too large.
  uint32_t at = function.entry - 1;
  uint32_t offset = 0;
  while (uint32_t distance = list.readUnsigned()) {
    at += distance;
    uint32_t before = offset;
    offset += list.readSigned();
    if (at >= pc)
      return isBefore ? before : at == pc ? offset : 0;
  }
  return isBefore ? offset : 0;
}

// Which function holds the instruction at `pc`: how many have an entry that is
// not after it, so one more than the index, or 0.
uint32_t countEntries(const FunctionRecord *records, uint32_t count,
                      uint32_t pc) {
  uint32_t low = 0;
  while (low < count) {
    uint32_t middle = (low + count) / 2;
    if (records[middle].entry <= pc)
      low = middle + 1;
    else
      count = middle;
  }
  return low;
}

void printPlace(Output &out, uint32_t place) {
  bool isBefore = place & kBeforePc;
  uint32_t pc = place & ~kBeforePc;
  auto *image = reinterpret_cast<const uint8_t *>(ireko_vm.image);
  auto *header = reinterpret_cast<const ImageHeader *>(image);
  auto *records =
      reinterpret_cast<const FunctionRecord *>(image + header->functions);
  uint32_t index = countEntries(records, header->functionCount, pc);
  if (index-- == 0)
    return;
  out.text(" in function ");
  out.number(index, 10);
  if (records[index].name) {
    out.text(" <");
    out.text(reinterpret_cast<const char *>(image + records[index].name));
    out.put('>');
  }
  if (uint32_t offset = guestOffset(image, records[index], pc, isBefore)) {
    out.text(" at 0x");
    out.number(offset, 16);
  }
}

void printTrap(uint32_t kind, uint32_t pc) {
  static Output out;
  out.start();
  out.text("ireko: trap: ");
  const char *text = kTexts;
  while (kind--)
    while (*text++)
      ;
  out.text(text);
  printPlace(out, pc);
  out.put('\n');
  out.flush();
}

} // namespace

// Raises the trap of an app that has no standard error. `kind` is a TrapKind,
// `pc` the image offset of the instruction, or that behind it and kBeforePc; it
// needs no import.
IREKO_EXPORT(ireko_trap_quiet)
[[noreturn]] void ireko_trap_quiet(uint32_t kind, uint32_t) {
  ireko_vm.trap = kind + 1;
  __builtin_trap();
}

// The same, with the message.
IREKO_EXPORT(ireko_trap)
[[noreturn]] void ireko_trap(uint32_t kind, uint32_t pc) {
  ireko_vm.trap = kind + 1;
  printTrap(kind, pc);
  __builtin_trap();
}
