//===- validator_code.cpp - Function bodies -------------------------------===//
//
// The operand and control stacks, and instructions whose types the opcode table
// gives. Instructions with types of their own are in validator_special.cpp.
//
//===----------------------------------------------------------------------===//

#include "validator_code.h"

#include "llvm/ADT/StringExtras.h"
#include <algorithm>

namespace ireko {

namespace {

/// See BinaryInfo::landmarks.
bool isLandmark(Op op) {
  switch (op) {
  case Op::Unreachable:
  case Op::Loop:
  case Op::Call:
  case Op::CallIndirect:
  case Op::ReturnCall:
  case Op::ReturnCallIndirect:
  case Op::I32DivS:
  case Op::I32DivU:
  case Op::I32RemS:
  case Op::I32RemU:
  case Op::I64DivS:
  case Op::I64DivU:
  case Op::I64RemS:
  case Op::I64RemU:
  case Op::I32TruncF32S:
  case Op::I32TruncF32U:
  case Op::I32TruncF64S:
  case Op::I32TruncF64U:
  case Op::I64TruncF32S:
  case Op::I64TruncF32U:
  case Op::I64TruncF64S:
  case Op::I64TruncF64U:
  case Op::MemoryInit:
  case Op::MemoryCopy:
  case Op::MemoryFill:
  case Op::TableGet:
  case Op::TableSet:
  case Op::TableInit:
  case Op::TableCopy:
  case Op::TableFill:
    return true;
  default:
    return false;
  }
}

} // namespace

void BodyValidator::validate(ByteReader &body, uint32_t index) {
  in = &body;
  operands.clear();
  frames.clear();
  deadDepth = 0;
  uint32_t type = module.functions[index];
  Types params = module.params(type);
  functionResults = module.results(type);
  start = body.offset();
  text = "the function";
  locals.assign(params.begin(), params.end());
  if (!readLocals())
    return;
  below = 0;
  pushFrame(Op::Block, {}, functionResults);
  while (ok() && !frames.empty())
    readInstruction();
  if (ok() && !body.atEnd())
    body.fail(body.offset(), "operators remaining after the end of the "
                             "function");
}

bool BodyValidator::readLocals() {
  uint32_t groups = in->count("groups of locals", UINT32_MAX);
  for (uint32_t i = 0; i < groups && ok(); ++i) {
    uint64_t offset = in->offset();
    uint32_t count = in->u32();
    ValType type = readValType(*in, module);
    if (!ok())
      return false;
    if (count > kMaxLocals - std::min<size_t>(kMaxLocals, locals.size()))
      return in->fail(offset,
                      "too many locals: more than the limit of " +
                          llvm::utostr(kMaxLocals),
                      "split the function");
    if (!spend(2 * uint64_t(count)))
      return false;
    locals.insert(locals.end(), count, type);
  }
  return ok();
}

void BodyValidator::readInstruction() {
  start = in->offset();
  below = 0;
  if (in->atEnd()) {
    in->fail(start, "unexpected end of the function body: END opcode expected");
    return;
  }
  uint8_t prefix = 0;
  uint32_t code = in->u8();
  if (isOpPrefix(code)) {
    prefix = code;
    code = in->u32();
    if (!ok())
      return;
  }
  const OpInfo *info = findOp(prefix, code);
  if (!info) {
    std::string name =
        "opcode " + (prefix ? hex(prefix) + " " : "") + hex(code);
    if (const char *feature = unsupportedFeatureOf(prefix, code))
      in->unsupported(start, feature, name);
    else
      fail("illegal " + name);
    return;
  }
  text = info->text;
  if (info->feature)
    (module.features.*info->feature).note(start);
  if (isLandmark(info->op) && !deadDepth)
    this->info.landmarks.push_back(uint32_t(start));
  if (!info->fixedTypes) {
    checkSpecial(*info);
    return;
  }
  readImmediate(*info);
  for (unsigned i = info->operandCount; i-- > 0 && ok();)
    pop(info->operands[i]);
  if (!ok())
    return;
  if (info->resultCount)
    push(info->result);
  noteHeight();
}

//===----------------------------------------------------------------------===//
// Immediates
//===----------------------------------------------------------------------===//

void BodyValidator::readImmediate(const OpInfo &info) {
  switch (info.immediate) {
  case Imm::I32:
    in->s32();
    break;
  case Imm::I64:
    in->s64();
    break;
  case Imm::F32:
    in->skip(4);
    break;
  case Imm::F64:
    in->skip(8);
    break;
  case Imm::V128:
    in->skip(16);
    break;
  case Imm::MemArg:
    readMemArg(info.argument);
    break;
  case Imm::MemArgAndLane:
    readMemArg(info.argument);
    readLane(16u >> info.argument);
    break;
  case Imm::Lane:
    readLane(info.argument);
    break;
  case Imm::Shuffle:
    for (int i = 0; i < 16; ++i)
      readLane(32);
    break;
  case Imm::Memory:
    readMemory();
    break;
  case Imm::TwoMemories:
    readMemory();
    readMemory();
    break;
  case Imm::Data:
    readData();
    break;
  case Imm::DataAndMemory:
    readData();
    readMemory();
    break;
  default:
    break;
  }
}

void BodyValidator::readMemArg(uint8_t naturalAlignment) {
  uint64_t offset = in->offset();
  uint32_t alignment = in->u32();
  in->u32(); // offset
  if (!ok())
    return;
  if (alignment & 0x40 && alignment < 0x80)
    in->unsupported(offset, "multi-memory",
                    std::string("a memory index in ") + text);
  else if (alignment > naturalAlignment)
    in->fail(offset, std::string("alignment must not be larger than natural: "
                                 "2**") +
                         llvm::utostr(alignment) + " for " + text);
  else if (module.memories == 0)
    fail(std::string("unknown memory 0 in ") + text);
}

void BodyValidator::readLane(unsigned lanes) {
  uint64_t offset = in->offset();
  uint8_t lane = in->u8();
  if (ok() && lane >= lanes)
    in->fail(offset, "invalid lane index " + llvm::utostr(lane) + " in " +
                         text + ", which has " + llvm::utostr(lanes));
}

void BodyValidator::readMemory() {
  uint64_t offset = in->offset();
  uint8_t index = in->u8();
  if (!ok())
    return;
  if (index >= 0x80)
    in->fail(offset, std::string("zero byte expected in ") + text);
  else if (index != 0)
    in->unsupported(offset, "multi-memory",
                    "memory index " + llvm::utostr(index) + " in " + text);
  else if (module.memories == 0)
    fail(std::string("unknown memory 0 in ") + text);
}

void BodyValidator::readData() {
  uint64_t offset = in->offset();
  uint32_t index = in->u32();
  if (!ok())
    return;
  if (!module.dataCount)
    fail(std::string("data count section required by ") + text);
  else if (index >= *module.dataCount)
    in->fail(offset, "unknown data segment " + llvm::utostr(index));
}

//===----------------------------------------------------------------------===//
// The stacks
//===----------------------------------------------------------------------===//

void BodyValidator::push(ValType type) {
  operands.push_back({type, below + 1});
}

void BodyValidator::push(Types types) {
  if (!ok() || !spend(types.size()))
    return;
  for (ValType type : types)
    push(type);
}

ValType BodyValidator::pop() {
  const Frame &frame = frames.back();
  if (operands.size() == frame.base) {
    if (!frame.unreachable)
      missing(ValType::kUnknown);
    return ValType::kUnknown;
  }
  Operand operand = operands.back();
  operands.pop_back();
  below = std::max(below, operand.height);
  return operand.type;
}

void BodyValidator::pop(ValType expected) {
  const Frame &frame = frames.back();
  if (operands.size() == frame.base) {
    if (!frame.unreachable)
      missing(expected);
    return;
  }
  ValType found = pop();
  if (found != expected && found != ValType::kUnknown)
    mismatch(expected, found);
}

void BodyValidator::pop(Types types) {
  if (!spend(types.size()))
    return;
  for (size_t i = types.size(); i-- > 0 && ok();)
    pop(types[i]);
}

void BodyValidator::checkTop(Types types) {
  if (!spend(types.size()))
    return;
  const Frame &frame = frames.back();
  size_t height = operands.size();
  for (size_t i = types.size(); i-- > 0 && ok();) {
    if (height == frame.base) {
      if (!frame.unreachable)
        missing(types[i]);
      return;
    }
    ValType found = operands[--height].type;
    if (found != types[i] && found != ValType::kUnknown)
      mismatch(types[i], found);
  }
}

void BodyValidator::mismatch(ValType expected, ValType found) {
  fail(std::string("type mismatch: ") + text + " expects " + nameOf(expected) +
       " but finds " + nameOf(found));
}

void BodyValidator::missing(ValType expected) {
  fail(std::string("type mismatch: ") + text + " expects " + nameOf(expected) +
       " but the stack is empty");
}

void BodyValidator::pushFrame(Op op, Types params, Types results) {
  if (!ok())
    return;
  frames.push_back({op, params, results, operands.size(), below, false});
  // Operands that enter a block are kept in locals meanwhile.
  below = 0;
  push(params);
}

BodyValidator::Frame BodyValidator::popFrame() {
  if (deadDepth == frames.size()) {
    if (deadBegin < start)
      info.deadCode.push_back({deadBegin, uint32_t(start)});
    deadDepth = 0;
  }
  Frame frame = frames.back();
  pop(frame.results);
  if (ok() && operands.size() != frame.base)
    fail("type mismatch: " + llvm::utostr(operands.size() - frame.base) +
         " values remaining on the stack at the end of the block");
  if (!ok())
    return frame;
  frames.pop_back();
  below = std::max(below, frame.height);
  return frame;
}

void BodyValidator::setUnreachable() {
  if (!ok())
    return;
  noteHeight();
  operands.resize(frames.back().base);
  frames.back().unreachable = true;
  if (!deadDepth) {
    deadDepth = frames.size();
    deadBegin = uint32_t(in->offset());
  }
}

void BodyValidator::noteHeight() {
  if (!ok() || frames.empty())
    return;
  Frame &frame = frames.back();
  frame.height = std::max(frame.height, below + 1);
  if (frames.size() + below + 1 > kMaxNesting)
    fail("nesting deeper than the limit of " + llvm::utostr(kMaxNesting),
         "split the function");
}

bool BodyValidator::spend(uint64_t work) {
  if (work <= workLeft) {
    workLeft -= work;
    return true;
  }
  fail("code too complex for its size: too many parameters, results or locals",
       "split the function");
  return false;
}

} // namespace ireko
