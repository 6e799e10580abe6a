#include <algorithm>
#include <numeric>

#include "rewriter/handler_text.h"
#include "rewriter/inspect_limits.h"
#include "rewriter/inspect_profile.h"
#include "rewriter/inspect_text.h"
#include "llvm/Support/Format.h"

namespace ireko {

std::string percentText(double share) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%5.1f %%", 100 * share);
  return text;
}

namespace {

constexpr size_t kLargest = 10;          // functions
constexpr size_t kPathInstructions = 12; // of a hot path
constexpr size_t kUnpaid = 10;

class Summary {
public:
  Summary(const Inspected &what, llvm::raw_ostream &out)
      : file(what.file), facts(what.facts), counts(what.counts),
        weighted(what.weighted()), profiled(what.profiled()), out(out) {}

  void print();

private:
  void title(llvm::StringRef text) { out << "\n" << text << "\n"; }
  // A row: a name, and numbers of 12 columns each.
  void name(llvm::StringRef text, unsigned width = 24) {
    out << "  " << text;
    out.indent(text.size() < width ? width - text.size() : 1);
  }
  void number(uint64_t value) {
    out << llvm::format(" %11llu", (unsigned long long)value);
  }
  void share(double part) {
    out << "  " << percentText(counts.share(part, weighted));
  }
  const char *shareTitle() const {
    return profiled ? "share that ran" : weighted ? "share expected" : "share";
  }

  void printHead();
  void printPasses();
  void printHandlers();
  void printBytes();
  void printLargest();
  void printLimits();
  void printHotPaths();
  void printUnpaid();

  const ImageFile &file;
  const ModuleFacts *facts;
  const InspectCounts &counts;
  const bool weighted, profiled;
  llvm::raw_ostream &out;
};

void Summary::printHead() {
  const ImageHeader &header = file.header();
  uint32_t withCode = 0;
  for (uint32_t f = 0; f < header.functionCount; ++f)
    withCode += file.hasCode(f);
  out << file.path << ": ";
  if (facts)
    out << facts->sizes.moduleBytes << " bytes, its bundle " << file.fileBytes
        << "\n";
  else
    out << file.fileBytes << " bytes\n";
  out << header.functionCount << " functions, " << withCode << " with code, "
      << counts.regions << " of them regions; " << header.handlerCount
      << " handlers; " << file.table.coldOperators.size() << " cold operators; "
      << file.table.tables.size() << " tables are arrays\n";
  out << counts.instructions << " instructions do " << counts.operators
      << " operators: "
      << llvm::format("%.2f", counts.instructions ? double(counts.operators) /
                                                        counts.instructions
                                                  : 0.0)
      << " an instruction";
  if (weighted && counts.weight)
    out << llvm::format(", %.2f a dispatch",
                        counts.operatorWeight / counts.weight)
        << (profiled ? " as it ran" : " as expected");
  out << "\n";
  if (counts.regions)
    out << "Shares count all code as if it ran in the stream, though regions "
           "do "
           "most of it.\n";
}

void Summary::printPasses() {
  if (!facts)
    return;
  title("After each pass             functions      blocks  statements");
  for (const PassCounts &pass : facts->passes) {
    name(pass.pass);
    number(pass.functions);
    number(pass.blocks);
    number(pass.statements);
    out << "\n";
  }
}

void Summary::printHandlers() {
  bool sized = !file.code.empty();
  title(std::string("Handlers                       number        uses   "
                    "operators") +
        (sized ? "       bytes" : "") + "  " + shareTitle());
  for (size_t i = 0; i < kHandlerKinds; ++i) {
    const KindCounts &kind = counts.kinds[i];
    if (!kind.handlers)
      continue;
    name(titleOf(HandlerKind(i)));
    number(kind.handlers);
    number(kind.uses);
    number(kind.operators);
    if (sized)
      number(kind.codeBytes);
    share(weighted ? kind.weight : kind.uses);
    out << "\n";
  }
}

void Summary::printBytes() {
  title("Where the bytes are             bytes");
  for (const BytesOfPart &part : bytesOfParts(file, facts)) {
    name(part.name);
    number(part.bytes);
    out << "  "
        << percentText(file.fileBytes ? double(part.bytes) / file.fileBytes : 0)
        << "\n";
  }
}

void Summary::printLargest() {
  std::vector<uint32_t> order;
  for (uint32_t f = 0; f < counts.functions.size(); ++f)
    if (file.hasCode(f))
      order.push_back(f);
  auto bytesOf = [&](uint32_t f) {
    return file.codeLimit(f) - file.record(f).entry;
  };
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return bytesOf(a) > bytesOf(b);
  });
  order.resize(std::min(order.size(), kLargest));
  title(std::string("Largest functions               bytes instructions"
                    "      region  ") +
        shareTitle());
  for (uint32_t f : order) {
    const FunctionCounts &counted = counts.functions[f];
    name(file.label(f).substr(0, 60));
    number(bytesOf(f));
    number(counted.instructions);
    if (!counted.region)
      out << llvm::format(" %11s", "");
    else if (facts && facts->sizes.bytesOfRegion.count(f))
      number(facts->sizes.bytesOfRegion.at(f));
    else
      out << llvm::format(" %11s", "yes");
    share(weighted ? counted.weight : counted.instructions);
    out << "\n";
  }
}

