//===- validator_bytes.cpp - Reading bytes, and the first thing wrong -----===//
//
// Decoding of integers and names, as strict as the specification's grammar.
//
//===----------------------------------------------------------------------===//

#include "validator_bytes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"

namespace ireko {

bool Diagnosis::fail(uint64_t offset, std::string what, std::string advice) {
  if (failed)
    return false;
  failed = true;
  place = Place::at(offset);
  place.section = section;
  place.function = function;
  this->what = std::move(what);
  this->advice = std::move(advice);
  return false;
}

bool Diagnosis::unsupported(uint64_t offset, llvm::StringRef feature,
                            llvm::StringRef detail) {
  return fail(offset, (feature + " not supported: " + detail).str(),
              "build the program without this feature");
}

bool ByteReader::fail(uint64_t offset, std::string what, std::string advice) {
  diagnosis.fail(offset, std::move(what), std::move(advice));
  at = end;
  return false;
}

bool ByteReader::unsupported(uint64_t offset, llvm::StringRef feature,
                             llvm::StringRef detail) {
  diagnosis.unsupported(offset, feature, detail);
  at = end;
  return false;
}

void ByteReader::failAtEnd() {
  fail(offset(), std::string("unexpected end of the ") + container,
       "the file is truncated or damaged");
}

uint64_t ByteReader::leb(unsigned bits, bool isSigned) {
  uint64_t start = offset();
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    uint8_t byte = u8();
    if (!ok())
      return 0;
    unsigned usable = std::min(7u, bits - shift);
    value |= uint64_t(byte & 0x7f) << shift;
    bool more = byte & 0x80;
    if (usable < 7) {
      // The last byte there can be: no continuation, and the bits beyond the
      // type repeat its sign (are zero if unsigned).
      if (more) {
        fail(start, "malformed integer: representation too long");
        return 0;
      }
      uint8_t above = uint8_t(0x7f << usable) & 0x7f;
      bool negative = isSigned && (byte >> (usable - 1)) & 1;
      if ((byte & above) != (negative ? above : 0)) {
        fail(start, "malformed integer: does not fit in " + llvm::utostr(bits) +
                        " bits");
        return 0;
      }
    }
    if (more)
      continue;
    if (isSigned && (byte & 0x40) && shift + 7 < 64)
      value |= ~uint64_t(0) << (shift + 7);
    return value;
  }
}

llvm::ArrayRef<uint8_t> ByteReader::bytes(uint64_t size) {
  if (size > remaining()) {
    failAtEnd();
    return {};
  }
  const uint8_t *start = at;
  at += size;
  return {start, size_t(size)};
}

llvm::StringRef ByteReader::name() {
  uint32_t size = u32();
  uint64_t start = offset();
  llvm::ArrayRef<uint8_t> data = bytes(size);
  llvm::StringRef text(reinterpret_cast<const char *>(data.data()),
                       data.size());
  if (ok() && !isUtf8(text)) {
    fail(start, "malformed name: not UTF-8");
    return {};
  }
  return text;
}

ByteReader ByteReader::range(uint64_t size, const char *inner) {
  uint64_t start = offset();
  return ByteReader(bytes(size), start, inner, diagnosis);
}

uint32_t ByteReader::count(const char *what, uint32_t limit) {
  uint64_t start = offset();
  uint32_t result = u32();
  if (!ok())
    return 0;
  if (result > limit) {
    fail(start,
         llvm::utostr(result) + " " + what + ", more than the limit of " +
             llvm::utostr(limit),
         "split the program");
    return 0;
  }
  if (result > remaining()) {
    fail(start,
         llvm::utostr(result) + " " + what + " announced, but only " +
             llvm::utostr(remaining()) + " bytes left in the " + container,
         "the file is truncated or damaged");
    return 0;
  }
  return result;
}

std::string hex(uint64_t value) {
  return "0x" + llvm::utohexstr(value, /*LowerCase=*/true);
}

bool isUtf8(llvm::StringRef text) {
  const auto *at = reinterpret_cast<const llvm::UTF8 *>(text.data());
  return llvm::isLegalUTF8String(&at, at + text.size());
}

} // namespace ireko
