#include "rewriter/original_code.h"

#include "rewriter/error.h"
#include "rewriter/opcodes.h"
#include "rewriter/validator_bytes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

namespace {

// The bytes have been validated, so that nothing is checked here: a failure of
// the reader ends the list.
class Printer {
public:
  Printer(const SourceModule &source, uint32_t function, NameMap names)
      : source(source),
        body(source.info.bodies[function - source.info.importedFunctions]),
        in(llvm::ArrayRef(source.bytes).slice(body.offset, body.size),
           body.offset, "function", diagnosis),
        locals(std::move(names)) {}

  std::vector<OriginalInstruction> run() {
    uint32_t groups = in.u32();
    for (uint32_t i = 0; i < groups; ++i) {
      in.u32();
      in.u8(); // the types are a byte each
    }
    while (!diagnosis.failed && !in.atEnd())
      readInstruction();
    if (!found.empty())
      found.pop_back();
    return std::move(found);
  }

private:
  void readInstruction() {
    uint32_t offset = uint32_t(in.offset());
    uint8_t prefix = 0;
    uint32_t code = in.u8();
    if (isOpPrefix(code)) {
      prefix = code;
      code = in.u32();
    }
    const OpInfo *info = findOp(prefix, code);
    if (!info)
      return;
    if (info->op == Op::End && !labels.empty())
      labels.pop_back();
    uint32_t depth = labels.size() - (info->op == Op::Else ? 1 : 0);
    std::string text = info->text;
    if (info->op == Op::Block || info->op == Op::Loop || info->op == Op::If) {
      text += " $" + std::to_string(++labelCount);
      labels.push_back(labelCount);
    }
    text += immediate(*info);
    found.push_back({offset, std::move(text), depth, endsStatement(info->op)});
  }

  static bool endsStatement(Op op) {
    switch (op) {
    case Op::LocalSet:
    case Op::LocalTee:
    case Op::Drop:
    case Op::Br:
    case Op::BrIf:
    case Op::BrTable:
    case Op::If:
    case Op::Else:
    case Op::End:
    case Op::Return:
      return true;
    default:
      return false;
    }
  }

  std::string immediate(const OpInfo &info) {
    switch (info.immediate) {
    case Imm::None:
      return "";
    case Imm::BlockType:
      return blockType();
    case Imm::Label:
      return " " + label();
    case Imm::LabelTable: {
      std::string text;
      uint32_t count = in.u32();
      for (uint64_t i = 0; i <= count && in.ok(); ++i)
        text += " " + label();
      return text;
    }
    case Imm::Function: {
      uint32_t index = in.u32();
      const auto &names = source.info.functionNames;
      return " " + named(index, index < names.size() ? names[index] : "");
    }
    case Imm::Local: {
      uint32_t index = in.u32();
      return " " + named(index, locals.find(index));
    }
    case Imm::TypeAndTable: {
      uint32_t type = in.u32();
      uint32_t table = in.u32();
      return (table ? " " + std::to_string(table) : "") + " (type " +
             std::to_string(type) + ")";
    }
    case Imm::ValueTypes: {
      uint32_t count = in.u32();
      std::string text;
      for (uint32_t i = 0; i < count && in.ok(); ++i)
        text += " " + valueType(in.u8());
      return " (result" + text + ")";
    }
    case Imm::ReferenceType:
      return in.u8() == 0x70 ? " func" : " extern";
    case Imm::Global:
    case Imm::Table:
    case Imm::Element:
    case Imm::Data:
      return " " + std::to_string(in.u32());
    case Imm::TwoTables: {
      std::string to = std::to_string(in.u32());
      return " " + to + " " + std::to_string(in.u32());
    }
    case Imm::ElementAndTable: {
      std::string element = std::to_string(in.u32());
      return " " + std::to_string(in.u32()) + " " + element;
    }
    case Imm::DataAndMemory: {
      std::string data = std::to_string(in.u32());
      in.u8();
      return " " + data;
    }
    case Imm::TwoMemories:
      in.u8();
      [[fallthrough]];
    case Imm::Memory: // there is only one
      in.u8();
      return "";
    case Imm::MemArg:
      return memoryArgument(info);
    case Imm::MemArgAndLane: {
      std::string text = memoryArgument(info);
      return text + " " + std::to_string(in.u8());
    }
    case Imm::Lane:
      return " " + std::to_string(in.u8());
    case Imm::Shuffle: {
      std::string text;
      for (int i = 0; i < 16; ++i)
        text += " " + std::to_string(in.u8());
      return text;
    }
    case Imm::I32:
      return " " + std::to_string(in.s32());
    case Imm::I64:
      return " " + std::to_string(in.s64());
    case Imm::F32:
      return " " + printFloat(llvm::bit_cast<float>(uint32_t(littleEndian(4))));
    case Imm::F64:
      return " " + printFloat(llvm::bit_cast<double>(littleEndian(8)));
    case Imm::V128: {
      std::string text = " i32x4";
      for (int i = 0; i < 4; ++i)
        text += " 0x" + llvm::utohexstr(littleEndian(4), true, 8);
      return text;
    }
    }
    llvm_unreachable("all immediates are listed");
  }

