#include "rewriter/report.h"

#include "rewriter/inspect_json.h"
#include "rewriter/report_assets.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Base64.h"
#include "llvm/Support/Compression.h"

namespace ireko {

namespace {

// Of text, before compression: enough to compress well, and unpacked within
// some ten milliseconds.
constexpr size_t kPieceBytes = 512 << 10;

// Text that is no script: a browser does nothing with it. `attributes` says
// which it is.
void printPiece(const llvm::Twine &attributes, llvm::StringRef text,
                llvm::raw_ostream &out) {
  llvm::SmallVector<uint8_t, 0> packed;
  llvm::compression::zlib::compress(llvm::arrayRefFromStringRef(text), packed);
  out << "<script type=\"text/plain\" " << attributes << ">"
      << llvm::encodeBase64(packed) << "</script>\n";
}

class Report {
public:
  Report(const ImageFile &file, const ModuleFacts *facts,
         llvm::function_ref<bool(uint32_t)> listed, llvm::raw_ostream &out)
      : file(file), facts(facts), listed(listed), out(out) {}

  void print();

private:
  void printOverview();
  void printListings();

  const ImageFile &file;
  const ModuleFacts *facts;
  llvm::function_ref<bool(uint32_t)> listed;
  llvm::raw_ostream &out;
};

// The whole JSON without instructions.
void Report::printOverview() {
  std::string text;
  llvm::raw_string_ostream json(text);
  printJson(file, facts, [](uint32_t) { return false; }, json);
  printPiece("id=\"data\"", text, out);
}

// Objects with the instructions of some functions, by index, in order.
void Report::printListings() {
  std::string text;
  llvm::raw_string_ostream json(text);
  uint32_t first = 0;
  auto end = [&](uint32_t next) {
    if (!text.empty())
      printPiece("class=\"listing\" data-first=\"" + llvm::Twine(first) +
                     "\" data-next=\"" + llvm::Twine(next) + "\"",
                 text + "}", out);
    first = next;
    text.clear();
  };
  uint32_t count = file.header().functionCount;
  for (uint32_t f = 0; f < count; ++f) {
    if (!file.hasCode(f) || !listed(f))
      continue;
    json << (text.empty() ? "{" : ",") << "\"" << f << "\":";
    printListingJson(file, facts, f, json);
    if (text.size() > kPieceBytes)
      end(f + 1);
  }
  end(count);
}

void Report::print() {
  llvm::StringRef rest = reportPage();
  while (!rest.empty()) {
    auto [line, behind] = rest.split('\n');
    rest = behind;
    if (line == "@style@") {
      out << reportStyle();
    } else if (line == "@libraries@") {
      for (llvm::StringRef script : reportLibraries())
        out << "<script>" << script << "</script>\n";
    } else if (line == "@script@") {
      for (llvm::StringRef script : reportScripts())
        out << script;
    } else if (line == "@overview@") {
      printOverview();
    } else if (line == "@listings@") {
      printListings();
    } else {
      out << line << "\n";
    }
  }
}

} // namespace

void printReport(const ImageFile &file, const ModuleFacts *facts,
                 llvm::function_ref<bool(uint32_t)> listed,
                 llvm::raw_ostream &out) {
  Report(file, facts, listed, out).print();
}

} // namespace ireko
