#include "rewriter/catalogue.h"

#include <algorithm>
#include <cassert>

#include "rewriter/catalogue_text.h"
#include "rewriter/error.h"
#include "rewriter/lower.h"
#include "rewriter/lowerer.h"
#include "rewriter/program.h"
#include "rewriter/tree.h"
#include "wasm-traversal.h"
#include "llvm/ADT/StringExtras.h"

using namespace wasm;

namespace ireko {

namespace {

constexpr char kMemory[] = "memory";
constexpr char kWasi[] = "wasi_snapshot_preview1";

struct MemoryRenamer : PostWalker<MemoryRenamer> {
  void visitLoad(Load *curr) { curr->memory = kMemory; }
  void visitStore(Store *curr) { curr->memory = kMemory; }
  void visitSIMDLoad(SIMDLoad *curr) { curr->memory = kMemory; }
  void visitSIMDLoadStoreLane(SIMDLoadStoreLane *curr) {
    curr->memory = kMemory;
  }
  void visitMemorySize(MemorySize *curr) { curr->memory = kMemory; }
  void visitMemoryGrow(MemoryGrow *curr) { curr->memory = kMemory; }
};

void appendNumber(std::string &out, uint64_t number) {
  out += std::to_string(number);
  out += ' ';
}

uint64_t hashBytes(uint64_t sum, const std::string &bytes) {
  return programChecksum(sum, reinterpret_cast<const uint8_t *>(bytes.data()),
                         bytes.size());
}

bool isSlotOfInternal(const ItemOperand &operand) {
  return operand.kind == OperandKind::Slot &&
         operand.low >= uint64_t(kInternalSlot) * kSlotBytes;
}

uint8_t unitsOf(const TileOperand &operand) {
  return operand.bytes / kUnitBytes;
}

// The most units that an operand of this kind can need.
uint8_t mostUnits(const TileOperand &operand, const Expression *node) {
  switch (operand.kind) {
  case OperandKind::Immediate:
    if (node->type == Type::i32)
      return 2;
    if (node->type == Type::i64)
      return 4;
    return unitsOf(operand);
  case OperandKind::Slot:
  case OperandKind::Frame:
  case OperandKind::Number:
  case OperandKind::Target:
    return 2;
  case OperandKind::Offset:
    return operand.bytes ? 2 : 0;
  default:
    return unitsOf(operand);
  }
}

// The node of the nth operand; null if a terminator has it.
const Expression *nodeOf(const Shape &shape, uint32_t operand) {
  for (const LeafOperand &leaf : shape.leaves)
    if (leaf.operand == operand)
      return leaf.node;
  return nullptr;
}

bool isWrite(const Expression *node) { return node && node->is<LocalSet>(); }

} // namespace

std::string Form::key() const {
  std::string key;
  for (uint32_t structure : structures)
    appendNumber(key, structure);
  for (uint8_t index : operandOf)
    appendNumber(key, index);
  for (const Operand &operand : operands)
    key += operand.isInternal ? 't' : char('0' + operand.units);
  return key;
}

std::optional<Form> formOf(const std::vector<Item> &items, uint32_t first,
                           uint32_t count) {
  Form form;
  std::vector<const ItemOperand *> values;
  uint32_t last = first + count - 1;
  // Slots that are written before they are read, and dead afterwards.
  std::unordered_map<uint64_t, bool> internal;
  for (uint32_t i = first; i <= last; ++i) {
    for (const ItemOperand &operand : items[i].operands)
      if (operand.kind == OperandKind::Slot && !operand.isWritten)
        internal.try_emplace(operand.low, false);
    for (const ItemOperand &operand : items[i].operands)
      if (operand.kind == OperandKind::Slot && operand.isWritten) {
        bool dies = items[i].lastRead <= last && count > 1;
        auto [it, isNew] = internal.try_emplace(operand.low, dies);
        it->second &= dies;
      }
  }
  for (uint32_t i = first; i <= last; ++i) {
    form.structures.push_back(items[i].structure);
    for (const ItemOperand &operand : items[i].operands) {
      uint32_t index = 0;
      bool isSlot = operand.kind == OperandKind::Slot;
      while (index < values.size() &&
             !(isSlot && values[index]->kind == OperandKind::Slot &&
               values[index]->low == operand.low))
        ++index;
      if (index == UINT8_MAX)
        return std::nullopt;
      if (index == values.size()) {
        bool isInternal = isSlot && internal.at(operand.low);
        values.push_back(&operand);
        form.operands.push_back({operand.kind,
                                 isInternal ? uint8_t(0) : operand.units,
                                 isInternal});
        form.units += form.operands.back().units;
      }
      form.operandOf.push_back(index);
      form.operands[index].isWrittenEarly |= operand.isWritten && i < last;
    }
  }
  return form;
}

bool Catalogue::fits(const Form &form, const std::vector<Item> &items,
                     uint32_t first) {
  const ItemOperand *values[UINT8_MAX + 1];
  uint32_t count = form.operands.size();
  std::fill_n(values, count, nullptr);
  uint32_t last = first + form.structures.size() - 1, at = 0;
  for (uint32_t i = first; i <= last; ++i)
    for (const ItemOperand &operand : items[i].operands) {
      uint32_t index = form.operandOf[at++];
      const Form::Operand &wanted = form.operands[index];
      if (!values[index])
        values[index] = &operand;
      else if (values[index]->low != operand.low)
        return false;
      if (wanted.isInternal) {
        if (operand.isWritten && items[i].lastRead > last)
          return false;
      } else if (operand.units > wanted.units ||
                 (operand.units == 0) != (wanted.units == 0)) {
        return false; // an offset of 0 is no operand
      }
    }
  // Slots that the handler takes to be different must be so where it matters:
  // internal ones, and those that are written before others are read, since
  // handlers keep slots in locals.
  for (uint32_t a = 0; a < count; ++a) {
    const Form::Operand &one = form.operands[a];
    if (one.kind != OperandKind::Slot ||
        !(one.isInternal || one.isWrittenEarly))
      continue;
    for (uint32_t b = 0; b < count; ++b)
      if (a != b && form.operands[b].kind == OperandKind::Slot &&
          values[a]->low == values[b]->low)
        return false;
  }
  return true;
}

uint32_t Catalogue::structureOf(const std::string &looseKey) const {
  auto it = structures.find(looseKey);
  return it == structures.end() ? kNoStructure : it->second;
}

uint32_t Catalogue::addStructure(const std::string &looseKey) {
  return structures.try_emplace(looseKey, structures.size()).first->second;
}

void Catalogue::addForm(Form form) {
  if (!known.try_emplace(form.key(), forms.size()).second)
    return;
  uint32_t node = 0;
  for (uint32_t structure : form.structures) {
    auto [it, isNew] = nodes[node].next.try_emplace(structure, nodes.size());
    node = it->second;
    if (isNew)
      nodes.emplace_back();
  }
  auto &list = nodes[node].forms;
  auto place = std::find_if(list.begin(), list.end(), [&](uint32_t other) {
    return forms[other].units > form.units;
  });
  list.insert(place, forms.size());
  forms.push_back(std::move(form));
}

void Catalogue::normalise(Module &module) {
  for (auto &memory : module.memories)
    memory->name = kMemory;
  for (auto &segment : module.dataSegments)
    if (segment->memory.is())
      segment->memory = kMemory;
  module.updateMaps();
  MemoryRenamer renamer;
  renamer.setModule(&module);
  for (auto &function : module.functions)
    if (!function->imported())
      renamer.walk(function->body);
}

Item itemOf(const Catalogue &catalogue, const Program &program,
            const Block &block, const Tile &tile, bool wideTargets) {
  Shape shape = looseShapeOf(program, block, tile, wideTargets);
  Item item{catalogue.structureOf(shape.key), kNever, {}};
  for (uint32_t i = 0; i < shape.operands.size(); ++i) {
    const TileOperand &operand = shape.operands[i];
    item.operands.push_back({operand.kind, unitsOf(operand),
                             isWrite(nodeOf(shape, i)), operand.low,
                             operand.high});
  }
  return item;
}

// Makes the statements of a handler trees again: a slot that nobody but the
// next statement reads becomes its operand, where that keeps the order of what
// can trap. Returns how many statements are left.
class Nester {
public:
  Nester(Block &block, uint32_t count) : block(block) {
    for (uint32_t i = 0; i < count; ++i)
      countAccesses(block.statements[i]);
    if (block.end.tree)
      countAccesses(block.end.tree);
    for (uint32_t i = 0; i < count; ++i) {
      Expression *statement = block.statements[i];
      if (auto *set = statement->dynCast<LocalSet>())
        nestInto(set->value);
      else
        nestChildren(statement);
      done.push_back(statement);
    }
  }

