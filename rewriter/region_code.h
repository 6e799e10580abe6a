// Generates the code of one region.
//
//     (func $region (param $fp i32) (param ...) (result ...)
//       (block $leave.K ...              ;; one for each set of live values
//         (block $leave.0
//           if fp is out of reach:
//             if this is no call, but an activation that goes on: load what is
//               live from the frame and go to its loop
//             else leave at the function's start
//           code of the function, and of small ones that it calls)
//         write what is live to the frame; leave)
//       ...)
//
// A function that is called may be put in place of the call: a builder of its
// own generates its code into that of the caller, with its frame where it would
// be, so that it leaves as it would by itself, and the callers around it leave
// as if it had returned.

#ifndef IREKO_REWRITER_REGION_CODE_H
#define IREKO_REWRITER_REGION_CODE_H

#include <compare>
#include <set>
#include <unordered_map>

#include "rewriter/codegen.h"
#include "rewriter/region_restart.h"
#include "rewriter/regions.h"

namespace ireko {

// x = v; f(x)   ==>   f(x = v), where x is what f takes first.
void teeSets(wasm::Builder &builder, std::vector<wasm::Expression *> &code);

// Leaves out what the writer would write for nothing, such as blocks that
// nothing branches to.
void tidy(wasm::Builder &builder, wasm::Function &function);

class RegionBuilder {
public:
  RegionBuilder(Codegen &gen, const Region &region)
      : gen(gen), builder(gen.builder), regions(*gen.regions), region(region),
        function(gen.program.functions[region.function]), root(*this) {}

  void build();

private:
  // How many a loop counts for others in it that do not count.
  static constexpr uint32_t kCountsOfInner = 16;

  static constexpr wasm::Index kNoLocal = ~0u;

  using Code = std::vector<wasm::Expression *>;
  // How control goes to the stream.
  enum class Way : uint8_t {
    Yield,   // at a safepoint of the activation whose frame is at `frame`
    Refuse,  // before the activation begins
    Unwind,  // because the callee, whose frame is at `frame`, has done so
    Restart, // not to the stream, but to a new activation that goes on
    Aside,   // the stream runs the rest of this activation, on top of it
  };
  // What leaving writes at this offset from fp: a local, or, at the frame of a
  // callee that has been put in place of its call, the header.
  struct Write {
    uint32_t offset;
    wasm::Index local; // or kNoLocal
    uint32_t pc = 0, frame = 0;
    auto operator<=>(const Write &) const = default;
  };
  struct Leave {
    wasm::Name label;
    Way way;
    uint32_t frame, owner; // offsets from fp; of who leaves, if it unwinds
    std::vector<uint32_t> writes; // indices
    // Set the address in the stream at which the program goes on, or the
    // number of the loop.
    std::vector<wasm::LocalSet *> sites;
    uint32_t step = 0; // the first one of its
  };
  // Writes something, then what its parent does. The first one returns.
  struct Step {
    uint32_t parent, write;
  };

  // In place of a call at the end of a block of `caller`.
  RegionBuilder(RegionBuilder &caller, const Region &region,
                const Terminator &call);

  // A function whose parameters from `parameters` on are the region's.
  void begin(wasm::Name name, wasm::Signature signature,
             wasm::Index parameters);
  void end(Code &&code);

  // Nodes of a leaf whose code is in its region proper as well.
  static constexpr uint32_t kSmallLeaf = 64;
  void callLeaf(Code &code);

  // For those who look (Codegen::annotates): code from `first` on was made from
  // what is at this address of the stream.
  void note(const Code &code, size_t first, uint32_t address);
  void nameLocals();

