#include "rewriter/generated_code.h"

#include <sstream>

#include "ir/iteration.h"
#include "rewriter/codegen.h"
#include "rewriter/listing.h"
#include "support/colors.h"

using namespace wasm;

namespace ireko {

namespace {

class Lines {
public:
  Lines(wasm::Function &function, const wasm::Module &module)
      : function(function) {
    // Binaryen looks through all code of a module each time that it prints a
    // node; of this one it needs to know which memory and table are the first.
    names.features = module.features;
    for (const auto &memory : module.memories)
      names.addMemory(Builder::makeMemory(memory->name));
    for (const auto &table : module.tables)
      names.addTable(Builder::makeTable(table->name, table->type));
  }

  std::vector<GeneratedLine> run() {
    Colors::setEnabled(false);
    statement(function.body);
    return std::move(lines);
  }

private:
  void line(const std::string &text) {
    lines.push_back({depth, address, text});
    address = 0;
  }

  void inside(Expression *body) {
    ++depth;
    statement(body);
    --depth;
  }

  // What stands on lines of its own.
  void statement(Expression *node) {
    auto it = function.debugLocations.find(node);
    if (it != function.debugLocations.end() && it->second)
      address = it->second->lineNumber;
    if (auto *block = node->dynCast<wasm::Block>()) {
      bool named = block->name.is();
      if (named)
        line("block $" + block->name.toString());
      depth += named;
      for (Expression *child : block->list)
        statement(child);
      depth -= named;
      if (named)
        line("end $" + block->name.toString());
    } else if (auto *loop = node->dynCast<Loop>()) {
      line("loop $" + loop->name.toString());
      inside(loop->body);
      line("end $" + loop->name.toString());
    } else if (auto *choice = node->dynCast<If>()) {
      line("if " + text(choice->condition));
      inside(choice->ifTrue);
      if (choice->ifFalse) {
        line("else");
        inside(choice->ifFalse);
      }
      line("end");
    } else {
      std::string written = text(node);
      // A line needs no parentheses around it.
      if (written.front() == '(')
        written = written.substr(1, written.size() - 2);
      line(written);
    }
  }

  std::string local(Index index) const {
    return function.hasLocalName(index)
               ? "$" + function.getLocalName(index).toString()
               : "$" + std::to_string(index);
  }

  std::string text(Expression *node) {
    std::string written;
    if (auto *get = node->dynCast<LocalGet>()) {
      return local(get->index);
    } else if (auto *set = node->dynCast<LocalSet>()) {
      written =
          (set->isTee() ? "local.tee " : "local.set ") + local(set->index);
    } else {
      std::ostringstream head;
      head << ShallowExpression{node, &names};
      written = head.str();
    }
    bool isLeaf = true;
    for (Expression *child : ChildIterator(node)) {
      isLeaf = false;
      written += " " + text(child);
    }
    bool isWord = isLeaf && written.find(' ') == std::string::npos;
    return isWord ? written : "(" + written + ")";
  }

  wasm::Function &function;
  wasm::Module names;
  std::vector<GeneratedLine> lines;
  uint32_t depth = 0;
  uint32_t address = 0; // for the next line
};

std::string headOf(wasm::Function &function) {
  std::string text = "func $" + function.name.toString();
  auto add = [&](const char *word, wasm::Type types) {
    for (wasm::Type type : types)
      text += std::string(" (") + word + " " + type.toString() + ")";
  };
  add("param", function.getParams());
  add("result", function.getResults());
  return text;
}

} // namespace

std::vector<GeneratedLine> linesOf(wasm::Function &function,
                                   wasm::Module &module) {
  return Lines(function, module).run();
}

void collectRegions(const Codegen &gen, GeneratedCode &code) {
  auto add = [&](std::vector<GeneratedLine> &lines, Name name) {
    wasm::Function *function = gen.bundle.getFunction(name);
    lines.push_back({0, 0, headOf(*function)});
    for (GeneratedLine &line : linesOf(*function, gen.bundle)) {
      ++line.depth;
      lines.push_back(std::move(line));
    }
  };
  for (const Region &region : gen.regions->list) {
    if (!code.wants(region.function))
      continue;
    std::vector<GeneratedLine> &lines = code.regions[region.function];
    add(lines, gen.regionFunction(region));
    if (region.isLeaf)
      add(lines, gen.leafFunction(region));
    std::vector<uint64_t> addresses;
    for (const GeneratedLine &line : lines)
      addresses.push_back(line.address);
    std::vector<bool> kept = longestAscent(addresses);
    for (size_t i = 0; i < lines.size(); ++i)
      if (!kept[i])
        lines[i].address = 0;
  }
}

} // namespace ireko
