#include "rewriter/inspect_profile.h"

#include <algorithm>
#include <set>

#include "rewriter/image_code.h"

namespace ireko {

namespace {

constexpr size_t kMostPaths = 5;
constexpr size_t kMostBlocks = 64; // of a path
// All paths together; and a path ends where control goes on less often than so
// many times its start.
constexpr double kCovered = 0.9, kStillHot = 0.1;

// The blocks of a function by address, and where control goes from them.
struct FlowBlock : HotPath::Block {
  uint32_t instructions = 0;
  std::vector<uint32_t> next;
  double all() const { return weight * instructions; }
};
using FlowBlocks = std::map<uint32_t, FlowBlock>;

FlowBlocks blocksOf(const ImageCode &code,
                    const std::vector<BlockWeight> &weights, uint32_t f) {
  FlowBlocks blocks;
  for (const BlockWeight &each : weights)
    if (each.count) {
      FlowBlock &block = blocks[each.address];
      block.address = each.address;
      block.count = each.count;
      block.weight = each.weight;
    }
  std::set<uint32_t> starts;
  for (const BlockWeight &each : weights)
    starts.insert(each.address);
  FlowBlock *block = nullptr;
  auto error = code.forEachInstruction(f, [&](const Instruction &at) {
    if (starts.count(at.at)) {
      auto it = blocks.find(at.at);
      block = it == blocks.end() ? nullptr : &it->second;
    }
    if (!block)
      return llvm::Error::success();
    ++block->instructions;
    block->end = at.at + at.bytes;
    code.forEachTarget(at,
                       [&](uint32_t target) { block->next.push_back(target); });
    using Kind = Terminator::Kind;
    Kind end = at.handler->end;
    if (at.handler->wholeLoop)
      block->next.push_back(block->address);
    // What does not go on behind it: HALT, for one, is in no function.
    if (end != Kind::Jump && end != Kind::Switch && end != Kind::Return &&
        end != Kind::TailCall && end != Kind::TailCallIndirect &&
        end != Kind::Trap)
      block->next.push_back(block->end);
    return llvm::Error::success();
  });
  llvm::consumeError(std::move(error)); // verified
  return blocks;
}

class PathFinder {
public:
  PathFinder(uint32_t function, FlowBlocks &&found)
      : function(function), blocks(std::move(found)) {}

  // The hottest one through blocks that are on no other yet.
  HotPath next() {
    HotPath path;
    path.function = function;
    const FlowBlock *at = nullptr;
    for (const auto &[address, block] : blocks)
      if (!taken.count(address) && (!at || block.all() > at->all()))
        at = &block;
    if (!at)
      return path;
    uint32_t start = at->address;
    uint64_t least = std::max<uint64_t>(1, kStillHot * at->count);
    while (at && path.blocks.size() < kMostBlocks) {
      taken.insert(at->address);
      path.blocks.push_back(*at);
      path.weight += at->all();
      const FlowBlock *best = nullptr;
      for (uint32_t address : at->next) {
        auto it = blocks.find(address);
        if (address == start)
          path.isLoop = true;
        if (it != blocks.end() && !taken.count(address) &&
            it->second.count >= least &&
            (!best || it->second.count > best->count))
          best = &it->second;
      }
      at = best;
    }
    return path;
  }

private:
  uint32_t function;
  FlowBlocks blocks;
  std::set<uint32_t> taken;
};

} // namespace

std::vector<HotPath> hotPaths(const ImageFile &file, const ModuleFacts &facts,
                              const InspectCounts &counts) {
  std::vector<uint32_t> order;
  for (uint32_t f = 0; f < counts.functions.size(); ++f)
    if (counts.functions[f].weight > 0)
      order.push_back(f);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return counts.functions[a].weight > counts.functions[b].weight;
  });
  // No path weighs more than its function.
  const ImageCode code(file);
  std::vector<HotPath> paths;
  for (uint32_t f : order) {
    if (paths.size() >= kMostPaths &&
        paths[kMostPaths - 1].weight >= counts.functions[f].weight)
      break;
    PathFinder finder(f, blocksOf(code, facts.blocks[f], f));
    for (size_t i = 0; i < kMostPaths; ++i) {
      HotPath path = finder.next();
      if (path.weight <= 0)
        break;
      paths.push_back(std::move(path));
    }
    std::stable_sort(
        paths.begin(), paths.end(),
        [](const HotPath &a, const HotPath &b) { return a.weight > b.weight; });
  }
  double covered = 0;
  size_t kept = 0;
  while (kept < std::min(paths.size(), kMostPaths) &&
         covered < kCovered * counts.weight)
    covered += paths[kept++].weight;
  paths.resize(kept);
  return paths;
}

std::vector<uint32_t> unpaidHandlers(const InspectCounts &counts) {
  constexpr double kLeast = 0.1;
  double saved = 0, bytes = 0;
  for (const HandlerCounts &handler : counts.handlers)
    if (handler.operators > 1) {
      saved += handler.saved(true);
      bytes += handler.codeBytes;
    }
  std::vector<uint32_t> unpaid;
  for (uint32_t i = 0; i < counts.handlers.size(); ++i) {
    const HandlerCounts &handler = counts.handlers[i];
    if (bytes && handler.operators > 1 &&
        handler.saved(true) < kLeast * saved / bytes * handler.codeBytes)
      unpaid.push_back(i);
  }
  std::stable_sort(unpaid.begin(), unpaid.end(), [&](uint32_t a, uint32_t b) {
    return counts.handlers[a].codeBytes > counts.handlers[b].codeBytes;
  });
  return unpaid;
}

} // namespace ireko
