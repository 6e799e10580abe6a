#include "rewriter/handler_text.h"

#include <cstring>
#include <sstream>

#include "wasm.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

namespace {

const char *const kTrapTexts[] = {
#define IREKO_TRAP(NAME, TEXT) TEXT,
#include "vm/traps.def"
#undef IREKO_TRAP
};

std::string spelled(uint64_t address) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format_hex_no_prefix(address, 6);
  return text;
}

std::string literalText(ValType type, OperandValue value) {
  std::ostringstream text;
  switch (type) {
  case ValType::kI32:
    text << int32_t(value.low);
    break;
  case ValType::kI64:
    text << int64_t(value.low);
    break;
  case ValType::kF32: {
    float number;
    uint32_t bits = value.low;
    memcpy(&number, &bits, sizeof(number));
    text << wasm::Literal(number);
    break;
  }
  case ValType::kF64: {
    double number;
    memcpy(&number, &value.low, sizeof(number));
    text << wasm::Literal(number);
    break;
  }
  default:
    uint8_t bits[16];
    memcpy(bits, &value.low, 8);
    memcpy(bits + 8, &value.high, 8);
    text << wasm::Literal(bits);
  }
  return text.str();
}

std::string maskText(OperandValue value) {
  std::string text;
  for (uint64_t half : {value.low, value.high})
    for (int i = 0; i < 8; ++i)
      text += " " + std::to_string(half >> 8 * i & 0xff);
  return text;
}

} // namespace

const char *nameOf(OperandKind kind) {
  static constexpr const char *kNames[] = {
      "slot",  "immediate", "offset", "global", "mask", "target",
      "frame", "callee",    "number", "count",  "table"};
  return kNames[size_t(kind)];
}

// Writes one instruction, or the pattern of a handler.
class HandlerText::Writer {
public:
  Writer(const HandlerText &text, const HandlerInfo &handler,
         const Instruction *instruction, const Labels *labels,
         llvm::ArrayRef<std::string> slots)
      : text(text), file(text.file), handler(handler), instruction(instruction),
        labels(labels), slots(slots) {}

  std::vector<std::string> write();

private:
  std::string tree(uint32_t &at) const;
  std::string terminator() const;
  std::string ref(OperandKind kind, const OperandRef &ref) const;
  std::string slot(uint64_t bytes) const {
    uint64_t number = bytes / kSlotBytes;
    return number < slots.size() && !slots[number].empty()
               ? slots[number]
               : "s" + std::to_string(number);
  }
  std::string label(uint64_t address) const {
    if (labels)
      if (auto it = labels->find(uint32_t(address)); it != labels->end())
        return it->second;
    return spelled(address);
  }
  std::string function(uint64_t entry) const {
    auto found = file.functionAt(uint32_t(entry));
    return found ? file.label(*found) : spelled(entry);
  }
  std::string part(EndPart part) const {
    return ref(kindOfPart(part), handler.part(part));
  }

  const HandlerText &text;
  const ImageFile &file;
  const HandlerInfo &handler;
  const Instruction *instruction;
  const Labels *labels;
  const llvm::ArrayRef<std::string> slots;
};

std::string HandlerText::Writer::ref(OperandKind kind,
                                     const OperandRef &ref) const {
  if (ref.kind == OperandRef::Kind::Internal)
    return "t" + std::to_string(ref.number);
  if (ref.kind == OperandRef::Kind::Operand && !instruction)
    return "$" + std::to_string(ref.number);
  OperandValue value = instruction ? text.code.value(*instruction, kind, ref)
                                   : OperandValue{ref.low, ref.high};
  switch (kind) {
  case OperandKind::Slot:
  case OperandKind::Frame:
    return slot(value.low);
  case OperandKind::Immediate:
    return literalText(ref.type, value);
  case OperandKind::Mask:
    return maskText(value);
  case OperandKind::Target:
    return label(value.low);
  case OperandKind::Callee:
    return function(value.low);
  case OperandKind::Global:
    return value.low & 1 ? "host " + std::to_string(value.low >> 1)
                         : "at " + std::to_string(value.low >> 1);
  case OperandKind::Table:
    if (ref.kind == OperandRef::Kind::Operand)
      value.low /= sizeof(StaticTableRecord);
    [[fallthrough]];
  default:
    return std::to_string(value.low);
  }
}

std::string HandlerText::Writer::tree(uint32_t &at) const {
  const HandlerNode &node = handler.nodes[at++];
  switch (node.op->op) {
  case Op::LocalGet:
    return ref(OperandKind::Slot, node.ref);
  case Op::LocalSet: {
    std::string target = ref(OperandKind::Slot, node.ref);
    return target + " = " + tree(at);
  }
  case Op::BrIf: {
    std::string target = ref(OperandKind::Target, node.ref);
    return "if " + tree(at) + " exit to " + target;
  }
  default:
    break;
  }
  std::string written = node.op->text;
  if (auto kind = operandKindOf(*node.op)) {
    bool isOffset = *kind == OperandKind::Offset;
    bool isNone = isOffset && node.ref.kind == OperandRef::Kind::Literal &&
                  node.ref.low == 0;
    if (!isNone)
      written += (isOffset ? " offset=" : " ") + ref(*kind, node.ref);
  }
  if (node.op->immediate == Imm::Lane ||
      node.op->immediate == Imm::MemArgAndLane)
    written += " " + std::to_string(node.lane);
  if (!node.children)
    return written;
  for (uint32_t i = 0; i < node.children; ++i)
    written += " " + tree(at);
  return "(" + written + ")";
}

