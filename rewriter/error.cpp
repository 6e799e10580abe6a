//===- error.cpp - What goes wrong, and how it is said --------------------===//
//
// Rendering of errors. Names and paths come from hostile files, so whatever is
// printed passes through printable() first.
//
//===----------------------------------------------------------------------===//

#include "error.h"

#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

namespace ireko {

char InputError::ID = 0;
char UsageError::ID = 0;

namespace {

/// Longest name, path and sentence printed, in bytes. A name only has to be
/// recognised; a path is needed whole, and Linux limits it to 4096 bytes.
constexpr size_t kMaxName = 80;
constexpr size_t kMaxPath = 4096;
constexpr size_t kMaxSentence = 600;

/// Code points that would move the cursor, break the line or reorder it.
bool isHarmful(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 ||
         c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/// Decodes the sequence at the start of \p text into \p codePoint and returns
/// its length, or 0 if it is not valid UTF-8.
size_t decodeUtf8(llvm::StringRef text, uint32_t &codePoint) {
  const auto *begin = reinterpret_cast<const llvm::UTF8 *>(text.data());
  const llvm::UTF8 *at = begin;
  llvm::UTF32 decoded = 0;
  if (llvm::convertUTF8Sequence(&at, begin + text.size(), &decoded,
                                llvm::strictConversion) != llvm::conversionOK)
    return 0;
  codePoint = decoded;
  return at - begin;
}

void logAdvice(llvm::raw_ostream &out, const std::string &advice) {
  if (!advice.empty())
    out << " (" << printable(advice, kMaxSentence) << ")";
}

void logPlace(llvm::raw_ostream &out, const Place &place) {
  if (place.line)
    out << ":" << place.line << ":" << place.column;
  const char *separator = ": ";
  if (place.offset) {
    out << separator << llvm::formatv("at {0:x}", *place.offset);
    separator = " ";
  }
  if (place.function) {
    out << separator << "in function " << *place.function;
    if (!place.functionName.empty())
      out << " <" << printableName(place.functionName) << ">";
  } else if (!place.section.empty()) {
    out << separator << "in the " << printableName(place.section) << " section";
  }
}

} // namespace

std::string printable(llvm::StringRef text, size_t maxBytes) {
  std::string result;
  while (!text.empty()) {
    uint32_t codePoint = 0;
    size_t length = decodeUtf8(text, codePoint);
    bool plain = length && !isHarmful(codePoint);
    if (!length)
      length = 1;
    std::string piece;
    if (plain)
      piece = text.take_front(length).str();
    else
      for (char c : text.take_front(length))
        piece += llvm::formatv("\\x{0:x-2}", uint8_t(c)).str();
    if (result.size() + piece.size() > maxBytes)
      return result + "...";
    result += piece;
    text = text.drop_front(length);
  }
  return result;
}

std::string printableName(llvm::StringRef name) {
  return printable(name, kMaxName);
}

void InputError::log(llvm::raw_ostream &out) const {
  out << printable(file, kMaxPath);
  logPlace(out, place);
  out << ": " << printable(what, kMaxSentence);
  logAdvice(out, advice);
}

std::error_code InputError::convertToErrorCode() const {
  return std::make_error_code(std::errc::invalid_argument);
}

void UsageError::log(llvm::raw_ostream &out) const {
  out << printable(what, kMaxSentence);
  logAdvice(out, advice);
}

std::error_code UsageError::convertToErrorCode() const {
  return std::make_error_code(std::errc::invalid_argument);
}

llvm::Error inputError(llvm::StringRef file, Place place, std::string what,
                       std::string advice) {
  return llvm::make_error<InputError>(file.str(), std::move(place),
                                      std::move(what), std::move(advice));
}

llvm::Error inputError(llvm::StringRef file, std::string what,
                       std::string advice) {
  return inputError(file, Place(), std::move(what), std::move(advice));
}

llvm::Error usageError(std::string what, std::string advice) {
  return llvm::make_error<UsageError>(std::move(what), std::move(advice));
}

int reportError(llvm::Error error, llvm::raw_ostream &out) {
  int exitCode = 0;
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    out << "ireko: error: " << printable(info.message(), 2 * kMaxPath) << "\n";
    if (info.isA<UsageError>())
      exitCode = 2;
    else if (!exitCode)
      exitCode = 1;
  });
  return exitCode;
}

} // namespace ireko
