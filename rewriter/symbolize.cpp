#include "rewriter/symbolize.h"

#include "rewriter/disassemble.h"
#include "rewriter/error.h"
#include "rewriter/validator_bytes.h"
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

// Reads a number and the space behind it.
bool takeNumber(llvm::StringRef &line, uint32_t &number, unsigned radix) {
  auto [word, rest] = line.split(' ');
  line = rest;
  if (radix == 16 && !word.consume_front("0x"))
    return false;
  return !word.getAsInteger(radix, number);
}

} // namespace

std::string makeMap(const ImageFile &file,
                    llvm::ArrayRef<std::string> functionNames) {
  std::string map = std::string(kFirstLine) + "\n";
  for (uint32_t f = 0; f < file.header().functionCount; ++f) {
    if (!file.hasCode(f))
      continue;
    map += "function " + hex(file.record(f).entry) + " " +
           hex(file.codeLimit(f)) + " " + std::to_string(f);
    if (f < functionNames.size() && !functionNames[f].empty())
      map += " " + printableName(functionNames[f]);
    map += "\n";
    for (auto [address, offset] : locationsOf(file, f))
      map += "at " + hex(address) + " " + hex(offset) + "\n";
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
    std::pair<uint32_t, uint32_t> offset;
    if (line.consume_front("function ") &&
        takeNumber(line, function.entry, 16) &&
        takeNumber(line, function.end, 16) &&
        takeNumber(line, function.index, 10)) {
      function.name = line.str();
      map.functions.push_back(std::move(function));
    } else if (line.consume_front("at ") && !map.functions.empty() &&
               takeNumber(line, offset.first, 16) &&
               takeNumber(line, offset.second, 16)) {
      map.functions.back().offsets.push_back(offset);
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
      const std::pair<uint32_t, uint32_t> *last = nullptr;
      for (auto &offset : function.offsets)
        if (offset.first <= address)
          last = &offset;
      if (last)
        found +=
            (last->first == address ? " at " : " after ") + hex(last->second);
      return found;
    }
    return text.str() + ": no function";
  }
  constexpr llvm::StringLiteral kPlace = "in function ";
  size_t at = text.find(kPlace);
  if (at == llvm::StringRef::npos)
    return text.str();
  llvm::StringRef rest = text.drop_front(at + kPlace.size());
  if (rest.consumeInteger(10, index) || rest.starts_with(" <"))
    return text.str();
  for (const Function &function : functions)
    if (function.index == index)
      return text.take_front(at).str() + "in " + labelOf(function) + rest.str();
  return text.str();
}

} // namespace ireko
