//===- wasm_bytes.h - Writing binary modules in tests ---------------------===//
//
// Just enough to spell a module byte by byte without counting sizes.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_TESTS_UNIT_WASM_BYTES_H
#define IREKO_TESTS_UNIT_WASM_BYTES_H

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace ireko::test {

using Bytes = std::vector<uint8_t>;

inline Bytes operator+(Bytes left, const Bytes &right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline Bytes leb(uint64_t value) {
  Bytes result;
  for (; value >= 0x80; value >>= 7)
    result.push_back(uint8_t(value | 0x80));
  result.push_back(uint8_t(value));
  return result;
}

/// Bytes with their number before them.
inline Bytes sized(const Bytes &bytes) { return leb(bytes.size()) + bytes; }

inline Bytes text(const std::string &text) {
  return sized(Bytes(text.begin(), text.end()));
}

inline Bytes section(uint8_t id, const Bytes &contents) {
  return Bytes{id} + sized(contents);
}

inline Bytes custom(const std::string &name, const Bytes &contents) {
  return section(0, text(name) + contents);
}

inline Bytes module(std::initializer_list<Bytes> sections) {
  Bytes result = {0, 'a', 's', 'm', 1, 0, 0, 0};
  for (const Bytes &bytes : sections)
    result = result + bytes;
  return result;
}

/// A function type.
inline Bytes signature(const Bytes &params, const Bytes &results) {
  return Bytes{0x60} + sized(params) + sized(results);
}

/// A function body without locals of its own, in a code section of one.
inline Bytes codeOf(const Bytes &instructions) {
  return section(10, Bytes{1} + sized(Bytes{0} + instructions + Bytes{0x0b}));
}

/// A module with one function of type \p params -> \p results.
inline Bytes moduleWith(const Bytes &params, const Bytes &results,
                        const Bytes &instructions) {
  return module({section(1, Bytes{1} + signature(params, results)),
                 section(3, {1, 0}), codeOf(instructions)});
}

inline constexpr uint8_t kI32 = 0x7f;
inline constexpr uint8_t kI64 = 0x7e;
inline constexpr uint8_t kF32 = 0x7d;
inline constexpr uint8_t kF64 = 0x7c;
inline constexpr uint8_t kV128 = 0x7b;

} // namespace ireko::test

#endif // IREKO_TESTS_UNIT_WASM_BYTES_H
