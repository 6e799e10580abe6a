// The members of the JSON of a function that go with its instructions.

#include "rewriter/disassemble.h"
#include "rewriter/handler_text.h"
#include "rewriter/inspect_json.h"
#include "rewriter/listing.h"

namespace ireko {

namespace {

class ListingPrinter {
public:
  ListingPrinter(const Inspected &what, uint32_t function,
                 llvm::json::OStream &json)
      : file(what.file), facts(what.facts), profiled(what.profiled()),
        f(function), json(json) {}

  void print();

private:
  void printSlots();
  void printInstructions();
  void printOriginal();
  void printSafepoints();
  void printGenerated();

  const ImageFile &file;
  const ModuleFacts *facts;
  const bool profiled;
  const uint32_t f;
  llvm::json::OStream &json;
};

void ListingPrinter::printInstructions() {
  const ImageCode code(file);
  const HandlerText text(file);
  Labels labels = labelsOf(file, f);
  auto locations = locationsOf(file, f);
  llvm::ArrayRef<BlockWeight> blocks;
  llvm::ArrayRef<std::string> slots;
  if (facts) {
    blocks = facts->blocks[f];
    slots = facts->slots[f];
  }
  json.attributeArray("instructions", [&] {
    auto error = code.forEachInstruction(f, [&](const Instruction &found) {
      json.object([&] {
        json.attribute("address", found.at);
        json.attribute("bytes", found.bytes);
        json.attribute("handler", found.number);
        if (auto it = labels.find(found.at); it != labels.end())
          json.attribute("label", it->second);
        if (auto it = locations.find(found.at); it != locations.end())
          json.attribute("offset", it->second);
        if (!blocks.empty() && blocks.front().address == found.at) {
          json.attribute("weight", blocks.front().weight);
          if (profiled)
            json.attribute("count", blocks.front().count);
          blocks = blocks.drop_front();
        }
        json.attributeArray("text", [&] {
          for (const std::string &line : text.instruction(found, labels, slots))
            json.value(line);
        });
      });
      return llvm::Error::success();
    });
    llvm::consumeError(std::move(error)); // verified
  });
}

void ListingPrinter::printSlots() {
  const SlotNames &names = facts->slots[f];
  json.attributeArray("slots", [&] {
    for (size_t slot = 0; slot < names.size(); ++slot)
      if (!names[slot].empty())
        json.object([&] {
          json.attribute("slot", slot);
          json.attribute("name", names[slot]);
        });
  });
}

void ListingPrinter::printOriginal() {
  llvm::ArrayRef<Origin> origins = facts->origins[f];
  std::vector<uint64_t> offsets;
  for (const Origin &origin : origins)
    offsets.push_back(origin.offset);
  std::vector<bool> kept = longestAscent(offsets);
  std::string lastLine;
  size_t next = 0; // the instruction of the stream beside which they stand
  uint32_t beside = 0;
  json.attributeArray("original", [&] {
    for (const OriginalInstruction &found : originalCode(facts->source, f)) {
      // As in listing.cpp: what completes a statement stays with it.
      if (!beside ||
          (found.offset > origins[next].offset && !found.endsStatement)) {
        while (next < origins.size() &&
               (!kept[next] || origins[next].offset < found.offset))
          ++next;
        beside = next < origins.size() ? origins[next].address : 0;
        if (next == origins.size())
          next = origins.size() - 1;
      }
      json.object([&] {
        json.attribute("offset", found.offset);
        json.attribute("depth", found.depth);
        json.attribute("text", found.text);
        if (beside)
          json.attribute("address", beside);
        std::string line = facts->lines.find(found.offset);
        if (!line.empty() && line != lastLine)
          json.attribute("line", llvm::json::fixUTF8(line));
        if (!line.empty())
          lastLine = line;
      });
    }
  });
}

void ListingPrinter::printSafepoints() {
  json.attributeArray("safepoints", [&] {
    for (const Safepoint &point : facts->safepoints[f])
      json.object([&] {
        json.attribute("kind", nameOf(point.kind));
        json.attribute("address", point.address);
        if (point.loop)
          json.attribute("loop", point.loop);
        json.attributeArray("live", [&] {
          for (const SlotOfType &value : point.live)
            json.object([&] {
              json.attribute("slot", value.slot);
              json.attribute("type", value.type.toString());
            });
        });
      });
  });
}

void ListingPrinter::printGenerated() {
  auto found = facts->generated.regions.find(f);
  if (found == facts->generated.regions.end())
    return;
  json.attributeArray("generated", [&] {
    for (const GeneratedLine &line : found->second)
      json.object([&] {
        json.attribute("depth", line.depth);
        json.attribute("text", line.text);
        if (line.address)
          json.attribute("address", line.address);
      });
  });
}

void ListingPrinter::print() {
  printInstructions();
  if (!facts)
    return;
  printSlots();
  if (facts->isLocated(f))
    printOriginal();
  if (facts->safepoints[f].empty())
    return;
  printSafepoints();
  printGenerated();
}

} // namespace

void printListingMembers(const Inspected &what, uint32_t function,
                         llvm::json::OStream &json) {
  ListingPrinter(what, function, json).print();
}

void printListingJson(const Inspected &what, uint32_t function,
                      llvm::raw_ostream &out) {
  llvm::json::OStream json(out);
  json.object([&] { printListingMembers(what, function, json); });
}

} // namespace ireko
