#include "rewriter/inspect.h"

#include <sstream>

#include "rewriter/error.h"
#include "rewriter/function_filter.h"
#include "rewriter/listing.h"
#include "rewriter/liveness.h"
#include "rewriter/tree.h"
#include "rewriter/validator_names.h"
#include "support/colors.h"
#include "llvm/Support/Format.h"

using namespace wasm;

namespace ireko {

namespace {

std::string functionName(const Program &program, uint32_t index) {
  const wasm::Function &source = *program.functions[index].source;
  std::string name = std::to_string(index);
  if (source.hasExplicitName)
    name += " <" +
            printableName(
                llvm::StringRef(source.name.str.data(), source.name.size())) +
            ">";
  return name;
}

std::string blockName(BlockIndex index) { return "b" + std::to_string(index); }

std::string slotName(Slot slot, const SlotNames &names = {}) {
  if (isInternal(slot))
    return "t" + std::to_string((slot - kInternalSlot) / 2);
  if (slot < names.size() && !names[slot].empty())
    return names[slot];
  return "s" + std::to_string(slot);
}

std::string frameRange(const Terminator &end) {
  std::string text = " at " + slotName(end.frame);
  if (end.argSlots)
    text += ", " + std::to_string(end.argSlots) + " in";
  if (end.resultSlots)
    text += ", " + std::to_string(end.resultSlots) + " out";
  return text;
}

// A slot of several locals has all their names, "$i/$n"; one that has other
// values too, its own behind them. Too many names are none.
SlotNames namesOfMoved(const std::vector<std::pair<Slot, Slot>> &moved,
                       const SlotNames &locals) {
  constexpr size_t kMaxNames = 3;
  SlotNames names;
  for (size_t i = 0; i < moved.size();) {
    Slot slot = moved[i].first;
    std::string name;
    size_t count = 0;
    bool hasOthers = false;
    for (; i < moved.size() && moved[i].first == slot; ++i) {
      Slot local = moved[i].second;
      if (local >= locals.size() || locals[local].empty())
        hasOthers = true;
      else
        name += (count++ ? "/" : "") + locals[local];
    }
    names.resize(slot + 1);
    if (count && count + hasOthers <= kMaxNames)
      names[slot] = hasOthers ? name + "/" + slotName(slot) : name;
  }
  return names;
}

} // namespace

SlotNames slotNames(const Program &program, const NameMap &locals,
                    uint32_t index) {
  SlotNames names;
  wasm::Function &function = *program.functions[index].source;
  if (locals.entries.empty())
    return names;
  names.resize(kFirstSlot);
  for (uint32_t i = 0; i < function.getNumLocals(); ++i) {
    std::string name = locals.find(i);
    names.push_back(name.empty() ? "" : "$" + printableName(name));
    names.resize(names.size() + slotsOfAll(function.getLocalType(i)) - 1);
  }
  const auto &moved = program.functions[index].moved;
  return moved.empty() ? names : namesOfMoved(moved, names);
}

std::string printTree(const Program &program, Expression *tree,
                      const SlotNames &names) {
  if (auto *get = tree->dynCast<LocalGet>())
    return slotName(get->index, names);
  if (auto *set = tree->dynCast<LocalSet>())
    return slotName(set->index, names) + " = " +
           printTree(program, set->value, names);
  if (auto *exit = tree->dynCast<Break>())
    return "if " + printTree(program, exit->condition, names) + " exit to " +
           blockName(exitTarget(exit));
  std::ostringstream node;
  node << ShallowExpression{tree, nullptr};
  std::string text = node.str();
  bool hasChildren = false;
  forEachChild(tree, [&](Expression *&child) {
    hasChildren = true;
    text += " " + printTree(program, child, names);
  });
  return hasChildren ? "(" + text + ")" : text;
}

std::string printTerminator(const Program &program, const Terminator &end,
                            const SlotNames &names) {
  using Kind = Terminator::Kind;
  std::string tree = end.tree ? printTree(program, end.tree, names) : "";
  std::string back = end.backEdge ? " (back)" : "";
  switch (end.kind) {
  case Kind::None:
    return "none";
  case Kind::Jump:
    return "jump " + blockName(end.next) + back;
  case Kind::Branch:
    return std::string(end.negated ? "unless " : "if ") + tree + " jump " +
           blockName(end.targets[0]) + back;
  case Kind::Switch: {
    std::string text = "switch " + tree + back + " [";
    for (size_t i = 0; i < end.targets.size(); ++i)
      text += (i ? " " : "") + blockName(end.targets[i]);
    return text + "]";
  }
  case Kind::Call:
    return "call " + functionName(program, end.callee) + frameRange(end);
  case Kind::CallIndirect:
    return "call table " + std::to_string(end.table) + "[" + tree + "] type " +
           std::to_string(end.type) + frameRange(end);
  case Kind::Cold:
    return "cold " +
           printTree(program, program.coldOperators[end.callee].tree) +
           frameRange(end);
  case Kind::TailCall:
    return "tail call " + functionName(program, end.callee) + frameRange(end);
  case Kind::TailCallIndirect:
    return "tail call table " + std::to_string(end.table) + "[" + tree +
           "] type " + std::to_string(end.type) + frameRange(end);
  case Kind::Return:
    if (end.tree)
      return "return " + tree;
    return end.resultSlots
               ? "return, " + std::to_string(end.resultSlots) + " slots"
               : "return";
  case Kind::Trap:
    return "trap " + std::to_string(uint32_t(end.trap));
  case Kind::Enter:
    break;
  }
  return "";
}

bool printHead(const Program &program, uint32_t index, const SlotNames &names,
               llvm::raw_ostream &out) {
  const Function &function = program.functions[index];
  out << "function " << functionName(program, index);
  if (function.blocks.empty()) {
    out << ": imported\n\n";
    return false;
  }
  out << ": frame of " << function.frameSlots << " slots, "
      << function.paramSlots << " of parameters, "
      << function.localSlots - function.paramSlots << " of other locals\n";
  std::string named;
  for (Slot slot = 0; slot < names.size(); ++slot)
    if (!names[slot].empty())
      named += (named.empty() ? "" : ", ") + slotName(slot) + " " + names[slot];
  if (!named.empty())
    out << "  slots: " << named << "\n";
  return true;
}

namespace {

std::string blockHead(const Block &block, BlockIndex index) {
  std::string text = "  " + blockName(index) + ":";
  if (block.isLoopHeader)
    text += " ;; loop header";
  if (block.loopDepth)
    text += " ;; depth " + std::to_string(block.loopDepth);
  if (block.count)
    text += " ;; ran " + std::to_string(block.count);
  return text;
}

std::string withLocation(std::string text, const Terminator &end) {
  if (end.location) {
    text += "  ;; at ";
    llvm::raw_string_ostream(text) << llvm::format_hex(end.location, 1);
  }
  return text;
}

void printFunction(const Program &program, uint32_t index,
                   const SlotNames &names, llvm::raw_ostream &out) {
  if (!printHead(program, index, names, out))
    return;
  const Function &function = program.functions[index];
  for (size_t i = 0; i < function.layout.size(); ++i) {
    const Block &block = function.blocks[function.layout[i]];
    out << blockHead(block, function.layout[i]) << "\n";
    for (Expression *statement : block.statements)
      out << "    " << printTree(program, statement, names) << "\n";
    std::string text = printTerminator(program, block.end, names);
    BlockIndex next = block.end.next;
    // Until blocks are in their final order, the next one may be anywhere.
    bool follows =
        i + 1 < function.layout.size() && function.layout[i + 1] == next;
    if (next != kNoBlock && !follows &&
        block.end.kind != Terminator::Kind::Jump)
      text += ", else " + blockName(next);
    out << "    " << withLocation(std::move(text), block.end) << "\n";
  }
  out << "\n";
}

uint64_t highestOffset(const wasm::Function &function, Expression *tree) {
  uint64_t offset = SourceModule::offsetOf(function, tree).value_or(0);
  forEachChild(tree, [&](Expression *&child) {
    offset = std::max(offset, highestOffset(function, child));
  });
  return offset;
}

} // namespace

StreamWeights::StreamWeights(const Program &program, const Tiling &tiling)
    : weights(program) {
  for (uint32_t f = 0; f < tiling.functions.size(); ++f)
    for (const BlockTiles &tiles : tiling.functions[f].blocks)
      total += weights.ofBlock(f, tiles.block) * tiles.tiles.size();
}

namespace {

// "     1,234   3.1 %", of an instruction that ran so often.
std::string ranText(uint64_t count, double share) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(
      " %12llu %5.1f %%", (unsigned long long)count, 100 * share);
  return text;
}

} // namespace

