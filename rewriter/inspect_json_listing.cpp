// The members of the JSON of a function that go with its instructions.

#include "rewriter/disassemble.h"
#include "rewriter/handler_text.h"
#include "rewriter/inspect_json.h"
#include "rewriter/listing.h"

namespace ireko {

namespace {

struct OriginalRow {
  OriginalInstruction instruction;
  uint32_t address; // beside which it stands; 0: behind all
  std::string line; // of the source, where that changes
};

class ListingPrinter {
public:
  ListingPrinter(const Inspected &what, uint32_t function,
                 llvm::json::OStream &json, bool inColumns)
      : file(what.file), facts(what.facts), profiled(what.profiled()),
        f(function), json(json), inColumns(inColumns) {}

  void print();

private:
  void printSlots();
  void printInstructions();
  std::vector<OriginalRow> originalRows() const;
  void printOriginal();
  void printOriginalColumns();
  void printSafepoints();
  void printGenerated();

  const ImageFile &file;
  const ModuleFacts *facts;
  const bool profiled;
  const uint32_t f;
  llvm::json::OStream &json;
  const bool inColumns; // what there is most of
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

std::vector<OriginalRow> ListingPrinter::originalRows() const {
  llvm::ArrayRef<Origin> origins = facts->origins[f];
  std::vector<uint64_t> offsets;
  for (const Origin &origin : origins)
    offsets.push_back(origin.offset);
  std::vector<bool> kept = longestAscent(offsets);
  std::vector<OriginalRow> rows;
  std::string lastLine;
  size_t next = 0; // the instruction of the stream beside which they stand
  uint32_t beside = 0;
  for (OriginalInstruction &found : originalCode(facts->source, f)) {
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
    std::string line = facts->lines.find(found.offset);
    bool isNew = !line.empty() && line != lastLine;
    if (isNew)
      lastLine = line;
    rows.push_back({std::move(found), beside, isNew ? line : ""});
  }
  return rows;
}

void ListingPrinter::printOriginal() {
  json.attributeArray("original", [&] {
    for (const OriginalRow &row : originalRows())
      json.object([&] {
        json.attribute("offset", row.instruction.offset);
        json.attribute("depth", row.instruction.depth);
        json.attribute("text", row.instruction.text);
        if (row.address)
          json.attribute("address", row.address);
        if (!row.line.empty())
          json.attribute("line", llvm::json::fixUTF8(row.line));
      });
  });
}

void ListingPrinter::printOriginalColumns() {
  std::vector<OriginalRow> rows = originalRows();
  auto column = [&](const char *name, auto of) {
    json.attributeArray(name, [&] {
      for (const OriginalRow &row : rows)
        json.value(of(row));
    });
  };
  // Differences are small numbers that recur.
  auto differences = [&](const char *name, auto of) {
    int64_t last = 0;
    column(name, [&](const OriginalRow &row) {
      int64_t difference = int64_t(of(row)) - last;
      last = of(row);
      return difference;
    });
  };
  json.attributeObject("original", [&] {
    differences("offset",
                [](const OriginalRow &row) { return row.instruction.offset; });
    differences("address", [](const OriginalRow &row) { return row.address; });
    column("depth",
           [](const OriginalRow &row) { return row.instruction.depth; });
    column("text", [](const OriginalRow &row) -> llvm::StringRef {
      return row.instruction.text;
    });
    json.attributeObject("line", [&] {
      for (size_t i = 0; i < rows.size(); ++i)
        if (!rows[i].line.empty())
          json.attribute(std::to_string(i), llvm::json::fixUTF8(rows[i].line));
    });
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
    inColumns ? printOriginalColumns() : printOriginal();
  if (facts->safepoints[f].empty())
    return;
  printSafepoints();
  printGenerated();
}

} // namespace

void printListingMembers(const Inspected &what, uint32_t function,
                         llvm::json::OStream &json) {
  ListingPrinter(what, function, json, false).print();
}

void printListingJson(const Inspected &what, uint32_t function,
                      llvm::raw_ostream &out) {
  llvm::json::OStream json(out);
  json.object([&] { ListingPrinter(what, function, json, true).print(); });
}

} // namespace ireko
