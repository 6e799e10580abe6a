#include <algorithm>

#include "rewriter/error.h"
#include "rewriter/function_filter.h"
#include "rewriter/handler_text.h"
#include "rewriter/inspect_text.h"
#include "rewriter/listing.h"
#include "llvm/Support/Format.h"

namespace ireko {

namespace {

void pad(std::string &text, size_t width) {
  text.resize(std::max(text.size(), width), ' ');
}

class RegionsPrinter {
public:
  RegionsPrinter(const Inspected &what, llvm::raw_ostream &out)
      : file(what.file), facts(what.facts), counts(what.counts), out(out) {}

  void printAll();
  void printOne(uint32_t function);

private:
  void printWhy(uint32_t function);
  void printSafepoints(uint32_t function);
  void printBesideStream(uint32_t function);
  std::string valueText(uint32_t function, const SlotOfType &value) const;
  std::vector<StreamItem> stream(uint32_t function) const;

  const ImageFile &file;
  const ModuleFacts *facts;
  const InspectCounts &counts;
  llvm::raw_ostream &out;
};

void RegionsPrinter::printAll() {
  if (facts)
    out << (facts->profiled()
                ? "Regions are functions that ran most for each byte of their "
                  "code.\n"
            : facts->counts == Counts::Rehearsed
                ? "Regions are functions that ran most for each byte of their "
                  "code, in a rehearsal.\n"
                : "Regions are functions that are expected to be called "
                  "most.\n");
  out << "region    bytes   benefit  enters  function\n";
  std::vector<uint32_t> others;
  for (uint32_t f = 0; f < counts.functions.size(); ++f) {
    const FunctionCounts &counted = counts.functions[f];
    if (!counted.region) {
      if (file.hasCode(f))
        others.push_back(f);
      continue;
    }
    out << llvm::format("%6u ", *counted.region);
    auto bytes = facts ? facts->sizes.bytesOfRegion.find(f)
                       : std::map<uint32_t, uint32_t>::const_iterator();
    if (facts && bytes != facts->sizes.bytesOfRegion.end())
      out << llvm::format("%8u ", bytes->second);
    else
      out << llvm::format("%8s ", "-");
    if (facts)
      out << llvm::format("%9.4g ", facts->regions[f].benefit);
    else
      out << llvm::format("%9s ", "-");
    out << llvm::format("%7u  ", counted.loops + 1) << file.label(f) << "\n";
  }
  if (others.empty())
    return;
  out << "\nNo regions\n";
  for (uint32_t f : others) {
    out << "  " << file.label(f);
    if (facts)
      out << ": " << facts->regions[f].obstacle;
    out << "\n";
  }
}

void RegionsPrinter::printWhy(uint32_t f) {
  const FunctionCounts &counted = counts.functions[f];
  out << "function " << file.label(f) << ": ";
  if (!counted.region) {
    out << "no region";
    if (facts && file.hasCode(f))
      out << ", because " << facts->regions[f].obstacle;
    else if (!file.hasCode(f))
      out << ", because it is imported";
    out << "\n";
    return;
  }
  out << "region " << *counted.region
      << ", which the stream enters at its start"
      << (counted.loops ? " and at " + std::to_string(counted.loops) +
                              (counted.loops > 1 ? " loops" : " loop")
                        : std::string())
      << "\n";
  if (!facts)
    return;
  const RegionChoice &choice = facts->regions[f];
  out << llvm::format(facts->profiled()
                          ? "chosen for what ran in it for each byte, %.4g"
                      : facts->counts == Counts::Rehearsed
                          ? "chosen for what ran in it for each byte, in a "
                            "rehearsal, %.4g"
                          : "chosen for how often it is expected to be called, "
                            "%.4g",
                      choice.benefit)
      << "; estimated " << choice.bytes << " bytes";
  auto bytes = facts->sizes.bytesOfRegion.find(f);
  if (bytes != facts->sizes.bytesOfRegion.end())
    out << ", takes " << bytes->second;
  out << "\n";
}

std::string RegionsPrinter::valueText(uint32_t f,
                                      const SlotOfType &value) const {
  const SlotNames &names = facts->slots[f];
  std::string name = value.slot < names.size() && !names[value.slot].empty()
                         ? names[value.slot]
                         : "s" + std::to_string(value.slot);
  return name + " " + value.type.toString();
}

void RegionsPrinter::printSafepoints(uint32_t f) {
  out << "\nSafepoints, and what is written down there\n";
  Labels labels = labelsOf(file, f);
  for (const Safepoint &point : facts->safepoints[f]) {
    std::string text;
    llvm::raw_string_ostream line(text);
    line << "  " << llvm::format_hex_no_prefix(point.address, 6) << " "
         << nameOf(point.kind);
    if (auto it = labels.find(point.address); it != labels.end())
      line << " " << it->second;
    if (point.loop)
      line << ", entered too";
    pad(text, 30);
    out << text << " ";
    for (size_t i = 0; i < point.live.size(); ++i)
      out << (i ? ", " : "") << valueText(f, point.live[i]);
    out << (point.live.empty() ? "nothing\n" : "\n");
  }
}

std::vector<StreamItem> RegionsPrinter::stream(uint32_t f) const {
  std::vector<StreamItem> items;
  const ImageCode code(file);
  const HandlerText text(file);
  Labels labels = labelsOf(file, f);
  auto error = code.forEachInstruction(f, [&](const Instruction &at) {
    StreamItem item;
    item.address = at.at;
    if (auto it = labels.find(at.at); it != labels.end())
      item.lines.push_back(it->second + ":");
    std::string prefix;
    llvm::raw_string_ostream(prefix)
        << "  " << llvm::format_hex_no_prefix(at.at, 6) << " ";
    for (const std::string &line :
         text.instruction(at, labels, facts->slots[f])) {
      item.lines.push_back(prefix + line);
      prefix.assign(prefix.size(), ' ');
    }
    items.push_back(std::move(item));
    return llvm::Error::success();
  });
  llvm::consumeError(std::move(error)); // verified
  return items;
}

// The lines of the region stand beside the instruction that they were made
// from, as far as both are in the same order.
void RegionsPrinter::printBesideStream(uint32_t f) {
  auto found = facts->generated.regions.find(f);
  if (found == facts->generated.regions.end())
    return;
  out << "\nThe stream, and the code of the region\n";
  constexpr size_t kWidth = 48;
  constexpr uint32_t kMostIndented = 16;
  llvm::ArrayRef<GeneratedLine> code = found->second;
  auto codeText = [&](const GeneratedLine &line) {
    return std::string(2 * std::min(line.depth, kMostIndented), ' ') +
           line.text;
  };
  std::vector<StreamItem> items = stream(f);
  // Up to `shown` it is printed; what follows up to `next` belongs to this
  // instruction or to one before it.
  size_t shown = 0, next = 0;
  auto print = [&](std::string text) {
    if (shown < next) {
      pad(text, kWidth);
      text += " | " + codeText(code[shown++]);
    }
    out << llvm::StringRef(text).rtrim() << "\n";
  };
  for (size_t i = 0; i < items.size(); ++i) {
    uint32_t until = i + 1 < items.size() ? items[i + 1].address : ~0u;
    // Lines with an address begin a new group.
    size_t first = next;
    while (first < code.size() && !code[first].address)
      ++first;
    bool begins = first < code.size() && code[first].address < until;
    if (begins) {
      next = first;
      while (shown < next)
        print("");
    }
    while (next < code.size() &&
           (!code[next].address || code[next].address < until))
      ++next;
    for (const std::string &line : items[i].lines)
      print(line);
  }
  while (shown < next)
    print("");
}

void RegionsPrinter::printOne(uint32_t f) {
  printWhy(f);
  if (!facts || !counts.functions[f].region)
    return;
  printSafepoints(f);
  printBesideStream(f);
}

} // namespace

llvm::Error printRegions(const Inspected &what, llvm::StringRef function,
                         llvm::raw_ostream &out) {
  RegionsPrinter printer(what, out);
  if (function.empty()) {
    printer.printAll();
    return llvm::Error::success();
  }
  FunctionFilter filter(function);
  const ImageFile &file = what.file;
  uint32_t count = file.header().functionCount;
  auto nameOf = [&](uint32_t f) { return file.name(f); };
  if (auto error = filter.check(count, nameOf, file.path))
    return error;
  for (uint32_t f = 0; f < count; ++f)
    if (filter.has(f, file.name(f)))
      printer.printOne(f);
  return llvm::Error::success();
}

} // namespace ireko
