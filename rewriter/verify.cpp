#include "rewriter/verify.h"

#include "rewriter/error.h"
#include "rewriter/image_code.h"
#include "rewriter/validator_bytes.h"

namespace ireko {

namespace {

uint32_t bytesOf(ValType type) { return type == ValType::kV128 ? 16 : 8; }

class Verifier {
public:
  explicit Verifier(const ImageFile &file) : file(file), code(file) {}

  llvm::Expected<VerifyStats> verify();

private:
  llvm::Error checkTables();
  llvm::Error findInstructions();
  llvm::Error checkFunction(uint32_t function);
  llvm::Error checkInstruction(const Instruction &instruction);
  llvm::Error checkNode(const Instruction &instruction,
                        const HandlerNode &node);
  llvm::Error checkCold(const Instruction &instruction, const ColdInfo &cold);
  llvm::Error checkEnd(const Instruction &instruction);
  llvm::Error checkTargets(const Instruction &instruction);
  llvm::Error checkSlots(const Instruction &instruction, uint64_t first,
                         uint64_t bytes, const char *what);
  llvm::Error checkLocations(uint32_t function);

  llvm::Error fail(uint32_t at, std::string what) const {
    return imageError(file, at, function, std::move(what));
  }
  bool isStart(uint32_t address) const {
    return address < starts.size() && starts[address];
  }
  bool isEntry(uint32_t address) const {
    auto found = file.functionAt(address);
    return found && file.record(*found).entry == address;
  }

