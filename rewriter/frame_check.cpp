// Bundles with --check-frames: the places at which a frame may go on, as a
// table in the image's memory, and the call of what looks at them
// (vm/check.cpp).

#include <algorithm>

#include "rewriter/codegen.h"

using namespace wasm;

namespace ireko {

using Kind = Terminator::Kind;

std::vector<SafepointRecord> safepointsOf(const Program &program,
                                          const Tiling &tiling,
                                          const Regions &regions,
                                          const Image &image) {
  bool tailCalls = false;
  for (const Function &function : program.functions)
    for (BlockIndex index : function.layout) {
      Kind kind = function.blocks[index].end.kind;
      tailCalls |= kind == Kind::TailCall || kind == Kind::TailCallIndirect;
    }
  std::vector<SafepointRecord> records;
  for (uint32_t f = 0; f < program.functions.size(); ++f) {
    const Function &function = program.functions[f];
    if (function.blocks.empty())
      continue;
    auto add = [&](uint32_t address, uint32_t callee, uint32_t frame) {
      records.push_back({address, image.entries[f],
                         tailCalls ? kAnyFunction : f, callee, frame});
    };
    add(image.entries[f], kAnyFunction, 0);
    for (BlockIndex index : function.layout) {
      const Terminator &end = function.blocks[index].end;
      auto addTarget = [&](BlockIndex target) {
        add(image.blocks[f][target], kAnyFunction, 0);
      };
      if (end.kind == Kind::Call || end.kind == Kind::CallIndirect) {
        bool isDirect = end.kind == Kind::Call;
        add(image.blocks[f][end.next], isDirect ? end.callee : kAnyFunction,
            end.frame * kSlotBytes);
        // A region that calls a leaf leaves behind the call.
        const Region *callee = isDirect ? regions.of(end.callee) : nullptr;
        if (callee && callee->isLeaf)
          addTarget(end.next);
      }
      if (!end.backEdge)
        continue;
      if (end.kind == Kind::Jump)
        addTarget(end.next);
      for (BlockIndex target : end.targets)
        addTarget(target);
      // A handler that is a whole loop jumps to itself, behind the instruction
      // that enters the region.
      if (!end.toItself)
        continue;
      uint32_t address = image.blocks[f][index];
      const FunctionTiles &tiles = tiling.functions[f];
      for (const Tile &tile : tiles.blocks[tiles.position[index]].tiles)
        if (tile.entry && tile.entry->loop)
          add(address + tiling.handlers[tile.handler].shape.bytes, kAnyFunction,
              0);
    }
  }
  std::stable_sort(
      records.begin(), records.end(),
      [](const auto &a, const auto &b) { return a.address < b.address; });
  return records;
}

Expression *Codegen::checkFrames(Index kept) {
  if (!safepoints.checked)
    return builder.makeNop();
  auto get = [&] { return builder.makeLocalGet(kept, Type::i32); };
  return builder.makeBlock(
      {builder.makeLocalSet(
           kept, builder.makeCall(checkFunction,
                                  {i32(layout.safepoints), i32(safepointCount)},
                                  Type::i32)),
       builder.makeIf(get(),
                      trap(i32(uint32_t(TrapKind::BrokenFrame)),
                           builder.makeBinary(SubInt32, get(), i32(1))))});
}

} // namespace ireko
