// The lowered form: what lies between the guest's structured code and the
// stream. Built by lower.h, improved by passes/, cut into tiles by select.h,
// written by encode.h.
//
// A function is a list of basic blocks in layout order. A block is a list of
// statements and one terminator. A statement is an expression tree without
// control flow or calls and with at most one effect, at its top; in order,
// the statements do what the guest's instructions did, in the guest's order.
//
// Trees are Binaryen expressions, with one change of meaning: the index of a
// LocalGet or LocalSet is a frame slot (vm/layout.h), not a local. A v128
// covers its slot and the next. A slot may hold values of different types at
// different times; a read always has the type of the write that it sees.
//
//   statement := (local.set SLOT value) | store | v128.storeN_lane
//              | (global.set value) | (drop value) | (br_if BLOCK value)
//   value     := const | local.get SLOT | global.get | load | v128 loads
//              | unary | binary | select | SIMD operators | memory.size
//
// A br_if is an exit: if the value is not 0, control leaves for another block,
// never back to a loop header. Only the last pass makes them (extend-blocks).
//
// Everything else is a terminator or a cold operator: an instruction that is
// rare or heavy, run out of the dispatch loop by one generated function. A
// call and a cold operator find their operands in the frame of the callee,
// from slot `frame + 1`, and leave their results there.

#ifndef IREKO_REWRITER_LOWERED_H
#define IREKO_REWRITER_LOWERED_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "rewriter/workers.h"
#include "vm/layout.h"
#include "wasm.h"

namespace ireko {

using Slot = uint32_t;
using BlockIndex = uint32_t;
inline constexpr BlockIndex kNoBlock = ~0u;

// A slot from here on is internal to a tile: it lives in a local of the tile's
// handler and has no place in the frame. Two numbers each, as a v128 needs.
inline constexpr Slot kInternalSlot = 0x80000000;
inline Slot internalSlot(uint32_t number) { return kInternalSlot + 2 * number; }
inline bool isInternal(Slot slot) { return slot >= kInternalSlot; }

// How many slots a value of this type covers.
inline uint32_t slotsOf(wasm::Type type) {
  return type == wasm::Type::v128 ? 2 : 1;
}
// The slots of a list of parameters or results.
inline uint32_t slotsOfAll(wasm::Type types) {
  uint32_t slots = 0;
  for (wasm::Type type : types)
    slots += slotsOf(type);
  return slots;
}

struct Terminator {
  enum class Kind : uint8_t {
    None,             // not yet terminated
    Jump,             // to next
    Branch,           // tree != 0 (== 0 if negated): to targets[0]; else next
    Switch,           // targets[min(tree, size - 1)]
    Call,             // function `callee`, then next
    CallIndirect,     // element `tree` of static table `table`, then next
    Cold,             // cold operator `callee`, then next
    TailCall,         // as Call, in place of this frame
    TailCallIndirect, // as CallIndirect, in place of this frame
    Return,           // with `tree` as the result, if any; otherwise the
                      // results are in place, from slot 1
    Trap,             // raise `trap`
    Enter, // enter a region, or go on behind: of handlers, not blocks
  };
  Kind kind = Kind::None;
  bool negated = false;
  // The taken edge goes back to a loop header, so the counter counts down. A
  // switch has no such edge.
  bool backEdge = false;
  // A branch whose taken edge goes back to the start of its own block.
  bool toItself = false;
  TrapKind trap = TrapKind::Unreachable;
  wasm::Expression *tree = nullptr;
  BlockIndex next = kNoBlock;
  std::vector<BlockIndex> targets;
  uint32_t callee = 0; // index into Program::functions or ::coldOperators
  uint32_t table = 0;  // index into Program::staticTables
  uint32_t type = 0;   // type number, Program::typeNumber
  Slot frame = 0;      // slot of the caller at which the callee's frame starts
  uint32_t argSlots = 0, resultSlots = 0;
  uint32_t location = 0; // guest byte offset in the original module; 0: none
};

struct Block {
  std::vector<wasm::Expression *> statements;
  Terminator end;
  uint32_t loopDepth = 0;
  bool isLoopHeader = false;
  // How often it ran, as Program::counts says.
  uint64_t count = 0;
};

struct Function {
  wasm::Function *source = nullptr;
  bool imported = false;
  std::vector<Block> blocks;      // an imported function has none
  std::vector<BlockIndex> layout; // the reachable blocks, entry first
  uint32_t paramSlots = 0;
  uint32_t localSlots = 0; // parameters and other locals, for lowering: slots
                           // [1, 1 + this)
  uint32_t frameSlots = 1; // the whole frame with its header, outgoing
                           // arguments included
  // Where values are, if not where lowering has put them: pairs of a slot and
  // the local's that is kept there, or 0 for other values; sorted.
  std::vector<std::pair<Slot, Slot>> moved;
};

// An operator that the cold function runs. Its tree's LocalGets name slots
// relative to the operator's frame; the results go to `result` onwards.
struct ColdOperator {
  wasm::Expression *tree;
  uint32_t argSlots = 0, resultSlots = 0;
  Slot result = kFirstSlot;
  // A host function or another function through a real table: the guest may
  // be entered again while it runs.
  bool leavesVm = false;
};

// A table that never changes after instantiation and is not visible outside:
// an array of StaticTableEntry in linear memory. All others are real tables,
// whose functions are export adapters.
struct StaticTable {
  wasm::Name name;
  std::vector<uint32_t> functions; // index into Program::functions plus one;
                                   // 0: null
  uint32_t address = 0;            // linear; set by encode
};

// Where a guest global lives.
struct GlobalPlace {
  enum class Kind : uint8_t {
    Constant, // immutable and known: replaced by its value
    Memory,   // in linear memory, at `offset` from the globals' start
    Host,     // a real Wasm global: imported, exported or a reference
  };
  Kind kind;
  uint32_t offset = 0;
  wasm::Literal value; // initial value of Constant and Memory
  bool isCold = false; // accessed by cold operators
};

// Real Wasm globals through which references move between frame slots.
inline constexpr char kFuncRegister[] = "ref.func";
inline constexpr char kExternRegister[] = "ref.extern";

// What Block::count is: nothing, what ran in a rehearsal (rehearsal.h), or what
// a profile says (profile.h).
enum class Counts : uint8_t { None, Rehearsed, Profiled };

struct Program {
  explicit Program(wasm::Module &module, unsigned jobs = 1,
                   Phases *phases = nullptr)
      : module(module), workers(jobs, phases) {}

