// Does away with moves from slot to slot within a block: what reads the copy
// reads the original, or what is moved is put where it is moved to at once.
//
//     x = y                               t = load p
//     z = x + 1   ==>   z = y + 1         q = t + 1    ==>   x = load p
//                                         x = t              q = x + 1
//
// Only where the slot on the left, or t, is dead afterwards, so that the move
// goes away. Traps in between do not matter, for nobody looks at a frame that
// has trapped.

#include <algorithm>
#include <optional>

#include "passes/pass.h"
#include "rewriter/liveness.h"
#include "rewriter/tree.h"

using namespace wasm;

namespace ireko {

namespace {

// How far a value is followed: keeps long blocks linear.
constexpr size_t kMaxSteps = 32;

// A value in a slot.
struct Place {
  Slot slot;
  Type type;

  bool operator==(const Place &other) const {
    return slot == other.slot && type == other.type;
  }
  bool meets(const Place &other) const {
    return slot < other.slot + slotsOf(other.type) &&
           other.slot < slot + slotsOf(type);
  }
};

std::optional<Place> written(Expression *statement) {
  if (auto *set = statement->dynCast<LocalSet>())
    return Place{set->index, set->value->type};
  return std::nullopt;
}

struct Move {
  Place to, from;
};

std::optional<Move> moveIn(Expression *statement) {
  auto *set = statement->dynCast<LocalSet>();
  auto *get = set ? set->value->dynCast<LocalGet>() : nullptr;
  if (!get)
    return std::nullopt;
  Move move{{set->index, get->type}, {get->index, get->type}};
  if (move.to.meets(move.from))
    return std::nullopt;
  return move;
}

// The reads of a place.
class Reads {
public:
  explicit Reads(Place place) : place(place) {}

  // Returns whether the tree reads the whole value or nothing of it.
  bool add(Expression *tree) {
    if (auto *get = tree->dynCast<LocalGet>()) {
      Place read{get->index, get->type};
      if (read == place)
        gets.push_back(get);
      else
        return !read.meets(place);
    }
    bool all = true;
    forEachChild(tree, [&](Expression *&child) { all = all && add(child); });
    return all;
  }
  size_t count() const { return gets.size(); }
  void replaceBy(Slot slot) {
    for (LocalGet *get : gets)
      get->index = slot;
  }

private:
  Place place;
  std::vector<LocalGet *> gets;
};

class Forwarder {
public:
  Forwarder(const Liveness &liveness, Block &block)
      : block(block), live(liveness.liveOut(block)) {
    Liveness::stepBackBehindTree(block.end, live);
  }

  void run() {
    for (size_t i = 0; i < block.statements.size(); ++i)
      if (auto move = moveIn(block.statements[i]))
        if (forward(*move, i) || foldInto(*move, i))
          block.statements[i] = nullptr;
    std::erase(block.statements, nullptr);
  }

private:
  // Collects the reads of the value that is in `place` behind statement `at`,
  // until it is dead. Returns whether all are known, and none is behind a write
  // to `kept`.
  bool readsUntilDead(Place place, size_t at, std::optional<Place> kept,
                      Reads &reads) const {
    bool isKept = true;
    size_t end = std::min(block.statements.size(), at + 1 + kMaxSteps);
    for (size_t i = at + 1; i < end; ++i) {
      size_t before = reads.count();
      if (!reads.add(block.statements[i]) ||
          (!isKept && reads.count() > before))
        return false;
      auto write = written(block.statements[i]);
      if (!write)
        continue;
      if (write->meets(place))
        return *write == place;
      isKept = isKept && !(kept && write->meets(*kept));
    }
    if (end < block.statements.size() || live.containsAny(place.slot, place.type))
      return false;
    size_t before = reads.count();
    return !block.end.tree || (reads.add(block.end.tree) &&
                               (isKept || reads.count() == before));
  }

  bool forward(const Move &move, size_t at) {
    Reads reads(move.to);
    if (!readsUntilDead(move.to, at, move.from, reads))
      return false;
    reads.replaceBy(move.from.slot);
    return true;
  }

  // Where the value that is moved at `at` is made in the block.
  bool foldInto(const Move &move, size_t at) {
    Reads later(move.from);
    if (!readsUntilDead(move.from, at, std::nullopt, later) || later.count())
      return false;
    Reads between(move.from), target(move.to);
    for (size_t i = at, steps = kMaxSteps; i-- > 0 && steps-- > 0;) {
      Expression *statement = block.statements[i];
      if (!statement)
        continue;
      auto write = written(statement);
      if (write && *write == move.from) {
        // Its own reads come first, of the value before.
        statement->cast<LocalSet>()->index = move.to.slot;
        between.replaceBy(move.to.slot);
        return true;
      }
      if (write && (write->meets(move.from) || write->meets(move.to)))
        return false;
      if (!between.add(statement) || !target.add(statement) || target.count())
        return false;
    }
    return false;
  }

  Block &block;
  SlotSet live; // behind the terminator's tree
};

} // namespace

void forwardCopies(Program &, Function &function) {
  std::optional<Liveness> liveness;
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    bool moves = std::any_of(
        block.statements.begin(), block.statements.end(),
        [](Expression *statement) { return moveIn(statement).has_value(); });
    if (!moves)
      continue;
    if (!liveness)
      liveness.emplace(function);
    Forwarder(*liveness, block).run();
  }
}

} // namespace ireko
