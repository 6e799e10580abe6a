#include "rewriter/inspect_json.h"

#include "rewriter/disassemble.h"
#include "rewriter/handler_text.h"
#include "rewriter/inspect_counts.h"
#include "llvm/Support/JSON.h"

namespace ireko {

namespace {

class JsonPrinter {
public:
  JsonPrinter(const ImageFile &file, const ModuleFacts *facts,
              llvm::raw_ostream &out)
      : file(file), facts(facts), code(file), text(file), json(out) {}

  void print(llvm::function_ref<bool(uint32_t)> listed);
  void printInstructions(uint32_t function);

private:
  void printSummary();
  void printBytes();
  void printHandler(uint32_t number);
  void printFunction(uint32_t function, bool listed);
  void printInstruction(const Instruction &found, const Labels &labels,
                        const std::map<uint32_t, uint32_t> &locations,
                        const BlockWeight *block);
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
  InspectCounts counts;
};

void JsonPrinter::printBytes() {
  json.attributeArray("bytes", [&] {
    for (const BytesOfPart &part : bytesOfParts(file, facts))
      json.object([&] {
        json.attribute("part", part.name);
        json.attribute("bytes", part.bytes);
      });
  });
}

void JsonPrinter::printSummary() {
  const ImageHeader &header = file.header();
  uint32_t fused = 0, withCode = 0;
  for (const HandlerInfo &handler : file.table.handlers)
    fused += handler.fused;
  for (uint32_t f = 0; f < header.functionCount; ++f)
    withCode += file.hasCode(f);
  auto ratio = [](double operators, double instructions) {
    return instructions ? operators / instructions : 0;
  };
  json.attributeObject("summary", [&] {
    json.attribute("functions", header.functionCount);
    json.attribute("functionsWithCode", withCode);
    json.attribute("regions", counts.regions);
    json.attribute("handlers", header.handlerCount);
    json.attribute("fusedHandlers", fused);
    json.attribute("coldOperators", file.table.coldOperators.size());
    json.attribute("instructions", counts.instructions);
    json.attribute("operators", counts.operators);
    json.attribute("operatorsPerInstruction",
                   ratio(counts.operators, counts.instructions));
    json.attribute("imageBytes", header.size);
    json.attribute("codeBytes", header.codeEnd);
    json.attribute("fileBytes", file.fileBytes);
    printBytes();
    if (!facts)
      return;
    json.attribute("profiled", facts->profiled);
    json.attribute("weight", counts.weight);
    json.attribute("operatorsPerDispatch",
                   ratio(counts.operatorWeight, counts.weight));
    json.attribute("moduleBytes", facts->sizes.moduleBytes);
    json.attribute("moduleCodeBytes", facts->sizes.codeSection);
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

void JsonPrinter::printHandler(uint32_t i) {
  const HandlerInfo &handler = file.table.handlers[i];
  const HandlerCounts &counted = counts.handlers[i];
  json.object([&] {
    json.attribute("number", i);
    json.attribute("kind", i == 0          ? "halt"
                           : handler.fused ? "fused"
                                           : "shared");
    json.attribute("uses", counted.uses);
    json.attribute("operators", i ? HandlerTable::operatorsOf(handler) : 0);
    json.attribute("statements", handler.statements.size());
    json.attribute("bytes", handler.bytes);
    if (facts)
      json.attribute("weight", counted.weight);
    if (facts && facts->profiled)
      json.attribute("count", counted.count);
    json.attributeArray("operands", [&] {
      for (const HandlerOperand &operand : handler.operands)
        json.object([&] {
          json.attribute("kind", nameOf(operand.kind));
          json.attribute("bytes", operand.bytes);
        });
    });
    lines("text", text.pattern(i));
    json.attributeArray("usedIn", [&] {
      for (const HandlerCounts::Use &use : counted.functions)
        json.object([&] {
          json.attribute("function", use.function);
          json.attribute("uses", use.uses);
        });
    });
  });
}

void JsonPrinter::printInstruction(
    const Instruction &found, const Labels &labels,
    const std::map<uint32_t, uint32_t> &locations, const BlockWeight *block) {
  json.object([&] {
    json.attribute("address", found.at);
    json.attribute("bytes", found.bytes);
    json.attribute("handler", found.number);
    if (auto it = labels.find(found.at); it != labels.end())
      json.attribute("label", it->second);
    if (auto it = locations.find(found.at); it != locations.end())
      json.attribute("offset", it->second);
    if (block) {
      json.attribute("weight", block->weight);
      if (facts->profiled)
        json.attribute("count", block->count);
    }
    lines("text", text.instruction(found, labels));
  });
}

void JsonPrinter::printInstructions(uint32_t f) {
  Labels labels = labelsOf(file, f);
  auto locations = locationsOf(file, f);
  llvm::ArrayRef<BlockWeight> blocks;
  if (facts)
    blocks = facts->blocks[f];
  json.array([&] {
    auto error = code.forEachInstruction(f, [&](const Instruction &found) {
      bool begins = !blocks.empty() && blocks.front().address == found.at;
      printInstruction(found, labels, locations,
                       begins ? &blocks.front() : nullptr);
      if (begins)
        blocks = blocks.drop_front();
      return llvm::Error::success();
    });
    llvm::consumeError(std::move(error)); // verified
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
    const FunctionCounts &counted = counts.functions[f];
    uint32_t entry = file.record(f).entry;
    json.attribute("entry", entry);
    json.attribute("bytes", file.codeLimit(f) - entry);
    json.attribute("frameSlots", file.frameBytes(f) / kSlotBytes);
    json.attribute("instructionCount", counted.instructions);
    json.attribute("operators", counted.operators);
    if (facts)
      json.attribute("weight", counted.weight);
    if (facts && facts->profiled)
      json.attribute("count", counted.count);
    if (counted.region)
      json.attributeObject("region", [&] {
        json.attribute("number", *counted.region);
        json.attribute("loops", counted.loops);
        if (!facts)
          return;
        auto it = facts->sizes.bytesOfRegion.find(f);
        if (it != facts->sizes.bytesOfRegion.end())
          json.attribute("bytes", it->second);
      });
    if (!listed)
      return;
    json.attributeBegin("instructions");
    printInstructions(f);
    json.attributeEnd();
  });
}

void JsonPrinter::print(llvm::function_ref<bool(uint32_t)> listed) {
  counts = countInstructions(file, facts);
  json.object([&] {
    json.attribute("schema", kInspectSchema);
    json.attribute("tool", IREKO_VERSION);
    json.attribute("file", llvm::json::fixUTF8(file.path));
    json.attribute("kind", facts                ? "module"
                           : file.isProgramFile ? "program"
                                                : "bundle");
    printSummary();
    json.attributeArray("handlers", [&] {
      for (uint32_t i = 0; i < file.table.handlers.size(); ++i)
        printHandler(i);
    });
    json.attributeArray("functions", [&] {
      for (uint32_t f = 0; f < file.header().functionCount; ++f)
        printFunction(f, listed(f));
    });
  });
}

} // namespace

void printJson(const ImageFile &file, const ModuleFacts *facts,
               llvm::function_ref<bool(uint32_t)> listed,
               llvm::raw_ostream &out) {
  JsonPrinter(file, facts, out).print(listed);
}

void printListingJson(const ImageFile &file, const ModuleFacts *facts,
                      uint32_t function, llvm::raw_ostream &out) {
  JsonPrinter(file, facts, out).printInstructions(function);
}

} // namespace ireko
