//===- error.h - What goes wrong, and how it is said ----------------------===//
//
// Everything the tool refuses travels as an llvm::Error up to the command
// line, where reportError prints it on one line and chooses the exit code:
//
//   ireko: error: FILE: at 0x1f3 in function 12 <foo>: what is wrong (advice)
//   ireko: error: FILE:3:14: what is wrong (advice)
//
// InputError is a fault of a file (or of the place a file should go), and ends
// with exit code 1. UsageError is a fault of the command line: exit code 2.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_ERROR_H
#define IREKO_REWRITER_ERROR_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>

namespace ireko {

/// Where in a file something is wrong. Each part may be absent.
struct Place {
  /// Byte offset from the start of the file.
  std::optional<uint64_t> offset;
  /// Name of the section ("import", "code"), not used with a function.
  std::string section;
  /// Index in the module's function index space, imports included.
  std::optional<uint32_t> function;
  /// Name of that function, empty if it has none.
  std::string functionName;
  /// For text files, both counted from 1; 0 if not known.
  uint32_t line = 0;
  uint32_t column = 0;

  static Place at(uint64_t offset) { return {offset, {}, {}, {}, 0, 0}; }
};

class InputError : public llvm::ErrorInfo<InputError> {
public:
  static char ID;

  InputError(std::string file, Place place, std::string what,
             std::string advice = {})
      : file(std::move(file)), place(std::move(place)), what(std::move(what)),
        advice(std::move(advice)) {}

  void log(llvm::raw_ostream &out) const override;
  std::error_code convertToErrorCode() const override;

  std::string file;
  Place place;
  std::string what;
  std::string advice;
};

class UsageError : public llvm::ErrorInfo<UsageError> {
public:
  static char ID;

  explicit UsageError(std::string what, std::string advice = {})
      : what(std::move(what)), advice(std::move(advice)) {}

  void log(llvm::raw_ostream &out) const override;
  std::error_code convertToErrorCode() const override;

  std::string what;
  std::string advice;
};

llvm::Error inputError(llvm::StringRef file, Place place, std::string what,
                       std::string advice = {});
llvm::Error inputError(llvm::StringRef file, std::string what,
                       std::string advice = {});
llvm::Error usageError(std::string what, std::string advice = {});

/// \p text with everything that could break the line or fool a terminal
/// (control characters, bytes that are not UTF-8, bidirectional overrides)
/// written as \xNN, and cut with "..." after \p maxBytes bytes of output.
std::string printable(llvm::StringRef text, size_t maxBytes);

/// A name taken from a module, made printable and short.
std::string printableName(llvm::StringRef name);

/// Prints each error of \p error as one "ireko: error: ..." line and returns
/// the process's exit code: 0 for success, 2 if one was a UsageError, else 1.
int reportError(llvm::Error error, llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_ERROR_H
