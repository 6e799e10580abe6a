// Globals, tables and element segments of a bundle.

#include "ir/manipulation.h"
#include "rewriter/bundler.h"
#include "rewriter/program.h"

using namespace wasm;

namespace ireko {

// A copy of an initialiser in which only what the bundle has is named.
Expression *Bundler::constantExpression(Expression *expr, Codegen *gen) {
  if (auto value = constantValue(program, expr))
    return builder.makeConst(*value);
  return ExpressionManipulator::flexibleCopy(
      expr, bundle, [&](Expression *node) -> Expression * {
        if (node->is<GlobalGet>() && !node->type.isRef())
          if (auto known = constantValue(program, node))
            return builder.makeConst(*known);
        if (auto *ref = node->dynCast<RefFunc>())
          return builder.makeRefFunc(
              gen->adapterOf(program.functionIndex.at(ref->func)));
        return nullptr;
      });
}

// Only where references move at all: not every host has them.
void Bundler::addReferenceRegisters() {
  for (const ColdOperator &op : program.coldOperators) {
    auto *set = op.tree->dynCast<GlobalSet>();
    if (!set || bundle.getGlobalOrNull(set->name) ||
        guest.getGlobalOrNull(set->name))
      continue;
    Type type = set->value->type;
    bundle.addGlobal(Builder::makeGlobal(
        set->name, type, builder.makeRefNull(type.getHeapType()),
        Builder::Mutable));
  }
}

void Bundler::copyTables(Codegen &gen) {
  std::unordered_set<Name> exported;
  for (auto &item : guest.exports)
    if (item->kind == ExternalKind::Global)
      exported.insert(*item->getInternalName());
  for (auto &global : guest.globals) {
    bool isHost =
        program.globals.at(global->name).kind == GlobalPlace::Kind::Host;
    if (!isHost && !exported.count(global->name))
      continue;
    auto copy = std::make_unique<Global>();
    copy->name = global->name;
    copy->module = global->module;
    copy->base = global->base;
    copy->type = global->type;
    copy->mutable_ = global->mutable_;
    if (!global->imported())
      copy->init = constantExpression(global->init, &gen);
    bundle.addGlobal(std::move(copy));
  }
  for (auto &table : guest.tables) {
    if (program.staticTable(table->name))
      continue;
    auto copy = Builder::makeTable(table->name, table->type, table->initial,
                                   table->max, table->addressType);
    copy->module = table->module;
    copy->base = table->base;
    if (table->init)
      copy->init = constantExpression(table->init, &gen);
    bundle.addTable(std::move(copy));
  }
}

// Elements that were written to an imported table stay there when a later
// segment does not fit, and their functions can be called: the VM's own data
// has to be in place before. So from the first segment on that may not fit, the
// start function writes them.
void Bundler::copyElements(Codegen &gen) {
  bool anyImported = false;
  for (auto &table : guest.tables)
    anyImported |= table->imported();
  bool dynamic = false;
  // An active segment is dropped once it has been copied; of one that fills a
  // static table, no more is left than its name for instructions to use.
  std::unordered_set<Name> named;
  for (const ColdOperator &op : program.coldOperators) {
    if (auto *drop = op.tree->dynCast<ElemDrop>())
      named.insert(drop->segment);
    else if (auto *init = op.tree->dynCast<TableInit>())
      named.insert(init->segment);
  }
  for (auto &segment : guest.elementSegments) {
    // Without table.init, nothing reads the others.
    if (!segment->isActive() && !bundle.features.hasBulkMemory())
      continue;
    if (segment->isActive() && program.staticTable(segment->table)) {
      if (named.count(segment->name) && bundle.features.hasBulkMemory())
        bundle.addElementSegment(Builder::makeElementSegment(
            segment->name, Name(), nullptr, segment->type));
      continue;
    }
    auto copy = Builder::makeElementSegment(segment->name, segment->table,
                                            nullptr, segment->type);
    for (Expression *item : segment->data)
      copy->data.push_back(constantExpression(item, &gen));
    if (segment->isActive()) {
      auto offset = constantValue(program, segment->offset);
      uint64_t size = segment->data.size();
      uint64_t limit = guest.getTable(segment->table)->initial;
      dynamic |=
          anyImported && (!offset || offset->getUnsigned() + size > limit);
      copy->offset = constantExpression(segment->offset, &gen);
      if (dynamic) {
        initialisation.push_back(builder.makeTableInit(
            segment->name, copy->offset,
            builder.makeConst(Literal(uint32_t(0))),
            builder.makeConst(Literal(uint32_t(size))), segment->table));
        initialisation.push_back(builder.makeElemDrop(segment->name));
        copy->table = Name();
        copy->offset = nullptr;
      }
    }
    bundle.addElementSegment(std::move(copy));
  }
}

} // namespace ireko
