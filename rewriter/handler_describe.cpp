// Describes the handlers of a program in bytes; parseHandlers reads them.

#include <cassert>
#include <sstream>

#include "ir/module-utils.h"
#include "rewriter/error.h"
#include "rewriter/handler_table.h"
#include "rewriter/liveness.h"
#include "rewriter/tree.h"
#include "support/colors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace wasm;

namespace ireko {

namespace {

// The name of its operator in the text format.
std::string operatorName(Expression *node) {
  std::ostringstream text;
  text << ShallowExpression{node, nullptr};
  return text.str().substr(0, text.str().find_first_of(" \n"));
}

ValType valType(Type type) {
  if (!type.isBasic())
    return ValType::kI32;
  switch (type.getBasic()) {
  case Type::i64:
    return ValType::kI64;
  case Type::f32:
    return ValType::kF32;
  case Type::f64:
    return ValType::kF64;
  case Type::v128:
    return ValType::kV128;
  default:
    return ValType::kI32;
  }
}

uint32_t widthOf(const TileOperand &operand) {
  return llvm::Log2_32(operand.bytes);
}

class Describer {
public:
  Describer(Program &program, const Tiling &tiling, const Image &image)
      : program(program), tiling(tiling), image(image) {}

  llvm::Expected<std::vector<uint8_t>> describe();

private:
  enum Tag : uint32_t { kNew, kAgain, kInternal, kLiteral };

  void put(uint64_t number) {
    uint8_t buffer[16];
    bytes.insert(bytes.end(), buffer,
                 buffer + llvm::encodeULEB128(number, buffer));
  }
  void putSigned(int64_t number) {
    uint8_t buffer[16];
    bytes.insert(bytes.end(), buffer,
                 buffer + llvm::encodeSLEB128(number, buffer));
  }
  void putFixed(uint64_t value, uint32_t size) {
    for (uint32_t i = 0; i < size; ++i)
      bytes.push_back(uint8_t(value >> 8 * i));
  }
  void head(Tag tag, uint32_t payload, ValType type = ValType::kI32) {
    put(payload << 5 | uint32_t(type) << 2 | tag);
  }
  // Its `index` is that in the shape.
  void operand(uint32_t index, ValType type = ValType::kI32);
  void burned(const TileOperand &operand, ValType type);
  void opcode(const std::string &name);
  void literal(uint64_t value, ValType type = ValType::kI32) {
    head(kLiteral, 0, type);
    put(value);
  }

  void coldOperator(const ColdOperator &op);
  void describeHandler(const Handler &what);
  void listOperands();
  void tree(Expression *node);
  void slot(Expression *node, Slot slot, Type type);
  void global(Expression *node, Name name, Type type);
  void constant(Const *node);
  void end(const Block &block);
  // Of the terminator: its nth operand of this kind, or the value.
  void part(OperandKind kind, uint64_t value, uint32_t n = 0);
  uint32_t addressOf(BlockIndex block) const {
    return image.blocks[handler->function][block];
  }