std::vector<StreamItem> streamItems(const Program &program,
                                    const Tiling &tiling, const Image &image,
                                    uint32_t index, const SlotNames &names,
                                    const StreamWeights *weights) {
  bool counted =
      weights && program.counts == Counts::Profiled && weights->total;
  const size_t kColumn = counted ? 43 : 22;
  std::vector<StreamItem> items;
  const Function &function = program.functions[index];
  for (const BlockTiles &tiles : tiling.functions[index].blocks) {
    const Block &block = function.blocks[tiles.block];
    uint32_t pc = image.blocks[index][tiles.block];
    if (tiles.block == function.layout.front())
      pc = image.entries[index];
    items.push_back({{blockHead(block, tiles.block)}, true, pc});
    std::string ran;
    if (counted)
      ran = ranText(block.count, weights->weights.ofBlock(index, tiles.block) /
                                     weights->total);
    for (const Tile &tile : tiles.tiles) {
      const Handler &handler = tiling.handlers[tile.handler];
      StreamItem item;
      item.address = pc;
      std::string prefix;
      llvm::raw_string_ostream(prefix)
          << "    " << llvm::format_hex_no_prefix(pc, 6) << ran << " "
          << (handler.fused ? "fused " : "h") << tile.handler;
      auto line = [&](const std::string &text) {
        prefix.resize(std::max(prefix.size() + 1, kColumn), ' ');
        item.lines.push_back(prefix + text);
        prefix.clear();
      };
      auto covers = [&](Expression *tree) {
        item.offset =
            std::max(item.offset, highestOffset(*function.source, tree));
      };
      if (tile.entry)
        line("enter region " + std::to_string(tile.entry->region) +
             (tile.entry->loop ? ", loop " + std::to_string(tile.entry->loop)
                               : ""));
      for (uint32_t i = 0; i < tile.count; ++i) {
        Expression *statement = block.statements[tile.first + i];
        covers(statement);
        line(printTree(program, statement, names));
      }
      if (tile.end) {
        item.offset = std::max<uint64_t>(item.offset, block.end.location);
        if (block.end.tree)
          covers(block.end.tree);
        line(withLocation(printTerminator(program, block.end, names),
                          block.end));
      }
      items.push_back(std::move(item));
      pc += instructionBytes(handler, block, tile);
    }
  }
  return items;
}