  // The terminator is a part of the handler.
  void nestEnd() {
    if (block.end.tree)
      nestInto(block.end.tree);
  }

  uint32_t finish() {
    block.statements = std::move(done);
    return block.statements.size();
  }

private:
  void countAccesses(Expression *tree) {
    if (auto *get = tree->dynCast<LocalGet>())
      ++reads[get->index];
    else if (auto *set = tree->dynCast<LocalSet>())
      ++writes[set->index];
    forEachChild(tree, [&](Expression *&child) { countAccesses(child); });
  }

  void nestInto(Expression *&tree) {
    auto *get = tree->dynCast<LocalGet>();
    if (!get)
      return nestChildren(tree);
    auto *set = done.empty() ? nullptr : done.back()->dynCast<LocalSet>();
    if (!set || set->index != get->index || !isInternal(get->index) ||
        reads[get->index] != 1 || writes[get->index] != 1)
      return;
    tree = set->value;
    done.pop_back();
  }

  // The last operand was computed last. Those that are leaves have no effect
  // and depend on nothing that is moved over them.
  void nestChildren(Expression *node) {
    std::vector<Expression **> children;
    forEachChild(node, [&](Expression *&child) { children.push_back(&child); });
    for (size_t i = children.size(); i-- > 0;)
      if ((*children[i])->is<LocalGet>())
        nestInto(*children[i]);
  }