  const ImageFile &file;
  const ImageCode code;
  // Of the bytes of the code: whether an instruction starts there.
  std::vector<bool> starts;
  VerifyStats stats;
  // The one being checked.
  std::optional<uint32_t> function;
  uint32_t frameBytes = 0, entry = 0, limit = 0;
};

llvm::Error Verifier::findInstructions() {
  starts.resize(file.header().codeEnd);
  for (uint32_t f = 0; f < file.header().functionCount; ++f) {
    if (!file.hasCode(f))
      continue;
    ++stats.functions;
    auto error = code.forEachInstruction(f, [&](const Instruction &found) {
      starts[found.at] = true;
      ++stats.instructions;
      return llvm::Error::success();
    });
    if (error)
      return error;
  }
  return llvm::Error::success();
}

// The slots at [first, first + bytes) of the frame, in bytes from fp.
llvm::Error Verifier::checkSlots(const Instruction &instruction, uint64_t first,
                                 uint64_t bytes, const char *what) {
  if (first % kSlotBytes == 0 && first >= kFirstSlot * kSlotBytes &&
      first + bytes <= frameBytes)
    return llvm::Error::success();
  return fail(instruction.at, std::string(what) + " at " + hex(first) +
                                  " of a frame of " + hex(frameBytes) +
                                  " bytes");
}

llvm::Error Verifier::checkNode(const Instruction &instruction,
                                const HandlerNode &node) {
  auto kind = operandKindOf(*node.op);
  if (!kind || node.ref.kind == OperandRef::Kind::Internal)
    return llvm::Error::success();
  uint64_t value = code.value(instruction, *kind, node.ref).low;
  if (*kind == OperandKind::Slot)
    return checkSlots(instruction, value, bytesOf(node.ref.type), "a slot");
  bool isHost = value & 1;
  if (*kind == OperandKind::Global && !isHost &&
      (value >> 1) + bytesOf(node.ref.type) > file.table.globalBytes)
    return fail(instruction.at, "a global at " + hex(value >> 1) + " of " +
                                    hex(file.table.globalBytes) +
                                    " bytes of globals");
  return llvm::Error::success();
}

// Its results need not lie where those of a call do, and no header does.
llvm::Error Verifier::checkCold(const Instruction &instruction,
                                const ColdInfo &cold) {
  uint64_t frame = code.value(instruction, OperandKind::Frame,
                              instruction.handler->part(EndPart::Frame))
                       .low;
  uint64_t slots = std::max<uint64_t>(
      {1, cold.argSlots ? kFirstSlot + cold.argSlots : 0,
       cold.resultSlots ? uint64_t(cold.result) + cold.resultSlots : 0});
  uint64_t used = slots * kSlotBytes;
  if (frame == 0 && used > kSlotBytes && used <= frameBytes)
    return llvm::Error::success();
  return checkSlots(instruction, frame, used, "the frame of a callee");
}

llvm::Error Verifier::checkEnd(const Instruction &instruction) {
  const HandlerInfo &handler = *instruction.handler;
  auto value = [&](EndPart part) {
    return code.value(instruction, kindOfPart(part), handler.part(part)).low;
  };
  uint64_t slots = 0;
  if (handler.hasPart(EndPart::Number)) {
    uint64_t number = value(EndPart::Number);
    const auto &cold = file.table.coldOperators;
    if (handler.end != Terminator::Kind::Cold) {
      if (number == kNullType || number > file.table.types)
        return fail(instruction.at,
                    "there is no type " + std::to_string(number));
    } else if (number >= cold.size()) {
      return fail(instruction.at,
                  "there is no cold operator " + std::to_string(number));
    } else {
      return checkCold(instruction, cold[number]);
    }
  }
  if (handler.hasPart(EndPart::Args))
    slots = value(EndPart::Args);
  // Its header, and what is passed in it.
  if (handler.hasPart(EndPart::Frame))
    if (auto error = checkSlots(instruction, value(EndPart::Frame),
                                (kFirstSlot + slots) * kSlotBytes,
                                "the frame of a callee"))
      return error;
  if (handler.hasPart(EndPart::Callee) && !isEntry(value(EndPart::Callee)))
    return fail(instruction.at,
                "no function begins at " + hex(value(EndPart::Callee)));
  if (handler.hasPart(EndPart::Table)) {
    uint64_t table = value(EndPart::Table);
    if (handler.part(EndPart::Table).kind == OperandRef::Kind::Operand)
      table = table % sizeof(StaticTableRecord)
                  ? UINT32_MAX
                  : table / sizeof(StaticTableRecord);
    if (table >= file.table.tables.size())
      return fail(instruction.at,
                  "there is no static table " + std::to_string(table));
  }
  return llvm::Error::success();
}

llvm::Error Verifier::checkTargets(const Instruction &instruction) {
  std::optional<uint32_t> wrong;
  code.forEachTarget(instruction, [&](uint32_t target) {
    if (!isStart(target) || target < entry || target >= limit)
      wrong = target;
  });
  if (!wrong)
    return llvm::Error::success();
  return fail(instruction.at,
              "no instruction of the function begins at " + hex(*wrong));
}

llvm::Error Verifier::checkInstruction(const Instruction &instruction) {
  const HandlerInfo &handler = *instruction.handler;
  if (handler.fused && handler.address != instruction.at)
    return fail(instruction.at,
                "handler " + std::to_string(instruction.number) +
                    " is for the instruction at " + hex(handler.address));
  for (const HandlerNode &node : handler.nodes)
    if (auto error = checkNode(instruction, node))
      return error;
  if (handler.end == Terminator::Kind::Return && handler.tree)
    if (auto error = checkSlots(instruction, kFirstSlot * kSlotBytes,
                                kSlotBytes, "the result"))
      return error;
  if (auto error = checkEnd(instruction))
    return error;
  return checkTargets(instruction);
}

// Whether control may go on with the instruction behind it.
bool fallsThrough(const HandlerInfo &handler) {
  using Kind = Terminator::Kind;
  switch (handler.end) {
  case Kind::Jump:
  case Kind::Switch:
  case Kind::TailCall:
  case Kind::TailCallIndirect:
  case Kind::Return:
  case Kind::Trap:
    return false;
  default:
    return !handler.fused;
  }
}

llvm::Error Verifier::checkFunction(uint32_t f) {
  function = f;
  entry = file.record(f).entry;
  limit = file.codeLimit(f);
  frameBytes = file.frameBytes(f);
  if (frameBytes % kSlotBytes || frameBytes < kFirstSlot * kSlotBytes)
    return fail(entry - 4, "a frame of " + hex(frameBytes) + " bytes");
  Instruction last;
  auto error = code.forEachInstruction(f, [&](const Instruction &found) {
    last = found;
    return checkInstruction(found);
  });
  if (error)
    return error;
  if (!last.handler || fallsThrough(*last.handler))
    return fail(last.at, "control runs out of the function");
  return checkLocations(f);
}

llvm::Error Verifier::checkLocations(uint32_t f) {
  uint32_t at = file.record(f).locations;
  if (!at)
    return llvm::Error::success();
  if (at < file.header().functions || at >= file.image.size())
    return fail(entry, "its location list is at " + hex(at));
  Diagnosis diagnosis;
  ByteReader list(llvm::ArrayRef(file.image).drop_front(at), at,
                  "the location list", diagnosis);
  uint64_t pc = uint64_t(entry) - 1;
  int64_t offset = 0;
  while (list.ok()) {
    uint64_t distance = list.u32();
    offset += list.s33();
    if (distance == 0)
      break;
    pc += distance;
    if (list.ok() && (pc >= limit || !isStart(pc) || offset <= 0 ||
                      offset > int64_t(UINT32_MAX)))
      return fail(uint32_t(list.offset()),
                  "its location list names an instruction at " + hex(pc) +
                      " and offset " + std::to_string(offset));
  }
  if (!list.ok())
    return fail(uint32_t(diagnosis.place.offset.value_or(at)),
                "its location list is damaged: " + diagnosis.what);
  return llvm::Error::success();
}

llvm::Error Verifier::checkTables() {
  for (size_t t = 0; t < file.tables.size(); ++t)
    for (size_t i = 0; i < file.tables[t].size(); ++i) {
      const StaticTableEntry &element = file.tables[t][i];
      bool isNull = element.type == kNullType && element.entry == 0;
      if (!isNull &&
          (element.type == kNullType || element.type > file.table.types ||
           !isEntry(element.entry)))
        return inputError(file.path,
                          "element " + std::to_string(i) + " of static table " +
                              std::to_string(t) + " is no function: entry " +
                              hex(element.entry) + ", type " +
                              std::to_string(element.type));
    }
  return llvm::Error::success();
}

llvm::Expected<VerifyStats> Verifier::verify() {
  if (auto error = checkHeader(file))
    return std::move(error);
  if (auto error = findInstructions())
    return std::move(error);
  for (uint32_t f = 0; f < file.header().functionCount; ++f)
    if (file.hasCode(f))
      if (auto error = checkFunction(f))
        return std::move(error);
  if (auto error = checkTables())
    return std::move(error);
  stats.handlers = file.table.handlers.size();
  return stats;
}

} // namespace

llvm::Expected<VerifyStats> verifyImage(const ImageFile &file) {
  return Verifier(file).verify();
}

} // namespace ireko
