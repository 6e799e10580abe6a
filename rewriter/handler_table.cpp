#include "rewriter/handler_table.h"

#include "rewriter/error.h"
#include "rewriter/validator_bytes.h"
#include "vm/layout.h"

namespace ireko {

// Deeper than trees of any program; the parser and the printer recurse.
constexpr uint32_t kMaxDepth = 1000;
// More than selection makes: the number is of 16 bits.
constexpr uint32_t kMaxHandlers = 65536;
constexpr uint32_t kTraps = 0
#define IREKO_TRAP(NAME, TEXT) +1
#include "vm/traps.def"
#undef IREKO_TRAP
    ;

std::optional<OperandKind> operandKindOf(const OpInfo &op) {
  switch (op.immediate) {
  case Imm::Local:
    return OperandKind::Slot;
  case Imm::Global:
    return OperandKind::Global;
  case Imm::I32:
  case Imm::I64:
  case Imm::F32:
  case Imm::F64:
  case Imm::V128:
    return OperandKind::Immediate;
  case Imm::Shuffle:
    return OperandKind::Mask;
  case Imm::MemArg:
  case Imm::MemArgAndLane:
    return OperandKind::Offset;
  case Imm::Label:
    return OperandKind::Target;
  default:
    return std::nullopt;
  }
}

llvm::ArrayRef<EndPart> endParts(Terminator::Kind kind) {
  using Kind = Terminator::Kind;
  using enum EndPart;
  static constexpr EndPart kFall[] = {Next}, kJump[] = {Target},
                           kBranch[] = {Target, Next}, kSwitch[] = {Count},
                           kCall[] = {Frame, Callee, Next},
                           kCallIndirect[] = {Frame, Number, Table, Next},
                           kCold[] = {Frame, Number, Next},
                           kTailCall[] = {Frame, Args, Callee},
                           kTailIndirect[] = {Frame, Args, Number, Table},
                           kEnter[] = {Region, Signature, Loop};
  switch (kind) {
  case Kind::None:
    return kFall;
  case Kind::Jump:
    return kJump;
  case Kind::Branch:
    return kBranch;
  case Kind::Switch:
    return kSwitch;
  case Kind::Call:
    return kCall;
  case Kind::CallIndirect:
    return kCallIndirect;
  case Kind::Cold:
    return kCold;
  case Kind::TailCall:
    return kTailCall;
  case Kind::TailCallIndirect:
    return kTailIndirect;
  case Kind::Return:
  case Kind::Trap:
    return {};
  case Kind::Enter:
    return kEnter;
  }
  return {};
}

OperandKind kindOfPart(EndPart part) {
  switch (part) {
  case EndPart::Target:
  case EndPart::Next:
    return OperandKind::Target;
  case EndPart::Count:
    return OperandKind::Count;
  case EndPart::Frame:
    return OperandKind::Frame;
  case EndPart::Callee:
    return OperandKind::Callee;
  case EndPart::Args:
  case EndPart::Number:
  case EndPart::Region:
  case EndPart::Signature:
  case EndPart::Loop:
    return OperandKind::Number;
  case EndPart::Table:
    return OperandKind::Table;
  }
  return OperandKind::Number;
}

bool HandlerInfo::hasPart(EndPart part) const {
  if (part == EndPart::Next)
    return fused && llvm::is_contained(endParts(end), part);
  if (part == EndPart::Target && wholeLoop)
    return false;
  return llvm::is_contained(endParts(end), part);
}

uint32_t HandlerTable::operatorsOf(const HandlerInfo &handler) {
  uint32_t count = handler.end == Terminator::Kind::None ? 0 : 1;
  for (const HandlerNode &node : handler.nodes)
    switch (node.op->op) {
    case Op::LocalGet:
    case Op::LocalSet:
    case Op::GlobalGet:
    case Op::Drop:
    case Op::I32Const:
    case Op::I64Const:
    case Op::F32Const:
    case Op::F64Const:
    case Op::V128Const:
      break;
    default:
      ++count;
    }
  return count;
}

namespace {

class Parser {
public:
  Parser(llvm::ArrayRef<uint8_t> bytes, uint64_t offset)
      : in(bytes, offset, "the description of the handlers", diagnosis) {
    diagnosis.section = kHandlersSection;
  }

  llvm::Expected<HandlerTable> parse(llvm::StringRef path);

private:
  void addOperand(OperandKind kind, uint32_t width, ValType type);
  void parseOperands();
  void parseHandler();
  void parseTree(uint32_t depth);
  void parseRef(OperandKind kind, OperandRef &ref);
  void parseLiteral(OperandKind kind, OperandRef &ref);
  void parseEnd();
  const OpInfo *parseOp();
  ColdInfo parseCold();
  uint64_t fixed(uint32_t bytes);

