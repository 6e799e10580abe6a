#include "rewriter/inspect_limits.h"

#include "rewriter/budget.h"
#include "rewriter/handler_text.h"

namespace ireko {

const char *nameOf(FusionLimit limit) {
  static constexpr const char *kNames[] = {"branch", "call", "memory",
                                           "budget"};
  return kNames[size_t(limit)];
}

const char *textOf(FusionLimit limit) {
  static constexpr const char *kTexts[] = {
      "a branch, or the end of a block",
      "a call, a return, or an operator outside of the dispatch loop",
      "a write to memory or to a global, behind which no tree goes on",
      "no handler does this and what follows"};
  return kTexts[size_t(limit)];
}

namespace {

FusionLimit limitOf(const HandlerInfo &handler, bool endsBlock) {
  using Kind = Terminator::Kind;
  switch (handler.end) {
  case Kind::Call:
  case Kind::CallIndirect:
  case Kind::Cold:
  case Kind::TailCall:
  case Kind::TailCallIndirect:
  case Kind::Return:
  case Kind::Trap:
  case Kind::Enter:
    return FusionLimit::Call;
  case Kind::Jump:
  case Kind::Branch:
  case Kind::Switch:
    return FusionLimit::Branch;
  case Kind::None:
    break;
  }
  if (endsBlock || handler.fused || handler.statements.empty())
    return FusionLimit::Branch;
  switch (handler.nodes[handler.statements.back()].op->op) {
  case Op::BrIf:
    return FusionLimit::Branch;
  case Op::LocalSet:
  case Op::Drop:
    return FusionLimit::Budget;
  default:
    return FusionLimit::Memory;
  }
}

} // namespace

std::array<LimitCounts, kFusionLimits> countLimits(const ImageFile &file,
                                                   const ModuleFacts *facts) {
  std::array<LimitCounts, kFusionLimits> limits;
  const ImageCode code(file);
  for (uint32_t f = 0; f < file.header().functionCount; ++f) {
    if (!file.hasCode(f))
      continue;
    // Where blocks start, with their weights. Of a bundle only what is branched
    // to is known.
    std::map<uint32_t, double> starts;
    if (facts)
      for (const BlockWeight &block : facts->blocks[f])
        starts[block.address] = block.weight;
    else
      for (const auto &[address, label] : labelsOf(file, f))
        starts[address] = 0;
    double weight = 0;
    auto error = code.forEachInstruction(f, [&](const Instruction &at) {
      if (auto it = starts.find(at.at); it != starts.end())
        weight = it->second;
      LimitCounts &limit =
          limits[size_t(limitOf(*at.handler, starts.count(at.at + at.bytes)))];
      ++limit.instructions;
      limit.weight += weight;
      return llvm::Error::success();
    });
    llvm::consumeError(std::move(error)); // verified
  }
  return limits;
}

namespace {

std::string kilobytes(uint64_t bytes) {
  return std::to_string((bytes + 512) >> 10) + " KB";
}

// Which budgets another level would raise, or "".
std::string raisedBudgets(const ModuleFacts &facts, bool hasRegions,
                          int level) {
  auto budgets = [&](const PackOptions &options) {
    return selectOptions(options, facts.sizes.codeSection, facts.counts,
                         hasRegions);
  };
  PackOptions other = facts.options;
  other.optLevel = level;
  SelectOptions now = budgets(facts.options), then = budgets(other);
  std::string text;
  auto compare = [&](const char *what, uint64_t a, uint64_t b) {
    if (b > a)
      text += std::string(text.empty() ? "" : ", ") + what + " " +
              kilobytes(a) + " -> " + kilobytes(b);
  };
  compare("trees", now.sharedBytes, then.sharedBytes);
  compare("runs", now.runBytes, then.runBytes);
  compare("whole blocks", now.fusedBytes, then.fusedBytes);
  compare("burned-in operands", now.specialBytes, then.specialBytes);
  return text;
}

} // namespace

bool setOption(PackOptions &options, llvm::StringRef option) {
  if (option == "-O2" || option == "-O3") {
    options.optLevel = option.back() - '0';
    options.forSize = false;
    return true;
  }
  if (option == "--no-regions") {
    options.regionBytes = 0;
    return true;
  }
  return false;
}

std::vector<Advice> adviceFor(const InspectCounts &counts,
                              const ModuleFacts &facts) {
  std::vector<Advice> advice;
  const PackOptions &options = facts.options;
  auto add = [&](std::string option, std::string why) {
    auto it = facts.tried.find(option);
    advice.push_back({std::move(option), std::move(why),
                      it == facts.tried.end() ? 0 : it->second});
  };
  if (options.optLevel == 0)
    add("-O2", "-O0 makes one operator a handler");
  else if (options.optLevel == 1)
    add("-O2", "-O1 has no handlers for runs of statements and whole blocks");
  else if (options.forSize)
    add("-O2", "-Os has only handlers that make the bundle smaller");
  else if (std::string raised = raisedBudgets(facts, counts.regions, 3);
           options.optLevel < 3 && !options.vmBytes && !raised.empty())
    add("-O3", "larger budgets: " + raised);
  else
    add("--vm-size", "handlers take " + kilobytes(facts.sizes.dispatchBytes) +
                         "; the more bytes, the more of them");
  if (counts.regions)
    add("--no-regions", "code that is in regions too gets few handlers, since "
                        "it seldom runs in the stream");
  if (options.maxHandlers && counts.handlers.size() >= options.maxHandlers)
    add("--handlers", "there are as many as there may be");
  if (!facts.profiled() && options.optLevel)
    add("--profile", std::string(facts.counts == Counts::Rehearsed
                                     ? "a rehearsal has seen a start only"
                                     : "what runs often is guessed") +
                         "; `ireko run --profile` counts it");
  uint32_t left = 0;
  uint64_t bytes = 0;
  for (const RegionChoice &choice : facts.regions)
    if (choice.obstacle && choice.bytes) {
      ++left;
      bytes += choice.bytes;
    }
  if (left)
    add("--budget", std::to_string(left) +
                        " functions could be regions, of about " +
                        kilobytes(bytes) + ", in which nothing is dispatched");
  else if (options.regionBytes == 0 && options.optLevel)
    add("--budget", "there are to be no regions, in which nothing is "
                    "dispatched");
  return advice;
}

} // namespace ireko
