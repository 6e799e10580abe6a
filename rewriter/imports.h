// What the guest imports, and which of it may deal in addresses: the guest's
// are not the host's when both memories are one.

#ifndef IREKO_REWRITER_IMPORTS_H
#define IREKO_REWRITER_IMPORTS_H

#include <string>
#include <vector>

#include "wasm.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

struct PackOptions;

enum class ImportKind {
  Wasi,     // a function of WASI 0.1: the runtime has an adapter for it
  Addition, // of WASI 0.1's module, but another name or type
  Unstable, // of WASI's first draft
  Other,
};

ImportKind importKind(wasm::Function &import);

// "MODULE.NAME", for messages.
std::string importName(wasm::Function &import);

// What a person who packs a program should know about its bundle.
struct AddressNotes {
  std::vector<std::string> additions; // imports, by kind
  std::vector<std::string> imports;   // that may take addresses
  std::vector<std::string> exports;   // that may take or give addresses

  bool empty() const {
    return additions.empty() && imports.empty() && exports.empty();
  }
};

AddressNotes noteAddresses(wasm::Module &guest, const PackOptions &options);

// One warning of a few lines. `base`: where the guest's address 0 is.
void printNotes(const AddressNotes &notes, llvm::StringRef path, uint32_t base,
                llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_IMPORTS_H
