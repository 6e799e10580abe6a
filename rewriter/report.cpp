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
  Report(const Inspected &what, llvm::function_ref<bool(uint32_t)> listed,
         llvm::raw_ostream &out)
      : what(what), listed(listed), out(out) {}

  void print();

private:
  void printOverview();
  void printListings();
  void printHandlers();
  void
  printPieces(llvm::StringRef name, uint32_t count,
              llvm::function_ref<bool(uint32_t)> has,
              llvm::function_ref<void(uint32_t, llvm::raw_ostream &)> print);

  const Inspected &what;
  llvm::function_ref<bool(uint32_t)> listed;
  llvm::raw_ostream &out;
};

// The whole JSON without what is in the pieces below.
void Report::printOverview() {
  std::string text;
  llvm::raw_string_ostream json(text);
  printJson(
      what, JsonParts::WithoutListings, [](uint32_t) { return false; }, json);
  printPiece("id=\"data\"", text, out);
}

// Objects with what is printed for some of `count` things, by index, in order.
void Report::printPieces(
    llvm::StringRef name, uint32_t count,
    llvm::function_ref<bool(uint32_t)> has,
    llvm::function_ref<void(uint32_t, llvm::raw_ostream &)> print) {
  std::string text;
  llvm::raw_string_ostream json(text);
  uint32_t first = 0;
  auto end = [&](uint32_t next) {
    if (!text.empty())
      printPiece("class=\"" + name + "\" data-first=\"" + llvm::Twine(first) +
                     "\" data-next=\"" + llvm::Twine(next) + "\"",
                 text + "}", out);
    first = next;
    text.clear();
  };
  for (uint32_t i = 0; i < count; ++i) {
    if (!has(i))
      continue;
    json << (text.empty() ? "{" : ",") << "\"" << i << "\":";
    print(i, json);
    if (text.size() > kPieceBytes)
      end(i + 1);
  }
  end(count);
}

void Report::printListings() {
  printPieces(
      "listing", what.file.header().functionCount,
      [&](uint32_t f) { return what.file.hasCode(f) && listed(f); },
      [&](uint32_t f, llvm::raw_ostream &json) {
        printListingJson(what, f, json);
      });
}

void Report::printHandlers() {
  printPieces(
      "code", what.file.code.size(), [](uint32_t) { return true; },
      [&](uint32_t i, llvm::raw_ostream &json) {
        printHandlerCodeJson(what, i, json);
      });
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
      printHandlers();
    } else {
      out << line << "\n";
    }
  }
}

} // namespace

void printReport(const Inspected &what,
                 llvm::function_ref<bool(uint32_t)> listed,
                 llvm::raw_ostream &out) {
  Report(what, listed, out).print();
}

} // namespace ireko
