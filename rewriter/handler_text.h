// What a handler does, as text: with the operands of an instruction, or with
// the names of operands in their place.

#ifndef IREKO_REWRITER_HANDLER_TEXT_H
#define IREKO_REWRITER_HANDLER_TEXT_H

#include "rewriter/image_code.h"

namespace ireko {

// The names of the targets within a function: L1, L2 ... in the order of their
// addresses.
using Labels = std::map<uint32_t, std::string>;

class HandlerText {
public:
  explicit HandlerText(const ImageFile &file) : file(file), code(file) {}

  // A line for each statement and for the terminator, if there is one.
  // Addresses without a label are written in hexadecimal, slots without a name
  // as s3.
  std::vector<std::string>
  instruction(const Instruction &what, const Labels &labels,
              llvm::ArrayRef<std::string> slots = {}) const;
  // The same for any instruction of the handler: operands are $0, $1 ...
  std::vector<std::string> pattern(uint32_t handler) const;
  // "slot:1 slot:1 immediate:2": kinds and bytes.
  std::string operands(uint32_t handler) const;

  // "call 3 <fd_write>".
  std::string coldOperator(uint32_t number) const;

private:
  class Writer;

  const ImageFile &file;
  const ImageCode code;
};

const char *nameOf(OperandKind kind);

// The targets of a function's instructions.
Labels labelsOf(const ImageFile &file, uint32_t function);

} // namespace ireko

#endif // IREKO_REWRITER_HANDLER_TEXT_H