  Block &block;
  std::vector<Expression *> done;
  std::unordered_map<Slot, uint32_t> reads, writes;
};

// A handler of the text.
llvm::Error Catalogue::addHandler(uint32_t index) {
  Function &function = program->functions[index];
  llvm::StringRef name(function.source->name.str.data(),
                       function.source->name.size());
  auto [number, widths] = name.split(':');
  bool end = number.starts_with("e");
  auto refuse = [&](const char *what) {
    return inputError(source->path, std::string("the handler ") +
                                        printableName(name) + " " + what);
  };
  // A loop's first statement is in its header.
  BlockIndex b = function.layout.front();
  if (function.blocks[b].statements.empty() && function.layout.size() > 1 &&
      function.blocks[function.layout[1]].isLoopHeader)
    b = function.layout[1];
  Block &block = function.blocks[b];
  uint32_t count = block.statements.size();

  Slot firstInternal = kFirstSlot + function.paramSlots;
  std::unordered_map<Slot, Slot> internal;
  auto rename = [&](auto &self, Expression *tree) -> void {
    auto *get = tree->dynCast<LocalGet>();
    auto *set = tree->dynCast<LocalSet>();
    if (get || set) {
      Index &slot = get ? get->index : set->index;
      if (slot >= firstInternal)
        slot = internal.try_emplace(slot, internalSlot(internal.size()))
                   .first->second;
    }
    forEachChild(tree, [&](Expression *&child) { self(self, child); });
  };
  for (Expression *statement : block.statements)
    rename(rename, statement);
  if (end && block.end.tree)
    rename(rename, block.end.tree);

  // To formOf(), an internal slot is one that dies.
  std::vector<Item> items;
  for (uint32_t i = 0; i < count + end; ++i) {
    Tile one{i, i < count, i == count, false, 0};
    addStructure(looseShapeOf(*program, block, one, false).key);
    Item item = itemOf(*this, *program, block, one, false);
    item.lastRead = kForever;
    for (const ItemOperand &operand : item.operands)
      if (operand.isWritten && isSlotOfInternal(operand))
        item.lastRead = kNever;
    items.push_back(std::move(item));
  }
  std::optional<Form> form = formOf(items, 0, items.size());
  if (!form)
    return refuse("has too many operands");

  Tile tile{0, count, end, false, 0};
  Shape loose = looseShapeOf(*program, block, tile, false);
  std::vector<bool> seen(form->operands.size());
  form->units = 1;
  for (uint32_t i = 0; i < loose.operands.size(); ++i) {
    Form::Operand &operand = form->operands[form->operandOf[i]];
    if (operand.isInternal || seen[form->operandOf[i]])
      continue;
    seen[form->operandOf[i]] = true;
    if (widths.empty())
      return refuse("has fewer widths than operands");
    uint8_t most = mostUnits(loose.operands[i], nodeOf(loose, i));
    bool isPlace =
        operand.kind == OperandKind::Slot || operand.kind == OperandKind::Frame;
    char width = widths.front();
    if (llvm::isDigit(width)) {
      operand.units = width - '0';
      widths = widths.drop_front();
    } else if (width == char(Widths::kMost) ||
               (width == char(Widths::kTargets) && !isPlace)) {
      operand.units = most;
    }
    bool isNoOffset =
        operand.kind == OperandKind::Offset && loose.operands[i].bytes == 0;
    if (operand.units > most || (operand.units == 0) != isNoOffset)
      return refuse("has an operand of a width that there is not");
    form->units += operand.units;
  }
  if (!widths.empty() && llvm::isDigit(widths.front()))
    return refuse("has more widths than operands");
  if (known.count(form->key()))
    return llvm::Error::success();

  form->handler = tile.handler = tiling.handlers.size();
  Shape shape = shapeFor(*form, loose);
  Nester nester(block, count);
  if (end)
    nester.nestEnd();
  tile.count = nester.finish();
  formOfHandler.push_back(forms.size());
  addForm(std::move(*form));
  tiling.handlers.push_back({false, index, b, tile, std::move(shape), 1});
  return llvm::Error::success();
}

// In the order of the imports, then those that touch memory as a whole.
void Catalogue::addColdOperators() {
  Module &module = program->module;
  Builder builder(module);
  program->coldOperators.clear();
  auto add = [&](const std::string &name, ColdOperator op) {
    coldByName[name] = program->coldOperators.size();
    program->coldOperators.push_back(op);
  };
  for (auto &function : module.functions) {
    if (!function->imported())
      continue;
    ColdOperator op = importOperator(*program, *function);
    op.leavesVm = function->module == kWasi;
    if (function->base == "memory.init") {
      // The service says whether it is out of bounds.
      auto *call = op.tree->cast<Call>();
      call->type = Type::i32;
      op.tree =
          builder.makeIf(call, builder.makeUnreachable(), builder.makeNop());
    }
    add(function->base.toString(), op);
  }
  auto slot = [&](Slot slot) { return builder.makeLocalGet(slot, Type::i32); };
  ColdOperator copy{
      builder.makeMemoryCopy(slot(1), slot(2), slot(3), kMemory, kMemory), 3};
  add("memory.copy", copy);
  add("memory.fill",
      {builder.makeMemoryFill(slot(1), slot(2), slot(3), kMemory), 3});
}

llvm::Expected<std::unique_ptr<Catalogue>>
Catalogue::read(llvm::StringRef mined) {
  std::string text = baseCatalogue() + mined.str() + ")\n";
  auto source = readModuleFromBytes({text.begin(), text.end()}, "handlers.wat");
  if (!source)
    return source.takeError();
  auto catalogue = std::make_unique<Catalogue>();
  catalogue->source = std::make_unique<SourceModule>(std::move(*source));
  Module &module = *catalogue->source->module;
  normalise(module);
  catalogue->program = std::make_unique<Program>(module);
  Program &program = *catalogue->program;
  program.isGeneric = true;
  planProgram(program);
  catalogue->tiling.handlers.resize(1); // HALT
  catalogue->tiling.functions.resize(program.functions.size());
  catalogue->formOfHandler.resize(1);
  LowerOptions options;
  options.maxTreeNodes = ~0u;
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    Function &function = program.functions[i];
    if (function.imported)
      continue;
    lowerFunction(program, function, options);
    if (function.source->name != "callee")
      if (auto error = catalogue->addHandler(i))
        return std::move(error);
  }
  catalogue->addColdOperators();
  return std::move(catalogue);
}

