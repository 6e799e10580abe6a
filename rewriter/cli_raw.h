//===- cli_raw.h - The command line as it is written ----------------------===//
//
// What cli.cpp declares to CLI11 and cli_check.cpp makes a CommandLine of.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_CLI_RAW_H
#define IREKO_REWRITER_CLI_RAW_H

#include "cli.h"
#include "cli_shape.h"

#include <optional>

namespace ireko {

/// The parts of the command line that need a second look.
struct RawOptions {
  std::string level = "2";
  std::string vmSize;
  std::optional<std::string> stackSize;
  std::string layout = "single";
  std::string format = "text";
  std::string show, order;
  std::optional<int> jobs;
  std::string hostFeatures;
  std::string maxFunctionSize;
  std::string profile;
  std::string budget;
  bool noRegions = false;
  bool allRegions = false;
  std::string safepoints;
  std::string fuel;
  std::string imageSize = "24m";
  std::vector<std::string> folders;
  std::string shell;
  std::string other;
  std::string left, right;
  /// For completion.
  OptionWords words;
};

/// Fills in \p line what \p raw says.
llvm::Error checkOptions(CommandLine &line, const RawOptions &raw);

} // namespace ireko

#endif // IREKO_REWRITER_CLI_RAW_H