namespace {

// Calls print(index) for each function that is meant.
llvm::Error forEachMeant(const Program &program, const SourceModule &source,
                         llvm::StringRef only,
                         llvm::function_ref<void(uint32_t)> print) {
  auto nameOf = [&](uint32_t i) {
    const wasm::Function &function = *program.functions[i].source;
    return llvm::StringRef(function.name.str.data(), function.name.size());
  };
  FunctionFilter filter(only);
  uint32_t count = program.functions.size();
  if (auto error = filter.check(count, nameOf, source.path))
    return error;
  for (uint32_t i = 0; i < count; ++i)
    if (filter.has(i, nameOf(i)))
      print(i);
  return llvm::Error::success();
}

} // namespace

llvm::Error printLowered(const Program &program, const SourceModule &source,
                         llvm::StringRef only, llvm::raw_ostream &out) {
  Colors::setEnabled(false);
  auto names = findAllLocalNames(source.bytes);
  return forEachMeant(program, source, only, [&](uint32_t index) {
    printFunction(program, index, slotNames(program, names[index], index), out);
  });
}

llvm::Error printTiles(Program &program, const Tiling &tiling,
                       const SourceModule &source, llvm::StringRef only,
                       llvm::raw_ostream &out) {
  Colors::setEnabled(false);
  Image image = encodeImage(program, tiling, {});
  StreamWeights weights(program, tiling);
  auto names = findAllLocalNames(source.bytes);
  SourceLines lines;
  if (!only.empty())
    lines = SourceLines::of(source);
  return forEachMeant(program, source, only, [&](uint32_t index) {
    SlotNames slots = slotNames(program, names[index], index);
    if (!printHead(program, index, slots, out))
      return;
    auto items = streamItems(program, tiling, image, index, slots, &weights);
    if (!only.empty())
      return printBeside(std::move(items), originalCode(source, index), lines,
                         out);
    for (const StreamItem &item : items)
      for (const std::string &line : item.lines)
        out << line << "\n";
    out << "\n";
  });
}

} // namespace ireko
