#include "rewriter/handler_code.h"

#include "rewriter/handlers.h"
#include "rewriter/original_code.h"
#include "llvm/ADT/StringExtras.h"

namespace ireko {

namespace {

NameMap dispatchLocals() {
  NameMap names;
  names.entries = {{kPc, "pc"},
                   {kFp, "fp"},
                   {kCount, "count"},
                   {kHandler, "handler"},
                   {kTrap, "trap"}};
  return names;
}

// A function with handlers from `first` on, behind the instruction `jump`.
struct DispatchPage {
  std::vector<OriginalInstruction> code;
  size_t jump = 0;
  uint32_t first = 0, count = 0;
};

// Of the targets of a br_table those but the last, if each is the block around
// the one before it.
uint32_t nestedTargets(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef> words;
  text.split(words, " $");
  uint32_t count = words.size() - 2, last = 0;
  if (words.size() < 3)
    return 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t label;
    if (words[i + 1].getAsInteger(10, label) || (i && label + 1 != last))
      return 0;
    last = label;
  }
  return count;
}

// The first handler is HALT.
bool isHalt(llvm::ArrayRef<OriginalInstruction> code) {
  return code.size() > 5 && code[0].text == "end" &&
         code[1].text == "local.get $count" &&
         llvm::StringRef(code[2].text).starts_with("global.set ") &&
         llvm::StringRef(code[3].text).starts_with("i32.const ") &&
         code[4].text == "return";
}

std::optional<DispatchPage> pageIn(std::vector<OriginalInstruction> code) {
  for (size_t i = 0; i < code.size(); ++i) {
    llvm::StringRef text = code[i].text;
    if (!text.starts_with("br_table "))
      continue;
    DispatchPage page;
    page.count = nestedTargets(text);
    page.jump = i;
    llvm::StringRef number = i > 1 ? llvm::StringRef(code[i - 2].text) : "";
    if (i && code[i - 1].text == "i32.sub" &&
        number.consume_front("i32.const "))
      if (number.getAsInteger(10, page.first))
        return std::nullopt;
    bool isPage =
        page.count && (page.first || isHalt(llvm::ArrayRef(code).slice(i + 1)));
    if (!isPage)
      return std::nullopt;
    page.code = std::move(code);
    return page;
  }
  return std::nullopt;
}

// Behind the jump each block ends, and the code of its handler follows.
void takeCode(const DispatchPage &page, std::vector<HandlerCode> &handlers) {
  uint32_t depth = page.code[page.jump].depth; // blocks around the jump
  uint32_t ended = 0;
  HandlerCode *handler = nullptr;
  uint32_t begin = 0;
  for (size_t i = page.jump + 1; i < page.code.size(); ++i) {
    const OriginalInstruction &at = page.code[i];
    if (at.text == "end" && at.depth + 1 + ended == depth) {
      if (handler)
        handler->bytes = at.offset - begin;
      if (ended == page.count)
        return;
      handler = &handlers[page.first + ended++];
      begin = at.offset + 1;
      continue;
    }
    if (handler)
      handler->lines.push_back(
          std::string(2 * (at.depth + ended - depth), ' ') + at.text);
  }
}

} // namespace

std::vector<HandlerCode> findHandlerCode(const SourceModule &bundle,
                                         uint32_t count) {
  std::vector<HandlerCode> handlers(count);
  // The pages stand one behind the other, and the last one of them near the
  // end.
  uint32_t missing = count;
  for (uint32_t f = bundle.info.functions;
       missing && f-- > bundle.info.importedFunctions;) {
    auto page = pageIn(originalCode(bundle, f, dispatchLocals()));
    if (!page || page->first + page->count != missing)
      continue;
    takeCode(*page, handlers);
    missing = page->first;
  }
  if (missing)
    handlers.clear();
  return handlers;
}

} // namespace ireko
