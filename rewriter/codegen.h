// What the generators of the VM's Wasm code share: where things lie in linear
// memory, names in the bundle, and small builders.
//
// Rules for generated code:
//  1. Only the cold functions, export adapters and the trap path call anything.
//     Handlers do not, but for the one call to a cold function.
//  2. VmState::sp is set before the host is called and restored afterwards;
//     while it is set, nothing at or above it is in use.
//  3. The dispatch function keeps pc and fp in locals, pc as an address; in
//     memory and as an argument it is an offset in the image. A shared handler
//     is entered with pc at its instruction. A fused handler may be entered
//     with any pc; it sets pc before it leaves to the dispatch loop, a trap, a
//     cold function or the runtime.
//  4. A slot that is live after a tile is in frame memory when the tile ends.
//  5. Guest addresses are added to guestBase by the static offset of the
//     access. Where an offset is an operand, the operand is one less and the
//     static offset one more: a sum that wraps becomes the highest address,
//     which with that is out of bounds for every memory.

#ifndef IREKO_REWRITER_CODEGEN_H
#define IREKO_REWRITER_CODEGEN_H

#include <unordered_set>

#include "rewriter/encode.h"
#include "rewriter/pack.h"
#include "rewriter/pages.h"
#include "rewriter/regions.h"
#include "wasm-builder.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace ireko {

// The bundle's memories, and addresses in that of the VM.
struct MemoryLayout {
  wasm::Name vmMemory;
  // The same as vmMemory in the single layout, and where the guest has none.
  wasm::Name guestMemory;
  uint32_t state = 0; // VmState
  uint32_t image = 0;
  uint32_t globals = 0;
  uint32_t tables = 0;
  uint32_t safepoints = 0; // SafepointRecord[]
  uint32_t stackBase = 0, stackEnd = 0;
  // Of the guest's address 0, in guestMemory; 0 in the separate layout.
  uint32_t guestBase = 0;
};

// A data segment that lies in the VM's memory, because the host has no bulk
// memory: its present size, a u32, and its bytes behind that.
struct KeptSegment {
  uint32_t address = 0;
  uint32_t size = 0; // at first

  uint32_t data() const { return address + sizeof(uint32_t); }
};

// Generated functions, by the names that Program::own makes of these.
inline constexpr char kDispatch[] = "dispatch";
inline constexpr char kRun[] = "run";
inline constexpr char kCold[] = "cold";
inline constexpr char kStart[] = "start";
// A Wasm global, i32, if somebody asks: not 0 until instantiation is over.
inline constexpr char kStarting[] = "starting";
// What regions and the stream share: region_calls.cpp. Wasm globals, all i32.
// Safepoints until the program is to leave to the runtime; 0 while it does. The
// dispatch function has it in a local.
inline constexpr char kCountGlobal[] = "count";
// The count to go on with after everything has left, plus one; or 0.
inline constexpr char kSavedCount[] = "count.saved";
// Frames at higher addresses are not entered as regions.
inline constexpr char kFrameLimit[] = "frame.limit";
// Which loop an activation goes on in; where a callee in the stream starts.
inline constexpr char kEntryGlobal[] = "entry";
// Not 0: a callee's frame did not fit into the guest stack.
inline constexpr char kExhausted[] = "exhausted";
// The loop with which a region goes on that has waited for the stream; or 0.
inline constexpr char kHandedBack[] = "handed.back";
inline constexpr char kRandom[] = "random";
// With fuel, an i64: what may still be counted, besides the count.
inline constexpr char kFuel[] = "fuel";
inline constexpr char kRegionTable[] = "regions";
inline constexpr char kEnter[] = "enter";
inline constexpr char kLeave[] = "leave";
inline constexpr char kRunStream[] = "run.stream";
inline constexpr char kRunOnTop[] = "run.top";
inline constexpr char kRunAside[] = "run.aside";
inline constexpr char kResume[] = "resume";
inline constexpr char kRestart[] = "restart";