llvm::Expected<std::unique_ptr<Catalogue>> Catalogue::builtIn() {
  return read(catalogueText());
}

uint64_t Catalogue::hash() const {
  uint64_t sum = kChecksumStart;
  // The numbers of structures depend on order only, as the spellings do not.
  std::vector<const std::string *> spellings(structures.size());
  for (auto &[spelling, number] : structures)
    spellings[number] = &spelling;
  for (const std::string *spelling : spellings)
    sum = hashBytes(sum, *spelling);
  for (size_t i = 1; i < formOfHandler.size(); ++i)
    sum = hashBytes(sum, forms[formOfHandler[i]].key());
  std::vector<std::string> names(coldByName.size());
  for (auto &[name, number] : coldByName)
    names[number] = name;
  for (const std::string &name : names)
    sum = hashBytes(sum, name);
  return sum;
}

std::string Catalogue::name() const {
  std::string digits = llvm::utohexstr(hash(), true);
  return std::to_string(kFormatVersion) + "-" +
         std::string(16 - digits.size(), '0') + digits;
}

std::optional<uint32_t> Catalogue::coldOperator(const ColdOperator &op,
                                                const Module &module) const {
  std::string name;
  if (auto *call = op.tree->dynCast<Call>())
    name = module.getFunction(call->target)->base.toString();
  else if (op.tree->is<MemoryCopy>())
    name = "memory.copy";
  else if (op.tree->is<MemoryFill>())
    name = "memory.fill";
  auto it = coldByName.find(name);
  if (it == coldByName.end())
    return std::nullopt;
  return it->second;
}

