// Globals, tables and element segments of a bundle.

#include "ir/manipulation.h"
#include "rewriter/bundler.h"
#include "rewriter/program.h"

using namespace wasm;

namespace ireko {

// A copy of an initialiser in which only what the bundle has is named.
Expression *Bundler::constantExpression(Expression *expr, Codegen *gen) {
  return ExpressionManipulator::flexibleCopy(
      expr, bundle, [&](Expression *node) -> Expression * {
        if (node->is<GlobalGet>() && !node->type.isRef())
          if (auto value = constantValue(program, node))
            return builder.makeConst(*value);
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
    if (table->init)
      copy->init = constantExpression(table->init, &gen);
    bundle.addTable(std::move(copy));
  }
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
    if (segment->isActive() && program.staticTable(segment->table)) {
      if (named.count(segment->name))
        bundle.addElementSegment(Builder::makeElementSegment(
            segment->name, Name(), nullptr, segment->type));
      continue;
    }
    auto copy = Builder::makeElementSegment(segment->name, segment->table,
                                            nullptr, segment->type);
    if (segment->offset)
      copy->offset = constantExpression(segment->offset, &gen);
    for (Expression *item : segment->data)
      copy->data.push_back(constantExpression(item, &gen));
    bundle.addElementSegment(std::move(copy));
  }
}

} // namespace ireko
