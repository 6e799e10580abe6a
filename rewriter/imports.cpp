#include "rewriter/imports.h"

#include "rewriter/error.h"
#include "rewriter/pack.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringSwitch.h"

using namespace wasm;

namespace ireko {

namespace {

// The wasm types that each kind of parameter in wasi.def stands for: i is an
// i32, I an i64.
#define I32(...) "i"
#define I64(...) "I"
#define Buffer(...) "ii"
#define Iovecs(...) "ii"
#define Out(...) "i"
#define Items(...) "i"
#define Address(...) "i"

struct Row {
  llvm::StringRef name;
  bool returns;
  std::initializer_list<llvm::StringRef> parameters;
};

#define IREKO_WASI(NAME, ...) {#NAME, true, {__VA_ARGS__}},
#define IREKO_WASI_IOVECS IREKO_WASI
#define IREKO_WASI_SPECIAL IREKO_WASI
#define IREKO_WASI_VOID(NAME, ...) {#NAME, false, {__VA_ARGS__}},
const Row kRows[] = {
#include "vm/wasi.def"
};
#undef IREKO_WASI_VOID
#undef IREKO_WASI_SPECIAL
#undef IREKO_WASI_IOVECS
#undef IREKO_WASI
#undef Address
#undef Items
#undef Out
#undef Iovecs
#undef Buffer
#undef I64
#undef I32

llvm::StringRef view(Name name) {
  return llvm::StringRef(name.str.data(), name.size());
}

bool hasType(Function &function, const Row &row) {
  std::string spelled;
  for (Type type : function.getParams())
    spelled += type == Type::i32 ? 'i' : type == Type::i64 ? 'I' : '?';
  std::string expected;
  for (llvm::StringRef parameter : row.parameters)
    expected += parameter;
  return spelled == expected &&
         function.getResults() == (row.returns ? Type::i32 : Type::none);
}

bool hasI32(Type types) {
  for (Type type : types)
    if (type == Type::i32)
      return true;
  return false;
}

// The embedder calls these, and knows what they take: nothing.
bool isEntry(llvm::StringRef name) {
  return name == "_start" || name == "_initialize";
}

} // namespace

ImportKind importKind(Function &import) {
  if (import.module == "wasi_unstable")
    return ImportKind::Unstable;
  if (import.module != "wasi_snapshot_preview1")
    return ImportKind::Other;
  for (const Row &row : kRows)
    if (view(import.base) == row.name && hasType(import, row))
      return ImportKind::Wasi;
  return ImportKind::Addition;
}

std::string importName(Function &import) {
  return printableName(view(import.module)) + "." +
         printableName(view(import.base));
}

AddressNotes noteAddresses(Module &guest, const PackOptions &options) {
  AddressNotes notes;
  if (options.layout == Layout::Separate)
    return notes;
  bool seesMemory = false, isCommand = false;
  for (auto &item : guest.exports) {
    seesMemory |= item->kind == ExternalKind::Memory;
    isCommand |= item->name == "_start";
  }
  for (auto &function : guest.functions) {
    if (!function->imported() || options.stubUnknownImports)
      continue;
    ImportKind kind = importKind(*function);
    if (kind == ImportKind::Addition)
      notes.additions.push_back(printableName(view(function->base)));
    else if (kind == ImportKind::Other && seesMemory &&
             hasI32(function->getParams()))
      notes.imports.push_back(importName(*function));
  }
  // Nobody but its own host functions uses a command's other exports.
  if (!seesMemory || (isCommand && notes.imports.empty()))
    return notes;
  for (auto &item : guest.exports) {
    Type types = Type::none;
    if (item->kind == ExternalKind::Global)
      types = guest.getGlobal(*item->getInternalName())->type;
    bool mayBe = hasI32(types);
    if (item->kind == ExternalKind::Function && !isEntry(view(item->name))) {
      Function &function = *guest.getFunction(*item->getInternalName());
      mayBe = hasI32(function.getParams()) || hasI32(function.getResults());
    }
    if (mayBe)
      notes.exports.push_back(printableName(view(item->name)));
  }
  return notes;
}

void printNotes(const AddressNotes &notes, llvm::StringRef path, uint32_t base,
                llvm::raw_ostream &out) {
  if (notes.empty())
    return;
  auto list = [&](llvm::StringRef what, llvm::ArrayRef<std::string> names) {
    constexpr size_t kMost = 4;
    if (names.empty())
      return;
    out << "  " << what << ": ";
    for (size_t i = 0; i < names.size() && i < kMost; ++i)
      out << (i ? ", " : "") << names[i];
    if (names.size() > kMost)
      out << " and " << names.size() - kMost << " more";
    out << '\n';
  };
  out << "ireko: warning: " << printable(path, 4096)
      << ": address 0 of the program is at " << base
      << " in the bundle's memory.\n"
         "Addresses are translated for WASI 0.1 only. If these deal in "
         "addresses, pack with\n--layout=separate, or let the host add that "
         "number; else it reads and writes the\nVM's own memory:\n";
  list("imports", notes.imports);
  list("imports of its module that WASI 0.1 has not", notes.additions);
  list("exports", notes.exports);
  if (!notes.additions.empty())
    out << "--stub-unknown-imports makes imports trap when they are called.\n";
}

} // namespace ireko