// What comes of entering a region from the stream.
enum class EntryResult : uint32_t {
  Left = 0,     // VmState::pc and fp say where to go on
  Returned = 1, // the results are in the frame
  NoRoom = 2,   // go on in the stream
};

// An activation that goes on in a region is entered with this bit in its fp.
inline constexpr uint32_t kGoesOn = 0x80000000;

// For the check of frames, in the order in which it wants them.
std::vector<SafepointRecord> safepointsOf(const Program &program,
                                          const Tiling &tiling,
                                          const Regions &regions,
                                          const Image &image);

class Codegen {
public:
  Codegen(Program &program, const Tiling &tiling, const Image &image,
          const MemoryLayout &layout, const HostLimits &limits,
          wasm::Module &bundle)
      : program(program), tiling(tiling), image(image), layout(layout),
        limits(limits), bundle(bundle), builder(bundle),
        memory(layout.vmMemory), guestMemory(layout.guestMemory) {}

  // rewriter/dispatch.cpp
  void addDispatchFunctions();
  // rewriter/cold.cpp
  void addColdFunctions();
  // Reads and writes a reference slot, of the frame at the address `frame`.
  wasm::Expression *loadReference(wasm::Type type, wasm::Expression *frame,
                                  Slot slot);
  wasm::Expression *storeReference(wasm::Expression *frame, Slot slot,
                                   wasm::Expression *value);
  // rewriter/adapters.cpp
  void addRunFunction();
  // An adapter with the guest function's own type; made once.
  wasm::Name adapterOf(uint32_t function);
  // Runs what instantiation does beyond active segments: initialisation that
  // may trap or depends on imports, and the guest's start function.
  void addStart(const std::vector<wasm::Expression *> &initialisation);
  wasm::Expression *isStarting() { return loadGlobal(kStarting); }

  // rewriter/fuel.cpp
  // So many safepoints more, an i32, before the one that finds that the count
  // has run out: as many as `wanted`, or all that are left, or a trap of the
  // function with code at `pc`.
  wasm::Expression *draw(wasm::Expression *wanted, wasm::Expression *pc);
  wasm::Expression *draw(uint32_t wanted, uint32_t pc) {
    return draw(i32(wanted), i32(pc));
  }
  wasm::Expression *isFuelLeft();
  // An i64.
  wasm::Expression *usedFuel();
  // rewriter/frame_check.cpp
  // Traps if a frame of the guest stack is not good. `kept`: a local to work
  // with.
  wasm::Expression *checkFrames(wasm::Index kept);

  // rewriter/region_calls.cpp
  bool hasRegions() const { return regions && !regions->list.empty(); }
  // Whether regions count each safepoint. Otherwise only loops count, each
  // activation for itself.
  bool countsExactly() const { return ireko::countsExactly(safepoints, fuel); }
  void addRegions();
  wasm::Name regionFunction(const Region &region) const;
  // Of a leaf, what regions call: without the frame, and not counted.
  wasm::Name leafFunction(const Region &region) const;
  // A function of regionSignature(type) that runs the function which
  // kEntryGlobal names in the stream.
  wasm::Name streamFunction(wasm::HeapType type);
  // Whether a call through a static table may get to such a function.
  bool mayCallStream(uint32_t table, wasm::HeapType type);
  // Where the table of regions has the elements of a static table.
  uint32_t elementsOf(uint32_t table);
  // (index, pc): raises the trap of a call through an element that is not of
  // the type asked for.
  wasm::Name elementTrap(uint32_t table);
  // The image offset of a block's terminator.
  uint32_t endAddress(uint32_t function, BlockIndex block) const;
  // Regions may be entered at frames a little above this one, and up to `most`.
  // `kept`: a local to work with.
  wasm::Expression *reachFrom(wasm::Expression *frame, wasm::Index kept,
                              llvm::function_ref<wasm::Expression *()> most);
  // Where the host's stack holds more than guest frames tell.
  wasm::Expression *moveFrameLimit(int32_t bytes);

