//===- validator_bytes.h - Reading bytes, and the first thing wrong -------===//
//
// A Diagnosis keeps the first failure; the reader over a range of bytes reports
// into it. After a failure every read returns 0 and the range is empty, so that
// loops end by themselves and callers check once, not after every read.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_VALIDATOR_BYTES_H
#define IREKO_REWRITER_VALIDATOR_BYTES_H

#include "error.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace ireko {

struct Diagnosis {
  /// Set by those who walk the module, copied into the error.
  std::string section;
  std::optional<uint32_t> function;

  bool failed = false;
  Place place;
  std::string what;
  std::string advice;

  /// Notes the failure if it is the first; returns false for `return fail()`.
  bool fail(uint64_t offset, std::string what, std::string advice = {});

  /// A feature that the tool does not support; \p detail tells what shows it.
  bool unsupported(uint64_t offset, llvm::StringRef feature,
                   llvm::StringRef detail);
};

class ByteReader {
public:
  /// Reads \p bytes, which lie at \p fileOffset; \p container is what errors
  /// call the range ("section").
  ByteReader(llvm::ArrayRef<uint8_t> bytes, uint64_t fileOffset,
             const char *container, Diagnosis &diagnosis)
      : base(bytes.data()), at(bytes.data()), end(bytes.data() + bytes.size()),
        fileOffset(fileOffset), container(container), diagnosis(diagnosis) {}

  bool ok() const { return !diagnosis.failed; }
  bool atEnd() const { return at == end; }
  uint64_t offset() const { return fileOffset + uint64_t(at - base); }
  uint64_t remaining() const { return uint64_t(end - at); }

  /// Of the next byte; there must be one.
  uint8_t peek() const { return *at; }

  uint8_t u8() {
    if (at == end) {
      failAtEnd();
      return 0;
    }
    return *at++;
  }
  uint32_t u32() {
    // Most integers are short.
    if (at != end && *at < 0x80)
      return *at++;
    return uint32_t(leb(32, false));
  }
  int32_t s32() { return int32_t(leb(32, true)); }
  int64_t s33() { return int64_t(leb(33, true)); }
  int64_t s64() { return int64_t(leb(64, true)); }

  /// The next \p size bytes.
  llvm::ArrayRef<uint8_t> bytes(uint64_t size);
  void skip(uint64_t size) { (void)bytes(size); }
  /// A vector of bytes that must be UTF-8.
  llvm::StringRef name();
  /// A reader of the next \p size bytes, which are skipped here.
  ByteReader range(uint64_t size, const char *container);
  /// The number of elements of a vector. Each takes at least one byte, so a
  /// count beyond the remaining bytes is refused before it costs memory.
  uint32_t count(const char *what, uint32_t limit);

  bool fail(uint64_t offset, std::string what, std::string advice = {});
  bool unsupported(uint64_t offset, llvm::StringRef feature,
                   llvm::StringRef detail);

private:
  uint64_t leb(unsigned bits, bool isSigned);
  void failAtEnd();

  const uint8_t *base;
  const uint8_t *at;
  const uint8_t *end;
  uint64_t fileOffset;
  const char *container;
  Diagnosis &diagnosis;
};

/// "0x" and lower-case digits.
std::string hex(uint64_t value);

/// Whether all of \p text is UTF-8.
bool isUtf8(llvm::StringRef text);

} // namespace ireko

#endif // IREKO_REWRITER_VALIDATOR_BYTES_H
