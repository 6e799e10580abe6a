#include "rewriter/inspect_facts.h"

#include <algorithm>

#include "rewriter/weights.h"

namespace ireko {

const char *nameOf(Safepoint::Kind kind) {
  switch (kind) {
  case Safepoint::Kind::Start:
    return "start";
  case Safepoint::Kind::Loop:
    return "loop";
  case Safepoint::Kind::Call:
    break;
  }
  return "call";
}

namespace {

using Kind = Terminator::Kind;

std::vector<SlotOfType> valuesOf(const Region &region, const SlotSet &live) {
  std::vector<SlotOfType> values;
  region.forEachLive(
      live, [&](uint32_t i) { values.push_back(region.variables[i]); });
  return values;
}

// As region_code.cpp leaves: at edges back to loop headers, and behind calls.
std::vector<Safepoint> safepointsOf(const Program &program,
                                    const Region &region, const Image &image) {
  std::vector<Safepoint> found;
  uint32_t f = region.function;
  wasm::Function &source = *program.functions[f].source;
  found.push_back({Safepoint::Kind::Start, image.entries[f], 0,
                   ireko::valuesOf(source.getParams(), kFirstSlot)});
  const std::vector<uint32_t> &blocks = image.blocks[f];
  std::vector<bool> isTarget(region.code.blocks.size());
  for (BlockIndex index : region.code.layout) {
    const Terminator &end = region.code.blocks[index].end;
    if (end.kind == Kind::Call || end.kind == Kind::CallIndirect)
      found.push_back({Safepoint::Kind::Call, blocks[end.next], 0,
                       valuesOf(region, region.liveBehind(end))});
    if (!end.backEdge)
      continue;
    if (end.kind == Kind::Jump)
      isTarget[end.next] = true;
    for (BlockIndex target : end.targets)
      isTarget[target] = isTarget[target] ||
                         region.graph.isBackEdge(nodeOf(index), nodeOf(target));
  }
  for (BlockIndex index : region.code.layout)
    if (isTarget[index])
      found.push_back({Safepoint::Kind::Loop, blocks[region.origin(index)],
                       region.graph.entryOf(nodeOf(index)),
                       valuesOf(region, region.liveIn(index))});
  std::stable_sort(found.begin() + 1, found.end(),
                   [](const Safepoint &a, const Safepoint &b) {
                     return a.address < b.address;
                   });
  return found;
}

} // namespace

void addFacts(Program &program, const Tiling &tiling, const Regions &regions,
              const SourceModule &source,
              llvm::function_ref<bool(uint32_t)> located, ModuleFacts &facts) {
  size_t count = program.functions.size();
  facts.counts = program.counts;
  facts.blocks.resize(count);
  facts.slots.resize(count);
  facts.origins.resize(count);
  facts.safepoints.resize(count);
  facts.regions = regions.choices;
  Image image = encodeImage(program, tiling, {});
  Weights weights(program);
  auto names = findAllLocalNames(source.bytes);
  for (uint32_t f = 0; f < count; ++f) {
    const Function &function = program.functions[f];
    for (const BlockTiles &tiles : tiling.functions[f].blocks) {
      if (tiles.tiles.empty())
        continue;
      uint32_t address = tiles.block == function.layout.front()
                             ? image.entries[f]
                             : image.blocks[f][tiles.block];
      facts.blocks[f].push_back({address, weights.ofBlock(f, tiles.block),
                                 function.blocks[tiles.block].count});
    }
    if (auto it = names.find(f); it != names.end())
      facts.slots[f] = slotNames(program, it->second, f);
    if (!function.blocks.empty() && located(f))
      for (const StreamItem &item : streamItems(program, tiling, image, f, {}))
        if (!item.isHead)
          facts.origins[f].push_back({item.address, item.offset});
    if (const Region *region = regions.of(f))
      facts.safepoints[f] = safepointsOf(program, *region, image);
  }
}

} // namespace ireko
