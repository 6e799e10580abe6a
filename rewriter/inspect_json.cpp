#include "rewriter/inspect_json.h"

#include "rewriter/handler_text.h"
#include "rewriter/inspect_limits.h"
#include "rewriter/inspect_profile.h"

namespace ireko {

namespace {

class JsonPrinter {
public:
  JsonPrinter(const Inspected &what, JsonParts parts, llvm::raw_ostream &out)
      : what(what), file(what.file), facts(what.facts), counts(what.counts),
        parts(parts), text(file), json(out) {}

  void print(llvm::function_ref<bool(uint32_t)> listed);

private:
  void printSummary();
  void printBytes();
  void printKinds();
  void printLimits();
  void printProfile();
  void printHandler(uint32_t number);
  void printRegion(uint32_t function);
  void printFunction(uint32_t function, bool listed);

  const Inspected &what;
  const ImageFile &file;
  const ModuleFacts *facts;
  const InspectCounts &counts;
  const JsonParts parts;
  const HandlerText text;
  llvm::json::OStream json;
  std::vector<bool> unpaid; // by handler; empty: unknown
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

void JsonPrinter::printKinds() {
  json.attributeArray("handlerKinds", [&] {
    for (size_t i = 0; i < kHandlerKinds; ++i) {
      const KindCounts &kind = counts.kinds[i];
      json.object([&] {
        json.attribute("kind", nameOf(HandlerKind(i)));
        json.attribute("handlers", kind.handlers);
        json.attribute("uses", kind.uses);
        json.attribute("operators", kind.operators);
        if (!file.code.empty())
          json.attribute("codeBytes", kind.codeBytes);
        if (facts)
          json.attribute("weight", kind.weight);
      });
    }
  });
}

void JsonPrinter::printLimits() {
  auto limits = countLimits(file, facts);
  json.attributeArray("limits", [&] {
    for (size_t i = 0; i < kFusionLimits; ++i)
      json.object([&] {
        json.attribute("limit", nameOf(FusionLimit(i)));
        json.attribute("text", textOf(FusionLimit(i)));
        json.attribute("instructions", limits[i].instructions);
        if (facts)
          json.attribute("weight", limits[i].weight);
      });
  });
  if (!facts)
    return;
  json.attributeArray("advice", [&] {
    for (const Advice &advice : adviceFor(counts, *facts))
      json.object([&] {
        json.attribute("option", advice.option);
        json.attribute("why", advice.why);
        if (advice.operatorsPerDispatch)
          json.attribute("operatorsPerDispatch", advice.operatorsPerDispatch);
      });
  });
}

void JsonPrinter::printProfile() {
  json.attributeArray("hotPaths", [&] {
    for (const HotPath &path : hotPaths(file, *facts, counts))
      json.object([&] {
        json.attribute("function", path.function);
        json.attribute("isLoop", path.isLoop);
        json.attribute("weight", path.weight);
        json.attributeArray("blocks", [&] {
          for (const HotPath::Block &block : path.blocks)
            json.object([&] {
              json.attribute("address", block.address);
              json.attribute("end", block.end);
              json.attribute("count", block.count);
              json.attribute("weight", block.weight);
            });
        });
      });
  });
  uint64_t bytes = 0;
  uint32_t handlers = 0;
  for (uint32_t i = 0; i < unpaid.size(); ++i)
    if (unpaid[i]) {
      ++handlers;
      bytes += counts.handlers[i].codeBytes;
    }
  json.attributeObject("unpaid", [&] {
    json.attribute("handlers", handlers);
    json.attribute("codeBytes", bytes);
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
    printKinds();
    printLimits();
    if (!facts)
      return;
    json.attribute("profiled", facts->profiled());
    json.attribute("weight", counts.weight);
    json.attribute("operatorsPerDispatch",
                   ratio(counts.operatorWeight, counts.weight));
    json.attribute("moduleBytes", facts->sizes.moduleBytes);
    json.attribute("moduleCodeBytes", facts->sizes.codeSection);
    if (facts->profiled())
      printProfile();
    json.attributeArray("passes", [&] {
      for (const PassCounts &pass : facts->passes)
        json.object([&] {
          json.attribute("name", pass.pass);
          json.attribute("functions", pass.functions);
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
    json.attribute("kind", nameOf(counted.kind));
    json.attribute("uses", counted.uses);
    json.attribute("operators", counted.operators);
    json.attribute("statements", handler.statements.size());
    json.attribute("bytes", handler.bytes);
    json.attribute("saves", counts.savedShare(counted, what.weighted()));
    if (facts)
      json.attribute("weight", counted.weight);
    if (what.profiled()) {
      json.attribute("count", counted.count);
      json.attribute("pays", !unpaid[i]);
    }
    json.attributeArray("operands", [&] {
      for (const HandlerOperand &operand : handler.operands)
        json.object([&] {
          json.attribute("kind", nameOf(operand.kind));
          json.attribute("at", operand.at);
          json.attribute("bytes", operand.bytes);
        });
    });
    json.attributeArray("text", [&] {
      for (const std::string &line : text.pattern(i))
        json.value(line);
    });
    json.attributeArray("usedIn", [&] {
      for (const HandlerCounts::Use &use : counted.functions)
        json.object([&] {
          json.attribute("function", use.function);
          json.attribute("uses", use.uses);
        });
    });
    if (file.code.empty())
      return;
    json.attribute("codeBytes", counted.codeBytes);
    if (parts == JsonParts::WithoutListings)
      return;
    json.attributeArray("code", [&] {
      for (const std::string &line : file.code[i].lines)
        json.value(line);
    });
  });
}

void JsonPrinter::printRegion(uint32_t f) {
  const FunctionCounts &counted = counts.functions[f];
  if (!counted.region) {
    if (facts)
      json.attribute("noRegion", facts->regions[f].obstacle);
    return;
  }
  json.attributeObject("region", [&] {
    json.attribute("number", *counted.region);
    json.attribute("loops", counted.loops);
    if (!facts)
      return;
    const RegionChoice &choice = facts->regions[f];
    json.attribute("benefit", choice.benefit);
    json.attribute("estimatedBytes", choice.bytes);
    auto it = facts->sizes.bytesOfRegion.find(f);
    if (it != facts->sizes.bytesOfRegion.end())
      json.attribute("bytes", it->second);
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
    if (what.profiled())
      json.attribute("count", counted.count);
    printRegion(f);
    if (listed)
      printListingMembers(what, f, json);
  });
}

void JsonPrinter::print(llvm::function_ref<bool(uint32_t)> listed) {
  if (what.profiled()) {
    unpaid.resize(counts.handlers.size());
    for (uint32_t i : unpaidHandlers(counts))
      unpaid[i] = true;
  }
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

void printJson(const Inspected &what, JsonParts parts,
               llvm::function_ref<bool(uint32_t)> listed,
               llvm::raw_ostream &out) {
  JsonPrinter(what, parts, out).print(listed);
}

void printHandlerCodeJson(const Inspected &what, uint32_t handler,
                          llvm::raw_ostream &out) {
  llvm::json::OStream json(out);
  json.array([&] {
    for (const std::string &line : what.file.code[handler].lines)
      json.value(line);
  });
}

} // namespace ireko
