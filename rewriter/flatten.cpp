#include "rewriter/flatten.h"

#include "rewriter/tree.h"
#include "wasm-builder.h"

using namespace wasm;

namespace ireko {

namespace {

class Flattener {
public:
  Flattener(Program &program, Slot &temporary)
      : builder(program.module), temporary(temporary) {}

  void statement(Expression *tree) {
    if (auto *drop = tree->dynCast<Drop>()) {
      operand(drop->value);
      return;
    }
    if (auto *set = tree->dynCast<LocalSet>())
      operands(set->value);
    else
      operands(tree);
    out.push_back(tree);
  }

  void operands(Expression *node) {
    forEachChild(node, [this](Expression *&child) { operand(child); });
  }

  void operand(Expression *&tree) {
    if (isLeaf(tree))
      return;
    operands(tree);
    toTemporary(tree);
  }

  void toTemporary(Expression *&tree) {
    Type type = tree->type;
    out.push_back(builder.makeLocalSet(temporary, tree));
    tree = builder.makeLocalGet(temporary, type);
    temporary += slotsOf(type);
  }

  std::vector<Expression *> out;

private:
  Builder builder;
  Slot &temporary;
};

} // namespace

void flattenBlock(Program &program, Block &block, Slot &temporary) {
  Flattener flattener(program, temporary);
  for (Expression *statement : block.statements)
    flattener.statement(statement);
  if (block.end.tree)
    flattener.operand(block.end.tree);
  block.statements = std::move(flattener.out);
}

bool flattenConstants(Program &program, Block &block, uint32_t index,
                      Slot &temporary) {
  Flattener flattener(program, temporary);
  auto visit = [&](Expression *&child) {
    if (child->is<Const>())
      flattener.toTemporary(child);
  };
  if (index == block.statements.size()) {
    if (block.end.tree)
      visit(block.end.tree);
  } else {
    Expression *statement = block.statements[index];
    auto *set = statement->dynCast<LocalSet>();
    // A constant that is moved to a slot is where it should be.
    forEachChild(set ? set->value : statement, visit);
  }
  block.statements.insert(block.statements.begin() + index,
                          flattener.out.begin(), flattener.out.end());
  return !flattener.out.empty();
}

} // namespace ireko
