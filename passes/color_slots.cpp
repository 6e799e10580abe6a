// Lets values that are never alive at the same time share a slot: frames become
// smaller, calls begin lower in them, and some moves have nothing to do.
//
//     s5 = load s1                  s3 = load s1
//     call f at s4, 1 in            call f at s2, 1 in
//     s3 = load s1           ==>    s1 = load s1
//     s5 = s3 + 1                   s2 = s1 + 1
//     call g at s4, 1 in            call g at s1, 1 in
//
// A slot is taken apart into the values that it holds, each with its writes and
// reads. Those whose places depend on each other are a cluster: arguments and
// results on where their call's frame begins, the halves of a vector on each
// other, parameters and several results on the function's own frame. Each
// cluster in turn goes to the lowest place where no two values meet that are
// alive at once, and where all that outlives a call is below the call's frame;
// or where a value is that is moved to it or from it, if it can.
//
// What is alive in one block only keeps out of the slots of longer-lived values
// in there: superinstructions need no slot at all for it, unless it is another
// one's. Functions that move references are left alone.

#include "passes/pass.h"
#include "rewriter/clusters.h"
#include "rewriter/liveness.h"
#include "rewriter/tree.h"

#include <algorithm>
#include <limits>
#include <numeric>

using namespace wasm;

namespace ireko {

namespace {

using Kind = Terminator::Kind;
using Node = Clusters::Node;
constexpr Node kNoNode = ~0u;

// What happens to values in a block, in order. A node is a value in a slot as
// one place of the code knows it; those of the same value have the same place
// in the same cluster.
struct Event {
  enum class Kind { Read, Write, Enter } kind;
  Node node;             // Enter: the frame of a call
  Node source = kNoNode; // Write: moved from there
};

// The values of a function, and the frames that its calls begin.
struct Values {
  // False: the function is not what this pass can do.
  bool find(const Program &program, Function &function);

  Clusters clusters;
  Node fixed = kNoNode; // where the function's own frame begins
  // What is alive at the block's start, and what happens in it.
  llvm::ArrayRef<std::pair<Slot, Node>> entering(BlockIndex block) const {
    auto [from, to] = enteringAt[block];
    return llvm::ArrayRef(entries).slice(from, to - from);
  }
  llvm::ArrayRef<Event> events(BlockIndex block) const {
    auto [from, to] = eventsAt[block];
    return llvm::ArrayRef(list).slice(from, to - from);
  }
  std::vector<Node> frames; // by block
  std::vector<std::pair<LocalGet *, Node>> gets;
  std::vector<std::pair<LocalSet *, Node>> sets;
  std::vector<Slot> slotOf; // by node: where it was
  // The function's own, or a call's.
  bool isFrame(Node node) const { return isFrameNode[node]; }

private:
  // Each takes about 100 bytes until all have their places.
  static constexpr size_t kMaxEntries = 1 << 22;

  Node add(Slot slot, bool isFrame = false) {
    slotOf.push_back(slot);
    isFrameNode.push_back(isFrame);
    return clusters.add();
  }
  Node write(Slot slot) { return current[slot] = add(slot); }
  bool read(Slot slot) {
    if (current[slot] == kNoNode)
      return false;
    list.push_back({Event::Kind::Read, current[slot]});
    return true;
  }
  bool readTree(Expression *tree);
  bool statement(Expression *statement);
  bool enter(const Terminator &end, Node &frame);
  bool block(const Program &program, const Block &block, BlockIndex index);

