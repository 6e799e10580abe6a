#include "rewriter/bundle_diff.h"

#include <cmath>

#include "rewriter/handler_text.h"
#include "rewriter/inspect_counts.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

namespace ireko {

namespace {

// In text; JSON has all.
constexpr size_t kMostRows = 20;

// A number of both sides; none: there is no such thing on that side.
struct Pair {
  std::string name;
  std::optional<double> a, b;

  void add(bool second, double value) {
    std::optional<double> &where = second ? b : a;
    where = where.value_or(0) + value;
  }
  double change() const { return b.value_or(0) - a.value_or(0); }
};

struct FunctionPair {
  std::optional<uint32_t> a, b; // indices
};

class Diff {
public:
  Diff(const DiffSide &a, const DiffSide &b, llvm::raw_ostream &out)
      : a(a), b(b), out(out), countsA(countsOf(a)), countsB(countsOf(b)),
        weighted(a.facts && b.facts) {}

  void printText();
  void printJson();

private:
  static InspectCounts countsOf(const DiffSide &side) {
    return countInstructions(side.image, side.facts ? &*side.facts : nullptr);
  }
  static std::vector<BytesOfPart> partsOf(const DiffSide &side) {
    return bytesOfParts(side.image, side.facts ? &*side.facts : nullptr);
  }
  std::vector<Pair> sizes() const;
  std::vector<Pair> totals() const;
  std::vector<Pair> handlers() const;
  std::vector<FunctionPair> functionPairs() const;
  std::vector<Pair> functions() const;
  double dispatches(const FunctionCounts &counts) const {
    return weighted ? counts.weight : counts.instructions;
  }
  void printPairs(llvm::StringRef title, std::vector<Pair> pairs, bool all);
  void printSide(llvm::StringRef key, const DiffSide &side);
  void printPairsJson(llvm::StringRef key, const std::vector<Pair> &pairs,
                      llvm::StringRef name);

  const DiffSide &a, &b;
  llvm::raw_ostream &out;
  const InspectCounts countsA, countsB;
  // Whether it is known of both how often code runs.
  const bool weighted;
  llvm::json::OStream *json = nullptr;
};

// Names of what both have, in the order of the first one, and of the second.
void addTo(std::vector<Pair> &pairs, const std::string &name, bool second,
           double value) {
  auto it = std::find_if(pairs.begin(), pairs.end(),
                         [&](const Pair &pair) { return pair.name == name; });
  if (it == pairs.end())
    it = pairs.insert(pairs.end(), Pair{name, {}, {}});
  it->add(second, value);
}

std::vector<Pair> Diff::sizes() const {
  std::vector<Pair> pairs;
  addTo(pairs, "file", false, a.image.fileBytes);
  addTo(pairs, "file", true, b.image.fileBytes);
  for (const BytesOfPart &part : partsOf(a))
    addTo(pairs, part.name, false, part.bytes);
  for (const BytesOfPart &part : partsOf(b))
    addTo(pairs, part.name, true, part.bytes);
  return pairs;
}

std::vector<Pair> Diff::totals() const {
  std::vector<Pair> pairs;
  auto fused = [](const DiffSide &side) {
    return llvm::count_if(side.image.table.handlers,
                          [](const HandlerInfo &h) { return h.fused; });
  };
  auto add = [&](const char *name, double ofA, double ofB) {
    pairs.push_back({name, ofA, ofB});
  };
  add("handlers", countsA.handlers.size(), countsB.handlers.size());
  add("of them whole blocks", fused(a), fused(b));
  add("regions", countsA.regions, countsB.regions);
  add("instructions", countsA.instructions, countsB.instructions);
  add("operators", countsA.operators, countsB.operators);
  if (weighted)
    add("dispatches", countsA.weight, countsB.weight);
  return pairs;
}

// By what they do: how many instructions each has.
std::vector<Pair> Diff::handlers() const {
  std::map<std::string, Pair> byText;
  for (bool second : {false, true}) {
    const DiffSide &side = second ? b : a;
    HandlerText text(side.image);
    const auto &counted = (second ? countsB : countsA).handlers;
    for (uint32_t i = 0; i < counted.size(); ++i) {
      std::string what = llvm::join(text.pattern(i), "; ");
      Pair &pair = byText[what];
      pair.add(second, counted[i].uses);
      pair.name = what;
    }
  }
  std::vector<Pair> pairs;
  for (auto &[text, pair] : byText)
    pairs.push_back(std::move(pair));
  return pairs;
}

// By name, where that is the only one of its kind, else by index.
std::vector<FunctionPair> Diff::functionPairs() const {
  constexpr uint32_t kTwice = ~0u;
  auto namesOf = [](const DiffSide &side) {
    std::map<std::string, uint32_t> names;
    for (uint32_t f = 0; f < side.image.header().functionCount; ++f) {
      auto [it, isNew] = names.try_emplace(side.image.name(f).str(), f);
      if (!isNew)
        it->second = kTwice;
    }
    names.erase("");
    return names;
  };
  auto namesA = namesOf(a), namesB = namesOf(b);
  auto isNamed = [](const auto &names, const std::string &name) {
    auto it = names.find(name);
    return it != names.end() && it->second != kTwice;
  };
  std::vector<FunctionPair> pairs;
  std::vector<bool> taken(b.image.header().functionCount);
  for (uint32_t f = 0; f < a.image.header().functionCount; ++f) {
    std::string name = a.image.name(f).str();
    FunctionPair pair{f, {}};
    if (isNamed(namesA, name) && isNamed(namesB, name))
      pair.b = namesB[name];
    else if (f < taken.size() && !isNamed(namesA, b.image.name(f).str()))
      pair.b = f;
    if (pair.b)
      taken[*pair.b] = true;
    pairs.push_back(pair);
  }
  for (uint32_t f = 0; f < taken.size(); ++f)
    if (!taken[f])
      pairs.push_back({{}, f});
  return pairs;
}

std::vector<Pair> Diff::functions() const {
  std::vector<Pair> pairs;
  for (const FunctionPair &each : functionPairs()) {
    Pair pair;
    pair.name = each.a ? a.image.label(*each.a) : b.image.label(*each.b);
    if (each.a && a.image.hasCode(*each.a))
      pair.a = dispatches(countsA.functions[*each.a]);
    if (each.b && b.image.hasCode(*each.b))
      pair.b = dispatches(countsB.functions[*each.b]);
    if (pair.a || pair.b)
      pairs.push_back(std::move(pair));
  }
  return pairs;
}

std::string numberOf(const std::optional<double> &value) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (!value)
    stream << "-";
  else if (*value == std::floor(*value) && std::fabs(*value) < 1e9)
    stream << int64_t(*value);
  else
    stream << llvm::format("%.6g", *value);
  return text;
}

void Diff::printPairs(llvm::StringRef title, std::vector<Pair> pairs,
                      bool all) {
  if (!all) {
    llvm::erase_if(pairs, [](const Pair &pair) { return !pair.change(); });
    std::stable_sort(
        pairs.begin(), pairs.end(), [](const Pair &one, const Pair &other) {
          return std::fabs(one.change()) > std::fabs(other.change());
        });
  }
  out << "\n" << title;
  if (pairs.empty()) {
    out << ": no difference\n";
    return;
  }
  out << "\n";
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (!all && i == kMostRows) {
      out << "  ... and " << pairs.size() - i << " more\n";
      break;
    }
    const Pair &pair = pairs[i];
    std::string change = "=";
    if (pair.change() && pair.a.value_or(0) != 0 && pair.b) {
      change.clear();
      llvm::raw_string_ostream(change)
          << llvm::format("%+.1f %%", 100 * pair.change() / *pair.a);
    } else if (pair.change()) {
      change = pair.a ? "gone" : "new";
      if (pair.a && pair.b)
        change = "from 0";
    }
    out << llvm::format("  %12s %12s %9s  ", numberOf(pair.a).c_str(),
                        numberOf(pair.b).c_str(), change.c_str())
        << pair.name << "\n";
  }
}

