// Generates the code of one handler at a time, inside the dispatch function.

#ifndef IREKO_REWRITER_HANDLERS_H
#define IREKO_REWRITER_HANDLERS_H

#include <map>
#include <optional>
#include <utility>

#include "rewriter/codegen.h"
#include "rewriter/liveness.h"

namespace ireko {

// Locals of the dispatch function; scratch locals follow.
enum DispatchLocal : wasm::Index {
  kPc,      // parameter: image offset of the current instruction; within the
            // function its address, so that operands are at short offsets
  kFp,      // parameter: linear address of the current frame
  kCount,   // safepoints until the function returns to the runtime
  kHandler, // number of the handler to go to
  kTrap,    // TrapKind, on the way to the trap label
  kFirstScratch,
};

// Labels of the dispatch function (rewriter/dispatch.cpp has the layout).
inline constexpr char kNextLabel[] = "next";   // load the handler at pc
inline constexpr char kGoLabel[] = "go";       // go to handler kHandler
inline constexpr char kYieldLabel[] = "yield"; // leave; go on at pc, fp
inline constexpr char kTrapLabel[] = "trap";   // raise kTrap at pc

inline wasm::Name handlerLabel(uint32_t number) {
  return wasm::Name("h" + std::to_string(number));
}

class HandlerBuilder {
public:
  // Scratch locals are added to `dispatch`.
  HandlerBuilder(Codegen &gen, wasm::Function &dispatch)
      : gen(gen), builder(gen.builder), dispatch(dispatch) {}

  // The handler's code, for a function that has those of `page`; control never
  // falls out of it.
  wasm::Expression *build(uint32_t number, Page page);
  // Whether one built so far goes to kTrapLabel.
  bool raisesTraps() const { return raised; }

private:
  // A slot that is kept in a local within the handler. In a shared handler,
  // slots are told apart by their operands: by twice its index.
  struct CachedSlot {
    wasm::Type type;
    wasm::Index local;
    bool dirty;
  };
  struct Accesses {
    uint32_t reads = 0, writes = 0;
  };

  // Values: rewriter/handlers.cpp.
  wasm::Expression *value(wasm::Expression *tree);
  wasm::Expression *replacement(wasm::Expression *node);
  wasm::Expression *readSlot(wasm::LocalGet *get);
  void writeSlot(wasm::LocalSet *set);
  wasm::Expression *slotAddress(const wasm::Expression *leaf, Slot slot,
                                uint32_t &offset);
  wasm::Expression *immediate(wasm::Const *node);
  wasm::Expression *shuffle(wasm::SIMDShuffle *node);
  wasm::Expression *memoryAddress(wasm::Expression *node,
                                  wasm::Expression *pointer,
                                  wasm::Address &offset);
  wasm::Expression *fetch(const TileOperand &operand, wasm::Type type,
                          bool isSigned);
  wasm::Expression *fetchUnsigned(OperandKind kind, uint32_t n = 0) {
    return fetch(handler->shape.operand(kind, n), wasm::Type::i32, false);
  }
  void fetchLast();
  void statement(wasm::Expression *tree);
  Slot keyOf(const wasm::Expression *leaf, Slot slot) const;
  void countAccesses(wasm::Expression *tree);
  bool isCacheable(Slot slot) const;
  void evict(Slot slot, wasm::Type type);
  const Liveness &livenessOfFunction();
  void storeDirtySlots(const SlotSet &live);
  void flushLiveSlots();
  wasm::Index scratch(wasm::Type type, bool required);

  // Control: rewriter/handler_control.cpp.
  void terminator();
  void leaveTo(BlockIndex block, bool backEdge);
  void leaveToFunction(uint32_t function);
  void leaveToAddress(uint32_t address, const Tile *first, bool countDown);
  const Tile *firstTile(uint32_t function, BlockIndex block) const;
  void exit(wasm::Break *node);
  void branch(const Terminator &end);
  void switchTo(const Terminator &end);
  void call(const Terminator &end);
  void callIndirect(const Terminator &end);
  void tailCall(const Terminator &end);
  void cold(const Terminator &end);
  void returnWith(const Terminator &end);
  void enterRegion();
  void callWithCount(wasm::Expression *call);
  // The entry of the function in a static table, checked.
  wasm::Expression *tableEntry(const Terminator &end, uint32_t typeOperand);
  void moveArguments(const Terminator &end);
  void checkStack(wasm::Expression *frame, wasm::Expression *frameBytes);
  void countDown();
  void setPc(wasm::Expression *pc);
  void setPcTo(uint32_t offset); // in the image
  // From an offset in the image, as it stands in memory, to a pc, and back.
  wasm::Expression *fromOffset(wasm::Expression *offset) {
    return gen.add(offset, gen.i32(gen.layout.image));
  }
  wasm::Expression *pcOffset() {
    return builder.makeBinary(wasm::SubInt32, pc(), gen.i32(gen.layout.image));
  }
  void advance();
  void next();
  void raise(TrapKind kind);

  wasm::Expression *pc() { return builder.makeLocalGet(kPc, wasm::Type::i32); }
  wasm::Expression *fp() { return builder.makeLocalGet(kFp, wasm::Type::i32); }
  wasm::Expression *get(wasm::Index local) {
    return builder.makeLocalGet(local, dispatch.getLocalType(local));
  }
  void emit(wasm::Expression *expr) { code->push_back(expr); }
  // Runs `generate` with its code going into a block of its own.
  template <typename F> wasm::Expression *sequence(F generate) {
    std::vector<wasm::Expression *> list;
    auto *outer = std::exchange(code, &list);
    generate();
    code = outer;
    return builder.makeBlock(list);
  }

  Codegen &gen;
  wasm::Builder &builder;
  wasm::Function &dispatch;
  // Scratch locals by type: those that exist, and how many this handler uses.
  std::unordered_map<wasm::Type, std::vector<wasm::Index>> pool;
  std::unordered_map<wasm::Type, uint32_t> inUse;

  // The handler being built.
  uint32_t number = 0;
  Page page;
  const Handler *handler = nullptr;
  const Function *function = nullptr;
  const Block *block = nullptr;
  uint32_t address = 0; // of the only instruction of a fused handler
  std::vector<wasm::Expression *> *code = nullptr;
  std::map<Slot, CachedSlot> cache;
  std::map<Slot, Accesses> accesses;
  // The operand that has been fetched into a local; or null.
  const TileOperand *last = nullptr;
  wasm::Index lastLocal = 0;
  bool jumpsToItself = false;
  bool raised = false;
  // Of the function that had it last; fused handlers are in program order.
  std::optional<Liveness> liveness;
  uint32_t livenessFunction = 0;
};

} // namespace ireko

#endif // IREKO_REWRITER_HANDLERS_H
