// Generates the code of one region.
//
//     (func $region (param $fp i32) (param ...) (result ...)
//       (block $leave.K ...              ;; one for each set of live values
//         (block $leave.0
//           count = count - 1
//           if fp is out of reach or the count has run out:
//             if this is no call, but an activation that goes on: load what is
//               live from the frame and go to its loop
//             else leave at the function's start
//           code of the function)
//         write what is live to the frame; leave)
//       ...)

#ifndef IREKO_REWRITER_REGION_CODE_H
#define IREKO_REWRITER_REGION_CODE_H

#include "rewriter/codegen.h"
#include "rewriter/regions.h"

namespace ireko {

// x = v; f(x)   ==>   f(x = v), where x is what f takes first.
void teeSets(wasm::Builder &builder, std::vector<wasm::Expression *> &code);

class RegionBuilder {
public:
  RegionBuilder(Codegen &gen, const Region &region)
      : gen(gen), builder(gen.builder), regions(*gen.regions), region(region),
        function(gen.program.functions[region.function]) {}

  void build();

private:
  // How often an activation is restarted, and by how many bits longer it runs
  // each time.
  static constexpr uint32_t kRestarts = 4, kRestartShift = 3;
  // In the global `entry`: the loop's number, and above it the level.
  static constexpr uint32_t kEntryLevelShift = 16;

  static constexpr wasm::Index kNoLocal = ~0u;

  using Code = std::vector<wasm::Expression *>;
  // How control goes to the stream.
  enum class Way : uint8_t {
    Yield,   // at a safepoint of this activation
    Unwind,  // because the callee, whose frame is at `frame`, has done so
    Restart, // not to the stream, but to a new activation that goes on
    Aside,   // the stream runs the rest of this activation, on top of it
  };
  struct Leave {
    wasm::Name label;
    Way way;
    Slot frame;
    std::vector<uint32_t> live;
    // Set the address in the stream at which the program goes on, or the
    // number of the loop.
    std::vector<wasm::LocalSet *> sites;
  };

  // A function whose parameters from `parameters` on are the region's.
  void begin(wasm::Name name, wasm::Signature signature,
             wasm::Index parameters);
  void end(Code &&code);

  // For those who look (Codegen::annotates): code from `first` on was made from
  // what is at this address of the stream.
  void note(const Code &code, size_t first, uint32_t address);
  void nameLocals();

  // Structure.
  void placeNode(FlowNode node, Code &code);
  void placeBehind(FlowNode node, Code &code);
  void emitNode(FlowNode node, Code &code);
  void emitRoot(Code &code);
  size_t passedArguments(const Block &block) const;
  wasm::Name blockLabel(FlowNode node) const;
  wasm::Name loopLabel(FlowNode node) const;
  bool isBranch(FlowNode from, FlowNode to) const;
  wasm::Name branchLabel(FlowNode from, FlowNode to) const;
  void goTo(FlowNode from, FlowNode to, Code &code);
  void goBack(FlowNode from, FlowNode to, Code &code);
  void findLatches();
  bool isLatched(FlowNode from, FlowNode to) const {
    return latches[to] && region.graph.isBackEdge(from, to);
  }
  wasm::Name entryLabel(FlowNode header) const;
  bool isEnteredThroughFrame(FlowNode node) const;
  wasm::Name latchLabel(FlowNode header) const;
  void addLatch(FlowNode header, Code &code);
  void countDown(FlowNode to, wasm::Name back, Code &code);
  bool restarts() const {
    return !gen.safepoints.areStrict() &&
           !region.graph.outermostLoops().empty();
  }
  wasm::Expression *mayRestart() {
    return builder.makeBinary(wasm::LtUInt32, get(level), gen.i32(kRestarts));
  }
  void addRestart(Code &code);
  void addAside(Code &code);
  wasm::Expression *sequence(Code &&code);
  wasm::Block *labelled(wasm::Name label, Code &&code);

  // Control.
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
  void addArguments(const Block &block, Code &operands);
  wasm::Expression *callWith(const Block &block, wasm::Expression *frame,
                             wasm::Index element, bool isTail, Code &code);

  // Leaving.
  wasm::Name leave(Way way, Slot frame, const SlotSet &live, uint32_t pc,
                   Code &code);
  void addLeaves(Code &code);
  wasm::Expression *spill(uint32_t variable);
  wasm::Expression *dummyReturn() { return gen.dummyReturn(out->getResults()); }
  wasm::Expression *leaveAtSwitch(FlowNode node, const Terminator &end,
                                  wasm::Index index);

  // The counter.
  void findDirty();
  void storeCount(FlowNode node, Code &code);
  // Where a trap may be raised: what has been counted is known then.
  void keepFuel(FlowNode node, Code &code) {
    if (gen.fuel.counts)
      storeCount(node, code);
  }
  wasm::Expression *renewCount(uint32_t pc);
  // One less: what is left.
  wasm::Expression *counted() {
    return builder.makeLocalTee(
        count, builder.makeBinary(wasm::SubInt32, get(count), gen.i32(1)),
        wasm::Type::i32);
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
  wasm::Expression *frameAt(Slot slot) {
    return gen.add(fp(), gen.i32(slot * kSlotBytes));
  }

  Codegen &gen;
  wasm::Builder &builder;
  const Regions &regions;
  const Region &region;
  const Function &function; // as selection has left it
  wasm::Function *out = nullptr;
  std::vector<wasm::Index> locals; // by variable; or kNoLocal
  wasm::Index count = 0, pcLocal = 0;
  // How often the activation was restarted; the loop from which it is to be
  // once more.
  wasm::Index level = 0, restarted = 0;
  wasm::Index aside = 0;     // where the stream runs the rest
  std::vector<bool> latches; // by node: whether its loop has a latch
  std::vector<bool> dirty;   // by node: count may differ from the global there
  std::vector<Leave> leaves;
  std::map<std::vector<uint32_t>, size_t> leavesByKey;
};

} // namespace ireko

#endif // IREKO_REWRITER_REGION_CODE_H
