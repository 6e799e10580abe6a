//===- hosts.h - WebAssembly hosts on this machine ------------------------===//
//
// Which hosts there are, where they are, and how each one is told to run a
// module. Everything that differs between hosts is one row of the table in
// hosts.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_HOSTS_H
#define IREKO_REWRITER_HOSTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>
#include <vector>

namespace ireko {

/// A folder that the guest may use.
struct FolderMapping {
  std::string host;
  std::string guest;
};

/// What a host should do with a module.
struct Invocation {
  std::vector<FolderMapping> folders;
  /// "NAME=VALUE"; the guest sees no other variables.
  std::vector<std::string> environment;
  /// Name of the export to call instead of running a command; empty for none.
  std::string invoke;
  /// Types of its parameters and results ("i32", ...).
  std::vector<std::string> parameterTypes;
  std::vector<std::string> resultTypes;
  /// The program's arguments, or the parameters of the export.
  std::vector<std::string> arguments;
};

/// How a host is told about folders.
enum class FolderStyle {
  kOptionHostGuest, // OPTION HOST SEPARATOR GUEST
  kOptionSameName,  // OPTION HOST; the guest sees the same name
  kRunnerScript     // in the options of runner.mjs, like everything else
};

/// A kind of host: a row of the table.
struct HostKind {
  /// What --host takes.
  llvm::StringRef name;
  /// Environment variable that names the program, before all else.
  llvm::StringRef variable;
  /// Where toolchain/setup.sh puts it, under the cache root's hosts/; empty if
  /// set-up does not install it.
  llvm::StringRef cachePath;
  /// What it is called in PATH.
  llvm::StringRef program;
  /// The argument that makes it print its version.
  llvm::StringRef versionArgument;
  /// Arguments that come before all others.
  std::vector<llvm::StringRef> prefix;
  FolderStyle folderStyle;
  llvm::StringRef folderOption;
  llvm::StringRef folderSeparator;
  /// Option before "NAME=VALUE"; not used by kRunnerScript.
  llvm::StringRef environmentOption;
  /// Option before the name of an export; empty if the host can not call one.
  /// Of hosts with kRunnerScript only whether it is empty matters.
  llvm::StringRef invokeOption;
  /// How to get it.
  llvm::StringRef advice;

  bool usesRunner() const { return folderStyle == FolderStyle::kRunnerScript; }
};

/// All kinds, in the order in which `ireko run` prefers them.
llvm::ArrayRef<HostKind> hostKinds();

/// A host that is there.
struct Host {
  const HostKind *kind;
  std::string path;
};

/// Looks for a host: its environment variable, the cache, then PATH. A variable
/// that names no program is an error rather than passed over.
llvm::Expected<std::optional<Host>> findHost(const HostKind &kind);

/// The host called \p name, or if that is empty the first one that can do
/// \p invocation.
llvm::Expected<Host> chooseHost(llvm::StringRef name,
                                const Invocation &invocation);

/// The version that the host says it has, or "unknown".
std::string hostVersion(const Host &host);

/// The command to run \p module. \p runner is the path of runner.mjs, for the
/// hosts that use it.
std::vector<std::string> hostCommand(const Host &host,
                                     const Invocation &invocation,
                                     llvm::StringRef module,
                                     llvm::StringRef runner);

/// Prints what `ireko hosts` shows.
llvm::Error listHosts(llvm::raw_ostream &out);

} // namespace ireko

#endif // IREKO_REWRITER_HOSTS_H