  // Structure.
  void placeNode(FlowNode node, Code &code);
  void emitOwn(FlowNode node, Code &code);
  void enclose(wasm::Name label, size_t first, Code &code);
  void placeBehind(FlowNode node, size_t first, Code &code);
  void emitNode(FlowNode node, Code &code);
  void emitRoot(Code &code);
  void emitStart(Code &code);
  size_t passedArguments(const Block &block) const;
  wasm::Name blockLabel(FlowNode node) const;
  wasm::Name loopLabel(FlowNode node) const;
  bool isBranch(FlowNode from, FlowNode to) const;
  wasm::Name branchLabel(FlowNode from, FlowNode to) const;
  void goTo(FlowNode from, FlowNode to, Code &code);
  void goBack(FlowNode from, FlowNode to, Code &code);
  void findLatches();
  // Where nothing is done along an edge back.
  bool isUncountedEdge(FlowNode from, FlowNode to) const {
    return root.region.isLeaf || (region.graph.isBackEdge(from, to) &&
                                  (!isCounted(to) || countsAtHeader(to)));
  }
  bool isLatched(FlowNode from, FlowNode to) const {
    return edgesBack[to] > 1 && region.graph.isBackEdge(from, to);
  }
  wasm::Name entryLabel(FlowNode header) const;
  bool isEnteredThroughFrame(FlowNode node) const;
  bool passesToInner(FlowNode header) const {
    return !caller && region.graph.nextOnWay(header) != kRoot;
  }
  void passToInner(FlowNode header, Code &code);
  wasm::Name latchLabel(FlowNode header) const;
  // Behind what is in place of a call.
  wasm::Name doneLabel() const { return prefix + "done"; }
  void addLatch(FlowNode header, Code &code);
  bool isCounted(FlowNode header) const;
  bool countsAtEdges(FlowNode header) const {
    constexpr uint32_t kMostEdges = 32;
    return edgesBack[header] <= kMostEdges;
  }
  bool countsAtHeader(FlowNode header) const {
    return !gen.countsExactly() && edgesBack[header] > 1;
  }
  void countDown(FlowNode to, wasm::Name back, Code &code);
  void runOut(FlowNode to, wasm::Name back, Code &code);
  // Whether the function has loops that can be entered. What is put in place of
  // a call has none.
  bool restarts() const {
    return !gen.safepoints.areStrict() &&
           !root.region.graph.enteredLoops().empty();
  }
  uint32_t entryOf(FlowNode node) const {
    return caller ? 0 : region.graph.entryOf(node);
  }
  // Once the count has run out.
  wasm::Expression *levelNow() {
    return gen.countsExactly()
               ? get(level)
               : builder.makeBinary(wasm::AndInt32, get(count),
                                    gen.i32(Restarts::kCountStep - 1));
  }
  wasm::Expression *mayRestart() {
    return builder.makeBinary(wasm::LtUInt32, levelNow(),
                              gen.i32(Restarts::kMost));
  }
  void addRestart(Code &code);
  void addAside(Code &code);
  static constexpr char kAgainLabel[] = "again";
  // The region's.
  uint32_t number() const { return regions.ofFunction[region.function] - 1; }
  wasm::Expression *sequence(Code &&code);
  wasm::Block *labelled(wasm::Name label, Code &&code);

  // Control.
  void branchBack(FlowNode node, const Terminator &end, Code &code);
  void terminator(FlowNode node, const Block &block, Code &code);
  void switchTo(FlowNode node, const Block &block, Code &code);
  void call(FlowNode node, const Block &block, Code &code);
  void cold(FlowNode node, const Block &block, Code &code);
  const Region *calledLeaf(const Terminator &end) const;
  void countBeforeLeaf(const Block &block, Code &code);
  void countBehindLeaf(const Block &block, Code &code);
  void returnWith(FlowNode node, const Terminator &end, Code &code);
  void checkElement(const Block &block, wasm::Index index, uint32_t pc,
                    Code &code);
  wasm::Name badElementLabel(uint32_t table) const {
    return "bad" + std::to_string(table);
  }
  void addElementTraps(Code &code);
  void addArguments(const Block &block, Code &operands);
  wasm::Expression *callWith(const Block &block, wasm::Expression *frame,
                             wasm::Index element, bool isTail, Code &code);

  // In place of calls: region_inline.cpp.
  bool mayBeInPlace(const Block &block) const;
  bool isInPlace(const Terminator &end) const { return inPlace.count(&end); }
  void chooseInPlace();
  void callInPlace(FlowNode node, const Block &block, Code &code);
  void addCallersWrites(std::vector<uint32_t> &writes);

  // Leaving.
  wasm::Name leave(Way way, Slot frame, const SlotSet &live, uint32_t pc,
                   Code &code);
  uint32_t numberOf(const Write &write);
  wasm::Expression *written(const Write &write);
  void addLeaves(Code &code);
  std::vector<Step> findSteps();
  void findHeaderFrame();
  bool sharesHeader(const Leave &leave) const {
    return headerFrame && leave.way == Way::Unwind && leave.owner == 0 &&
           leave.frame == headerFrame;
  }
  void writeHeader(uint32_t frame, uint32_t owner, wasm::Expression *pc,
                   Code &code);
  wasm::Expression *spill(uint32_t variable);
  wasm::Expression *dummyReturn() { return gen.dummyReturn(out->getResults()); }

