//===- cli.h - The command line -------------------------------------------===//
//
// What the user asked for, as data. Parsing has no effects; main.cpp acts.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_CLI_H
#define IREKO_REWRITER_CLI_H

#include "generic_vm.h"
#include "hosts.h"
#include "pack.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace ireko {

enum class Command {
  kPrint,
  kPack,
  kRun,
  kInspect,
  kDiff,
  kVerify,
  kSymbolize,
  kLower,
  kVm,
  kHosts
};

struct CommandLine {
  Command command = Command::kPrint;
  /// kPrint: help or the version, to be printed as it is.
  std::string text;
  /// A module, binary or text, a bundle or a program file, as the command has
  /// it; "-" is standard input.
  std::string input;
  /// kPack, kLower, kVm, kInspect, kDiff: where the result goes; "-" is
  /// standard output.
  std::string output;
  /// kPack, kRun, kInspect.
  PackOptions pack;
  /// kVm.
  GenericVmOptions vm;
  /// kRun: name of the host, empty for the first one that is there.
  std::string host;
  /// kRun: do not pack.
  bool plain = false;
  /// kPack, kInspect: the file with the profile to use; kRun: where the profile
  /// goes. Empty for none.
  std::string profile;
  /// kRun; without the types, which the module has.
  Invocation invocation;
  /// kPack: where the map goes; empty: nowhere.
  std::string map;
  /// kSymbolize, whose input is a map; empty: standard input's lines.
  std::vector<std::string> texts;
  /// kInspect.
  InspectOptions inspect;
  /// kDiff: the two that are compared, as if each were inspected.
  std::vector<CommandLine> sides;
  /// Of a side: its options as they were given.
  std::string optionText;
  /// kPack, kLower, kVm: print nothing but errors.
  bool quiet = false;
  /// All but kHosts: print a line a phase, with time and memory.
  bool verbose = false;
};

/// Parses what follows the program's name. All errors are UsageErrors.
llvm::Expected<CommandLine>
parseCommandLine(llvm::ArrayRef<const char *> arguments);

/// Parses a number of bytes with an optional suffix k or m (times 1024, times
/// 1024 * 1024), in either case.
llvm::Expected<uint32_t> parseSize(llvm::StringRef text);

} // namespace ireko

#endif // IREKO_REWRITER_CLI_H
