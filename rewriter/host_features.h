//===- host_features.h - What a bundle may ask of its host ----------------===//
//
// --host-features names the features of WebAssembly that a bundle may use.
// Where the program uses others, they are lowered (lower_features.cpp,
// cold_memory.cpp), and where that is not possible, packing fails here with
// the place.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_HOST_FEATURES_H
#define IREKO_REWRITER_HOST_FEATURES_H

#include <string>

#include "wasm-features.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace ireko {

struct Program;
struct SourceModule;

struct HostFeatures {
  /// Besides the named ones, whatever the program itself uses.
  bool programs = true;
  wasm::FeatureSet named = wasm::FeatureSet::MVP;

  /// Whether an operator of this feature may stay as it is, if it occurs in
  /// the program.
  bool allow(wasm::FeatureSet feature) const {
    return programs || named.has(feature);
  }
  /// Whether the user has asked for it, so that bundles may use it where the
  /// program does not.
  bool name(wasm::FeatureSet feature) const { return named.has(feature); }
  /// All that the bundle may use; \p program: what the program may.
  wasm::FeatureSet together(wasm::FeatureSet program) const {
    return programs ? wasm::FeatureSet(program | named) : named;
  }
};

/// Parses "mvp", "all", "default" and names of features, separated by commas:
/// all of them together. A failure is a UsageError.
llvm::Expected<HostFeatures> parseHostFeatures(llvm::StringRef text);

/// The help of the option's value: all names, in lines of at most 79 columns.
std::string hostFeaturesHelp();

/// Fails if the bundle of a planned program would need more than \p features:
/// what neither lowering nor code generation can do without.
llvm::Error checkHostFeatures(const Program &program,
                              const SourceModule &source,
                              const HostFeatures &features);

} // namespace ireko

#endif // IREKO_REWRITER_HOST_FEATURES_H