  // The counter.
  void findDirty();
  void storeCount(FlowNode node, Code &code);
  // Where a trap may be raised: what has been counted is known then.
  void keepFuel(FlowNode node, Code &code) {
    if (gen.fuel.counts)
      storeCount(node, code);
  }
  wasm::Expression *renewCount(uint32_t pc);
  // Counts: whether anything is left.
  wasm::Expression *counted(uint32_t steps = 1);
  uint32_t stepsOf(FlowNode header) const {
    return placesLoops || region.graph.hasInnerLoops(header) ? kCountsOfInner
                                                             : 1;
  }

  // In the stream.
  uint32_t addressOf(BlockIndex block) const {
    return gen.image.blocks[region.function][region.origin(block)];
  }
  uint32_t endAddressOf(BlockIndex block) const {
    return gen.endAddress(region.function, region.origin(block));
  }

  // Values.
  wasm::Expression *value(wasm::Expression *tree);
  wasm::Expression *replacement(wasm::Expression *node);
  void statement(FlowNode node, wasm::Expression *tree, Code &code);
  wasm::Index local(uint32_t variable);
  wasm::Expression *reload(uint32_t variable);
  wasm::Expression *read(const SlotOfType &value);
  wasm::Expression *write(const SlotOfType &value, wasm::Expression *what);

  wasm::Expression *get(wasm::Index local) {
    return builder.makeLocalGet(local, out->getLocalType(local));
  }
  wasm::Expression *fp() { return builder.makeLocalGet(0, wasm::Type::i32); }
  wasm::Expression *frameAt(Slot slot) { return above(offsetOf(slot)); }
  wasm::Expression *above(uint32_t offset) {
    return offset ? gen.add(fp(), gen.i32(offset)) : fp();
  }
  // From fp, which is that of the outermost function.
  uint32_t offsetOf(Slot slot) const { return (base + slot) * kSlotBytes; }

  Codegen &gen;
  wasm::Builder &builder;
  const Regions &regions;
  const Region &region;
  const Function &function; // as selection has left it
  // In place of a call: the call's, and where the frame is in the root's.
  RegionBuilder &root;
  RegionBuilder *caller = nullptr;
  const Terminator *callEnd = nullptr;
  bool isInLoop = false; // of the caller, or of one of its callers
  Slot base = 0;
  // Stands before all labels.
  std::string prefix;
  // Of calls: where others are put in their place.
  std::unordered_map<const Terminator *, const Region *> inPlace;
  bool placesLoops = false; // any of these has loops

  wasm::Function *out = nullptr;
  std::vector<wasm::Index> locals; // by variable; or kNoLocal
  // Of what was put in place before and is done: locals that this may take, and
  // those that only what is put into it may, because it has used them itself.
  std::vector<wasm::Index> idle, spare;
  wasm::Index count = 0, pcLocal = 0;
  // The loop from which the activation is to be restarted; how often it was, if
  // the count does not say.
  wasm::Index restarted = 0, level = 0;
  // Whether the loop that is entered is in others, through whose headers the
  // way leads to it.
  wasm::Index entersInner = 0;
  wasm::Index aside = 0;           // where the stream runs the rest
  std::vector<uint32_t> edgesBack; // by node: of its loop, those that count
  std::vector<bool> dirty; // by node: count may differ from the global there

  // Of the root, for all that is put into it.
  bool counts = false;     // whether any loop does
  wasm::Index element = 0; // of the table that is called through
  std::set<uint32_t> checkedTables;
  uint32_t nodesInPlace = 0, localsInPlace = 0, callsInPlace = 0;
  std::vector<Leave> leaves;
  uint32_t headerFrame = 0; // of callees: whose header is written in one place
  std::map<std::vector<uint32_t>, size_t> leavesByKey;
  std::vector<Write> writes;
  std::map<Write, uint32_t> writeNumbers;
};

} // namespace ireko

#endif // IREKO_REWRITER_REGION_CODE_H
