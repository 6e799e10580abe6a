#include "rewriter/symbolize.h"

#include "rewriter/disassemble.h"
#include "rewriter/error.h"
#include "rewriter/validator_bytes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace ireko {

namespace {

constexpr char kFirstLine[] = "ireko-map 1";

std::string labelOf(const SymbolMap::Function &function) {
  std::string label = "function " + std::to_string(function.index);
  if (!function.name.empty())
    label += " <" + printableName(function.name) + ">";
  return label;
}

// How the line of the source is said.
std::string behind(const SymbolMap::Instruction &instruction) {
  return instruction.line.empty() ? "" : ", " + instruction.line;
}

// Reads a number and the space behind it.
bool takeNumber(llvm::StringRef &line, uint32_t &number, unsigned radix) {
  auto [word, rest] = line.split(' ');
  line = rest;
  if (radix == 16 && !word.consume_front("0x"))
    return false;
  return !word.getAsInteger(radix, number);
}

} // namespace

std::string makeMap(const ImageFile &file, const MapFacts &facts) {
  std::string map = std::string(kFirstLine) + "\n";
  for (uint32_t f = 0; f < file.header().functionCount; ++f) {
    if (!file.hasCode(f))
      continue;
    map += "function " + hex(file.record(f).entry) + " " +
           hex(file.codeLimit(f)) + " " + std::to_string(f);
    if (f < facts.functionNames.size() && !facts.functionNames[f].empty())
      map += " " + printableName(facts.functionNames[f]);
    map += "\n";
    for (auto [address, offset] : locationsOf(file, f)) {
      std::string line = facts.lines.find(offset);
      map += "at " + hex(address) + " " + hex(offset) +
             (line.empty() ? "" : " " + line) + "\n";
    }
  }
  return map;
}

llvm::Expected<SymbolMap> SymbolMap::parse(llvm::StringRef text,
                                           llvm::StringRef path) {
  SymbolMap map;
  uint32_t number = 0;
  while (!text.empty()) {
    auto [line, rest] = text.split('\n');
    text = rest;
    ++number;
    Place place;
    place.line = number;
    place.column = 1;
    if (number == 1) {
      if (line != kFirstLine)
        return inputError(path, place, "this is no map of a bundle",
                          "give what ireko pack --map wrote");
      continue;
    }
    Function function;
    Instruction instruction;
    if (line.consume_front("function ") &&
        takeNumber(line, function.entry, 16) &&
        takeNumber(line, function.end, 16) &&
        takeNumber(line, function.index, 10)) {
      function.name = line.str();
      map.functions.push_back(std::move(function));
    } else if (line.consume_front("at ") && !map.functions.empty() &&
               takeNumber(line, instruction.address, 16) &&
               takeNumber(line, instruction.offset, 16)) {
      instruction.line = line.str();
      map.functions.back().instructions.push_back(std::move(instruction));
    } else {
      return inputError(path, place, "this line is none of a map",
                        "the file is damaged");
    }
  }
  if (number == 0)
    return inputError(path, "the file is empty",
                      "give what ireko pack --map wrote");
  return map;
}

std::string SymbolMap::symbolize(llvm::StringRef text) const {
  llvm::StringRef digits = text;
  uint32_t address, index;
  if (digits.consume_front("0x") && !digits.getAsInteger(16, address)) {
    for (const Function &function : functions) {
      if (address < function.entry || address >= function.end)
        continue;
      std::string found = text.str() + ": " + labelOf(function);
      const Instruction *last = nullptr;
      for (const Instruction &instruction : function.instructions)
        if (instruction.address <= address)
          last = &instruction;
      if (last)
        found += (last->address == address ? " at " : " after ") +
                 hex(last->offset) + behind(*last);
      return found;
    }
    return text.str() + ": no function";
  }
  constexpr llvm::StringLiteral kPlace = "in function ";
  size_t at = text.find(kPlace);
  if (at == llvm::StringRef::npos)
    return text.str();
  llvm::StringRef rest = text.drop_front(at + kPlace.size());
  if (rest.consumeInteger(10, index))
    return text.str();
  auto function = llvm::find_if(
      functions, [&](const Function &f) { return f.index == index; });
  if (function == functions.end())
    return text.str();
  std::string found = text.take_front(at).str() + "in " + labelOf(*function);
  if (rest.starts_with(" <")) {
    rest = rest.drop_front(std::min(rest.find('>'), rest.size() - 1) + 1);
    found = text.drop_back(rest.size()).str();
  }
  llvm::StringRef behindOffset = rest;
  uint64_t offset;
  if (behindOffset.consume_front(" at 0x") &&
      !behindOffset.consumeInteger(16, offset))
    for (const Instruction &instruction : function->instructions)
      if (instruction.offset == offset)
        return found + rest.drop_back(behindOffset.size()).str() +
               behind(instruction) + behindOffset.str();
  return found + rest.str();
}

} // namespace ireko