  static std::string named(uint32_t index, llvm::StringRef name) {
    return name.empty() ? std::to_string(index) : "$" + printableName(name);
  }

  std::string label() {
    uint32_t depth = in.u32();
    // The outermost label is the function's own.
    return depth < labels.size()
               ? "$" + std::to_string(labels[labels.size() - 1 - depth])
               : "$return";
  }

  static std::string valueType(uint8_t byte) {
    switch (byte) {
    case 0x7f:
      return "i32";
    case 0x7e:
      return "i64";
    case 0x7d:
      return "f32";
    case 0x7c:
      return "f64";
    case 0x7b:
      return "v128";
    case 0x70:
      return "funcref";
    default:
      return "externref";
    }
  }

  std::string blockType() {
    uint8_t first = in.atEnd() ? 0 : in.peek();
    if (first == 0x40) {
      in.u8();
      return "";
    }
    if (first < 0x80 && first & 0x40)
      return " (result " + valueType(in.u8()) + ")";
    return " (type " + std::to_string(in.s33()) + ")";
  }

  std::string memoryArgument(const OpInfo &info) {
    // With this bit, the number of a memory follows: bundles have two.
    constexpr uint32_t kHasMemory = 64;
    uint32_t alignment = in.u32();
    std::string text;
    if (alignment & kHasMemory)
      text += " " + std::to_string(in.u32());
    alignment &= ~kHasMemory;
    uint32_t offset = in.u32();
    if (offset)
      text += " offset=" + std::to_string(offset);
    if (alignment != info.argument)
      text += " align=" + std::to_string(1u << alignment);
    return text;
  }

  uint64_t littleEndian(unsigned size) {
    uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i)
      value |= uint64_t(in.u8()) << 8 * i;
    return value;
  }

  // In hexadecimal, which is exact, unless a short decimal number is.
  template <typename Float> static std::string printFloat(Float value) {
    constexpr unsigned kFraction = sizeof(Float) == 4 ? 23 : 52;
    using Bits = std::conditional_t<sizeof(Float) == 4, uint32_t, uint64_t>;
    Bits bits = llvm::bit_cast<Bits>(value);
    std::string sign = bits >> (8 * sizeof(Float) - 1) ? "-" : "";
    if (value != value)
      return sign + "nan:0x" +
             llvm::utohexstr(bits & ((Bits(1) << kFraction) - 1), true);
    if (value - value != 0)
      return sign + "inf";
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", double(value));
    if (Float(std::strtod(text, nullptr)) != value)
      std::snprintf(text, sizeof text, "%a", double(value));
    return text;
  }

  const SourceModule &source;
  const BodyInfo &body;
  Diagnosis diagnosis;
  ByteReader in;
  NameMap locals;
  std::vector<OriginalInstruction> found;
  std::vector<uint32_t> labels; // of the blocks around, outermost first
  uint32_t labelCount = 0;
};

} // namespace

std::vector<OriginalInstruction> originalCode(const SourceModule &source,
                                              uint32_t function) {
  return originalCode(source, function, findLocalNames(source.bytes, function));
}

std::vector<OriginalInstruction>
originalCode(const SourceModule &source, uint32_t function, NameMap locals) {
  if (function < source.info.importedFunctions)
    return {};
  return Printer(source, function, std::move(locals)).run();
}

} // namespace ireko
