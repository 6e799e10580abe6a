#include "rewriter/inspect_counts.h"

#include <algorithm>
#include <map>

#include "rewriter/image_code.h"

namespace ireko {

const char *nameOf(HandlerKind kind) {
  static constexpr const char *kNames[] = {"halt", "operator", "tree", "run",
                                           "block"};
  return kNames[size_t(kind)];
}

const char *titleOf(HandlerKind kind) {
  static constexpr const char *kTitles[] = {"leave the VM", "single operators",
                                            "trees", "runs of statements",
                                            "whole blocks"};
  return kTitles[size_t(kind)];
}

HandlerKind kindOf(const HandlerTable &table, uint32_t number) {
  const HandlerInfo &handler = table.handlers[number];
  if (number == 0)
    return HandlerKind::Halt;
  if (handler.fused)
    return HandlerKind::Block;
  bool ends = handler.end != Terminator::Kind::None;
  if (handler.statements.size() + ends > 1)
    return HandlerKind::Run;
  return HandlerTable::operatorsOf(handler) > 1 ? HandlerKind::Tree
                                                : HandlerKind::Operator;
}

namespace {

class Counter {
public:
  Counter(const ImageFile &file, const ModuleFacts *facts)
      : file(file), facts(facts), code(file) {}

  InspectCounts run();

private:
  struct Use {
    double weight;
    HandlerCounts::Use use;
  };
  void countFunction(uint32_t function);
  void countRegion(const Instruction &found, FunctionCounts &function);

  const ImageFile &file;
  const ModuleFacts *facts;
  const ImageCode code;
  InspectCounts counts;
  std::vector<std::vector<Use>> uses; // by handler
};

void Counter::countRegion(const Instruction &found, FunctionCounts &function) {
  const HandlerInfo &handler = *found.handler;
  if (handler.end != Terminator::Kind::Enter)
    return;
  auto part = [&](EndPart part) {
    return code.value(found, OperandKind::Number, handler.part(part)).low;
  };
  if (part(EndPart::Loop)) {
    ++function.loops;
    return;
  }
  function.region = part(EndPart::Region);
  ++counts.regions;
}

void Counter::countFunction(uint32_t f) {
  FunctionCounts &function = counts.functions[f];
  llvm::ArrayRef<BlockWeight> blocks;
  if (facts && !facts->blocks[f].empty()) {
    blocks = facts->blocks[f];
    function.count = blocks.front().count;
  }
  BlockWeight block;
  std::map<uint32_t, Use> found;
  auto error = code.forEachInstruction(f, [&](const Instruction &at) {
    if (!blocks.empty() && blocks.front().address == at.at) {
      block = blocks.front();
      blocks = blocks.drop_front();
    }
    uint32_t operators = HandlerTable::operatorsOf(*at.handler);
    ++function.instructions;
    function.operators += operators;
    function.weight += block.weight;
    counts.operatorWeight += block.weight * operators;
    HandlerCounts &handler = counts.handlers[at.number];
    ++handler.uses;
    handler.weight += block.weight;
    handler.count += block.count;
    Use &use = found.try_emplace(at.number, Use{0, {f, 0}}).first->second;
    ++use.use.uses;
    use.weight += block.weight;
    countRegion(at, function);
    return llvm::Error::success();
  });
  llvm::consumeError(std::move(error)); // verified
  for (auto &[handler, use] : found)
    uses[handler].push_back(use);
  counts.instructions += function.instructions;
  counts.operators += function.operators;
  counts.weight += function.weight;
}

InspectCounts Counter::run() {
  counts.handlers.resize(file.table.handlers.size());
  for (uint32_t i = 0; i < counts.handlers.size(); ++i) {
    HandlerCounts &handler = counts.handlers[i];
    handler.kind = kindOf(file.table, i);
    handler.operators =
        i ? HandlerTable::operatorsOf(file.table.handlers[i]) : 0;
    handler.codeBytes = file.code.empty() ? 0 : file.code[i].bytes;
  }
  uses.resize(counts.handlers.size());
  counts.functions.resize(file.header().functionCount);
  for (uint32_t f = 0; f < counts.functions.size(); ++f)
    if (file.hasCode(f))
      countFunction(f);
  for (size_t i = 0; i < uses.size(); ++i) {
    std::stable_sort(uses[i].begin(), uses[i].end(),
                     [](const Use &a, const Use &b) {
                       return std::tie(a.weight, a.use.uses) >
                              std::tie(b.weight, b.use.uses);
                     });
    for (const Use &use : uses[i]) {
      if (counts.handlers[i].functions.size() == HandlerCounts::kFunctions)
        break;
      counts.handlers[i].functions.push_back(use.use);
    }
  }
  for (const HandlerCounts &handler : counts.handlers) {
    KindCounts &kind = counts.kinds[size_t(handler.kind)];
    ++kind.handlers;
    kind.uses += handler.uses;
    kind.operators += uint64_t(handler.uses) * handler.operators;
    kind.codeBytes += handler.codeBytes;
    kind.weight += handler.weight;
    counts.unfused += handler.uses + handler.saved(false);
    counts.unfusedWeight += handler.weight + handler.saved(true);
  }
  return std::move(counts);
}

} // namespace

InspectCounts countInstructions(const ImageFile &file,
                                const ModuleFacts *facts) {
  return Counter(file, facts).run();
}

std::vector<BytesOfPart> bytesOfParts(const ImageFile &file,
                                      const ModuleFacts *facts) {
  const ImageHeader &header = file.header();
  std::vector<BytesOfPart> parts;
  uint64_t left = file.fileBytes;
  auto add = [&](const char *name, uint64_t bytes) {
    bytes = std::min(bytes, left);
    left -= bytes;
    parts.push_back({name, bytes});
  };
  add("image code", header.codeEnd);
  add("image tables", header.size - header.codeEnd);
  if (!file.isProgramFile) {
    uint64_t code = file.sections.code;
    if (facts) {
      const PackStats &sizes = facts->sizes;
      add("runtime", sizes.runtimeBytes);
      add("dispatch", sizes.dispatchBytes);
      add("regions", sizes.regionBytes);
      code -= std::min<uint64_t>(
          code, sizes.runtimeBytes + sizes.dispatchBytes + sizes.regionBytes);
    }
    add(facts ? "other functions" : "functions", code);
    // Segments leave zeros out, so an image may take less than its size.
    uint64_t data = file.sections.data;
    add("data", data > header.size ? data - header.size : 0);
    add("handler descriptions", file.sections.handlers);
  }
  parts.push_back({"other", left});
  return parts;
}

} // namespace ireko
