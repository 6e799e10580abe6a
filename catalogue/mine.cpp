// Mines a corpus of command modules for runs of statements that deserve a
// handler in the generic VM, and prints catalogue/handlers.wat.
//
//     ireko_mine BYTES MODULE... > catalogue/handlers.wat
//
// All programs are covered with the handlers there are; whatever stands side by
// side most often becomes a handler; and again, until BYTES of estimated code
// are spent. That is byte-pair encoding, as for bundles (superinstructions.h),
// over many programs, each of which counts the same.

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "ir/manipulation.h"
#include "rewriter/cover.h"
#include "rewriter/deepstack.h"
#include "rewriter/error.h"
#include "rewriter/flatten.h"
#include "rewriter/program_file.h"
#include "rewriter/tree.h"
#include "rewriter/weights.h"
#include "llvm/Support/raw_ostream.h"

using namespace ireko;
using wasm::Expression;

namespace {

constexpr uint32_t kRounds = 16;
constexpr uint32_t kMaxItems = 12;
constexpr uint32_t kMaxOperands = 16;

// Estimated bytes of a handler.
uint32_t costOf(const Form &form) {
  return 20 + 5 * form.structures.size() + 7 * form.operands.size();
}

// How the items of a structure are written.
struct Template {
  std::string text; // "$1000" for operand 0, and so on
  bool isEnd = false;
  std::string head; // of an end: "(block $to " or "(loop $to ", or nothing
  std::string result;
  // Of the operands that are slots.
  std::vector<std::string> types;
  uint32_t constants = 0;
};

// A block of some program.
struct Sequence {
  std::vector<Item> items;
  double weight;
};

struct Candidate {
  double score = 0;
  Form form;
};

class Miner {
public:
  Miner(std::unique_ptr<Catalogue> catalogue, int64_t budget)
      : catalogue(std::move(catalogue)), budget(budget) {}

  llvm::Error addProgram(const char *path);
  void mine();

private:
  void addTemplate(const Program &program, const Block &block,
                   const Tile &tile);
  std::optional<std::string> print(const Form &form) const;
  void consider(std::map<std::string, Candidate> &candidates,
                const Sequence &sequence, uint32_t first, uint32_t count,
                double score);