  wasm::Module &module;
  Workers workers;
  // The handlers of the generic VM (catalogue.h) are made of it.
  bool isGeneric = false;
  // Whose counts the blocks have.
  Counts counts = Counts::None;
  std::vector<Function> functions; // the guest's function index space
  std::vector<ColdOperator> coldOperators;
  std::vector<StaticTable> staticTables;
  std::unordered_map<wasm::Name, uint32_t> functionIndex;
  std::unordered_map<wasm::Name, uint32_t> staticTableIndex;
  std::unordered_map<wasm::Name, GlobalPlace> globals;
  uint32_t globalBytes = 0;
  std::unordered_map<wasm::HeapType, uint32_t> typeNumbers;
  // No name of the guest's starts with it.
  std::string ownPrefix = "ireko.";

  // A name for something that is not the guest's.
  wasm::Name own(const std::string &name) const { return ownPrefix + name; }

  // From 1.
  uint32_t typeNumber(wasm::HeapType type) {
    return typeNumbers.try_emplace(type, typeNumbers.size() + 1).first->second;
  }
  // The function that a CallIndirect or TailCallIndirect calls by this element
  // of its static table; none if it traps.
  std::optional<uint32_t> calledElement(const Terminator &call,
                                        uint32_t element) const;
  // The index of an equal operator, added if there is none yet.
  uint32_t addColdOperator(ColdOperator op);
  const StaticTable *staticTable(wasm::Name name) const {
    auto it = staticTableIndex.find(name);
    return it == staticTableIndex.end() ? nullptr : &staticTables[it->second];
  }

private:
  std::map<std::string, uint32_t> coldKeys;
};

} // namespace ireko

#endif // IREKO_REWRITER_LOWERED_H
