//===- validator_special.cpp - Instructions with types of their own -------===//
//
// Control, calls, variables, tables, references: what the opcode table marks
// with "*".
//
//===----------------------------------------------------------------------===//

#include "validator_code.h"

#include "llvm/ADT/StringExtras.h"

namespace ireko {

namespace {

/// Results of blocks that name one type: block types point into here.
constexpr ValType kSingle[] = {
    ValType::kI32,  ValType::kI64,     ValType::kF32,       ValType::kF64,
    ValType::kV128, ValType::kFuncRef, ValType::kExternRef,
};
static_assert(kSingle[size_t(ValType::kExternRef)] == ValType::kExternRef);

constexpr uint8_t kEmptyBlockType = 0x40;

} // namespace

void BodyValidator::checkSpecial(const OpInfo &info) {
  switch (info.op) {
  case Op::Unreachable:
  case Op::Block:
  case Op::Loop:
  case Op::If:
  case Op::Else:
  case Op::End:
  case Op::Br:
  case Op::BrIf:
  case Op::BrTable:
  case Op::Return:
    checkControl(info);
    break;
  case Op::Call:
  case Op::CallIndirect:
  case Op::ReturnCall:
  case Op::ReturnCallIndirect:
    checkCall(info);
    break;
  case Op::Drop:
    pop();
    break;
  case Op::Select:
  case Op::SelectTyped:
    checkSelect(info);
    break;
  case Op::RefNull:
  case Op::RefIsNull:
  case Op::RefFunc:
    checkReference(info);
    break;
  default:
    if (info.immediate == Imm::Local || info.immediate == Imm::Global)
      checkVariable(info);
    else
      checkTable(info);
  }
  noteHeight();
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

bool BodyValidator::readBlockType(Types &params, Types &results) {
  uint64_t offset = in->offset();
  if (!in->atEnd() && in->peek() == kEmptyBlockType) {
    in->u8();
    return true;
  }
  // Bit 6 of a single byte is the sign: a value type.
  if (!in->atEnd() && in->peek() < 0x80 && in->peek() & 0x40) {
    ValType type = readValType(*in, module);
    results = Types(kSingle[size_t(type)]);
    return ok();
  }
  int64_t index = in->s33();
  if (!ok())
    return false;
  if (index < 0)
    return in->fail(offset, "malformed block type");
  if (uint64_t(index) >= module.types.size())
    return in->fail(offset, "unknown type " + llvm::utostr(uint64_t(index)));
  params = module.params(uint32_t(index));
  results = module.results(uint32_t(index));
  module.features.multiValue.note(offset);
  return true;
}

const BodyValidator::Frame *BodyValidator::readLabel() {
  uint64_t offset = in->offset();
  uint32_t depth = in->u32();
  if (!ok())
    return nullptr;
  if (depth >= frames.size()) {
    in->fail(offset, "unknown label " + llvm::utostr(depth));
    return nullptr;
  }
  return &frames[frames.size() - 1 - depth];
}

void BodyValidator::checkControl(const OpInfo &info) {
  switch (info.op) {
  case Op::Unreachable:
    setUnreachable();
    return;
  case Op::If:
  case Op::Block:
  case Op::Loop: {
    Types params, results;
    if (!readBlockType(params, results))
      return;
    if (info.op == Op::If)
      pop(ValType::kI32);
    pop(params);
    pushFrame(info.op, params, results);
    return;
  }
  case Op::Else: {
    if (frames.back().op != Op::If) {
      fail("else without if");
      return;
    }
    Frame frame = popFrame();
    pushFrame(Op::Else, frame.params, frame.results);
    return;
  }
  case Op::End: {
    Frame frame = popFrame();
    if (ok() && frame.op == Op::If && frame.params != frame.results) {
      fail("type mismatch: an if without else must give its parameters");
      return;
    }
    if (!frames.empty())
      push(frame.results);
    return;
  }
  case Op::Br:
    if (const Frame *target = readLabel()) {
      pop(labelTypes(*target));
      setUnreachable();
    }
    return;
  case Op::BrIf:
    if (const Frame *target = readLabel()) {
      Types types = labelTypes(*target);
      pop(ValType::kI32);
      pop(types);
      push(types);
    }
    return;
  case Op::BrTable:
    checkBranchTable();
    return;
  default: // Return
    pop(functionResults);
    setUnreachable();
  }
}

void BodyValidator::checkBranchTable() {
  // The default label stands last, but gives the number of operands that all
  // must have: collect the labels first.
  uint32_t count = in->count("branch targets", UINT32_MAX);
  pop(ValType::kI32);
  std::optional<size_t> arity;
  const Frame *last = nullptr;
  for (uint64_t i = 0; i <= count && ok(); ++i) {
    const Frame *target = readLabel();
    if (!target || target == last)
      continue;
    Types types = labelTypes(*target);
    if (arity && types.size() != *arity) {
      fail("type mismatch: targets of br_table take " + llvm::utostr(*arity) +
           " and " + llvm::utostr(types.size()) + " operands");
      return;
    }
    arity = types.size();
    checkTop(types);
    last = target;
  }
  if (!ok())
    return;
  pop(labelTypes(*last));
  setUnreachable();
}

void BodyValidator::checkCall(const OpInfo &info) {
  bool isIndirect =
      info.op == Op::CallIndirect || info.op == Op::ReturnCallIndirect;
  uint32_t type;
  if (isIndirect) {
    type = readIndex("type", module.types.size());
    ValType table = readTable();
    if (ok() && table != ValType::kFuncRef)
      fail(std::string("type mismatch: ") + text + " through a table of " +
           nameOf(table));
    pop(ValType::kI32);
  } else {
    uint32_t function = readIndex("function", module.functions.size());
    type = ok() ? module.functions[function] : 0;
  }
  if (!ok())
    return;
  pop(module.params(type));
  Types results = module.results(type);
  if (info.op == Op::Call || info.op == Op::CallIndirect) {
    push(results);
    return;
  }
  if (ok() && results != functionResults)
    fail(std::string("type mismatch: ") + text +
         " of a function with other results than the caller's");
  setUnreachable();
}

void BodyValidator::checkSelect(const OpInfo &info) {
  if (info.op == Op::SelectTyped) {
    uint64_t offset = in->offset();
    uint32_t count = in->u32();
    if (ok() && count != 1)
      in->fail(offset, "invalid result arity: select with " +
                           llvm::utostr(count) + " types");
    ValType type = readValType(*in, module);
    if (!ok())
      return;
    pop(ValType::kI32);
    pop(type);
    pop(type);
    push(type);
    return;
  }
  pop(ValType::kI32);
  if (!ok())
    return;
  ValType second = pop();
  ValType first = ok() ? pop() : ValType::kUnknown;
  if (!ok())
    return;
  if (isReference(first) || isReference(second)) {
    fail("type mismatch: select of references without a type");
    return;
  }
  if (first != second && first != ValType::kUnknown &&
      second != ValType::kUnknown) {
    mismatch(first, second);
    return;
  }
  push(first == ValType::kUnknown ? second : first);
}

//===----------------------------------------------------------------------===//
// Variables, tables, references
//===----------------------------------------------------------------------===//

uint32_t BodyValidator::readIndex(const char *what, size_t size) {
  uint64_t offset = in->offset();
  uint32_t index = in->u32();
  if (ok() && index >= size)
    in->fail(offset, std::string("unknown ") + what + " " +
                         llvm::utostr(index) + " in " + text);
  return index;
}

ValType BodyValidator::readTable() {
  uint32_t index = readIndex("table", module.tables.size());
  if (index != 0)
    module.features.referenceTypes.note(start);
  return ok() ? module.tables[index] : ValType::kUnknown;
}

ValType BodyValidator::readElement() {
  uint32_t index = readIndex("element segment", module.elements.size());
  return ok() ? module.elements[index] : ValType::kUnknown;
}

void BodyValidator::checkVariable(const OpInfo &info) {
  if (info.immediate == Imm::Local) {
    uint32_t index = readIndex("local", locals.size());
    if (!ok())
      return;
    if (info.op != Op::LocalGet)
      pop(locals[index]);
    if (info.op != Op::LocalSet && ok())
      push(locals[index]);
    return;
  }
  uint32_t index = readIndex("global", module.globals.size());
  if (!ok())
    return;
  GlobalType global = module.globals[index];
  if (info.op == Op::GlobalGet) {
    push(global.type);
    return;
  }
  if (!global.isMutable) {
    fail("global " + llvm::utostr(index) + " is immutable");
    return;
  }
  pop(global.type);
}

void BodyValidator::checkTable(const OpInfo &info) {
  constexpr ValType kI32 = ValType::kI32;
  switch (info.op) {
  case Op::TableGet: {
    ValType type = readTable();
    pop(kI32);
    if (ok())
      push(type);
    return;
  }
  case Op::TableSet: {
    ValType type = readTable();
    pop(type);
    pop(kI32);
    return;
  }
  case Op::TableSize:
    readTable();
    push(kI32);
    return;
  case Op::TableGrow: {
    ValType type = readTable();
    pop(kI32);
    pop(type);
    push(kI32);
    return;
  }
  case Op::TableFill: {
    ValType type = readTable();
    pop(kI32);
    pop(type);
    pop(kI32);
    return;
  }
  case Op::ElemDrop:
    readElement();
    return;
  case Op::TableInit:
  case Op::TableCopy: {
    // table.init names the segment first, table.copy the destination.
    bool isInit = info.op == Op::TableInit;
    ValType first = isInit ? readElement() : readTable();
    ValType second = readTable();
    if (ok() && first != second)
      fail(std::string("type mismatch: ") + text + " between " + nameOf(first) +
           " and " + nameOf(second));
    pop(kI32);
    pop(kI32);
    pop(kI32);
    return;
  }
  default:
    fail(std::string("no rule for ") + text);
  }
}

void BodyValidator::checkReference(const OpInfo &info) {
  switch (info.op) {
  case Op::RefNull:
    push(readRefType(*in, module));
    return;
  case Op::RefIsNull: {
    ValType type = pop();
    if (ok() && type != ValType::kUnknown && !isReference(type))
      fail(std::string("type mismatch: ref.is_null of ") + nameOf(type));
    push(ValType::kI32);
    return;
  }
  default: { // RefFunc
    uint32_t index = readIndex("function", module.functions.size());
    if (ok() && !module.referenced.test(index))
      fail("undeclared function reference: function " + llvm::utostr(index) +
               " is in no element segment, export or global",
           "declare it in an element segment");
    push(ValType::kFuncRef);
  }
  }
}

} // namespace ireko
