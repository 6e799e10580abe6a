#include "rewriter/encode.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstring>

#include "llvm/Support/LEB128.h"

namespace ireko {

uint32_t instructionBytes(const Handler &handler, const Block &block,
                          const Tile &tile) {
  uint32_t bytes = handler.fused ? kHandlerBytes : handler.shape.bytes;
  // Distances to the targets from the instruction's start.
  if (tile.end && block.end.kind == Terminator::Kind::Switch)
    bytes += kSwitchTargetBytes * block.end.targets.size();
  return bytes;
}

namespace {

class Encoder {
public:
  Encoder(Program &program, const Tiling &tiling, const EncodeOptions &options)
      : program(program), tiling(tiling), options(options) {}

  Image run();

private:
  void assignAddresses();
  void writeCode();
  void writeFunction(uint32_t function);
  // Writes at `at`, which it moves on.
  void writeInstruction(uint32_t &at, uint32_t function, const Block &block,
                        const Tile &tile, bool wideTargets);
  void writeTables();
  void put(uint32_t &at, uint64_t low, uint64_t high, uint32_t size);
  void put32(uint32_t at, uint32_t value) {
    memcpy(&image.bytes[at], &value, 4);
  }
  void align(uint32_t bytes) {
    image.bytes.resize((image.bytes.size() + bytes - 1) & -bytes);
  }

  // An instruction that can raise a trap in the VM.
  struct Location {
    uint32_t pc, offset;
  };

