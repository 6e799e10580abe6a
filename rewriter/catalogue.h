// The handlers of the generic VM: a fixed set, for programs that are not known
// when the VM is made.
//
// The set is the base, one handler for each statement of one operator and each
// terminator that lowering can produce, in widths that take anything
// (catalogue_base.cpp), and then runs of these that programs have in common,
// mined from a corpus (catalogue/handlers.wat, catalogue/mine.cpp). Both are
// WebAssembly text, a function for each handler:
//
//     (func $r17:1112 (param $0 i32) (param $1 i32) (local $2 i32)
//       (local.set $2 (i32.load offset=1 (local.get $0)))
//       (local.set $1 (i32.add (local.get $2) (i32.const 1))))
//
// Parameters are slots of the frame, and operands; other locals are internal to
// the handler. Globals, offsets and constants are operands, whatever their
// values. The name is a letter (`e`: the terminator belongs to the handler,
// `r`: it does not), a number, a colon, and the widths of the operands in
// units, in the order of tile.h (0: an offset of 0, which is no operand), or
// instead of these one of the letters of Widths.
//
// Programs are covered in flat form (flatten.h): whether a handler does a run
// of statements is seen from their loose shapes (tile.h) one after the other,
// and then from the operands of all: equal ones where the handler has one
// operand, nothing wider than its operands, and internal slots that are dead
// afterwards.
//
// The order of the handlers is the order of the text, and their hash is the
// version of the set: a program and a VM of different hashes do not fit.

#ifndef IREKO_REWRITER_CATALOGUE_H
#define IREKO_REWRITER_CATALOGUE_H

#include <memory>

#include "rewriter/reader.h"
#include "rewriter/select.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace ireko {

// Widths of the set are in units of two bytes.
inline constexpr uint32_t kUnitBytes = 2;

// The least and the most units of each operand; `kTargets`: the most but for
// slots and frames.
enum class Widths : char { kLeast = 'n', kMost = 'w', kTargets = 't' };

// An operand of a flat statement or terminator.
struct ItemOperand {
  OperandKind kind;
  uint8_t units; // that hold it
  bool isWritten = false;
  uint64_t low = 0, high = 0;
};

// A flat statement or terminator, as far as choosing a handler goes.
struct Item {
  // Of its loose shape, from Catalogue::structureOf; kNoStructure: no handler
  // has it.
  uint32_t structure;
  // The last item of the block to read what this one writes; kNever, kForever.
  uint32_t lastRead;
  std::vector<ItemOperand> operands;
};
inline constexpr uint32_t kNoStructure = ~0u;
inline constexpr uint32_t kNever = 0, kForever = ~0u;

// What a handler does: a run of items.
struct Form {
  struct Operand {
    OperandKind kind;
    uint8_t units;
    bool isInternal;
    bool isWrittenEarly = false; // by another item than the last
  };
  std::vector<uint32_t> structures;
  // Of each of the items' operands, the one of the handler's that it is.
  std::vector<uint8_t> operandOf;
  std::vector<Operand> operands;
  uint32_t units = 1;
  uint32_t handler = 0;

  // A spelling that is equal for equal forms.
  std::string key() const;
};

// A run of items as a form, each operand as wide as its value needs, equal
// slots being one operand. `first`: the index in the block, for what is dead
// when the run is over. Nothing if there are too many operands.
std::optional<Form> formOf(const std::vector<Item> &items, uint32_t first,
                           uint32_t count);

class Catalogue {
public:
  // The base, and the handlers in `text`.
  static llvm::Expected<std::unique_ptr<Catalogue>> read(llvm::StringRef text);
  // The set that the tool has built in.
  static llvm::Expected<std::unique_ptr<Catalogue>> builtIn();

  // Changes what program's code must not depend on: names.
  static void normalise(wasm::Module &module);

  uint64_t hash() const;
  // The name of a set's hash, in messages and listings.
  std::string name() const;
  // The number of the cold operator that does what `op`, of some program, does.
  std::optional<uint32_t> coldOperator(const ColdOperator &op,
                                       const wasm::Module &module) const;

  // The number of a loose shape, if any handler has it.
  uint32_t structureOf(const std::string &looseKey) const;
  // The same; a new one gets a number. Only for mining.
  uint32_t addStructure(const std::string &looseKey);
  void addForm(Form form);

  // Finds the handlers that start at items[first]: calls visit(form) for each
  // that fits, the longest runs last.
  template <typename F>
  void forEachFit(const std::vector<Item> &items, uint32_t first,
                  F visit) const {
    uint32_t node = 0;
    for (uint32_t i = first; i < items.size(); ++i) {
      auto next = nodes[node].next.find(items[i].structure);
      if (next == nodes[node].next.end())
        return;
      node = next->second;
      for (uint32_t form : nodes[node].forms)
        if (fits(forms[form], items, first))
          visit(forms[form]);
    }
  }

  // The shape of a tile with the operands that its handler reads.
  Shape shapeOf(const Program &program, const Block &block, const Tile &tile,
                bool wideTargets) const;

  // What the handlers are made from. Mined forms that have been added are not
  // among them.
  std::unique_ptr<SourceModule> source;
  std::unique_ptr<Program> program;
  Tiling tiling;

private:
  struct Node {
    std::unordered_map<uint32_t, uint32_t> next;
    std::vector<uint32_t> forms; // fewest units first
  };

  void addColdOperators();
  llvm::Error addHandler(uint32_t function);
  // `loose`: of a run that fits the form.
  static Shape shapeFor(const Form &form, const Shape &loose);
  static bool fits(const Form &form, const std::vector<Item> &items,
                   uint32_t first);

  std::vector<Form> forms;
  std::vector<uint32_t> formOfHandler;
  std::unordered_map<std::string, uint32_t> structures;
  std::vector<Node> nodes{1};
  std::unordered_map<std::string, uint32_t> known; // by Form::key
  std::unordered_map<std::string, uint32_t> coldByName;
};

// The item of a statement, `lastRead` not yet known.
Item itemOf(const Catalogue &catalogue, const Program &program,
            const Block &block, const Tile &tile, bool wideTargets);

// The base of the set as text, without the module's closing parenthesis.
std::string baseCatalogue();

} // namespace ireko

#endif // IREKO_REWRITER_CATALOGUE_H