  // The address operand for an access to guest memory, with its offset: what
  // guestBase adds is burned in.
  wasm::Expression *burnOffset(wasm::Expression *pointer,
                               wasm::Address &offset);
  // A copy of a load or store, its operands made by `value` and its address, of
  // the pointer's operand, by `place`; null for other nodes.
  wasm::Expression *
  guestAccess(wasm::Expression *node,
              llvm::function_ref<wasm::Expression *(wasm::Expression *)> value,
              llvm::function_ref<wasm::Expression *(wasm::Expression *,
                                                    wasm::Address &)>
                  place);

  // A block that is branched to. Binaryen's own maker would look for the
  // branch in all of the block, again for each block around it.
  wasm::Expression *target(wasm::Name label,
                           std::initializer_list<wasm::Expression *> list) {
    wasm::Block *block = builder.makeBlock();
    block->name = label;
    block->list.set(list);
    block->finalize(wasm::Type::none, wasm::Block::HasBreak);
    return block;
  }

  // Constants and arithmetic on addresses.
  wasm::Expression *i32(uint32_t value) {
    return builder.makeConst(wasm::Literal(value));
  }
  wasm::Expression *add(wasm::Expression *a, wasm::Expression *b) {
    return builder.makeBinary(wasm::AddInt32, a, b);
  }
  wasm::Expression *load(wasm::Type type, wasm::Expression *address,
                         uint32_t offset) {
    return builder.makeLoad(type.getByteSize(), false, offset, 1, address, type,
                            memory);
  }
  wasm::Expression *load16(wasm::Expression *address, uint32_t offset,
                           bool isSigned, wasm::Type type = wasm::Type::i32) {
    return builder.makeLoad(2, isSigned, offset, 1, address, type, memory);
  }
  wasm::Expression *store(wasm::Expression *address, uint32_t offset,
                          wasm::Expression *value) {
    return builder.makeStore(value->type.getByteSize(), offset, 1, address,
                             value, value->type, memory);
  }
  wasm::Expression *loadState(size_t member) {
    return load(wasm::Type::i32, i32(0), layout.state + member);
  }
  wasm::Expression *storeState(size_t member, wasm::Expression *value) {
    return store(i32(0), layout.state + member, value);
  }
  // The i32 globals of regions and the stream.
  wasm::Expression *loadGlobal(const char *name) {
    return builder.makeGlobalGet(program.own(name), wasm::Type::i32);
  }
  wasm::Expression *storeGlobal(const char *name, wasm::Expression *value) {
    return builder.makeGlobalSet(program.own(name), value);
  }
  // A return that whoever called will not take for a result.
  wasm::Expression *dummyReturn(wasm::Type result) {
    return builder.makeReturn(
        result == wasm::Type::none
            ? nullptr
            : builder.makeConst(wasm::Literal::makeZero(result)));
  }
  // Of so many pages of guestMemory, those that are the guest's.
  wasm::Expression *guestPages(wasm::Expression *pages) {
    if (layout.guestBase == 0)
      return pages;
    return builder.makeBinary(wasm::SubInt32, pages,
                              i32(layout.guestBase / kPageBytes));
  }
  // Raises a trap for the instruction at `pc`; does not return.
  wasm::Expression *trap(wasm::Expression *kind, wasm::Expression *pc);

  // What regions call, with operands and pc, for an operator that takes values.
  wasm::Name valueFunction(uint32_t op) const {
    return program.own("operator." + std::to_string(op));
  }
  wasm::Name coldFunction(uint32_t op) const {
    return program.own(std::string(kCold) + "." + std::to_string(op));
  }

