#include "rewriter/inspect_json.h"

#include "rewriter/disassemble.h"
#include "rewriter/function_filter.h"
#include "rewriter/handler_text.h"
#include "llvm/Support/JSON.h"

namespace ireko {

namespace {

class JsonPrinter {
public:
  JsonPrinter(const ImageFile &file, const ModuleFacts *facts,
              llvm::raw_ostream &out)
      : file(file), facts(facts), code(file), text(file), json(out) {}

  // `filter`: the functions whose instructions are listed.
  void print(const FunctionFilter &filter);

private:
  void count();
  void printSummary();
  void printHandlers();
  void printFunction(uint32_t function, bool listed);
  void printInstruction(const Instruction &found, const Labels &labels,
                        const std::map<uint32_t, uint32_t> &locations);
  void lines(llvm::StringRef key, const std::vector<std::string> &lines) {
    json.attributeArray(key, [&] {
      for (const std::string &line : lines)
        json.value(line);
    });
  }

  const ImageFile &file;
  const ModuleFacts *facts;
  const ImageCode code;
  const HandlerText text;
  llvm::json::OStream json;
  std::vector<uint32_t> uses;         // by handler
  std::vector<uint32_t> instructions; // by function
  uint64_t allInstructions = 0, allOperators = 0;
};

void JsonPrinter::count() {
  uses.resize(file.table.handlers.size());
  instructions.resize(file.header().functionCount);
  for (uint32_t f = 0; f < instructions.size(); ++f) {
    auto error = code.forEachInstruction(f, [&](const Instruction &found) {
      ++uses[found.number];
      ++instructions[f];
      ++allInstructions;
      allOperators += HandlerTable::operatorsOf(*found.handler);
      return llvm::Error::success();
    });
    llvm::consumeError(std::move(error)); // verified
  }
}

void JsonPrinter::printSummary() {
  const ImageHeader &header = file.header();
  uint32_t fused = 0, withCode = 0;
  for (const HandlerInfo &handler : file.table.handlers)
    fused += handler.fused;
  for (uint32_t f = 0; f < header.functionCount; ++f)
    withCode += file.hasCode(f);
  json.attributeObject("summary", [&] {
    json.attribute("functions", header.functionCount);
    json.attribute("functionsWithCode", withCode);
    json.attribute("handlers", header.handlerCount);
    json.attribute("fusedHandlers", fused);
    json.attribute("coldOperators", file.table.coldOperators.size());
    json.attribute("instructions", allInstructions);
    json.attribute("operators", allOperators);
    json.attribute("operatorsPerInstruction",
                   allInstructions ? double(allOperators) / allInstructions
                                   : 0);
    json.attribute("imageBytes", header.size);
    json.attribute("codeBytes", header.codeEnd);
    if (!facts) {
      json.attribute("fileBytes", file.fileBytes);
      return;
    }
    json.attribute("moduleBytes", facts->moduleBytes);
    json.attribute("moduleCodeBytes", facts->codeBytes);
    json.attributeArray("passes", [&] {
      for (const PassCounts &pass : facts->passes)
        json.object([&] {
          json.attribute("name", pass.pass);
          json.attribute("blocks", pass.blocks);
          json.attribute("statements", pass.statements);
        });
    });
  });
}

void JsonPrinter::printHandlers() {
  json.attributeArray("handlers", [&] {
    for (uint32_t i = 0; i < file.table.handlers.size(); ++i) {
      const HandlerInfo &handler = file.table.handlers[i];
      json.object([&] {
        json.attribute("number", i);
        json.attribute("kind", i == 0          ? "halt"
                               : handler.fused ? "fused"
                                               : "shared");
        json.attribute("uses", uses[i]);
        json.attribute("operators", i ? HandlerTable::operatorsOf(handler) : 0);
        json.attribute("statements", handler.statements.size());
        json.attribute("bytes", handler.bytes);
        if (facts && i < facts->weights.size())
          json.attribute("weight", facts->weights[i]);
        json.attributeArray("operands", [&] {
          for (const HandlerOperand &operand : handler.operands)
            json.object([&] {
              json.attribute("kind", nameOf(operand.kind));
              json.attribute("bytes", operand.bytes);
            });
        });
        lines("text", text.pattern(i));
      });
    }
  });
}

void JsonPrinter::printInstruction(
    const Instruction &found, const Labels &labels,
    const std::map<uint32_t, uint32_t> &locations) {
  json.object([&] {
    json.attribute("address", found.at);
    json.attribute("bytes", found.bytes);
    json.attribute("handler", found.number);
    if (auto it = labels.find(found.at); it != labels.end())
      json.attribute("label", it->second);
    if (auto it = locations.find(found.at); it != locations.end())
      json.attribute("offset", it->second);
    lines("text", text.instruction(found, labels));
  });
}

void JsonPrinter::printFunction(uint32_t f, bool listed) {
  json.object([&] {
    json.attribute("index", f);
    if (llvm::StringRef name = file.name(f); !name.empty())
      json.attribute("name", name);
    json.attribute("hasCode", file.hasCode(f));
    if (!file.hasCode(f))
      return;
    uint32_t entry = file.record(f).entry;
    json.attribute("entry", entry);
    json.attribute("bytes", file.codeLimit(f) - entry);
    json.attribute("frameSlots", file.frameBytes(f) / kSlotBytes);
    json.attribute("instructionCount", instructions[f]);
    if (!listed)
      return;
    Labels labels = labelsOf(file, f);
    auto locations = locationsOf(file, f);
    json.attributeArray("instructions", [&] {
      auto error = code.forEachInstruction(f, [&](const Instruction &found) {
        printInstruction(found, labels, locations);
        return llvm::Error::success();
      });
      llvm::consumeError(std::move(error)); // verified
    });
  });
}

void JsonPrinter::print(const FunctionFilter &filter) {
  count();
  json.object([&] {
    json.attribute("schema", kInspectSchema);
    json.attribute("tool", IREKO_VERSION);
    json.attribute("file", llvm::json::fixUTF8(file.path));
    json.attribute("kind", facts                ? "module"
                           : file.isProgramFile ? "program"
                                                : "bundle");
    printSummary();
    printHandlers();
    json.attributeArray("functions", [&] {
      for (uint32_t f = 0; f < file.header().functionCount; ++f)
        printFunction(f, filter.has(f, file.name(f)));
    });
  });
}

} // namespace

llvm::Error printJson(const ImageFile &file, const ModuleFacts *facts,
                      llvm::StringRef only, llvm::raw_ostream &out) {
  FunctionFilter filter(only);
  auto nameOf = [&](uint32_t f) { return file.name(f); };
  // A stream of JSON that nothing is written to is a fault.
  if (auto error = filter.check(file.header().functionCount, nameOf, file.path))
    return error;
  JsonPrinter(file, facts, out).print(filter);
  out << "\n";
  return llvm::Error::success();
}

} // namespace ireko