void Summary::printLimits() {
  title(std::string("What ends an instruction       number  ") + shareTitle());
  auto limits = countLimits(file, facts);
  for (size_t i = 0; i < kFusionLimits; ++i) {
    name(nameOf(FusionLimit(i)));
    number(limits[i].instructions);
    share(weighted ? limits[i].weight : limits[i].instructions);
    out << "  " << textOf(FusionLimit(i)) << "\n";
  }
  if (!facts)
    return;
  title("What would change it");
  for (const Advice &advice : adviceFor(counts, *facts)) {
    name(advice.option, 14);
    if (advice.operatorsPerDispatch)
      out << llvm::format("%.2f -> %.2f operators a dispatch: ",
                          counts.operatorWeight / counts.weight,
                          advice.operatorsPerDispatch);
    out << advice.why << "\n";
  }
}

void Summary::printHotPaths() {
  title("Hot paths");
  const ImageCode code(file);
  const HandlerText text(file);
  for (const HotPath &path : hotPaths(file, *facts, counts)) {
    out << "  " << percentText(counts.share(path.weight, true)) << "  "
        << file.label(path.function) << (path.isLoop ? ", a loop of " : ", ")
        << path.blocks.size() << " blocks\n";
    Labels labels = labelsOf(file, path.function);
    size_t shown = 0, left = 0;
    for (const HotPath::Block &block : path.blocks)
      for (uint32_t at = block.address; at < block.end;) {
        auto instruction = code.decode(path.function, at, block.end);
        if (!instruction) {
          llvm::consumeError(instruction.takeError()); // verified
          break;
        }
        at += instruction->bytes;
        if (shown == kPathInstructions) {
          ++left;
          continue;
        }
        ++shown;
        out << "    " << llvm::format_hex_no_prefix(instruction->at, 6)
            << llvm::format(" %12llu ", (unsigned long long)block.count)
            << percentText(counts.share(block.weight, true)) << "  ";
        auto lines =
            text.instruction(*instruction, labels, facts->slots[path.function]);
        for (size_t i = 0; i < lines.size(); ++i)
          out << (i ? "; " : "") << lines[i];
        out << "\n";
      }
    if (left)
      out << "    and " << left << " instructions more\n";
  }
}

void Summary::printUnpaid() {
  std::vector<uint32_t> unpaid = unpaidHandlers(counts);
  uint64_t bytes = 0, never = 0;
  for (uint32_t i : unpaid) {
    bytes += counts.handlers[i].codeBytes;
    never += counts.handlers[i].count == 0;
  }
  title("Superinstructions that did not pay: " + std::to_string(unpaid.size()) +
        ", of " + std::to_string(bytes) + " bytes; " + std::to_string(never) +
        " never ran");
  HandlerText text(file);
  if (unpaid.size() > kUnpaid)
    unpaid.resize(kUnpaid);
  for (uint32_t i : unpaid) {
    name((counts.handlers[i].kind == HandlerKind::Block ? "fused " : "h") +
             std::to_string(i),
         12);
    number(counts.handlers[i].codeBytes);
    out << " bytes, ran"
        << llvm::format(" %9llu: ",
                        (unsigned long long)counts.handlers[i].count);
    auto lines = text.pattern(i);
    std::string all;
    for (size_t l = 0; l < lines.size(); ++l)
      all += (l ? "; " : "") + lines[l];
    constexpr size_t kWidest = 100;
    if (all.size() > kWidest)
      all = all.substr(0, kWidest) + " ...";
    out << all << "\n";
  }
}

void Summary::print() {
  printHead();
  printPasses();
  printHandlers();
  printBytes();
  printLargest();
  printLimits();
  if (profiled) {
    printHotPaths();
    printUnpaid();
  }
}

} // namespace

void printSummary(const Inspected &what, llvm::raw_ostream &out) {
  Summary(what, out).print();
}

} // namespace ireko