  std::vector<bool> isFrameNode; // by node
  std::vector<Node> current;     // by slot
  std::vector<std::pair<Slot, Node>> entries;
  std::vector<Event> list;
  std::vector<std::pair<size_t, size_t>> enteringAt, eventsAt; // by block
};

bool movesReferences(const ColdOperator &op) {
  bool any = false;
  auto look = [&](auto &self, Expression *tree) -> void {
    for (Type type : tree->type)
      any = any || type.isRef();
    forEachChild(tree, [&](Expression *&child) { self(self, child); });
  };
  look(look, op.tree);
  return any;
}

bool Values::readTree(Expression *tree) {
  if (auto *get = tree->dynCast<LocalGet>()) {
    for (uint32_t i = 0; i < slotsOf(get->type); ++i) {
      if (!read(get->index + i))
        return false;
      clusters.tie(current[get->index + i], current[get->index], i);
    }
    gets.push_back({get, current[get->index]});
    return true;
  }
  bool all = !tree->is<Break>();
  forEachChild(tree, [&](Expression *&child) { all = all && readTree(child); });
  return all;
}

bool Values::statement(Expression *statement) {
  auto *set = statement->dynCast<LocalSet>();
  if (!set)
    return readTree(statement);
  if (!readTree(set->value))
    return false;
  auto *copied = set->value->dynCast<LocalGet>();
  Node from[] = {kNoNode, kNoNode};
  for (uint32_t i = 0; copied && i < slotsOf(copied->type); ++i)
    from[i] = current[copied->index + i];
  for (uint32_t i = 0; i < slotsOf(set->value->type); ++i) {
    Node node = write(set->index + i);
    clusters.tie(node, current[set->index], i);
    list.push_back({Event::Kind::Write, node, from[i]});
  }
  sets.push_back({set, current[set->index]});
  return true;
}

// A call or a cold operator: its arguments are in its frame, its results too.
bool Values::enter(const Terminator &end, Node &frame) {
  frame = add(end.frame, true);
  for (uint32_t i = kFirstSlot; i < kFirstSlot + end.argSlots; ++i) {
    if (!read(end.frame + i))
      return false;
    clusters.tie(current[end.frame + i], frame, i);
  }
  list.push_back({Event::Kind::Enter, frame});
  std::fill(current.begin() + end.frame, current.end(), kNoNode);
  if (end.next == kNoBlock)
    return true;
  for (uint32_t i = kFirstSlot; i < kFirstSlot + end.resultSlots; ++i) {
    Node node = write(end.frame + i);
    clusters.tie(node, frame, i);
    list.push_back({Event::Kind::Write, node});
  }
  return true;
}

bool Values::block(const Program &program, const Block &block,
                   BlockIndex index) {
  std::fill(current.begin(), current.end(), kNoNode);
  for (auto [slot, node] : entering(index))
    current[slot] = node;
  for (Expression *each : block.statements)
    if (!statement(each))
      return false;
  const Terminator &end = block.end;
  if (end.tree && !readTree(end.tree))
    return false;
  switch (end.kind) {
  case Kind::Cold:
    if (movesReferences(program.coldOperators[end.callee]))
      return false;
    [[fallthrough]];
  case Kind::Call:
  case Kind::CallIndirect:
  case Kind::TailCall:
  case Kind::TailCallIndirect:
    if (!enter(end, frames[index]))
      return false;
    break;
  case Kind::Return:
    for (uint32_t i = kFirstSlot; i < kFirstSlot + end.resultSlots; ++i) {
      if (!read(i))
        return false;
      clusters.tie(current[i], fixed, i);
    }
    break;
  default:
    break;
  }
  bool all = true;
  forEachSuccessor(end, [&](BlockIndex to) {
    for (auto [slot, node] : entering(to)) {
      all = all && current[slot] != kNoNode;
      if (all)
        clusters.tie(node, current[slot], 0);
    }
  });
  return all;
}

bool Values::find(const Program &program, Function &function) {
  uint32_t slots = function.frameSlots + 2;
  size_t blocks = function.blocks.size();
  enteringAt.resize(blocks);
  eventsAt.resize(blocks);
  frames.assign(blocks, kNoNode);
  current.resize(slots);
  fixed = add(0, true);
  Liveness liveness(function);
  for (BlockIndex index : function.layout) {
    const SlotSet &live = liveness.liveIn(index);
    enteringAt[index].first = entries.size();
    for (Slot slot = 0; slot < slots; ++slot)
      if (live.contains(slot))
        entries.push_back({slot, add(slot)});
    if (entries.size() > kMaxEntries)
      return false;
    enteringAt[index].second = entries.size();
  }
  for (auto [slot, node] : entering(function.layout.front())) {
    if (slot < kFirstSlot || slot >= kFirstSlot + function.paramSlots)
      return false;
    clusters.tie(node, fixed, slot);
  }
  for (BlockIndex index : function.layout) {
    eventsAt[index].first = list.size();
    if (!block(program, function.blocks[index], index))
      return false;
    eventsAt[index].second = list.size();
  }
  return true;
}

// Some of many numbers.
class SparseSet {
public:
  explicit SparseSet(size_t size) : positions(size) {}
  bool contains(uint32_t each) const {
    return positions[each] < list.size() && list[positions[each]] == each;
  }
  void insert(uint32_t each) {
    if (contains(each))
      return;
    positions[each] = list.size();
    list.push_back(each);
  }
  void erase(uint32_t each) {
    if (!contains(each))
      return;
    positions[list.back()] = positions[each];
    list[positions[each]] = list.back();
    list.pop_back();
  }
  void clear() { list.clear(); }
  const std::vector<uint32_t> &members() const { return list; }

private:
  std::vector<uint32_t> list, positions;
};

// A relation between numbers.
class Relation {
public:
  void add(uint32_t a, uint32_t b) { pairs.push_back({a, b}); }
  size_t size() const { return pairs.size(); }
  // For numbers below `count`; nothing can be added any more.
  void finish(uint32_t count) {
    ends.assign(count + 1, 0);
    for (auto [a, b] : pairs)
      ++ends[a + 1];
    std::partial_sum(ends.begin(), ends.end(), ends.begin());
    others.resize(pairs.size());
    for (auto [a, b] : pairs)
      others[ends[a]++] = b;
    pairs.clear();
    lists.resize(count);
    for (uint32_t a = 0; a < count; ++a) {
      auto from = others.begin() + (a ? ends[a - 1] : 0);
      auto to = others.begin() + ends[a];
      std::sort(from, to);
      to = std::unique(from, to);
      lists[a] =
          llvm::ArrayRef(others.data() + (from - others.begin()), to - from);
    }
  }
  llvm::ArrayRef<uint32_t> of(uint32_t a) const { return lists[a]; }

private:
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  std::vector<size_t> ends;
  std::vector<uint32_t> others;
  std::vector<llvm::ArrayRef<uint32_t>> lists;
};

// Finds places for the values.
class Placer {
public:
  Placer(const Function &function, Values &values)
      : function(function), values(values) {}

