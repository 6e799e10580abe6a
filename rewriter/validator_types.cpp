//===- validator_types.cpp - Value types and constant expressions ---------===//
//
// The parts of the grammar that sections and function bodies share.
//
//===----------------------------------------------------------------------===//

#include "validator_module.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

namespace ireko {

namespace {

/// The proposal that gave a meaning to the type code \p byte, or null.
const char *featureOfTypeCode(uint8_t byte) {
  switch (byte) {
  case 0x63: // (ref null ...)
  case 0x64: // (ref ...)
    return "typed function references";
  case 0x69: // exnref
  case 0x74: // nullexnref
    return "exceptions";
  case 0x6a: // arrayref
  case 0x6b: // structref
  case 0x6c: // i31ref
  case 0x6d: // eqref
  case 0x6e: // anyref
  case 0x71: // nullref
  case 0x72: // nullexternref
  case 0x73: // nullfuncref
    return "garbage collection";
  case 0x68: // contref
  case 0x75: // nullcontref
    return "stack switching";
  case 0x67: // stringref
    return "reference-typed strings";
  case 0x65: // (shared ...)
    return "shared-everything threads";
  }
  return nullptr;
}

} // namespace

ValType readValType(ByteReader &in, ModuleContext &module) {
  uint64_t start = in.offset();
  uint8_t byte = in.u8();
  switch (byte) {
  case 0x7f:
    return ValType::kI32;
  case 0x7e:
    return ValType::kI64;
  case 0x7d:
    return ValType::kF32;
  case 0x7c:
    return ValType::kF64;
  case 0x7b:
    module.features.simd.note(start);
    return ValType::kV128;
  case 0x70:
    module.features.references.note(start);
    return ValType::kFuncRef;
  case 0x6f:
    module.features.references.note(start);
    return ValType::kExternRef;
  }
  if (const char *feature = featureOfTypeCode(byte))
    in.unsupported(start, feature, "type code " + hex(byte));
  else
    in.fail(start, "malformed value type " + hex(byte));
  return ValType::kI32;
}

ValType readRefType(ByteReader &in, ModuleContext &module) {
  uint64_t start = in.offset();
  // A table of funcref is older than the feature.
  if (!in.atEnd() && in.peek() == 0x70) {
    in.u8();
    return ValType::kFuncRef;
  }
  ValType type = readValType(in, module);
  if (in.ok() && !isReference(type)) {
    in.fail(start, std::string("malformed reference type: ") + nameOf(type));
    return ValType::kFuncRef;
  }
  return type;
}

bool readConstExpr(ByteReader &in, ModuleContext &module, ValType expected) {
  uint64_t start = in.offset();
  llvm::SmallVector<ValType, 8> stack;
  while (in.ok()) {
    uint64_t offset = in.offset();
    uint8_t prefix = 0;
    uint32_t code = in.u8();
    if (isOpPrefix(code)) {
      prefix = code;
      code = in.u32();
    }
    if (!in.ok())
      return false;
    const OpInfo *info = findOp(prefix, code);
    if (!info) {
      std::string what = "opcode " + (prefix ? hex(prefix) + " " : "") +
                         hex(code) + " in a constant expression";
      if (const char *feature = unsupportedFeatureOf(prefix, code))
        return in.unsupported(offset, feature, what);
      return in.fail(offset, "illegal " + what);
    }
    switch (info->op) {
    case Op::End:
      if (stack.size() != 1 || stack[0] != expected)
        return in.fail(start, std::string("type mismatch: the constant "
                                          "expression must give one ") +
                                  nameOf(expected));
      return true;
    case Op::I32Const:
      in.s32();
      stack.push_back(ValType::kI32);
      break;
    case Op::I64Const:
      in.s64();
      stack.push_back(ValType::kI64);
      break;
    case Op::F32Const:
      in.skip(4);
      stack.push_back(ValType::kF32);
      break;
    case Op::F64Const:
      in.skip(8);
      stack.push_back(ValType::kF64);
      break;
    case Op::V128Const:
      in.skip(16);
      module.features.simd.note(offset);
      stack.push_back(ValType::kV128);
      break;
    case Op::RefNull:
      module.features.referenceTypes.note(offset);
      stack.push_back(readRefType(in, module));
      break;
    case Op::RefFunc: {
      uint32_t index = in.u32();
      if (in.ok() && index >= module.functions.size())
        return in.fail(offset, "unknown function " + llvm::utostr(index));
      if (!in.ok())
        return false;
      module.features.referenceTypes.note(offset);
      module.referenced.set(index);
      stack.push_back(ValType::kFuncRef);
      break;
    }
    case Op::GlobalGet: {
      uint32_t index = in.u32();
      if (!in.ok())
        return false;
      if (index >= module.globals.size())
        return in.fail(offset, "unknown global " + llvm::utostr(index));
      if (index >= module.importedGlobals)
        return in.unsupported(offset, "garbage collection",
                              "global " + llvm::utostr(index) +
                                  ", which is not imported, in a constant "
                                  "expression");
      if (module.globals[index].isMutable)
        return in.fail(offset, "constant expression required: global " +
                                   llvm::utostr(index) + " is mutable");
      stack.push_back(module.globals[index].type);
      break;
    }
    case Op::I32Add:
    case Op::I32Sub:
    case Op::I32Mul:
    case Op::I64Add:
    case Op::I64Sub:
    case Op::I64Mul: {
      ValType type = info->result;
      size_t size = stack.size();
      if (size < 2 || stack[size - 1] != type || stack[size - 2] != type)
        return in.fail(offset, std::string("type mismatch: ") + info->text +
                                   " needs two " + nameOf(type));
      stack.pop_back();
      module.features.extendedConst.note(offset);
      break;
    }
    default:
      return in.fail(offset, std::string("constant expression required: ") +
                                 info->text + " is not constant");
    }
  }
  return false;
}

} // namespace ireko