  Program &program;
  const Tiling &tiling;
  const EncodeOptions &options;
  Image image;
  std::atomic<bool> overflow = false;
  std::vector<std::vector<Location>> locations;
};

void Encoder::assignAddresses() {
  uint32_t pc = kHaltPc + kHandlerBytes;
  image.entries.resize(program.functions.size());
  image.blocks.resize(program.functions.size());
  for (uint32_t f = 0; f < program.functions.size(); ++f) {
    const Function &function = program.functions[f];
    if (function.blocks.empty())
      continue;
    pc = ((pc + 3) & -4) + 4; // the frame's size stands before the entry
    image.entries[f] = pc;
    image.blocks[f].resize(function.blocks.size());
    for (const BlockTiles &tiles : tiling.functions[f].blocks) {
      image.blocks[f][tiles.block] = pc;
      for (const Tile &tile : tiles.tiles) {
        pc += instructionBytes(tiling.handlers[tile.handler],
                               function.blocks[tiles.block], tile);
        if (tile.entry && tile.entry->loop == 0)
          image.blocks[f][tiles.block] = pc;
      }
    }
  }
  image.codeBytes = pc;
  // So that a record's function has code if the next one's entry is another.
  for (size_t f = program.functions.size(); f-- > 0; pc = image.entries[f])
    if (program.functions[f].blocks.empty())
      image.entries[f] = pc;
}

void Encoder::put(uint32_t &at, uint64_t low, uint64_t high, uint32_t size) {
  uint8_t bits[16];
  memcpy(bits, &low, 8);
  memcpy(bits + 8, &high, 8);
  memcpy(&image.bytes[at], bits, size);
  at += size;
}

void Encoder::writeInstruction(uint32_t &at, uint32_t f, const Block &block,
                               const Tile &tile, bool wideTargets) {
  uint32_t start = at;
  const Handler &handler = tiling.handlers[tile.handler];
  auto distance = [&](BlockIndex target) {
    return uint64_t(int64_t(image.blocks[f][target]) - int64_t(start));
  };
  if (tile.handler > UINT16_MAX)
    overflow = true;
  put(at, tile.handler, 0, kHandlerBytes);
  if (!handler.fused) {
    Shape shape = options.shapeOfTile
                      ? options.shapeOfTile(block, tile, wideTargets)
                      : shapeOf(program, block, tile, wideTargets);
    assert(shape.key == handler.shape.key);
    for (const TileOperand &operand : shape.operands) {
      if (operand.isBurned)
        continue;
      uint64_t low = operand.low;
      if (operand.isInSlots()) {
        low /= kSlotBytes;
      } else if (operand.kind == OperandKind::Target) {
        low = distance(operand.low);
        if ((operand.bytes == 1 && int64_t(low) != int8_t(low)) ||
            (operand.bytes == 2 && int64_t(low) != int16_t(low)))
          overflow = true;
      } else if (operand.kind == OperandKind::Callee) {
        low = image.entries[operand.low];
      }
      put(at, low, operand.high, operand.bytes);
    }
  }
  if (!tile.end)
    return;
  if (block.end.kind == Terminator::Kind::Switch)
    for (BlockIndex target : block.end.targets)
      put(at, distance(target), 0, kSwitchTargetBytes);
  if (block.end.location)
    locations[f].push_back({start, block.end.location});
}

void Encoder::writeFunction(uint32_t f) {
  const Function &function = program.functions[f];
  if (function.blocks.empty())
    return;
  uint32_t at = image.entries[f];
  put32(at - 4, function.frameSlots * kSlotBytes);
  const FunctionTiles &tiles = tiling.functions[f];
  for (const BlockTiles &blockTiles : tiles.blocks) {
    for (const Tile &tile : blockTiles.tiles)
      writeInstruction(at, f, function.blocks[blockTiles.block], tile,
                       tiles.wideTargets);
  }
}

// Each function has its place by now, so they are written in parallel. HALT,
// whose number is 0, and what lies between functions are there already.
void Encoder::writeCode() {
  image.bytes.resize(image.codeBytes);
  locations.resize(program.functions.size());
  program.workers.forEach(program.functions.size(),
                          [this](size_t f) { writeFunction(f); });
  image.overflow = overflow;
}

void Encoder::writeTables() {
  align(4);
  uint32_t records = image.bytes.size();
  image.bytes.resize(records +
                     program.functions.size() * sizeof(FunctionRecord));
  auto appendLeb = [&](auto encode, auto value) {
    uint8_t buffer[16];
    unsigned size = encode(value, buffer);
    image.bytes.insert(image.bytes.end(), buffer, buffer + size);
  };
  auto uleb = [](uint64_t value, uint8_t *out) {
    return llvm::encodeULEB128(value, out);
  };
  auto sleb = [](int64_t value, uint8_t *out) {
    return llvm::encodeSLEB128(value, out);
  };
  for (uint32_t f = 0; f < program.functions.size(); ++f) {
    FunctionRecord record{image.entries[f], 0, 0};
    auto &list = locations[f];
    if (!list.empty()) {
      record.locations = image.bytes.size();
      uint32_t pc = image.entries[f];
      int64_t offset = 0;
      uint64_t bias = 1; // the first distance is stored plus one
      for (Location location : list) {
        appendLeb(uleb, location.pc - pc + bias);
        appendLeb(sleb, int64_t(location.offset) - offset);
        pc = location.pc;
        offset = location.offset;
        bias = 0;
      }
      image.bytes.insert(image.bytes.end(), 2, 0);
    }
    const wasm::Function &source = *program.functions[f].source;
    if (options.names && source.hasExplicitName) {
      record.name = image.bytes.size();
      std::string name = source.name.toString();
      image.bytes.insert(image.bytes.end(), name.begin(), name.end());
      image.bytes.push_back(0);
    }
    memcpy(&image.bytes[records + f * sizeof(record)], &record, sizeof(record));
  }
  ImageHeader header{};
  header.magic = kImageMagic;
  header.version = kFormatVersion;
  header.size = image.bytes.size();
  header.codeEnd = image.codeBytes;
  header.functions = records;
  header.functionCount = program.functions.size();
  header.handlerCount = tiling.handlers.size();
  header.checksum = imageChecksum(image.bytes);
  memcpy(image.bytes.data(), &header, sizeof(header));
}

Image Encoder::run() {
  assignAddresses();
  writeCode();
  writeTables();
  return std::move(image);
}

} // namespace

Image encodeImage(Program &program, const Tiling &tiling,
                  const EncodeOptions &options) {
  return Encoder(program, tiling, options).run();
}

uint32_t imageChecksum(llvm::ArrayRef<uint8_t> image) {
  uint32_t sum = 2166136261u; // FNV-1a
  for (uint8_t byte : image.drop_front(sizeof(ImageHeader)))
    sum = (sum ^ byte) * 16777619u;
  return sum;
}

uint32_t fusedAddress(const Tiling &tiling, const Image &image,
                      const Handler &handler) {
  const FunctionTiles &tiles = tiling.functions[handler.function];
  uint32_t address = image.blocks[handler.function][handler.block];
  for (const Tile &tile : tiles.blocks[tiles.position[handler.block]].tiles)
    if (tile.entry && tile.entry->loop)
      address += tiling.handlers[tile.handler].shape.bytes;
  return address;
}

StaticTableEntry tableEntry(Program &program, const Image &image,
                            uint32_t element) {
  if (!element)
    return {0, kNullType};
  const wasm::Function &source = *program.functions[element - 1].source;
  return {image.entries[element - 1],
          program.typeNumber(source.type.getHeapType())};
}

} // namespace ireko