  // Whether there are places for all.
  bool run() {
    numberCells();
    return findConflicts() && placeAll();
  }
  Slot placeOf(Node node) const {
    const Cell &cell = cells[cellOf[node]];
    return bases[cell.root] + cell.offset;
  }

  // What Function::moved is to be.
  std::vector<std::pair<Slot, Slot>> moves(Slot localsEnd) const;

private:
  // A place in a cluster, and the values that are there.
  struct Cell {
    Node root;
    int64_t offset;
    Slot slot;            // where it was
    bool isValue = false; // and not a frame only
    bool isLocal = true;  // alive in one block only
  };

  // To keep time and memory in bounds: pairs of values, and comparisons. One
  // block can have the pairs of all values, or a call with all of them alive:
  // zero-locals writes every local in the first one.
  static constexpr size_t kMaxConflicts = 1 << 22, kMaxSteps = 1 << 26;
  bool areTooMany() const {
    return conflicts.size() > kMaxConflicts || frames.size() > kMaxConflicts;
  }
  static constexpr int64_t kUnplaced = std::numeric_limits<int64_t>::min();

  void numberCells();
  bool findConflicts();
  void findConflicts(BlockIndex block, SparseSet &live);
  void keepLocalsApart(BlockIndex block);
  void conflict(uint32_t a, uint32_t b) {
    if (cells[a].root == cells[b].root)
      return;
    conflicts.add(a, b);
    conflicts.add(b, a);
  }
  int64_t placeOf(const Cell &cell) const {
    int64_t base = bases[cell.root];
    return base == kUnplaced ? kUnplaced : base + cell.offset;
  }
  bool fits(Node root, int64_t base);
  bool fitsCell(uint32_t cell, int64_t place) const;
  bool placeAtCopy(Node root, int64_t lowest, int64_t highest);
  bool placeAll();

