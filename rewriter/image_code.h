// The instructions of an image, one after the other, and the values of their
// operands.

#ifndef IREKO_REWRITER_IMAGE_CODE_H
#define IREKO_REWRITER_IMAGE_CODE_H

#include "rewriter/image_file.h"

namespace ireko {

struct Instruction {
  uint32_t at = 0;
  uint32_t number = 0; // of the handler
  const HandlerInfo *handler = nullptr;
  uint32_t bytes = 0; // with switch targets
  uint32_t switchTargets = 0;
};

// The value of an operand or a literal: the bits, extended as the kind says. Of
// targets, the address; of memory offsets, the offset.
struct OperandValue {
  uint64_t low = 0, high = 0;
};

class ImageCode {
public:
  explicit ImageCode(const ImageFile &file) : file(file) {}

  // The instruction at `at` of a function; an error if there is none before
  // `limit`.
  llvm::Expected<Instruction> decode(uint32_t function, uint32_t at,
                                     uint32_t limit) const;
  OperandValue value(const Instruction &instruction, OperandKind kind,
                     const OperandRef &ref) const;
  uint32_t switchTarget(const Instruction &instruction, uint32_t index) const;
  // Whether only what fills up to an aligned address is left of a function.
  bool isPadding(uint32_t at, uint32_t limit) const;

  // Calls visit(instruction) -> llvm::Error for each instruction of a function.
  template <typename F>
  llvm::Error forEachInstruction(uint32_t function, F visit) const {
    uint32_t limit = file.codeLimit(function);
    for (uint32_t at = file.record(function).entry; at < limit;) {
      if (isPadding(at, limit))
        return llvm::Error::success();
      auto instruction = decode(function, at, limit);
      if (!instruction)
        return instruction.takeError();
      if (auto error = visit(*instruction))
        return error;
      at += instruction->bytes;
    }
    return llvm::Error::success();
  }

  // Calls visit(address) for each target of an instruction.
  template <typename F>
  void forEachTarget(const Instruction &instruction, F visit) const {
    const HandlerInfo &handler = *instruction.handler;
    for (const HandlerNode &node : handler.nodes)
      if (node.op->op == Op::BrIf)
        visit(uint32_t(value(instruction, OperandKind::Target, node.ref).low));
    for (EndPart part : {EndPart::Target, EndPart::Next})
      if (handler.hasPart(part))
        visit(uint32_t(
            value(instruction, OperandKind::Target, handler.part(part)).low));
    for (uint32_t i = 0; i < instruction.switchTargets; ++i)
      visit(switchTarget(instruction, i));
  }

private:
  const ImageFile &file;
};

} // namespace ireko

#endif // IREKO_REWRITER_IMAGE_CODE_H