  Program &program;
  const Tiling &tiling;
  const Image &image;
  const MemoryLayout &layout;
  const HostLimits &limits;
  wasm::Module &bundle;
  wasm::Builder builder;
  wasm::Name memory; // the VM's
  wasm::Name guestMemory;
  // ireko_trap, ireko_trap_quiet, or one that calls them.
  wasm::Name trapFunction;
  bool raisesTraps = false; // whether a handler does
  // Whether there is to be a kStarting.
  bool asksIfStarting = false;
  // What the guest's imported functions are in the bundle: a host import or an
  // adapter of the runtime.
  std::unordered_map<wasm::Name, wasm::Name> importTargets;
  // Those of them that stand for imports which were left out, and trap.
  std::unordered_set<wasm::Name> stubs;
  // Where the host has no bulk memory: the runtime's functions instead, if
  // they are needed, and the segments that the program names.
  wasm::Name copyFunction, fillFunction;
  std::unordered_map<wasm::Name, KeptSegment> keptSegments;

  Safepoints safepoints = {};
  FuelOptions fuel = {};
  // The runtime's function that looks at frames, and its records.
  wasm::Name checkFunction;
  uint32_t safepointCount = 0;
  // Null where there are none, as in the generic VM.
  const Regions *regions = nullptr;
  // An exception of a host function puts VmState::sp back on its way.
  bool catchesExceptions = false;
  // Regions are to have names for their locals and, as debug locations, the
  // addresses in the stream of what their code was made from.
  bool annotates = false;

private:
  void addCounter();
  wasm::Expression *resetCount();
  void
  addDriver(const char *name,
            llvm::function_ref<wasm::Expression *(wasm::Index kept)> prepare);
  void addRegionGlobals();
  void addRegionElements();
  void addEnterFunction(wasm::HeapType type, wasm::Name name);
  void addEnter();
  void addRunOnTop();
  void addRunAside();
  void addResume();  // rewriter/region_restart.cpp
  void addRestart(); // the same
  void addLeave();
  // Frames up to this address leave room for that of any region; 0: none do.
  uint32_t highestRegionFrame() const;
  void addPage(uint32_t number);
  wasm::Name pageFunction(uint32_t page) const;
  // Calls the page that has the handler at pc, with pc and fp, which are in
  // locals 0 and 1. `handler`: a local for its number.
  wasm::Expression *callPage(wasm::Index handler);
  // rewriter/choosers.cpp: calls the last of the functions whose `first` is
  // not above the local `number`, with these locals, which are i32. `name`:
  // of functions to which it leaves that if they are many.
  struct Choice {
    uint32_t first;
    wasm::Name function;
  };
  wasm::Expression *choose(const std::string &name,
                           const std::vector<Choice> &choices,
                           wasm::Index number,
                           const std::vector<wasm::Index> &arguments,
                           wasm::Type result);
  wasm::Expression *chooseAmong(llvm::ArrayRef<Choice> choices,
                                wasm::Index number,
                                const std::vector<wasm::Index> &arguments,
                                wasm::Type result);
  // A function that calls one of the cold operators from `first` on.
  void addValueFunction(uint32_t number);
  void addColdChooser(wasm::Name name, uint32_t first, uint32_t count);
  // The table that holds the references of frame slots; made when needed,
  // with the function that writes to it.
  wasm::Name referenceTable(wasm::Type type);
  wasm::Expression *referenceIndex(wasm::Expression *frame, Slot slot);

  std::unordered_map<uint32_t, wasm::Name> adapters;
  std::vector<Page> pages;
  std::unordered_map<wasm::HeapType, wasm::Name> streamFunctions;
  std::unordered_map<uint32_t, uint32_t> elementsOfTable;
  // The types of a table's functions that are no regions.
  std::unordered_map<uint32_t, std::unordered_set<wasm::HeapType>>
      streamTypesOfTable;
  std::vector<wasm::Name> regionElements; // an empty name: null
};

} // namespace ireko

#endif // IREKO_REWRITER_CODEGEN_H