  Diagnosis diagnosis;
  ByteReader in;
  HandlerTable table;
  HandlerInfo handler;
};

uint64_t Parser::fixed(uint32_t bytes) {
  uint64_t value = 0;
  for (uint32_t i = 0; i < bytes; ++i)
    value |= uint64_t(in.u8()) << 8 * i;
  return value;
}

const OpInfo *Parser::parseOp() {
  uint64_t at = in.offset();
  uint8_t code = in.u8(), prefix = 0;
  uint32_t rest = code;
  if (isOpPrefix(code)) {
    prefix = code;
    rest = in.u32();
  }
  const OpInfo *op = findOp(prefix, rest);
  if (!op && in.ok())
    in.fail(at, "there is no opcode " + hex(code));
  return op;
}

void Parser::parseLiteral(OperandKind kind, OperandRef &ref) {
  if (kind == OperandKind::Mask) {
    ref.low = fixed(8);
    ref.high = fixed(8);
    return;
  }
  if (kind != OperandKind::Immediate) {
    ref.low = in.u32();
    return;
  }
  switch (ref.type) {
  case ValType::kI32:
    ref.low = uint64_t(int64_t(in.s32()));
    return;
  case ValType::kI64:
    ref.low = uint64_t(in.s64());
    return;
  case ValType::kF32:
    ref.low = fixed(4);
    return;
  case ValType::kF64:
    ref.low = fixed(8);
    return;
  default:
    ref.low = fixed(8);
    ref.high = fixed(8);
  }
}

void Parser::parseRef(OperandKind kind, OperandRef &ref) {
  enum { kNew, kAgain, kInternal, kLiteral };
  uint64_t at = in.offset();
  uint32_t head = in.u32(), payload = head >> 5;
  uint32_t type = (head >> 2) & 7;
  if (type > uint32_t(ValType::kV128)) {
    in.fail(at, "there is no type " + std::to_string(type));
    return;
  }
  ref.type = ValType(type);
  switch (head & 3) {
  case kNew:
    ref.kind = OperandRef::Kind::Operand;
    ref.number = handler.operands.size();
    addOperand(kind, payload, ref.type);
    break;
  case kAgain:
    ref.kind = OperandRef::Kind::Operand;
    ref.number = payload;
    if (payload >= handler.operands.size() ||
        handler.operands[payload].kind != kind)
      in.fail(at, "there is no such operand " + std::to_string(payload));
    else
      handler.operands[payload].type = std::max(
          handler.operands[payload].type, ref.type); // a v128 is the widest
    break;
  case kInternal:
    ref.kind = OperandRef::Kind::Internal;
    ref.number = payload;
    if (kind != OperandKind::Slot)
      in.fail(at, "only slots are internal");
    break;
  case kLiteral:
    ref.kind = OperandRef::Kind::Literal;
    parseLiteral(kind, ref);
    break;
  }
}

// Of those that are no leaves and whose types depend on context.
std::optional<uint8_t> childrenOf(const OpInfo &op) {
  if (op.fixedTypes)
    return op.operandCount;
  switch (op.op) {
  case Op::LocalGet:
  case Op::GlobalGet:
    return 0;
  case Op::LocalSet:
  case Op::GlobalSet:
  case Op::Drop:
  case Op::BrIf:
    return 1;
  case Op::Select:
    return 3;
  default:
    return std::nullopt;
  }
}

void Parser::parseTree(uint32_t depth) {
  uint64_t at = in.offset();
  const OpInfo *op = parseOp();
  if (!op)
    return;
  HandlerNode node;
  node.op = op;
  auto children = childrenOf(*op);
  if (!children || depth > kMaxDepth) {
    in.fail(at, depth > kMaxDepth
                    ? "a tree is nested too deep"
                    : std::string(op->text) + " cannot be part of a tree");
    return;
  }
  node.children = *children;
  if (auto kind = operandKindOf(*op))
    parseRef(*kind, node.ref);
  if (op->immediate == Imm::Lane || op->immediate == Imm::MemArgAndLane)
    node.lane = in.u8();
  handler.nodes.push_back(node);
  for (uint32_t i = 0; i < node.children && in.ok(); ++i)
    parseTree(depth + 1);
}

void Parser::parseEnd() {
  uint64_t at = in.offset();
  uint32_t head = in.u32();
  constexpr uint32_t kNegated = 16, kBack = 32, kTree = 64, kLoop = 128,
                     kAll = 255;
  if ((head & 15) > uint32_t(Terminator::Kind::Enter) || head > kAll) {
    in.fail(at, "there is no terminator " + std::to_string(head));
    return;
  }
  handler.end = Terminator::Kind(head & 15);
  handler.negated = head & kNegated;
  handler.backEdge = head & kBack;
  handler.wholeLoop = head & kLoop;
  using Kind = Terminator::Kind;
  bool needsTree = handler.end == Kind::Branch || handler.end == Kind::Switch ||
                   handler.end == Kind::CallIndirect ||
                   handler.end == Kind::TailCallIndirect;
  bool mayHaveTree = needsTree || handler.end == Kind::Return;
  bool hasTree = head & kTree;
  if ((hasTree && !mayHaveTree) || (!hasTree && needsTree) ||
      (handler.wholeLoop && (handler.end != Kind::Branch || handler.fused))) {
    in.fail(at, "this is no terminator");
    return;
  }
  if (hasTree) {
    handler.tree = handler.nodes.size();
    parseTree(0);
  }
  for (EndPart part : endParts(handler.end))
    if (handler.hasPart(part))
      parseRef(kindOfPart(part), handler.parts[size_t(part)]);
  if (handler.end == Kind::Trap) {
    at = in.offset();
    handler.trap = in.u32();
    if (handler.trap >= kTraps)
      in.fail(at, "there is no trap " + std::to_string(handler.trap));
  }
}

void Parser::addOperand(OperandKind kind, uint32_t width, ValType type) {
  constexpr uint32_t kMaxOperands = 4096;
  if (width >= kOperandWidths || handler.operands.size() >= kMaxOperands) {
    in.fail(in.offset(), "an operand of no known width");
    return;
  }
  handler.operands.push_back({kind, uint8_t(1 << width), handler.bytes, type});
  handler.bytes += 1 << width;
}

void Parser::parseOperands() {
  uint32_t count = in.count("operands", UINT32_MAX);
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    uint64_t at = in.offset();
    uint32_t code = in.u32();
    uint32_t kind = code / kOperandWidths;
    if (kind > uint32_t(OperandKind::Table))
      in.fail(at, "there is no operand of kind " + std::to_string(kind));
    else
      addOperand(OperandKind(kind), code % kOperandWidths, ValType::kI32);
  }
}

void Parser::parseHandler() {
  handler = {};
  uint32_t head = in.u32();
  handler.fused = head & 1;
  if (handler.fused)
    handler.address = in.u32();
  if (head & 2)
    parseOperands();
  uint64_t at = in.offset();
  uint32_t count = head >> 2;
  if (count > in.remaining())
    in.fail(at, "more statements than bytes");
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    handler.statements.push_back(handler.nodes.size());
    parseTree(0);
  }
  parseEnd();
  if (handler.fused && !handler.operands.empty())
    in.fail(at, "a fused handler has operands");
  table.handlers.push_back(std::move(handler));
}

