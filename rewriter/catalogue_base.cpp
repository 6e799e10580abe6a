// The base of the generic VM's handlers: whatever flat code consists of, from
// the table of all operators.

#include <cstring>

#include "rewriter/catalogue.h"

namespace ireko {

namespace {

struct Row {
  const char *text, *signature, *immediate;
  uint8_t argument;
  bool isMachineIndependent; // and not of relaxed SIMD
};

const Row kRows[] = {
#define WASM_OP(Name, Prefix, Code, Text, Signature, Immediate, Argument,      \
                Feature)                                                       \
  {Text, Signature, #Immediate, Argument,                                      \
   std::string_view(#Feature) != "kRelaxedSimd"},
#include "rewriter/opcodes.def"
};

constexpr const char *kTypes[] = {"i32", "i64", "f32", "f64", "v128"};

const char *typeOf(char letter) {
  switch (letter) {
  case 'i':
    return "i32";
  case 'I':
    return "i64";
  case 'f':
    return "f32";
  case 'F':
    return "f64";
  default:
    return "v128";
  }
}

std::string zero(const std::string &type) {
  return type == "v128" ? "(v128.const i64x2 0 0)" : "(" + type + ".const 0)";
}

std::string get(uint32_t local) {
  return "(local.get " + std::to_string(local) + ")";
}

class BaseWriter {
public:
  std::string write();

private:
  // Handlers for `code` in each of the widths. `types`: of the slots.
  void add(const std::vector<std::string> &types, const std::string &code,
           const char *widths, bool end = false,
           const std::string &result = "") {
    for (const char *width = widths; *width; ++width) {
      text += std::string("(func $") + (end ? "e" : "r") +
              std::to_string(count++) + ":" + *width;
      for (const std::string &type : types)
        text += " (param " + type + ")";
      if (!result.empty())
        text += " (result " + result + ")";
      text += " " + code + ")\n";
    }
  }
  void addEnd(const std::vector<std::string> &types, const std::string &code,
              const char *widths = "nw") {
    add(types, code, widths, true);
  }
  void addOperator(const Row &row);
  void addMoves();
  void addControl();

  std::string text;
  uint32_t count = 0;
};

void BaseWriter::addOperator(const Row &row) {
  std::string_view immediate = row.immediate, name = row.text;
  const char *colon = strchr(row.signature, ':');
  // Cold operators, and what addMoves() has.
  if (!colon || !row.isMachineIndependent || name == "nop" ||
      name == "memory.grow" || immediate == "Data" ||
      immediate == "DataAndMemory" || immediate == "TwoMemories" ||
      (immediate == "Memory" && name != "memory.size") ||
      name.ends_with(".const"))
    return;
  bool isStore = !colon[1];
  std::vector<std::string> types;
  if (!isStore)
    types.push_back(typeOf(colon[1]));
  std::string operands;
  for (const char *c = row.signature; c < colon; ++c) {
    operands += " " + get(types.size());
    types.push_back(typeOf(*c));
  }
  auto addWith = [&](const std::string &immediates, const std::string &operands,
                     const char *widths) {
    std::string code = "(" + std::string(name) + immediates + operands + ")";
    add(types, isStore ? code : "(local.set 0 " + code + ")", widths);
  };
  if (immediate == "MemArg") {
    addWith("", operands, "nw");
    addWith(" offset=1", operands, "nwt");
  } else if (immediate == "MemArgAndLane") {
    for (int lane = 0; lane < 16 >> row.argument; ++lane) {
      addWith(" " + std::to_string(lane), operands, "nw");
      addWith(" offset=1 " + std::to_string(lane), operands, "w");
    }
  } else if (immediate == "Lane") {
    for (int lane = 0; lane < row.argument; ++lane)
      addWith(" " + std::to_string(lane), operands, "nw");
  } else if (immediate == "Shuffle") {
    addWith(" 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", operands, "nw");
  } else {
    addWith("", operands, "nw");
    bool isInteger = row.signature[0] == 'i' || row.signature[0] == 'I';
    if (colon - row.signature == 2 && isInteger)
      addWith("", " " + get(1) + " " + zero(typeOf(row.signature[1])), "nt");
  }
}

void BaseWriter::addMoves() {
  for (std::string type : kTypes) {
    add({type}, "(local.set 0 " + zero(type) + ")", "nwt");
    add({type, type}, "(local.set 0 " + get(1) + ")", "nw");
    add({type}, "(local.set 0 (global.get $" + type + "))", "nw");
    add({type}, "(global.set $" + type + " " + get(0) + ")", "nw");
    add({type, type, type, "i32"},
        "(local.set 0 (select " + get(1) + get(2) + get(3) + "))", "nw");
    add({type}, "(return " + get(0) + ")", "nw", true, type);
  }
}

void BaseWriter::addControl() {
  addEnd({}, "(return)", "n");
  addEnd({}, "(unreachable)", "n");
  for (const char *head : {"(block $to ", "(loop $to "}) {
    addEnd({}, std::string(head) + "(br $to))");
    for (std::string condition : {get(0), "(i32.eqz " + get(0) + ")"})
      addEnd({"i32"}, head + ("(br_if $to " + condition) + "))", "nwt");
  }
  addEnd({"i32"}, "(block $to (br_table $to $to " + get(0) + "))");
  addEnd({}, "(call $callee)");
  addEnd({}, "(return_call $callee)");
  addEnd({"i32"}, "(call_indirect (type $none) " + get(0) + ")");
  addEnd({"i32"}, "(return_call_indirect (type $none) " + get(0) + ")");
  addEnd({}, "(drop (call $wasi.sched_yield))");
}

// What programs may import: WASI, from the kinds of its parameters.
std::string imports() {
  std::string text;
  auto add = [&](const std::string &name, std::string_view kinds,
                 bool returns) {
    text += "(import \"wasi_snapshot_preview1\" \"" + name + "\" (func $wasi." +
            name + " (param";
    size_t at = 0;
    while (at < kinds.size()) {
      size_t open = kinds.find('(', at), close = kinds.find(')', at);
      if (open == kinds.npos)
        break;
      std::string_view kind = kinds.substr(at, open - at);
      text += kind.ends_with("I64") ? " i64" : " i32";
      if (kind.ends_with("Buffer") || kind.ends_with("Iovecs"))
        text += " i32";
      at = close + 1;
    }
    text += returns ? ") (result i32)))\n" : ")))\n";
  };
#define IREKO_WASI(NAME, ...) add(#NAME, #__VA_ARGS__, true);
#define IREKO_WASI_IOVECS IREKO_WASI
#define IREKO_WASI_SPECIAL IREKO_WASI
#define IREKO_WASI_VOID(NAME, ...) add(#NAME, #__VA_ARGS__, false);
#include "vm/wasi.def"
#undef IREKO_WASI
#undef IREKO_WASI_IOVECS
#undef IREKO_WASI_SPECIAL
#undef IREKO_WASI_VOID
  // What vm/generic/services.cpp does for instructions.
  text += "(import \"ireko\" \"memory.grow\" (func $vm.memory.grow (param i32) "
          "(result i32)))\n"
          "(import \"ireko\" \"memory.init\" (func $vm.memory.init (param i32 "
          "i32 i32 i32)))\n"
          "(import \"ireko\" \"data.drop\" (func $vm.data.drop (param i32)))\n";
  return text;
}

std::string BaseWriter::write() {
  text = "(module\n(type $none (func))\n" + imports();
  text += "(memory $memory 1)\n(table 1 funcref)\n(func $callee)\n";
  for (std::string type : kTypes)
    text += "(global $" + type + " (mut " + type + ") " + zero(type) + ")\n";
  for (const Row &row : kRows)
    addOperator(row);
  addMoves();
  addControl();
  return std::move(text);
}

} // namespace

std::string baseCatalogue() { return BaseWriter().write(); }

} // namespace ireko
