#include "rewriter/runtime_module.h"

#include "ir/find_all.h"
#include "vm/layout.h"
#include "wasm-binary.h"
#include "wasm-builder.h"
#include "wasm-traversal.h"

using namespace wasm;

namespace ireko {

namespace {

// Puts a constant in place of the base, and one in place of its sums.
struct Relocation : public PostWalker<Relocation> {
  Relocation(Name memoryBase, uint32_t base)
      : memoryBase(memoryBase), base(base) {}

  void visitGlobalGet(GlobalGet *get) {
    if (get->name == memoryBase)
      replaceCurrent(Builder(*getModule()).makeConst(Literal(base)));
  }

  void visitBinary(Binary *sum) {
    auto *left = sum->left->dynCast<Const>();
    auto *right = sum->right->dynCast<Const>();
    if (sum->op != AddInt32 || !left || !right)
      return;
    left->value = left->value.add(right->value);
    replaceCurrent(left);
  }

  Name memoryBase;
  uint32_t base;
};

// The linker leaves it to us to define what several modules would share.
void define(Importable &item) { item.module = item.base = Name(); }

} // namespace

RuntimeExports readRuntimeModule(Module &module, llvm::StringRef blob,
                                 uint64_t base) {
  std::vector<char> bytes(blob.begin(), blob.end());
  WasmBinaryReader reader(module, module.features, bytes);
  reader.read();
  RuntimeExports exports;
  exports.end = base + module.dylinkSection->memorySize;
  module.dylinkSection.reset();

  Name memoryBase;
  for (auto &global : module.globals) {
    if (global->base == "__memory_base")
      memoryBase = global->name;
    if (global->base != "__stack_pointer")
      continue;
    define(*global);
    global->init = Builder(module).makeConst(Literal(kShadowStack));
  }
  Relocation relocation(memoryBase, uint32_t(base));
  relocation.walkModule(&module);
  for (auto &item : module.exports) {
    Name inner = *item->getInternalName();
    std::string name = item->name.toString();
    if (item->kind == ExternalKind::Function)
      exports.functions[name] = inner;
    else if (item->kind == ExternalKind::Global)
      exports.addresses[name] =
          base +
          module.getGlobal(inner)->init->cast<Const>()->value.getUnsigned();
  }
  define(*module.memories.front());
  module.removeExports([](Export *) { return true; });
  module.removeGlobals([](Global *global) { return !global->mutable_; });
  // For function pointers, of which vm/ has none.
  module.removeTables([](Table *) { return true; });
  module.removeElementSegments([](ElementSegment *) { return true; });
  // Zeroes are there already.
  for (auto &segment : module.dataSegments)
    while (!segment->data.empty() && !segment->data.back())
      segment->data.pop_back();
  return exports;
}

std::unordered_set<Name> withCallees(const Module &module,
                                     std::unordered_set<Name> functions) {
  std::vector<Name> work(functions.begin(), functions.end());
  while (!work.empty()) {
    Function *function = module.getFunction(work.back());
    work.pop_back();
    if (function->imported())
      continue;
    for (Call *call : FindAll<Call>(function->body).list)
      if (functions.insert(call->target).second)
        work.push_back(call->target);
  }
  return functions;
}

} // namespace ireko
