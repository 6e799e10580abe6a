//===- reader.h - From a file to a module
//----------------------------------===//
//
// The front door of the tool: any bytes become a validated module or one
// precise error.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_READER_H
#define IREKO_REWRITER_READER_H

#include "validator.h"

#include "wasm.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ireko {

/// A module that was read, and what it was read from.
struct SourceModule {
  /// What errors call it: the path, or "standard input".
  std::string path;
  /// The binary form. For a text file it is made from it, and its offsets mean
  /// nothing to the user.
  std::vector<uint8_t> bytes;
  bool fromText = false;
  BinaryInfo info;
  /// Function index i is module->functions[i], imports first. Custom sections
  /// are not in it. The names of functions are those of the name section where
  /// it has them (made unique), else numbers.
  /// The functions of a bundle have no code here.
  std::unique_ptr<wasm::Module> module;
  /// The file offset of \p expression in \p function, for those instructions
  /// that BinaryInfo::landmarks lists, and for those of located functions
  /// (readModuleFromBytes). They carry it as the line number of
  /// their debug location, so that Binaryen keeps it where it replaces them.
  static std::optional<uint64_t> offsetOf(const wasm::Function &function,
                                          wasm::Expression *expression);
};

/// The features a module may use: exactly those the validator lets pass.
wasm::FeatureSet supportedFeatures();

/// The bytes of a file; "-" is standard input.
llvm::Expected<std::vector<uint8_t>> loadFile(llvm::StringRef path);

/// Reads a binary or text module; "-" is standard input.
llvm::Expected<SourceModule> readModule(llvm::StringRef path);

/// The same for bytes at hand, called \p name in errors. The instructions of
/// function \p located, its name or index, all have offsets (offsetOf), not
/// only the landmarks; if that is empty, those of all functions.
llvm::Expected<SourceModule>
readModuleFromBytes(std::vector<uint8_t> bytes, llvm::StringRef name,
                    std::optional<llvm::StringRef> located = {});

} // namespace ireko

#endif // IREKO_REWRITER_READER_H