Shape Catalogue::shapeFor(const Form &form, const Shape &loose) {
  Shape shape;
  shape.key = loose.key;
  std::vector<const TileOperand *> values(form.operands.size());
  for (size_t i = loose.operands.size(); i-- > 0;)
    values[form.operandOf[i]] = &loose.operands[i];
  std::vector<uint32_t> numbers;
  for (size_t i = 0; i < values.size(); ++i) {
    numbers.push_back(shape.operands.size());
    uint8_t units = form.operands[i].units;
    if (units == 0)
      continue;
    uint8_t bytes = units * kUnitBytes;
    shape.operands.push_back({form.operands[i].kind, bytes, shape.bytes,
                              values[i]->low, values[i]->high});
    shape.bytes += bytes;
  }
  for (const LeafOperand &leaf : loose.leaves) {
    uint32_t operand = form.operandOf[leaf.operand];
    if (form.operands[operand].units)
      shape.leaves.push_back({leaf.node, numbers[operand]});
  }
  return shape;
}

Shape Catalogue::shapeOf(const Program &of, const Block &block,
                         const Tile &tile, bool wideTargets) const {
  return shapeFor(forms[formOfHandler[tile.handler]],
                  looseShapeOf(of, block, tile, wideTargets));
}

} // namespace ireko
