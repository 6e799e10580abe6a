//===- validator_code.h - Function bodies ---------------------------------===//
//
// The validation algorithm of the specification's appendix: a stack of operand
// types and a stack of control frames, one pass over the instructions.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_VALIDATOR_CODE_H
#define IREKO_REWRITER_VALIDATOR_CODE_H

#include "validator_module.h"

#include <string>
#include <vector>

namespace ireko {

/// Checks the bodies of a module one after the other.
class BodyValidator {
public:
  /// Adds to the landmarks and the dead code of \p info.
  BodyValidator(ModuleContext &module, BinaryInfo &info)
      : module(module), info(info),
        workLeft(kWorkAllowance + kWorkPerByte * info.codeSize) {}

  /// \p body has the bytes of function \p index, after their size. Leaves the
  /// first failure in the body's diagnosis.
  void validate(ByteReader &body, uint32_t index);

private:
  using Types = llvm::ArrayRef<ValType>;

  struct Operand {
    ValType type;
    /// Levels of the expression tree that makes it.
    uint32_t height;
  };

  struct Frame {
    Op op; // Block for the function itself
    Types params;
    Types results;
    /// Operands below belong to enclosing frames.
    size_t base;
    /// Of the highest tree inside.
    uint32_t height;
    /// What follows an unconditional branch: operands may come from nowhere.
    bool unreachable;
  };

  bool readLocals();
  void readInstruction();
  void checkSpecial(const OpInfo &info);
  void checkControl(const OpInfo &info);
  void checkCall(const OpInfo &info);
  void checkVariable(const OpInfo &info);
  void checkTable(const OpInfo &info);
  void checkReference(const OpInfo &info);
  void checkSelect(const OpInfo &info);
  void checkBranchTable();
  void readImmediate(const OpInfo &info);
  void readMemArg(uint8_t naturalAlignment);
  void readLane(unsigned lanes);
  void readMemory();
  void readData();

  bool readBlockType(Types &params, Types &results);
  const Frame *readLabel();
  ValType readTable();
  ValType readElement();
  uint32_t readIndex(const char *what, size_t size);

  static Types labelTypes(const Frame &frame) {
    return frame.op == Op::Loop ? frame.params : frame.results;
  }

  void push(ValType type);
  void push(Types types);
  ValType pop();
  void pop(ValType expected);
  void pop(Types types);
  void checkTop(Types types);
  void mismatch(ValType expected, ValType found);
  void missing(ValType expected);
  void pushFrame(Op op, Types params, Types results);
  /// Checks the end of a block and takes its frame away.
  Frame popFrame();
  void setUnreachable();
  void noteHeight();
  bool spend(uint64_t work);

  bool ok() const { return in->ok(); }
  void fail(std::string what, std::string advice = {}) {
    in->fail(start, std::move(what), std::move(advice));
  }

  ModuleContext &module;
  BinaryInfo &info;
  uint64_t workLeft;
  ByteReader *in = nullptr;
  std::vector<ValType> locals;
  std::vector<Operand> operands;
  std::vector<Frame> frames;
  Types functionResults;
  /// How many frames there were at the branch behind which code is dead, and
  /// where that begins; or 0.
  size_t deadDepth = 0;
  uint32_t deadBegin = 0;
  /// The instruction at hand: its offset, name, and the height of the highest
  /// of its operands.
  uint64_t start = 0;
  const char *text = "";
  uint32_t below = 0;
};

} // namespace ireko

#endif // IREKO_REWRITER_VALIDATOR_CODE_H
