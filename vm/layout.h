// The contract between the rewriter (native) and the VM (wasm32): the layout
// of a bundle's linear memory, of the code image and of guest frames, and the
// numbers that both sides use. Included by both; depends on nothing.
//
// Linear memory of a bundle, low to high (all addresses in bytes):
//
//   0            the runtime's shadow stack, kShadowStack bytes
//   stackBase    guest stack, grows upward, up to stackEnd; kStackReserve
//                bytes more that are the runtime's
//   state        data of vm/, VmState among it
//   image        code image: ImageHeader, code, function table, locations,
//                names (position independent: offsets are relative to its
//                first byte)
//   globals      guest globals that are neither imported nor exported,
//                static tables, and data segments for hosts that cannot copy
//                their own
//   guestBase    guest memory, a multiple of 64 KiB, to the end of memory
//
// A guest address a is the linear address guestBase + a. Because guest
// addresses are unsigned and guest memory is last, the host's own bounds check
// is the guest's bounds check, and nothing below guestBase can be reached.
//
// In the separate layout the guest's memory is a memory of its own, number 0,
// and the VM's the one after it, of which all of the above holds up to
// stackEnd. guestBase is 0 then. A guest without memory leaves the VM's the
// only one. In both layouts the VM's memory is the last one.
//
// A guest frame, at fp (8-byte aligned). Slots are 8 bytes; a v128 takes two.
//
//   fp +  0      u32 pc at which the caller goes on   } the header: slot 0
//   fp +  4      u32 fp of the caller                 }
//   fp +  8      parameters, from slot 1; on return the results, from slot 1
//   ...          other locals, temporaries
//   fp + k       the next callee's frame: its header and its arguments are
//                the caller's own topmost slots, so passing them copies nothing
//
// The frame of a call from outside (an export adapter) returns to the HALT
// instruction and has 0 for the caller's fp. So does, while the stream runs on
// top of a region, the frame with which it has begun; if the region waits for
// the activation, it has kHandsBack and the region's number there.
//
// Durability: a bundle carries its own VM, so its image never meets another
// version. The version exists for tools that read bundles; they refuse others
// and name both. It is raised by any change to the shapes in this file or to
// the meaning of instructions.
//
// Version history: 1, first. 2: separate memories; the operand for the offset
// of a memory access is one less. 3: operands of one byte; instructions are not
// aligned.

#ifndef IREKO_VM_LAYOUT_H
#define IREKO_VM_LAYOUT_H

#include <stddef.h>
#include <stdint.h>