  const Function &function;
  Values &values;
  std::vector<uint32_t> cellOf; // by node
  std::vector<Cell> cells;
  std::vector<std::vector<uint32_t>> cellsOf; // by root
  std::vector<int64_t> bases;                 // by root
  Relation conflicts, copies;
  // Frames that begin above a cell, and what is to be below, if it is a frame.
  Relation frames, below;
  size_t steps = 0;
};

void Placer::numberCells() {
  size_t count = values.clusters.size();
  std::vector<Clusters::Place> places(count);
  Relation nodesOf; // by root
  for (Node node = 0; node < count; ++node) {
    places[node] = values.clusters.find(node);
    nodesOf.add(places[node].root, node);
  }
  nodesOf.finish(count);
  cellOf.resize(count);
  cellsOf.resize(count);
  for (Node root = 0; root < count; ++root) {
    std::vector<Node> nodes(nodesOf.of(root));
    std::sort(nodes.begin(), nodes.end(), [&](Node a, Node b) {
      return places[a].offset < places[b].offset;
    });
    for (Node node : nodes) {
      int64_t offset = places[node].offset;
      if (cellsOf[root].empty() || cells.back().offset != offset) {
        cellsOf[root].push_back(cells.size());
        cells.push_back({root, offset, values.slotOf[node]});
      }
      cellOf[node] = cells.size() - 1;
      cells.back().isValue |= !values.isFrame(node);
    }
  }
}

// Of what is alive where something is written, and behind calls.
void Placer::findConflicts(BlockIndex index, SparseSet &live) {
  live.clear();
  forEachSuccessor(function.blocks[index].end, [&](BlockIndex to) {
    for (auto [slot, node] : values.entering(to))
      live.insert(cellOf[node]);
  });
  llvm::ArrayRef<Event> events = values.events(index);
  for (size_t i = events.size(); i-- > 0 && !areTooMany();) {
    const Event &event = events[i];
    uint32_t cell = cellOf[event.node];
    switch (event.kind) {
    case Event::Kind::Read:
      live.insert(cell);
      break;
    case Event::Kind::Write: {
      uint32_t source = event.source == kNoNode ? cell : cellOf[event.source];
      if (source != cell) {
        copies.add(cell, source);
        copies.add(source, cell);
      }
      live.erase(cell);
      for (uint32_t other : live.members())
        if (other != source)
          conflict(cell, other);
      break;
    }
    case Event::Kind::Enter:
      for (uint32_t other : live.members()) {
        frames.add(other, cell);
        below.add(cell, other);
      }
    }
  }
}

void Placer::keepLocalsApart(BlockIndex index) {
  std::vector<uint32_t> here;
  for (const Event &event : values.events(index))
    here.push_back(cellOf[event.node]);
  std::sort(here.begin(), here.end());
  here.erase(std::unique(here.begin(), here.end()), here.end());
  auto others =
      std::stable_partition(here.begin(), here.end(),
                            [&](uint32_t cell) { return cells[cell].isLocal; });
  for (auto local = here.begin(); local != others && !areTooMany(); ++local)
    for (auto other = others; other != here.end(); ++other)
      conflict(*local, *other);
}

bool Placer::findConflicts() {
  for (BlockIndex index : function.layout)
    for (auto [slot, node] : values.entering(index))
      cells[cellOf[node]].isLocal = false;
  for (Node frame : values.frames)
    if (frame != kNoNode)
      for (uint32_t cell : cellsOf[values.clusters.find(frame).root])
        cells[cell].isLocal = false;
  SparseSet live(cells.size());
  for (BlockIndex index : function.layout) {
    findConflicts(index, live);
    keepLocalsApart(index);
    if (areTooMany())
      return false;
  }
  for (Relation *relation : {&conflicts, &copies, &frames, &below})
    relation->finish(cells.size());
  return true;
}

bool Placer::fitsCell(uint32_t cell, int64_t place) const {
  for (uint32_t other : conflicts.of(cell))
    if (placeOf(cells[other]) == place)
      return false;
  for (uint32_t frame : frames.of(cell))
    if (int64_t at = placeOf(cells[frame]); at != kUnplaced && at <= place)
      return false;
  for (uint32_t value : below.of(cell))
    if (placeOf(cells[value]) >= place)
      return false;
  return true;
}

// Whether the cluster can begin there; it stays there if so.
bool Placer::fits(Node root, int64_t base) {
  bases[root] = base;
  for (uint32_t cell : cellsOf[root]) {
    steps += conflicts.of(cell).size() + frames.of(cell).size() +
             below.of(cell).size();
    if (fitsCell(cell, base + cells[cell].offset))
      continue;
    bases[root] = kUnplaced;
    return false;
  }
  return true;
}

// Where a value is that is moved to one of the cluster, or from it.
bool Placer::placeAtCopy(Node root, int64_t lowest, int64_t highest) {
  for (uint32_t each : cellsOf[root])
    for (uint32_t other : copies.of(each)) {
      int64_t at = placeOf(cells[other]);
      if (at == kUnplaced || cells[other].root == root)
        continue;
      int64_t base = at - cells[each].offset;
      if (base >= lowest && base <= highest && fits(root, base))
        return true;
    }
  return false;
}

bool Placer::placeAll() {
  bases.assign(cellOf.size(), kUnplaced);
  Clusters::Place own = values.clusters.find(values.fixed);
  if (!fits(own.root, -own.offset))
    return false;
  std::vector<Node> roots;
  for (Node root = 0; root < cellsOf.size(); ++root)
    if (!cellsOf[root].empty() && root != own.root)
      roots.push_back(root);
  auto firstSlot = [&](Node root) { return cells[cellsOf[root].front()].slot; };
  std::stable_sort(roots.begin(), roots.end(),
                   [&](Node a, Node b) { return firstSlot(a) < firstSlot(b); });
  for (Node root : roots) {
    int64_t lowest = kFirstSlot - cells[cellsOf[root].front()].offset;
    int64_t highest =
        int64_t(function.frameSlots) - 1 - cells[cellsOf[root].back()].offset;
    if (placeAtCopy(root, lowest, highest))
      continue;
    int64_t base = lowest;
    while (base <= highest && steps <= kMaxSteps && !fits(root, base))
      ++base;
    if (base > highest || steps > kMaxSteps)
      return false;
  }
  return true;
}

std::vector<std::pair<Slot, Slot>> Placer::moves(Slot localsEnd) const {
  std::vector<std::pair<Slot, Slot>> list;
  for (const Cell &cell : cells)
    if (cell.isValue)
      list.push_back({placeOf(cell), cell.slot < localsEnd ? cell.slot : 0});
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

void rewrite(Function &function, const Values &values, const Placer &placer) {
  Slot end = kFirstSlot + std::max(function.paramSlots,
                                   slotsOfAll(function.source->getResults()));
  for (auto [get, node] : values.gets)
    get->index = placer.placeOf(node);
  for (auto [set, node] : values.sets) {
    set->index = placer.placeOf(node);
    end = std::max(end, set->index + slotsOf(set->value->type));
  }
  for (BlockIndex index : function.layout) {
    Block &block = function.blocks[index];
    if (Node frame = values.frames[index]; frame != kNoNode) {
      block.end.frame = placer.placeOf(frame);
      end = std::max(end,
                     block.end.frame + kFirstSlot +
                         std::max(block.end.argSlots, block.end.resultSlots));
    }
    std::erase_if(block.statements, [](Expression *statement) {
      auto *set = statement->dynCast<LocalSet>();
      auto *get = set ? set->value->dynCast<LocalGet>() : nullptr;
      return get && get->index == set->index;
    });
  }
  function.frameSlots = end;
  function.moved = placer.moves(kFirstSlot + function.localSlots);
}

} // namespace

void colorSlots(Program &program, Function &function) {
  // Larger functions are left alone.
  constexpr uint64_t kMaxBits = 1 << 26;
  if (function.imported || !function.moved.empty() ||
      uint64_t(function.frameSlots) * function.blocks.size() > kMaxBits)
    return;
  Values values;
  if (!values.find(program, function))
    return;
  Placer placer(function, values);
  if (placer.run())
    rewrite(function, values, placer);
}

} // namespace ireko
