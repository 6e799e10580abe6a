#include <algorithm>
#include <numeric>

#include "rewriter/error.h"
#include "rewriter/handler_text.h"
#include "rewriter/inspect_profile.h"
#include "rewriter/inspect_text.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

namespace ireko {

namespace {

std::vector<uint32_t> sorted(const Inspected &what, HandlerOrder order) {
  const std::vector<HandlerCounts> &handlers = what.counts.handlers;
  auto key = [&](uint32_t i) -> double {
    const HandlerCounts &handler = handlers[i];
    switch (order) {
    case HandlerOrder::Benefit:
      return handler.saved(what.weighted());
    case HandlerOrder::Weight:
      return what.weighted() ? handler.weight : handler.uses;
    case HandlerOrder::Uses:
      return handler.uses;
    case HandlerOrder::Bytes:
      return handler.codeBytes;
    case HandlerOrder::Number:
      break;
    }
    return -double(i);
  };
  std::vector<uint32_t> numbers(handlers.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  std::stable_sort(numbers.begin(), numbers.end(),
                   [&](uint32_t a, uint32_t b) { return key(a) > key(b); });
  return numbers;
}

std::string nameOfHandler(const Inspected &what, uint32_t number) {
  bool fused = what.counts.handlers[number].kind == HandlerKind::Block;
  return (fused ? "fused " : "h") + std::to_string(number);
}

double saves(const Inspected &what, const HandlerCounts &handler) {
  return what.counts.savedShare(handler, what.weighted());
}

} // namespace

void printHandlers(const Inspected &what, HandlerOrder order,
                   llvm::raw_ostream &out) {
  bool sized = !what.file.code.empty(), profiled = what.profiled();
  HandlerText text(what.file);
  out << "handler       saves    share     uses operators"
      << (sized ? "  bytes" : "") << (profiled ? "          ran" : "")
      << "  does\n";
  for (uint32_t i : sorted(what, order)) {
    const HandlerCounts &handler = what.counts.handlers[i];
    std::string name = nameOfHandler(what, i);
    out << name;
    out.indent(name.size() < 11 ? 11 - name.size() : 1);
    out << percentText(saves(what, handler)) << "  "
        << percentText(what.counts.share(what.weighted() ? handler.weight
                                                         : handler.uses,
                                         what.weighted()))
        << llvm::format(" %8u %9u", handler.uses, handler.operators);
    if (sized)
      out << llvm::format(" %6u", handler.codeBytes);
    if (profiled)
      out << llvm::format(" %12llu", (unsigned long long)handler.count);
    out << "  " << llvm::join(text.pattern(i), "; ") << "\n";
  }
}

llvm::Error printHandler(const Inspected &what, uint32_t number,
                         llvm::raw_ostream &out) {
  const ImageFile &file = what.file;
  if (number >= what.counts.handlers.size())
    return inputError(
        file.path, "there is no handler " + std::to_string(number),
        "they are 0 to " + std::to_string(what.counts.handlers.size() - 1));
  const HandlerCounts &handler = what.counts.handlers[number];
  const HandlerInfo &info = file.table.handlers[number];
  HandlerText text(file);
  out << "handler " << number << ": " << nameOf(handler.kind) << ", "
      << handler.operators << " operators, " << handler.uses << " uses, saves "
      << llvm::StringRef(percentText(saves(what, handler))).ltrim()
      << " of the dispatches of single operators\n";
  if (what.profiled())
    out << "ran " << handler.count << " times"
        << (llvm::is_contained(unpaidHandlers(what.counts), number)
                ? ", and did not pay for its bytes"
                : "")
        << "\n";
  out << "\nDoes\n";
  for (const std::string &line : text.pattern(number))
    out << "  " << line << "\n";
  out << "\nAn instruction: " << info.bytes << " bytes"
      << (info.end == Terminator::Kind::Switch ? " and its targets" : "")
      << "\n"
      << "  at 0   handler    2 bytes\n";
  for (size_t i = 0; i < info.operands.size(); ++i) {
    const HandlerOperand &operand = info.operands[i];
    out << llvm::format("  at %-3u $%-2zu %-9s %u %s\n", operand.at, i,
                        nameOf(operand.kind), operand.bytes,
                        operand.bytes == 1 ? "byte" : "bytes");
  }
  out << "\nUsed most in\n";
  for (const HandlerCounts::Use &use : handler.functions)
    out << "  " << file.label(use.function) << ": " << use.uses << "\n";
  if (handler.functions.empty())
    out << "  nothing\n";
  if (file.code.empty())
    return llvm::Error::success();
  out << "\nGenerated code: " << handler.codeBytes << " bytes\n";
  for (const std::string &line : file.code[number].lines)
    out << "  " << line << "\n";
  return llvm::Error::success();
}

} // namespace ireko