ColdInfo Parser::parseCold() {
  ColdInfo cold;
  cold.op = parseOp();
  cold.index = in.u32();
  cold.argSlots = in.u32();
  cold.resultSlots = in.u32();
  cold.result = in.u32();
  return cold;
}

llvm::Expected<HandlerTable> Parser::parse(llvm::StringRef path) {
  table.globalBytes = in.u32();
  table.types = in.u32();
  uint32_t tables = in.count("static tables", kMaxStaticTables);
  for (uint32_t i = 0; i < tables && in.ok(); ++i) {
    uint32_t address = in.u32();
    table.tables.push_back({address, in.u32()});
  }
  uint32_t cold = in.count("cold operators", UINT32_MAX);
  for (uint32_t i = 0; i < cold && in.ok(); ++i)
    table.coldOperators.push_back(parseCold());
  uint32_t count = in.count("handlers", kMaxHandlers - 1);
  table.handlers.resize(1); // HALT
  for (uint32_t i = 0; i < count && in.ok(); ++i)
    parseHandler();
  if (in.ok() && !in.atEnd())
    in.fail(in.offset(), "bytes after the last handler");
  if (diagnosis.failed)
    return inputError(path, diagnosis.place, diagnosis.what, diagnosis.advice);
  return std::move(table);
}

} // namespace

llvm::Expected<HandlerTable> parseHandlers(llvm::ArrayRef<uint8_t> bytes,
                                           uint64_t offset,
                                           llvm::StringRef path) {
  return Parser(bytes, offset).parse(path);
}

} // namespace ireko
