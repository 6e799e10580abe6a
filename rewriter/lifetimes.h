// Up to where in its block the value that a statement writes may be read: what
// liveness (liveness.h) says about the points within a block, in a form that
// answers for any run of statements at once.

#ifndef IREKO_REWRITER_LIFETIMES_H
#define IREKO_REWRITER_LIFETIMES_H

#include <array>

#include "rewriter/liveness.h"

namespace ireko {

class Lifetimes {
public:
  // For working on the blocks of one function.
  class Scratch {
  public:
    explicit Scratch(const Function &function);

  private:
    friend class Lifetimes;
    std::vector<uint32_t> lastRead; // by slot
  };

  Lifetimes() = default;
  Lifetimes(const Block &block, const Liveness &liveness, Scratch &scratch);

  // Slots that the statements [first, first + count), with the terminator's
  // tree if `end` is set, write before they read them, and that are dead after
  // them and wherever an exit leads, in the order of their first write.
  std::vector<Slot> internalSlots(const Block &block, uint32_t first,
                                  uint32_t count, bool end) const;

private:
  // Per statement that writes a slot: the last place that reads the value, for
  // each of the two slots that it may cover. A place is the index of a
  // statement; then come the terminator's tree, and what is behind it.
  std::vector<std::array<uint32_t, 2>> lastReads;
};

} // namespace ireko

#endif // IREKO_REWRITER_LIFETIMES_H