namespace ireko {

inline constexpr uint32_t kImageMagic = 0x004b5249; // "IRK\0"
inline constexpr uint32_t kFormatVersion = 3;
inline constexpr uint32_t kPageBytes = 65536;
inline constexpr uint32_t kSlotBytes = 8;
// An instruction begins with the number of its handler.
inline constexpr uint32_t kHandlerBytes = 2;
// Of the distance to each target of a switch.
inline constexpr uint32_t kSwitchTargetBytes = 4;
// With the pc of a trap: of the instruction that ends there.
inline constexpr uint32_t kBeforePc = 1u << 31;
// Lowest in memory, and growing downward: overflow traps.
inline constexpr uint32_t kShadowStack = 8192;
// Behind stackEnd: what the runtime gives to the host has room here when the
// guest stack is full. No frame gets there.
inline constexpr uint32_t kStackReserve = 8200;
static_assert(kStackReserve % kSlotBytes == 0);
// Parameters, and on return results, start at this slot of a frame.
inline constexpr uint32_t kFirstSlot = 1;

// Code offset (from the image's start) of the HALT instruction, to which the
// outermost frame of each entry returns.
inline constexpr uint32_t kHaltPc = 64;
// In place of the caller's fp, in a frame that returns to HALT: set together
// with the number of the region that waits for the stream to hand the
// activation back.
inline constexpr uint32_t kHandsBack = 0x80000000;

// The first bytes of the image.
struct ImageHeader {
  uint32_t magic;         // kImageMagic
  uint32_t version;       // kFormatVersion
  uint32_t size;          // bytes of the image, this header included
  uint32_t checksum;      // FNV-1a (32 bits) of the bytes after this header
  uint32_t codeEnd;       // code is [kHaltPc, codeEnd)
  uint32_t functions;     // offset of FunctionRecord[functionCount]
  uint32_t functionCount; // functions of the guest, imported ones included
  uint32_t handlerCount;
  uint32_t reserved[8];
};
static_assert(sizeof(ImageHeader) == kHaltPc);

// One guest function, in the order of the guest's function index space.
// Records are also sorted by entry.
struct FunctionRecord {
  uint32_t entry;     // offset of its first instruction; the frame's size in
                      // bytes stands in the u32 before it
  uint32_t name;      // offset of its name, zero-terminated UTF-8; 0: none
  uint32_t locations; // offset of its location list; 0: none
};
static_assert(sizeof(FunctionRecord) == 12);

// A location list maps instructions of the function that can raise a trap in
// the VM to guest byte offsets in the original module. It is a sequence of
// pairs of LEB128 numbers, in ascending order of code: unsigned, the distance
// in bytes from the previous entry (at first from the function's entry);
// signed, the distance in bytes from the previous guest offset (at first from
// 0). A pair (0, 0) ends it; a first distance is stored plus one, so that no
// entry looks like the end.

// An element of a static table.
struct StaticTableEntry {
  uint32_t entry; // offset of the function's first instruction
  uint32_t type;  // the number of its type, from 1; kNullType: no function
};
static_assert(sizeof(StaticTableEntry) == 8);
inline constexpr uint32_t kNullType = 0;

// Where a frame may be found to go on when the program has left, for the check
// of bundles with --check-frames.
struct SafepointRecord {
  uint32_t address;  // offset of the instruction
  uint32_t entry;    // offset of the function's first instruction
  uint32_t function; // whose code it is; kAnyFunction if tail calls may put
                     // another one in its place
  uint32_t callee;   // which function the frame has called; or kAnyFunction
  uint32_t frame;    // bytes from its own frame to that one's; 0: a loop or the
                     // function's start, where it has called none
};
static_assert(sizeof(SafepointRecord) == 20);
inline constexpr uint32_t kAnyFunction = ~0u;

// What the runtime and the generated code share, at the address that the
// runtime exports as `ireko_vm`. Initialised by the rewriter.
struct VmState {
  uint32_t image;     // linear address of the image
  uint32_t stackBase; // guest stack: [stackBase, stackEnd)
  uint32_t stackEnd;
  uint32_t guestBase; // linear address of guest address 0; 0: separate memories
  uint32_t sp;        // first byte of the guest stack that is free while the
                      // host is being called; the runtime may use what lies
                      // there as scratch until it returns, and a call from the
                      // host puts its frame there
  uint32_t pc;        // where the dispatch function goes on when entered again
  uint32_t fp;
  uint32_t trap; // TrapKind of the trap last raised by the VM, plus one
};
static_assert(sizeof(VmState) == 32);

// Traps that the VM raises itself (all others are the host's own), with the
// wording of the WebAssembly specification's test suite.
enum class TrapKind : uint32_t {
#define IREKO_TRAP(NAME, TEXT) NAME,
#include "traps.def"
#undef IREKO_TRAP
};

// Results of the dispatch function.
enum class DispatchResult : uint32_t {
  // VmState::pc and fp say where to go on: the counter ran out, or the handler
  // at pc is in another page.
  Yield = 0,
  Halt = 1, // the outermost frame has returned
};

// Name of the custom section that makes a module recognisable as a bundle and
// tells tools where things are. Its content: BundleInfo.
inline constexpr char kBundleSection[] = "ireko";

// The file to which a counting bundle writes its counters (vm/counts.cpp).
inline constexpr char kCountsFile[] = "counters";

// Name of the custom section that describes the handlers of a bundle, for tools
// that read its image (rewriter/handler_table.h, docs/format.md).
inline constexpr char kHandlersSection[] = "ireko.handlers";

// The layout is the separate one. Addresses are those of the VM's memory.
inline constexpr uint32_t kSeparateMemories = 1;

struct BundleInfo {
  uint32_t version; // kFormatVersion
  uint32_t state;   // linear address of VmState
  uint32_t image;   // linear address and size of the image
  uint32_t imageSize;
  uint32_t stackBase; // linear addresses
  uint32_t stackEnd;
  uint32_t guestBase; // 0: separate memories, or the guest has none
  uint32_t flags;     // kSeparateMemories or 0
};
static_assert(sizeof(BundleInfo) == 32);

// The generic VM -------------------------------------------------------------
//
// Its linear memory, low to high:
//
//   0            the runtime's shadow stack, kShadowStack bytes
//   state        data of vm/, VmState and LoaderState among it
//   globals      guest globals: kGenericGlobals bytes
//   tables       StaticTableRecord[kMaxStaticTables]
//   image        the body of the program file that it runs, up to stackBase
//   stackBase    guest stack, up to stackEnd
//   guestBase    guest memory
//
// All of these are constants of the VM, so that handlers have them as static
// offsets, and no program depends on them.

// Of bundles too, where each static table needs handlers of its own. The rest
// become real tables.
inline constexpr uint32_t kMaxStaticTables = 16;
inline constexpr uint32_t kGenericGlobals = 65536;

// Where a static table lies in the generic VM.
struct StaticTableRecord {
  uint32_t address; // linear, of StaticTableEntry[size]; in a file: offset in
                    // the body
  uint32_t size;
};
static_assert(sizeof(StaticTableRecord) == sizeof(StaticTableEntry));

inline constexpr uint32_t kProgramMagic = 0x504b5249; // "IRKP"

// A program file (.irk), which `ireko lower` makes and the generic VM runs:
//
//   ProgramHeader
//   body       the image, then whatever its offsets below point at
//   globals    their first values, as they lie in memory
//   segments   the bytes of the active data segments, in order
//
// Each part is read to where it stays. Offsets in the header count from the
// body's first byte, which is that of the image.
struct ProgramHeader {
  uint32_t magic;   // kProgramMagic
  uint32_t version; // kFormatVersion
  // The set of handlers that the program is made of (rewriter/catalogue.h), low
  // half first. The VM runs no other.
  uint32_t handlers[2];
  uint32_t size; // bytes of the file
  uint32_t reserved;
  // programChecksum() of what follows in the header, of the body, the globals
  // and each segment, one after the other, low half first.
  uint32_t checksum[2];
  uint32_t bodySize;
  uint32_t globalsSize;
  uint32_t tables; // offset of StaticTableRecord[tableCount], 4-byte aligned
  uint32_t tableCount;
  uint32_t segments; // offset of SegmentRecord[segmentCount], 4-byte aligned
  uint32_t segmentCount;
  uint32_t memoryPages; // guest memory at first and at most
  uint32_t memoryLimit;
  uint32_t start; // entry of the start function; 0: none
  uint32_t main;  // entry of `_start`
};
static_assert(sizeof(ProgramHeader) == 72);
// What the checksum leaves out.
inline constexpr uint32_t kUncheckedHeader = 32;

// A data segment, in the order of the module.
struct SegmentRecord {
  uint32_t kind;    // SegmentKind
  uint32_t address; // active: guest address; passive: offset of the bytes in
                    // the body
  uint32_t size;
};
static_assert(sizeof(SegmentRecord) == 12);
enum class SegmentKind : uint32_t { Active, Passive };

// FNV-1a of 64 bits over little-endian words of 8 bytes and, at the end, the
// bytes that are left: any change within one word changes the sum.
inline constexpr uint64_t kChecksumStart = 14695981039346656037u;
inline uint64_t programChecksum(uint64_t sum, const uint8_t *bytes,
                                uint32_t size) {
  constexpr uint64_t kPrime = 1099511628211u;
  uint32_t at = 0;
  for (; size - at >= 8; at += 8) {
    uint64_t word;
    __builtin_memcpy(&word, bytes + at, 8);
    sum = (sum ^ word) * kPrime;
  }
  for (; at < size; ++at)
    sum = (sum ^ bytes[at]) * kPrime;
  return sum;
}

} // namespace ireko

#endif // IREKO_VM_LAYOUT_H