void Diff::printText() {
  auto nameSide = [&](char letter, const DiffSide &side) {
    out << letter << ": " << side.image.path;
    if (!side.options.empty())
      out << " with " << side.options;
    out << "\n";
  };
  nameSide('A', a);
  nameSide('B', b);
  out << "\n             A            B    change\n";
  printPairs("Bytes", sizes(), true);
  printPairs("Code", totals(), true);
  printPairs(!weighted ? "Instructions by function"
             : a.facts->profiled()
                 ? "Dispatches by function, as it ran, all in the stream"
                 : "Dispatches by function, as expected, all in the stream",
             functions(), false);
  printPairs("Instructions by handler", handlers(), false);
}

void Diff::printSide(llvm::StringRef key, const DiffSide &side) {
  json->attributeObject(key, [&] {
    json->attribute("file", llvm::json::fixUTF8(side.image.path));
    json->attribute("kind", side.facts                 ? "module"
                            : side.image.isProgramFile ? "program"
                                                       : "bundle");
    json->attribute("options", llvm::json::fixUTF8(side.options));
  });
}

void Diff::printPairsJson(llvm::StringRef key, const std::vector<Pair> &pairs,
                          llvm::StringRef name) {
  json->attributeArray(key, [&] {
    for (const Pair &pair : pairs)
      json->object([&] {
        json->attribute(name, llvm::json::fixUTF8(pair.name));
        if (pair.a)
          json->attribute("a", *pair.a);
        if (pair.b)
          json->attribute("b", *pair.b);
      });
  });
}

void Diff::printJson() {
  llvm::json::OStream stream(out);
  json = &stream;
  stream.object([&] {
    stream.attribute("schema", 1);
    stream.attribute("tool", IREKO_VERSION);
    printSide("a", a);
    printSide("b", b);
    stream.attribute("weighted", weighted);
    printPairsJson("bytes", sizes(), "part");
    printPairsJson("code", totals(), "what");
    printPairsJson("functions", functions(), "function");
    printPairsJson("handlers", handlers(), "text");
  });
  out << "\n";
}

} // namespace

void printDiffText(const DiffSide &a, const DiffSide &b,
                   llvm::raw_ostream &out) {
  Diff(a, b, out).printText();
}

void printDiffJson(const DiffSide &a, const DiffSide &b,
                   llvm::raw_ostream &out) {
  Diff(a, b, out).printJson();
}

} // namespace ireko
