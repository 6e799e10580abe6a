#include "rewriter/disassemble.h"

#include "rewriter/function_filter.h"
#include "rewriter/handler_text.h"
#include "rewriter/validator_bytes.h"
#include "llvm/Support/Format.h"

namespace ireko {

std::map<uint32_t, uint32_t> locationsOf(const ImageFile &file,
                                         uint32_t function) {
  std::map<uint32_t, uint32_t> locations;
  FunctionRecord record = file.record(function);
  if (!record.locations)
    return locations;
  Diagnosis diagnosis;
  ByteReader list(llvm::ArrayRef(file.image).drop_front(record.locations),
                  record.locations, "the location list", diagnosis);
  uint32_t pc = record.entry - 1, offset = 0;
  while (uint32_t distance = list.u32()) {
    pc += distance;
    offset += uint32_t(list.s33());
    locations[pc] = offset;
  }
  return locations;
}

namespace {

void printFunction(const ImageFile &file, uint32_t index,
                   llvm::raw_ostream &out) {
  out << "function " << file.label(index);
  if (!file.hasCode(index)) {
    out << ": imported\n\n";
    return;
  }
  uint32_t entry = file.record(index).entry;
  out << ": frame of " << file.frameBytes(index) / kSlotBytes << " slots, "
      << file.codeLimit(index) - entry << " bytes of code\n";
  ImageCode code(file);
  HandlerText text(file);
  Labels labels = labelsOf(file, index);
  auto locations = locationsOf(file, index);
  constexpr unsigned kColumn = 22;
  auto error = code.forEachInstruction(index, [&](const Instruction &found) {
    if (auto it = labels.find(found.at); it != labels.end())
      out << "  " << it->second << ":\n";
    std::string prefix;
    llvm::raw_string_ostream(prefix)
        << "    " << llvm::format_hex_no_prefix(found.at, 6) << " "
        << (found.handler->fused ? "fused " : "h") << found.number;
    auto lines = text.instruction(found, labels);
    if (auto it = locations.find(found.at); it != locations.end())
      lines.back() += "  ;; at " + hex(it->second);
    out << prefix;
    unsigned indent = prefix.size() < kColumn ? kColumn - prefix.size() : 1;
    for (const std::string &line : lines) {
      out.indent(indent) << line << "\n";
      indent = kColumn;
    }
    return llvm::Error::success();
  });
  llvm::consumeError(std::move(error)); // verified
  out << "\n";
}

} // namespace

llvm::Error disassemble(const ImageFile &file, llvm::StringRef only,
                        llvm::raw_ostream &out) {
  const ImageHeader &header = file.header();
  FunctionFilter filter(only);
  auto nameOf = [&](uint32_t f) { return file.name(f); };
  if (auto error = filter.check(header.functionCount, nameOf, file.path))
    return error;
  for (uint32_t f = 0; f < header.functionCount; ++f)
    if (filter.has(f, file.name(f)))
      printFunction(file, f, out);
  return llvm::Error::success();
}

} // namespace ireko