std::string HandlerText::Writer::terminator() const {
  using Kind = Terminator::Kind;
  uint32_t at = handler.tree.value_or(0);
  std::string value = handler.tree ? tree(at) : "";
  std::string back = handler.backEdge ? " (back)" : "";
  std::string next;
  if (handler.hasPart(EndPart::Next))
    next = ", then " + part(EndPart::Next);
  switch (handler.end) {
  case Kind::None:
    return handler.fused ? "go on at " + part(EndPart::Next) : "";
  case Kind::Jump:
    return "jump " + part(EndPart::Target) + back;
  case Kind::Branch:
    return (handler.negated ? "unless " : "if ") + value + " jump " +
           (handler.wholeLoop ? "to itself" : part(EndPart::Target)) + back +
           next;
  case Kind::Switch: {
    std::string written = "switch " + value + back + " [";
    if (!instruction)
      return written + part(EndPart::Count) + " targets and one more]";
    for (uint32_t i = 0; i < instruction->switchTargets; ++i)
      written +=
          (i ? " " : "") + label(text.code.switchTarget(*instruction, i));
    return written + "]";
  }
  case Kind::Call:
    return "call " + part(EndPart::Callee) + " at " + part(EndPart::Frame) +
           next;
  case Kind::CallIndirect:
    return "call table " + part(EndPart::Table) + "[" + value + "] type " +
           part(EndPart::Number) + " at " + part(EndPart::Frame) + next;
  case Kind::Cold: {
    std::string number = part(EndPart::Number);
    uint32_t index;
    if (!llvm::StringRef(number).getAsInteger(10, index) &&
        index < file.table.coldOperators.size())
      number = text.coldOperator(index);
    return "cold " + number + " at " + part(EndPart::Frame) + next;
  }
  case Kind::TailCall:
    return "tail call " + part(EndPart::Callee) + " at " +
           part(EndPart::Frame) + ", " + part(EndPart::Args) + " in";
  case Kind::TailCallIndirect:
    return "tail call table " + part(EndPart::Table) + "[" + value + "] type " +
           part(EndPart::Number) + " at " + part(EndPart::Frame) + ", " +
           part(EndPart::Args) + " in";
  case Kind::Return:
    return value.empty() ? "return" : "return " + value;
  case Kind::Enter: {
    std::string loop = part(EndPart::Loop);
    return "enter region " + part(EndPart::Region) +
           (loop == "0" ? "" : ", loop " + loop);
  }
  case Kind::Trap:
    return std::string("trap: ") + kTrapTexts[handler.trap];
  }
  return "";
}

std::vector<std::string> HandlerText::Writer::write() {
  std::vector<std::string> lines;
  for (uint32_t statement : handler.statements)
    lines.push_back(tree(statement));
  std::string end = terminator();
  if (!end.empty())
    lines.push_back(std::move(end));
  return lines;
}

std::vector<std::string>
HandlerText::instruction(const Instruction &what, const Labels &labels,
                         llvm::ArrayRef<std::string> slots) const {
  return Writer(*this, *what.handler, &what, &labels, slots).write();
}

std::vector<std::string> HandlerText::pattern(uint32_t handler) const {
  if (handler == 0)
    return {"halt"};
  return Writer(*this, file.table.handlers[handler], nullptr, nullptr, {})
      .write();
}

std::string HandlerText::operands(uint32_t handler) const {
  std::string text;
  for (const HandlerOperand &operand : file.table.handlers[handler].operands)
    text += (text.empty() ? "" : " ") + std::string(nameOf(operand.kind)) +
            ":" + std::to_string(operand.bytes);
  return text;
}

std::string HandlerText::coldOperator(uint32_t number) const {
  const ColdInfo &cold = file.table.coldOperators[number];
  if (!cold.name.empty())
    return cold.name;
  if (!cold.op)
    return std::to_string(number);
  std::string written = cold.op->text;
  switch (cold.op->op) {
  case Op::Call:
  case Op::RefFunc:
    if (cold.index < file.header().functionCount)
      return written + " " + file.label(cold.index);
    return written + " " + std::to_string(cold.index);
  case Op::MemoryGrow:
  case Op::MemoryCopy:
  case Op::MemoryFill:
  case Op::RefNull:
  case Op::RefIsNull:
  case Op::GlobalGet: // the registers of references
  case Op::GlobalSet:
    return written;
  default:
    return written + " " + std::to_string(cold.index);
  }
}

Labels labelsOf(const ImageFile &file, uint32_t function) {
  Labels labels;
  ImageCode code(file);
  auto error = code.forEachInstruction(function, [&](const Instruction &found) {
    code.forEachTarget(found, [&](uint32_t target) { labels[target]; });
    return llvm::Error::success();
  });
  // Those who ask for labels have verified the image.
  llvm::consumeError(std::move(error));
  uint32_t number = 0;
  for (auto &[address, label] : labels)
    label = "L" + std::to_string(++number);
  return labels;
}

} // namespace ireko
