// What is counted in an image: instructions, the operators that they do and, if
// it is known, how often they run; by handler and by function.

#ifndef IREKO_REWRITER_INSPECT_COUNTS_H
#define IREKO_REWRITER_INSPECT_COUNTS_H

#include <array>

#include "rewriter/image_file.h"
#include "rewriter/inspect_facts.h"

namespace ireko {

// How much of the program a handler does.
enum class HandlerKind : uint8_t { Halt, Operator, Tree, Run, Block };
inline constexpr size_t kHandlerKinds = 5;
// "operator", and "single operators".
const char *nameOf(HandlerKind kind);
const char *titleOf(HandlerKind kind);
HandlerKind kindOf(const HandlerTable &table, uint32_t handler);

struct HandlerCounts {
  HandlerKind kind = HandlerKind::Halt;
  uint32_t operators = 0; // of one instruction
  uint32_t codeBytes = 0; // that were generated for it, if that is known
  uint32_t uses = 0;
  double weight = 0;
  uint64_t count = 0;
  struct Use {
    uint32_t function, uses;
  };
  // Those that use it most, by weight or, without, by uses.
  static constexpr size_t kFunctions = 10;
  std::vector<Use> functions;

  // Dispatches that it saves against one handler for each operator: by weight
  // or, without, by uses.
  double saved(bool weighted) const {
    return operators > 1 ? (weighted ? weight : uses) * (operators - 1) : 0;
  }
};

// All handlers of a kind.
struct KindCounts {
  uint32_t handlers = 0;
  uint64_t uses = 0, operators = 0, codeBytes = 0; // in all their uses
  double weight = 0;
};

struct FunctionCounts {
  uint32_t instructions = 0;
  uint64_t operators = 0;
  double weight = 0;  // of its instructions
  uint64_t count = 0; // how often it was called
  std::optional<uint32_t> region;
  uint32_t loops = 0; // of the region, at which it can be entered
};

struct InspectCounts {
  uint64_t instructions = 0, operators = 0;
  double weight = 0, operatorWeight = 0;
  // Dispatches that there would be with one handler for each operator.
  double unfused = 0, unfusedWeight = 0;
  uint32_t regions = 0;
  std::vector<HandlerCounts> handlers;
  std::array<KindCounts, kHandlerKinds> kinds;
  std::vector<FunctionCounts> functions;

  // A part of what would be dispatched with one handler for each operator.
  double savedShare(const HandlerCounts &handler, bool weighted) const {
    double all = weighted ? unfusedWeight : unfused;
    return all ? handler.saved(weighted) / all : 0;
  }
  // A part of all that is dispatched: of weights, or of instructions.
  double share(double part, bool weighted) const {
    double all = weighted ? weight : instructions;
    return all ? part / all : 0;
  }
};

// The image has been verified; `facts` may be null.
InspectCounts countInstructions(const ImageFile &file,
                                const ModuleFacts *facts);

// The parts of the file, which add up to all of it.
struct BytesOfPart {
  const char *name;
  uint64_t bytes;
};
std::vector<BytesOfPart> bytesOfParts(const ImageFile &file,
                                      const ModuleFacts *facts);

} // namespace ireko

#endif // IREKO_REWRITER_INSPECT_COUNTS_H