  Program &program;
  const Tiling &tiling;
  const Image &image;
  std::vector<uint8_t> bytes;
  std::unordered_map<Name, Index> globals;
  const Handler *handler = nullptr;
  std::vector<uint32_t> numbers; // of the handler's operands; those described
  uint32_t described = 0;        // how many have one
  std::string unknown;           // an operator without opcode
};

void Describer::operand(uint32_t index, ValType type) {
  const TileOperand &what = handler->shape.operands[index];
  if (what.isBurned)
    return burned(what, type);
  if (index < numbers.size())
    return head(kAgain, numbers[index], type);
  numbers.resize(index + 1); // those in between are burned in
  numbers[index] = described++;
  head(kNew, widthOf(what), type);
}

void Describer::burned(const TileOperand &operand, ValType type) {
  switch (operand.kind) {
  case OperandKind::Immediate:
    head(kLiteral, 0, type);
    return putSigned(int64_t(operand.low));
  case OperandKind::Offset:
    return literal(operand.low + 1);
  case OperandKind::Global:
    return literal(operand.low << 1, type);
  case OperandKind::Callee:
    return literal(image.entries[operand.low]);
  default:
    return literal(operand.low, type);
  }
}

void Describer::opcode(const std::string &name) {
  auto opcode = opcodeOf(name);
  if (!opcode) {
    unknown = name;
    return;
  }
  if (!opcode->prefix) {
    bytes.push_back(uint8_t(opcode->code));
    return;
  }
  bytes.push_back(opcode->prefix);
  put(opcode->code);
}

void Describer::slot(Expression *node, Slot slot, Type type) {
  if (isInternal(slot))
    return head(kInternal, (slot - kInternalSlot) / 2, valType(type));
  if (handler->fused)
    return literal(uint64_t(slot) * kSlotBytes, valType(type));
  const TileOperand *found = handler->shape.operandOf(node);
  operand(found - handler->shape.operands.data(), valType(type));
}

void Describer::global(Expression *node, Name name, Type type) {
  const GlobalPlace &place = program.globals.at(name);
  if (place.kind == GlobalPlace::Kind::Host)
    return literal(uint64_t(globals.at(name)) << 1 | 1, valType(type));
  if (handler->fused)
    return literal(uint64_t(place.offset) << 1, valType(type));
  const TileOperand *found = handler->shape.operandOf(node);
  operand(found - handler->shape.operands.data(), valType(type));
}

void Describer::constant(Const *node) {
  ValType type = valType(node->type);
  if (!handler->fused) {
    const TileOperand *found = handler->shape.operandOf(node);
    return operand(found - handler->shape.operands.data(), type);
  }
  head(kLiteral, 0, type);
  if (type == ValType::kI32 || type == ValType::kI64)
    return putSigned(node->value.getInteger());
  uint8_t bits[16] = {};
  node->value.getBits(bits);
  bytes.insert(bytes.end(), bits, bits + node->type.getByteSize());
}

void Describer::tree(Expression *node) {
  opcode(operatorName(node));
  auto known = [&]() -> const TileOperand * {
    return handler->fused ? nullptr : handler->shape.operandOf(node);
  };
  auto known32 = [&](uint64_t value) {
    if (const TileOperand *found = known())
      operand(found - handler->shape.operands.data());
    else
      literal(value);
  };
  if (auto *get = node->dynCast<LocalGet>())
    return slot(node, get->index, node->type);
  if (auto *set = node->dynCast<LocalSet>())
    slot(node, set->index, set->value->type);
  else if (auto *get = node->dynCast<GlobalGet>())
    return global(node, get->name, node->type);
  else if (auto *set = node->dynCast<GlobalSet>())
    global(node, set->name, set->value->type);
  else if (auto *exit = node->dynCast<Break>())
    known32(handler->fused ? addressOf(exitTarget(exit)) : 0);
  else if (auto *value = node->dynCast<Const>())
    return constant(value);
  else if (Address *offset = memoryOffset(node))
    known32(*offset);
  else if (auto *shuffle = node->dynCast<SIMDShuffle>()) {
    if (const TileOperand *found = known()) {
      operand(found - handler->shape.operands.data(), ValType::kV128);
    } else {
      head(kLiteral, 0, ValType::kV128);
      bytes.insert(bytes.end(), shuffle->mask.begin(), shuffle->mask.end());
    }
  }
  if (auto *access = node->dynCast<SIMDLoadStoreLane>())
    bytes.push_back(access->index);
  else if (auto *extract = node->dynCast<SIMDExtract>())
    bytes.push_back(extract->index);
  else if (auto *replace = node->dynCast<SIMDReplace>())
    bytes.push_back(replace->index);
  forEachChild(node, [&](Expression *&child) { tree(child); });
}

void Describer::part(OperandKind kind, uint64_t value, uint32_t n) {
  if (handler->fused)
    return literal(value);
  const Shape &shape = handler->shape;
  const TileOperand &found =
      kind == OperandKind::Target ? shape.endTarget() : shape.operand(kind, n);
  operand(&found - shape.operands.data());
}

// The trees of the generic VM's handlers were nested when their operands had
// been numbered (catalogue.cpp), so these are listed in front.
void Describer::listOperands() {
  const auto &operands = handler->shape.operands;
  put(operands.size());
  for (const TileOperand &operand : operands)
    put(uint32_t(operand.kind) * kOperandWidths + widthOf(operand));
  for (; described < operands.size(); ++described)
    numbers.push_back(described);
}

void Describer::end(const Block &block) {
  using Kind = Terminator::Kind;
  const Terminator &end = block.end;
  bool hasEnd = handler->tile.end;
  Kind kind = handler->tile.entry ? Kind::Enter
              : hasEnd            ? end.kind
                                  : Kind::None;
  bool wholeLoop = hasEnd && kind == Kind::Branch && !handler->fused &&
                   isWholeLoop(block, handler->tile);
  Expression *value = hasEnd ? end.tree : nullptr;
  put(uint32_t(kind) | (hasEnd && end.negated) << 4 |
      (hasEnd && end.backEdge) << 5 | (value != nullptr) << 6 | wholeLoop << 7);
  if (value)
    tree(value);
  for (EndPart each : endParts(kind))
    switch (each) {
    case EndPart::Target:
      if (!wholeLoop)
        part(OperandKind::Target, !handler->fused ? 0
                                  : kind == Kind::Jump
                                      ? addressOf(end.next)
                                      : addressOf(end.targets[0]));
      break;
    case EndPart::Next:
      if (handler->fused)
        literal(addressOf(end.next));
      break;
    case EndPart::Count:
      part(OperandKind::Count, end.targets.size() - 1);
      break;
    case EndPart::Frame:
      part(OperandKind::Frame, uint64_t(end.frame) * kSlotBytes);
      break;
    case EndPart::Args:
      part(OperandKind::Number, end.argSlots);
      break;
    case EndPart::Callee:
      part(OperandKind::Callee, handler->fused ? image.entries[end.callee] : 0);
      break;
    case EndPart::Number:
      part(OperandKind::Number, kind == Kind::Cold ? end.callee : end.type,
           kind == Kind::TailCallIndirect);
      break;
    case EndPart::Table:
      if (program.isGeneric)
        part(OperandKind::Table, 0);
      else
        literal(end.table);
      break;
    case EndPart::Region:
    case EndPart::Signature:
    case EndPart::Loop:
      part(OperandKind::Number, 0, uint32_t(each) - uint32_t(EndPart::Region));
      break;
    }
  if (kind == Kind::Trap)
    put(uint32_t(end.trap));
}

void Describer::describeHandler(const Handler &what) {
  handler = &what;
  numbers.clear();
  described = 0;
  const Block &block = program.functions[what.function].blocks[what.block];
  put(what.tile.count << 2 | program.isGeneric << 1 | what.fused);
  if (what.fused)
    put(fusedAddress(tiling, image, what));
  if (program.isGeneric)
    listOperands();
  for (uint32_t i = 0; i < what.tile.count; ++i)
    tree(block.statements[what.tile.first + i]);
  end(block);
  assert(described ==
         llvm::count_if(what.shape.operands, [](const TileOperand &operand) {
           return !operand.isBurned;
         }));
}

void Describer::coldOperator(const ColdOperator &op) {
  opcode(operatorName(op.tree));
  uint32_t index = 0;
  const Module &module = program.module;
  auto indexIn = [](const auto &list, Name name) {
    uint32_t i = 0;
    while (i < list.size() && list[i]->name != name)
      ++i;
    return i;
  };
  Expression *node = op.tree;
  if (auto *call = node->dynCast<Call>())
    index = program.functionIndex.at(call->target);
  else if (auto *ref = node->dynCast<RefFunc>())
    index = program.functionIndex.at(ref->func);
  else if (auto *init = node->dynCast<MemoryInit>())
    index = indexIn(module.dataSegments, init->segment);
  else if (auto *drop = node->dynCast<DataDrop>())
    index = indexIn(module.dataSegments, drop->segment);
  else if (auto *drop = node->dynCast<ElemDrop>())
    index = indexIn(module.elementSegments, drop->segment);
  else if (auto *init = node->dynCast<TableInit>())
    index = indexIn(module.elementSegments, init->segment);
  else if (auto *call = node->dynCast<CallIndirect>())
    index = indexIn(module.tables, call->table);
  else if (auto *get = node->dynCast<TableGet>())
    index = indexIn(module.tables, get->table);
  else if (auto *set = node->dynCast<TableSet>())
    index = indexIn(module.tables, set->table);
  else if (auto *size = node->dynCast<TableSize>())
    index = indexIn(module.tables, size->table);
  else if (auto *grow = node->dynCast<TableGrow>())
    index = indexIn(module.tables, grow->table);
  else if (auto *fill = node->dynCast<TableFill>())
    index = indexIn(module.tables, fill->table);
  else if (auto *copy = node->dynCast<TableCopy>())
    index = indexIn(module.tables, copy->destTable);
  put(index);
  put(op.argSlots);
  put(op.resultSlots);
  put(op.result);
}

llvm::Expected<std::vector<uint8_t>> Describer::describe() {
  Colors::setEnabled(false);
  for (uint32_t i = 0; i < program.module.globals.size(); ++i)
    globals[program.module.globals[i]->name] = i;
  put(program.globalBytes);
  put(program.typeNumbers.size());
  put(program.staticTables.size());
  for (const StaticTable &table : program.staticTables) {
    put(table.address);
    put(table.functions.size());
  }
  put(program.coldOperators.size());
  for (const ColdOperator &op : program.coldOperators)
    coldOperator(op);
  put(tiling.handlers.size() - 1);
  for (uint32_t i = 1; i < tiling.handlers.size(); ++i)
    describeHandler(tiling.handlers[i]);
  if (!unknown.empty())
    return inputError("internal error", "no opcode is known for " + unknown,
                      "please report this with the module");
  return std::move(bytes);
}

} // namespace

llvm::Expected<std::vector<uint8_t>>
describeHandlers(Program &program, const Tiling &tiling, const Image &image) {
  return Describer(program, tiling, image).describe();
}

} // namespace ireko