  std::unique_ptr<Catalogue> catalogue;
  int64_t budget;
  wasm::Module scratch;
  std::unordered_map<uint32_t, Template> templates; // by structure
  std::vector<Sequence> sequences;
  uint32_t printed = 0;
};

std::string textOf(Expression *tree) {
  std::ostringstream out;
  out << *tree;
  std::string text;
  for (char c : out.str()) {
    bool isSpace = c == '\n' || c == ' ';
    if (isSpace && (text.empty() || text.back() == ' '))
      continue;
    if (c == ')' && text.back() == ' ')
      text.pop_back();
    text += isSpace ? ' ' : c;
  }
  while (text.back() == ' ')
    text.pop_back();
  return text;
}

void Miner::addTemplate(const Program &program, const Block &block,
                        const Tile &tile) {
  Shape shape = looseShapeOf(program, block, tile, false);
  uint32_t structure = catalogue->addStructure(shape.key);
  auto [it, isNew] = templates.try_emplace(structure);
  if (!isNew)
    return;
  Template &made = it->second;
  made.types.resize(shape.operands.size());
  const Terminator &end = block.end;
  Expression *tree = tile.end ? end.tree : block.statements[tile.first];
  Expression *copy =
      tree ? wasm::ExpressionManipulator::copy(tree, scratch) : nullptr;
  uint32_t next = 0;
  // In the order of operands, which is that of spelling.
  auto visit = [&](auto &self, Expression *node) -> void {
    if (auto *get = node->dynCast<wasm::LocalGet>()) {
      made.types[next] = get->type.toString();
      get->index = 1000 + next++;
    } else if (auto *set = node->dynCast<wasm::LocalSet>()) {
      made.types[next] = set->value->type.toString();
      set->index = 1000 + next++;
    } else if (auto *constant = node->dynCast<wasm::Const>()) {
      constant->value = wasm::Literal::makeZero(constant->type);
      ++made.constants;
      ++next;
    } else if (auto *global = node->dynCast<wasm::GlobalGet>()) {
      global->name = global->type.toString();
      ++next;
    } else if (auto *global = node->dynCast<wasm::GlobalSet>()) {
      global->name = global->value->type.toString();
      ++next;
    } else if (node->is<wasm::SIMDShuffle>()) {
      ++next;
    } else if (wasm::Address *offset = memoryOffset(node)) {
      *offset = 1;
      ++next;
    }
    forEachChild(node, [&](Expression *&child) { self(self, child); });
  };
  if (copy)
    visit(visit, copy);
  std::string text = copy ? textOf(copy) : "";
  if (!tile.end) {
    made.text = text;
    return;
  }
  made.isEnd = true;
  std::string head = end.backEdge ? "(loop $to " : "(block $to ";
  using Kind = Terminator::Kind;
  switch (end.kind) {
  case Kind::Jump:
    made.head = head;
    made.text = "(br $to)";
    break;
  case Kind::Branch:
    made.head = head;
    made.text =
        "(br_if $to " + (end.negated ? "(i32.eqz " + text + ")" : text) + ")";
    break;
  case Kind::Switch:
    made.head = head;
    made.text = "(br_table $to $to " + text + ")";
    break;
  case Kind::Call:
    made.text = "(call $callee)";
    break;
  case Kind::TailCall:
    made.text = "(return_call $callee)";
    break;
  case Kind::CallIndirect:
    made.text = "(call_indirect (type $none) " + text + ")";
    break;
  case Kind::TailCallIndirect:
    made.text = "(return_call_indirect (type $none) " + text + ")";
    break;
  case Kind::Cold:
    made.text = "(drop (call $wasi.sched_yield))";
    break;
  case Kind::Return:
    made.text = "(return" + (copy ? " " + text : "") + ")";
    if (copy)
      made.result = tree->type.toString();
    break;
  case Kind::Trap:
    made.text = "(unreachable)";
    break;
  case Kind::None:
    break;
  }
}

llvm::Error Miner::addProgram(const char *path) {
  llvm::Expected<SourceModule> source = readModule(path);
  if (!source)
    return source.takeError();
  PackOptions options;
  options.stubUnknownImports = true;
  if (llvm::Error error = prepareCommand(*source, *catalogue, options))
    return error;
  Program program(*source->module);
  PackOptions withoutExits = options;
  withoutExits.exits = false;
  lowerProgram(program, withoutExits);
  Weights weights(program);
  size_t begin = sequences.size();
  double total = 0;
  for (uint32_t f = 0; f < program.functions.size(); ++f) {
    Function &function = program.functions[f];
    if (function.blocks.empty())
      continue;
    Liveness liveness(function);
    uint32_t units = 0;
    for (BlockIndex index : function.layout) {
      Slot temporary = function.frameSlots;
      Block &block = function.blocks[index];
      flattenBlock(program, block, temporary);
      units += 4 * block.statements.size() + 3;
    }
    // About what will be left when runs are handlers.
    bool wide = units / 2 * kUnitBytes > 32000;
    for (size_t i = 0; i < function.layout.size(); ++i) {
      const Block &block = function.blocks[function.layout[i]];
      bool withEnd = !fallsThrough(function, i);
      uint32_t count = block.statements.size();
      for (uint32_t s = 0; s < count + withEnd; ++s)
        addTemplate(program, block, {s, s < count, s == count, false, 0});
      Sequence sequence{itemsOf(*catalogue, program, block, withEnd, wide,
                                liveness.liveOut(block), function.frameSlots),
                        weights.scoreOf(f, function.layout[i])};
      total += sequence.weight * sequence.items.size();
      if (!sequence.items.empty())
        sequences.push_back(std::move(sequence));
    }
  }
  for (size_t i = begin; i < sequences.size(); ++i)
    sequences[i].weight /= total;
  llvm::errs() << path << ": " << sequences.size() - begin << " blocks\n";
  return llvm::Error::success();
}

void Miner::consider(std::map<std::string, Candidate> &candidates,
                     const Sequence &sequence, uint32_t first, uint32_t count,
                     double score) {
  if (count > kMaxItems)
    return;
  std::optional<Form> form = formOf(sequence.items, first, count);
  if (!form || form->operands.size() > kMaxOperands)
    return;
  for (const Form::Operand &operand : form->operands)
    if (operand.units == 2 && (operand.kind == OperandKind::Slot ||
                               operand.kind == OperandKind::Frame))
      return;
  auto [it, isNew] = candidates.try_emplace(form->key());
  if (isNew)
    it->second.form = std::move(*form);
  it->second.score += score;
}

// The function of a handler; nothing if a slot has values of several types.
std::optional<std::string> Miner::print(const Form &form) const {
  std::vector<std::string> types(form.operands.size()), bodies;
  std::string head, result;
  bool end = false;
  uint32_t at = 0;
  for (uint32_t structure : form.structures) {
    const Template &item = templates.at(structure);
    std::string text = item.text;
    for (uint32_t i = 0; i < item.types.size(); ++i, ++at) {
      uint32_t operand = form.operandOf[at];
      if (form.operands[operand].kind == OperandKind::Offset &&
          form.operands[operand].units == 0)
        text.erase(text.find(" offset=1"), 9);
      if (item.types[i].empty())
        continue;
      if (!types[operand].empty() && types[operand] != item.types[i])
        return std::nullopt;
      types[operand] = item.types[i];
      std::string place = "$" + std::to_string(1000 + i);
      text.replace(text.find(place), place.size(),
                   "$" + std::to_string(operand));
    }
    bodies.push_back(text);
    head = item.head;
    result = item.result;
    end |= item.isEnd;
  }
  std::string text = std::string("(func $") + (end ? "e" : "r") +
                     std::to_string(printed) + ":";
  for (const Form::Operand &operand : form.operands)
    if (!operand.isInternal)
      text += char('0' + operand.units);
  for (bool internal : {false, true})
    for (uint32_t i = 0; i < types.size(); ++i)
      if (!types[i].empty() && form.operands[i].isInternal == internal)
        text += (internal ? " (local $" : " (param $") + std::to_string(i) +
                " " + types[i] + ")";
  // The result stands between parameters and locals.
  if (!result.empty()) {
    size_t place = text.find(" (local");
    text.insert(place == text.npos ? text.size() : place,
                " (result " + result + ")");
  }
  if (!head.empty())
    text += "\n  " + head.substr(0, head.size() - 1);
  for (const std::string &body : bodies)
    text += "\n  " + body;
  return text + (head.empty() ? ")" : "))");
}

void Miner::mine() {
  llvm::outs() << ";; The mined handlers of the generic VM "
                  "(rewriter/catalogue.h); made by catalogue/mine.sh.\n";
  for (uint32_t round = 0; round < kRounds && budget > 0; ++round) {
    std::map<std::string, Candidate> candidates;
    double instructions = 0;
    for (const Sequence &sequence : sequences) {
      std::vector<Run> runs = coverItems(*catalogue, sequence.items);
      instructions += runs.size() * sequence.weight;
      for (size_t i = 0; i < runs.size(); ++i) {
        const Run &run = runs[i];
        if (!run.form)
          consider(
              candidates, sequence, run.first, 1,
              sequence.weight *
                  templates.at(sequence.items[run.first].structure).constants);
        if (i + 1 < runs.size())
          consider(candidates, sequence, run.first,
                   run.count + runs[i + 1].count, sequence.weight);
      }
    }
    std::vector<const Candidate *> order;
    for (auto &[key, candidate] : candidates)
      order.push_back(&candidate);
    auto density = [](const Candidate *c) {
      return c->score / costOf(c->form);
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](const Candidate *a, const Candidate *b) {
                       return density(a) > density(b);
                     });
    int64_t share = budget / (kRounds - round);
    for (const Candidate *candidate : order) {
      int64_t cost = costOf(candidate->form);
      if (cost > share)
        break;
      std::optional<std::string> text = print(candidate->form);
      if (!text)
        continue;
      share -= cost;
      budget -= cost;
      ++printed;
      catalogue->addForm(candidate->form);
      llvm::outs() << *text << '\n';
    }
    llvm::errs() << "round " << round << ": " << instructions
                 << " instructions an item and program, " << candidates.size()
                 << " candidates, " << printed << " handlers\n";
  }
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3) {
    llvm::errs() << "usage: ireko_mine BYTES MODULE...\n";
    return 2;
  }
  llvm::Error error = llvm::Error::success();
  runWithDeepStack([&] {
    llvm::ErrorAsOutParameter guard(error);
    llvm::Expected<std::unique_ptr<Catalogue>> catalogue = Catalogue::read("");
    if (!catalogue) {
      error = catalogue.takeError();
      return;
    }
    Miner miner(std::move(*catalogue), atoll(argv[1]));
    for (int i = 2; i < argc; ++i)
      if ((error = miner.addProgram(argv[i])))
        return;
    miner.mine();
  });
  return reportError(std::move(error), llvm::errs());
}
