// A region: a function of the program as a Wasm function of its own, values in
// Wasm locals, that can leave to the stream at every safepoint. docs/regions.md
// has the protocol.
//
// This is the analysis of one function; region_code.cpp generates its code.

#ifndef IREKO_REWRITER_REGION_H
#define IREKO_REWRITER_REGION_H

#include "rewriter/cold_paths.h"
#include "rewriter/flow_graph.h"
#include "rewriter/liveness.h"

namespace ireko {

// Rough bytes of generated code a node of a tree takes. Seldom is it more than
// twice as much.
inline constexpr uint32_t kBytesPerNode = 3;

// Where a value lies: of a list of parameters, arguments or results, or in a
// variable.
struct SlotOfType {
  Slot slot;
  wasm::Type type;
};

// The values of a list of types that are not references, with their slots from
// `first` on. References stay in their tables (codegen.h).
std::vector<SlotOfType> valuesOf(wasm::Type types, Slot first);

// The type of regions of functions of this type: the frame's address and the
// values among the parameters, to the first value among the results. The
// other results are left in the frame.
wasm::Signature regionSignature(wasm::HeapType type);

// The operands of a cold operator, at slots of its frame, in the order in which
// they are read.
std::vector<SlotOfType> operandsOf(const ColdOperator &op);
// Whether regions pass them as values and get its result as one: it does not
// leave the VM, and has neither references nor several results.
bool takesValues(const ColdOperator &op);

// What terminators mean for slots.
class CallTypes {
public:
  explicit CallTypes(const Program &program);

  // Whether the terminator is a cold operator that takes values.
  bool isValueOperator(const Terminator &end) const;
  // Of calls, direct and indirect, tail calls too.
  wasm::HeapType typeOf(const Terminator &end) const;
  // What a terminator takes from the frame besides its tree and what it leaves
  // there, at slots of the frame.
  std::vector<SlotOfType> arguments(const Terminator &end) const;
  std::vector<SlotOfType> results(const Terminator &end) const;

private:
  const Program &program;
  std::vector<wasm::HeapType> byNumber;
};

// By function: leaves.h.
struct Leaves;

class Region {
public:
  // `cold`: by block, what it may leave out; empty: nothing. `unrolls`: whether
  // small loops may count in one of several copies.
  Region(const Program &program, const CallTypes &types, uint32_t function,
         const Leaves &leaves, const std::vector<Cold> &cold, bool unrolls);

  // Why the function cannot be a region; null if it can. Without graph,
  // variables and liveness being complete then.
  const char *obstacle() const { return why; }

  uint32_t function; // index into Program::functions
  // A copy: selection splits the program's trees. It may have more blocks.
  Function code;
  FlowGraph graph;
  // Each becomes a Wasm local: what a slot holds when it holds this type.
  std::vector<SlotOfType> variables;
  uint32_t nodes = 0; // of all trees
  // Whether the block is not in the region: it is empty here, and control goes
  // on in the stream there.
  bool isLeftOut(BlockIndex block) const { return leftOut[block]; }
  bool leavesOut = false; // any
  // Whether it waits for the stream there, which may get from there to a loop
  // that can be entered, and hand the activation back.
  bool handsBack = false;
  // Whether it never has to leave (leaves.h): a region that calls it counts in
  // its place, and need not look how it returned.
  bool isLeaf;
  // Whether it can be put in place of a call: at most one result, and no tail
  // calls.
  bool fitsInPlace = false;

  // The program's block of which this one is a copy.
  BlockIndex origin(BlockIndex block) const { return origins[block]; }
  uint32_t variable(Slot slot, wasm::Type type) const {
    return numbers.at({slot, type.getID()});
  }
  // Sets of variables. Of what is left out too.
  const SlotSet &liveIn(BlockIndex block) const { return in[block]; }
  template <typename Visit>
  void forEachLive(const SlotSet &live, Visit visit) const {
    for (uint32_t i = 0; i < variables.size(); ++i)
      if (live.contains(i))
        visit(i);
  }
  // What is live behind the terminator, in the callee's frame nothing.
  SlotSet liveBehind(const Terminator &end) const;

private:
  void copyCode(const Program &program);
  void findVariables(const CallTypes &types);
  void addVariable(Slot slot, wasm::Type type);
  void addVariables(wasm::Expression *tree);
  void findLiveness(const CallTypes &types);
  bool mayBeInPlace() const;
  uint32_t bytesBehind(BlockIndex first, const std::vector<Cold> &cold) const;
  void leaveOut(const std::vector<Cold> &cold);
  void stepBack(const Block &block, const CallTypes &types,
                SlotSet &live) const;
  void addReads(wasm::Expression *tree, SlotSet &live) const;
  void eraseOverlapping(Slot slot, wasm::Type type, SlotSet &live) const;
  bool hasConflict(const SlotSet &live) const;

  const char *why = nullptr;
  std::map<std::pair<Slot, uintptr_t>, uint32_t> numbers;
  std::vector<std::vector<uint32_t>> bySlot;
  std::vector<BlockIndex> origins;
  wasm::HeapType type;
  std::vector<SlotSet> in;
  std::vector<bool> leftOut; // by block
};

} // namespace ireko

#endif // IREKO_REWRITER_REGION_H
