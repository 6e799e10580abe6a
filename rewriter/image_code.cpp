#include "rewriter/image_code.h"

#include <cstring>

#include "rewriter/error.h"

namespace ireko {

bool ImageCode::isPadding(uint32_t at, uint32_t limit) const {
  return limit - at < 4 && limit % 4 == 0 && file.read(at, limit - at) == 0;
}

llvm::Expected<Instruction> ImageCode::decode(uint32_t function, uint32_t at,
                                              uint32_t limit) const {
  auto fail = [&](std::string what) {
    return imageError(file, at, function, std::move(what));
  };
  auto pastEnd = [&] {
    return fail("an instruction goes on behind the end of the function");
  };
  Instruction instruction;
  instruction.at = at;
  if (limit - at < kHandlerBytes)
    return pastEnd();
  instruction.number = file.read(at, kHandlerBytes);
  if (instruction.number == 0)
    return fail("HALT is no instruction of a function");
  if (instruction.number >= file.table.handlers.size())
    return fail("there is no handler " + std::to_string(instruction.number));
  const HandlerInfo &handler = file.table.handlers[instruction.number];
  instruction.handler = &handler;
  uint64_t bytes = handler.bytes;
  if (bytes > limit - at)
    return pastEnd();
  instruction.bytes = bytes;
  if (handler.end == Terminator::Kind::Switch) {
    uint64_t count =
        value(instruction, OperandKind::Count, handler.part(EndPart::Count))
            .low +
        1;
    bytes += count * kSwitchTargetBytes;
    if (bytes > limit - at)
      return pastEnd();
    instruction.bytes = bytes;
    instruction.switchTargets = count;
  }
  return instruction;
}

OperandValue ImageCode::value(const Instruction &instruction, OperandKind kind,
                              const OperandRef &ref) const {
  if (ref.kind != OperandRef::Kind::Operand)
    return {ref.low, ref.high};
  const HandlerOperand &operand = instruction.handler->operands[ref.number];
  uint32_t at = instruction.at + operand.at;
  uint32_t bytes = operand.bytes;
  OperandValue value{file.read(at, bytes), 0};
  if (bytes > 8)
    value.high = file.read(at + 8, 8);
  auto extended = [&] {
    uint32_t unused = bytes < 8 ? 64 - 8 * bytes : 0;
    return uint64_t(int64_t(value.low << unused) >> unused);
  };
  switch (kind) {
  case OperandKind::Immediate:
    if (ref.type == ValType::kI32 || ref.type == ValType::kI64)
      value.low = extended();
    break;
  case OperandKind::Slot:
  case OperandKind::Frame:
    if (bytes == 1)
      value.low *= kSlotBytes;
    break;
  case OperandKind::Offset:
    ++value.low;
    break;
  case OperandKind::Global:
    value.low <<= 1;
    break;
  case OperandKind::Target:
    value.low = instruction.at + uint32_t(extended());
    value.low = uint32_t(value.low);
    break;
  default:
    break;
  }
  return value;
}

uint32_t ImageCode::switchTarget(const Instruction &instruction,
                                 uint32_t index) const {
  uint32_t at =
      instruction.at + instruction.handler->bytes + kSwitchTargetBytes * index;
  return instruction.at + uint32_t(file.read(at, kSwitchTargetBytes));
}

} // namespace ireko
