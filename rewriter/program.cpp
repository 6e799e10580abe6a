#include "rewriter/program.h"

#include <cstring>
#include <unordered_set>

#include "rewriter/tree.h"
#include "wasm-traversal.h"

using namespace wasm;

namespace ireko {

std::optional<uint32_t> Program::calledElement(const Terminator &call,
                                               uint32_t element) const {
  const StaticTable &table = staticTables[call.table];
  if (element >= table.functions.size() || !table.functions[element])
    return std::nullopt;
  uint32_t callee = table.functions[element] - 1;
  auto number =
      typeNumbers.find(functions[callee].source->type.getHeapType());
  if (number == typeNumbers.end() || number->second != call.type)
    return std::nullopt;
  return callee;
}

uint32_t Program::addColdOperator(ColdOperator op) {
  std::string key;
  spell(op.tree, key, [](Expression *, std::string &) { return false; });
  auto [it, isNew] = coldKeys.try_emplace(key, coldOperators.size());
  if (isNew)
    coldOperators.push_back(op);
  return it->second;
}

std::optional<Literal> constantValue(const Program &program, Expression *expr) {
  if (auto *constant = expr->dynCast<Const>())
    return constant->value;
  if (auto *get = expr->dynCast<GlobalGet>()) {
    auto it = program.globals.find(get->name);
    if (it != program.globals.end() &&
        it->second.kind == GlobalPlace::Kind::Constant)
      return it->second.value;
    return std::nullopt;
  }
  if (auto *binary = expr->dynCast<Binary>()) {
    auto left = constantValue(program, binary->left);
    auto right = constantValue(program, binary->right);
    if (!left || !right)
      return std::nullopt;
    switch (binary->op) {
    case AddInt32:
    case AddInt64:
      return left->add(*right);
    case SubInt32:
    case SubInt64:
      return left->sub(*right);
    case MulInt32:
    case MulInt64:
      return left->mul(*right);
    default:
      return std::nullopt;
    }
  }
  return std::nullopt;
}

namespace {

void chooseOwnPrefix(Program &program) {
  bool taken = false;
  auto look = [&](auto &items) {
    for (auto &item : items)
      taken |= item->name.startsWith(std::string_view(program.ownPrefix));
  };
  do {
    taken = false;
    look(program.module.functions);
    look(program.module.globals);
    look(program.module.tables);
    look(program.module.memories);
    look(program.module.dataSegments);
    look(program.module.elementSegments);
    if (taken)
      program.ownPrefix += '.';
  } while (taken);
}

// Each global that lives in a Wasm global needs handlers of its own. Beyond
// this many they would crowd out others, and cold operators access them.
constexpr uint32_t kMaxHostGlobals = 100;

// Static tables of more elements than this together would make the memory
// large; they become real tables instead.
constexpr uint64_t kMaxStaticElements = 1 << 20;

// Tables that some instruction may read as a whole or change.
struct TouchedTables : PostWalker<TouchedTables> {
  std::unordered_set<Name> names;
  void visitTableGet(TableGet *curr) { names.insert(curr->table); }
  void visitTableSet(TableSet *curr) { names.insert(curr->table); }
  void visitTableGrow(TableGrow *curr) { names.insert(curr->table); }
  void visitTableFill(TableFill *curr) { names.insert(curr->table); }
  void visitTableInit(TableInit *curr) { names.insert(curr->table); }
  void visitTableCopy(TableCopy *curr) {
    names.insert(curr->sourceTable);
    names.insert(curr->destTable);
  }
};

void placeGlobals(Program &program, const std::unordered_set<Name> &exported) {
  uint32_t hostGlobals = 0;
  for (auto &global : program.module.globals) {
    GlobalPlace place{GlobalPlace::Kind::Host, 0, Literal()};
    if (!global->imported() && global->type.isNumber()) {
      auto value = constantValue(program, global->init);
      if (value && !global->mutable_) {
        place = {GlobalPlace::Kind::Constant, 0, *value};
      } else if (value && !exported.count(global->name)) {
        uint32_t bytes = slotsOf(global->type) * kSlotBytes;
        program.globalBytes = (program.globalBytes + bytes - 1) & -bytes;
        place = {GlobalPlace::Kind::Memory, program.globalBytes, *value};
        program.globalBytes += bytes;
      }
    }
    if (place.kind == GlobalPlace::Kind::Host &&
        ++hostGlobals > kMaxHostGlobals)
      place.isCold = true;
    program.globals[global->name] = place;
  }
}

// The contents of `table` after instantiation, or nothing if they depend on
// imports or initialisation would trap.
std::optional<std::vector<uint32_t>> staticContents(Program &program,
                                                    Table &table) {
  std::vector<uint32_t> elements(table.initial);
  for (auto &segment : program.module.elementSegments) {
    if (segment->table != table.name)
      continue;
    auto offset = constantValue(program, segment->offset);
    if (!offset || uint64_t(offset->getUnsigned()) + segment->data.size() >
                       elements.size())
      return std::nullopt;
    uint32_t at = offset->getUnsigned();
    for (Expression *item : segment->data) {
      if (auto *function = item->dynCast<RefFunc>())
        elements[at++] = program.functionIndex.at(function->func) + 1;
      else if (item->is<RefNull>())
        elements[at++] = 0;
      else
        return std::nullopt;
    }
  }
  return elements;
}

} // namespace

void planProgram(Program &program) {
  Module &module = program.module;
  chooseOwnPrefix(program);
  std::unordered_set<Name> exported[2]; // globals, tables
  for (auto &item : module.exports) {
    if (item->kind == ExternalKind::Global)
      exported[0].insert(*item->getInternalName());
    else if (item->kind == ExternalKind::Table)
      exported[1].insert(*item->getInternalName());
  }
  TouchedTables touched;
  program.functions.resize(module.functions.size());
  for (uint32_t i = 0; i < module.functions.size(); ++i) {
    auto &source = *module.functions[i];
    Function &function = program.functions[i];
    function.source = &source;
    function.imported = source.imported();
    function.paramSlots = slotsOfAll(source.getParams());
    program.functionIndex[source.name] = i;
    if (!source.imported())
      touched.walk(source.body);
  }
  placeGlobals(program, exported[0]);
  uint64_t elementCount = 0;
  for (auto &table : module.tables) {
    if (table->imported() || table->init || exported[1].count(table->name) ||
        touched.names.count(table->name) ||
        elementCount + table->initial > kMaxStaticElements ||
        program.staticTables.size() == kMaxStaticTables ||
        table->type != Type(HeapType::func, Nullable))
      continue;
    if (auto elements = staticContents(program, *table)) {
      elementCount += elements->size();
      program.staticTableIndex[table->name] = program.staticTables.size();
      program.staticTables.push_back({table->name, std::move(*elements), 0});
    }
  }
}

std::vector<uint8_t> initialGlobals(const Program &program) {
  std::vector<uint8_t> bytes(program.globalBytes);
  for (auto &[name, place] : program.globals) {
    if (place.kind != GlobalPlace::Kind::Memory)
      continue;
    uint8_t bits[16] = {};
    place.value.getBits(bits);
    memcpy(&bytes[place.offset], bits, place.value.type.getByteSize());
  }
  return bytes;
}

} // namespace ireko
