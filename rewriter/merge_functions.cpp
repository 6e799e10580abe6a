#include "rewriter/merge_functions.h"

#include <map>

#include "ir/branch-utils.h"
#include "ir/find_all.h"
#include "ir/utils.h"
#include "wasm-builder.h"

using namespace wasm;

namespace ireko {

namespace {

// Makes a function's body part of another one's: its locals have numbers from
// `firstLocal` on there, its labels are its own, and a return leaves the block
// of its name.
struct Adaptation
    : PostWalker<Adaptation, UnifiedExpressionVisitor<Adaptation>> {
  Adaptation(Index firstLocal, Name name)
      : firstLocal(firstLocal), name(name) {}

  void visitExpression(Expression *node) {
    auto rename = [this](Name &label) {
      if (label.is())
        label = label.toString() + "." + name.toString();
    };
    BranchUtils::operateOnScopeNameDefs(node, rename);
    BranchUtils::operateOnScopeNameUses(node, rename);
    if (auto *get = node->dynCast<LocalGet>())
      get->index += firstLocal;
    else if (auto *set = node->dynCast<LocalSet>())
      set->index += firstLocal;
    else if (auto *leave = node->dynCast<Return>())
      replaceCurrent(Builder(*getModule()).makeBreak(name, leave->value));
  }

  Index firstLocal;
  Name name;
};

// Puts the body of `callee` in place of its only call.
struct Merging : PostWalker<Merging> {
  explicit Merging(Function &callee) : callee(callee) {}

  void visitCall(Call *call) {
    if (call->target != callee.name)
      return;
    Builder builder(*getModule());
    Function *caller = getFunction();
    Index first = caller->getNumLocals();
    std::vector<Expression *> list;
    for (Index i = 0; i < callee.getNumLocals(); ++i) {
      Type type = callee.getLocalType(i);
      Index local = Builder::addVar(caller, type);
      Expression *value = nullptr;
      // Variables are zero each time that control comes here. Those that have
      // no such value are written before they are read.
      if (callee.isParam(i))
        value = call->operands[i];
      else if (type.isDefaultable())
        value = builder.makeConstantExpression(Literal::makeZeros(type));
      if (value)
        list.push_back(builder.makeLocalSet(local, value));
    }
    Adaptation(first, callee.name).walkFunctionInModule(&callee, getModule());
    list.push_back(callee.body);
    auto *block = builder.makeBlock(list);
    block->name = callee.name;
    block->finalize(callee.getResults());
    if (!call->isReturn)
      replaceCurrent(block);
    else if (callee.getResults() == Type::none)
      replaceCurrent(builder.makeSequence(block, builder.makeReturn()));
    else
      replaceCurrent(builder.makeReturn(block));
  }

  Function &callee;
};

} // namespace

void mergeFunctions(Module &module, llvm::function_ref<bool(Name)> stays) {
  // Where each function is called, and how often it is named at all.
  std::map<Name, Name> callers;
  std::map<Name, unsigned> uses;
  auto countReferences = [&](Expression *tree) {
    for (RefFunc *reference : FindAll<RefFunc>(tree).list)
      uses[reference->func] += 2;
  };
  for (auto &function : module.functions) {
    if (function->imported())
      continue;
    for (Call *call : FindAll<Call>(function->body).list) {
      callers[call->target] = function->name;
      ++uses[call->target];
    }
    countReferences(function->body);
  }
  for (auto &global : module.globals)
    if (!global->imported())
      countReferences(global->init);
  for (auto &segment : module.elementSegments)
    for (Expression *element : segment->data)
      countReferences(element);
  for (auto &item : module.exports)
    if (item->kind == ExternalKind::Function)
      uses[*item->getInternalName()] += 2;
  if (module.start.is())
    uses[module.start] += 2;

  std::vector<Name> names;
  for (auto &function : module.functions)
    names.push_back(function->name);
  for (Name name : names) {
    Function *callee = module.getFunction(name);
    if (callee->imported() || uses[name] != 1 || stays(name))
      continue;
    Name callerName = callers[name];
    if (callerName == name || stays(callerName))
      continue;
    Function *caller = module.getFunction(callerName);
    for (Call *call : FindAll<Call>(callee->body).list)
      callers[call->target] = callerName;
    Merging(*callee).walkFunctionInModule(caller, &module);
    ReFinalize().walkFunctionInModule(caller, &module);
    module.removeFunction(name);
  }
}

} // namespace ireko
