// The state of lowering one function. Private to lower.cpp (control flow) and
// lower_values.cpp (everything else).

#ifndef IREKO_REWRITER_LOWERER_H
#define IREKO_REWRITER_LOWERER_H

#include "rewriter/lower.h"
#include "rewriter/operand_stack.h"
#include "wasm-builder.h"

namespace ireko {

// What the program numbers. Functions are lowered in parallel, so their
// terminators hold indices into these lists until numberFound.
struct Found {
  std::vector<ColdOperator> coldOperators;
  std::vector<wasm::HeapType> types;
};

// Walks the structured code once, in evaluation order. `lower` leaves the
// values of an expression on the operand stack; where control cannot go on,
// it leaves `current` without a block, and what the stack then holds above the
// enclosing construct's base is meaningless.
class Lowerer : Spiller {
public:
  Lowerer(const Program &program, Function &function,
          const LowerOptions &options);
  Found run();

private:
  struct Label {
    BlockIndex block;
    std::vector<std::pair<Slot, wasm::Type>> results;
    bool isLoop = false;
    bool used = false;
  };

  // Spiller
  Slot spillToTemporary(wasm::Expression *tree) override;
  wasm::Expression *readSlot(Slot slot, wasm::Type type) override;

  // Blocks.
  bool dead() const { return current == kNoBlock; }
  BlockIndex newBlock();
  void startBlock(BlockIndex block);
  void terminate(Terminator end);
  void jumpTo(BlockIndex block, bool backEdge = false);
  // Ends the block; goes on in a new one, which is the terminator's `next`.
  void terminateAndGoOn(Terminator end);
  // Without targets; `negated`: taken if the condition is 0.
  static Terminator branchOn(wasm::Expression *condition, bool negated);
  // Emits pending trees that may trap, before control leaves for good.
  void flushTraps();
  uint32_t locationOf(wasm::Expression *expr) const;

  // Values.
  Slot allocate(uint32_t slots);
  void useFrameUpTo(Slot end);
  void emit(wasm::Expression *statement);
  void emitSet(Slot slot, wasm::Expression *tree);
  void moveReference(Slot to, Slot from, wasm::Type type);
  void pushSlot(Slot slot, wasm::Type type);
  void pushVolatileSlot(Slot slot, wasm::Type type);
  void pushConst(wasm::Literal value);
  // Makes the topmost `count` operands small enough to become the operands of
  // one more operator.
  void limitTop(size_t count);
  void storeTop(const std::vector<std::pair<Slot, wasm::Type>> &to);
  std::vector<std::pair<Slot, wasm::Type>> allocateResults(wasm::Type type);
  // Moves the topmost operands into a callee's frame and returns the
  // terminator with frame and argSlots filled in. `index`: keep the topmost
  // operand out; it becomes the terminator's tree.
  Terminator passArguments(Terminator::Kind kind, size_t count, bool index);
  void emitCall(Terminator end, wasm::Type results);
  void tailCall(Terminator end, wasm::Type params);
  uint32_t addColdOperator(const ColdOperator &op);
  void emitCold(ColdOperator op, size_t operands, wasm::Type results,
                wasm::Expression *at);

  // Expressions: lower.cpp.
  void lower(wasm::Expression *expr);
  bool lowerAll(const wasm::ExpressionList &list);
  void lowerBlock(wasm::Block *curr);
  void lowerIf(wasm::If *curr);
  void lowerLoop(wasm::Loop *curr);
  void lowerBreak(wasm::Break *curr);
  void lowerSwitch(wasm::Switch *curr);
  void lowerReturn(wasm::Type results);
  void lowerCall(wasm::Call *curr);
  void lowerCallIndirect(wasm::CallIndirect *curr);
  void finishLabel(Label &label, size_t base, Slot temp);

  // Expressions: lower_values.cpp.
  void lowerLocalGet(wasm::LocalGet *curr);
  void lowerLocalSet(wasm::LocalSet *curr);
  void lowerGlobalGet(wasm::GlobalGet *curr);
  void lowerGlobalSet(wasm::GlobalSet *curr);
  void lowerDrop(wasm::Drop *curr);
  // Lowers the children and counts them; false: dead.
  bool lowerChildren(wasm::Expression *curr, size_t &count);
  // Lowers the children and puts the operands in their place; false: dead.
  bool takeOperands(wasm::Expression *curr, Effects &effects);
  void lowerOperator(wasm::Expression *curr);
  // lower_features.cpp: lowers it by other operators if the host may lack
  // this one; false: it does not.
  struct Saturation;
  bool lowerWithoutFeature(wasm::Unary *curr);
  void saturate(const Saturation &range);
  void lowerStore(wasm::Expression *curr);
  void lowerReferenceSelect(wasm::Select *curr);
  void lowerTupleExtract(wasm::TupleExtract *curr);
  void lowerCold(wasm::Expression *curr);

  const Program &program;
  Function &function;
  const LowerOptions &options;
  Found found;
  wasm::Function &source;
  wasm::Builder builder;
  OperandStack stack;
  std::vector<Slot> slotOf; // the first slot of each local
  std::unordered_map<wasm::Name, Label> labels;
  BlockIndex current = kNoBlock;
  Slot nextTemporary = 0;
  uint32_t loopDepth = 0;
};

// The type of a slot that holds a value of this type: references are not
// refined.
inline wasm::Type slotType(wasm::Type type) {
  return type.isRef() ? wasm::Type(type.getHeapType().getTop(), wasm::Nullable)
                      : type;
}

// The cold operator that calls an imported function.
ColdOperator importOperator(const Program &program, wasm::Function &import);

} // namespace ireko

#endif // IREKO_REWRITER_LOWERER_H
