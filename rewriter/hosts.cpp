//===- hosts.cpp - WebAssembly hosts on this machine ----------------------===//
//
// The table, and what is done with a row of it. A new host is a new row if it
// has options like the others.
//
//===----------------------------------------------------------------------===//

#include "hosts.h"

#include "error.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ireko {

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

llvm::ArrayRef<HostKind> hostKinds() {
  // name, variable, cachePath, program, versionArgument, prefix, folderStyle,
  // folderOption, folderSeparator, environmentOption, invokeOption, advice
  static const HostKind kinds[] = {
      {"wasmtime",
       "IREKO_HOST_WASMTIME",
       "wasmtime",
       "wasmtime",
       "--version",
       {"run"},
       FolderStyle::kOptionHostGuest,
       "--dir",
       "::",
       "--env",
       "--invoke",
       "run ./ireko once, which installs it"},
      {"node",
       "IREKO_HOST_NODE",
       "node26/node",
       "node",
       "--version",
       {"--no-warnings"},
       FolderStyle::kRunnerScript,
       "",
       "",
       "",
       "runner",
       "run ./test.sh once, which installs it, or apt-get install nodejs"},
      {"bun",
       "IREKO_HOST_BUN",
       "bun/bun",
       "bun",
       "--version",
       {"run"},
       FolderStyle::kRunnerScript,
       "",
       "",
       "",
       "runner",
       "run ./test.sh once, which installs it"},
      {"wazero",
       "IREKO_HOST_WAZERO",
       "wazero",
       "wazero",
       "version",
       {"run"},
       FolderStyle::kOptionHostGuest,
       "-mount",
       ":",
       "-env",
       "",
       "run ./test.sh once, which installs it"},
      {"wasmi",
       "IREKO_HOST_WASMI",
       "wasmi",
       "wasmi",
       "--version",
       {"run"},
       FolderStyle::kOptionSameName,
       "--dir",
       "",
       "--env",
       "--invoke",
       "run ./test.sh once, which installs it"},
      {"deno",
       "IREKO_HOST_DENO",
       "deno",
       "deno",
       "--version",
       {"run", "--quiet", "--allow-all"},
       FolderStyle::kRunnerScript,
       "",
       "",
       "",
       "runner",
       "run toolchain/setup.sh hosts once, which installs it"},
      // The machine's own, where set-up has installed a newer one.
      {"system-node",
       "IREKO_HOST_SYSTEM_NODE",
       "",
       "node",
       "--version",
       {"--no-warnings"},
       FolderStyle::kRunnerScript,
       "",
       "",
       "",
       "runner",
       "apt-get install nodejs"},
  };
  return kinds;
}

//===----------------------------------------------------------------------===//
// Finding
//===----------------------------------------------------------------------===//

namespace {

/// The folder that toolchain/setup.sh fills; empty if the environment names no
/// home.
std::string cacheRoot() {
  if (const char *root = std::getenv("IREKO_CACHE"))
    return root;
  if (const char *root = std::getenv("XDG_CACHE_HOME"))
    return std::string(root) + "/ireko";
  if (const char *home = std::getenv("HOME"))
    return std::string(home) + "/.cache/ireko";
  return {};
}

bool isProgram(const std::string &path) {
  return llvm::sys::fs::is_regular_file(path) &&
         ::access(path.c_str(), X_OK) == 0;
}

/// Looks through PATH for \p program. Not llvm::sys::findProgramByName, which
/// also accepts folders.
std::optional<std::string> findInPath(llvm::StringRef program) {
  const char *path = std::getenv("PATH");
  if (!path)
    return std::nullopt;
  llvm::SmallVector<llvm::StringRef> folders;
  llvm::StringRef(path).split(folders, ':');
  for (llvm::StringRef folder : folders) {
    std::string candidate =
        ((folder.empty() ? "." : folder) + "/" + program).str();
    if (isProgram(candidate))
      return candidate;
  }
  return std::nullopt;
}

} // namespace

llvm::Expected<std::optional<Host>> findHost(const HostKind &kind) {
  if (const char *chosen = std::getenv(kind.variable.str().c_str())) {
    if (isProgram(chosen))
      return Host{&kind, chosen};
    return inputError(chosen, "not a program, but " + kind.variable.str() +
                                  " names it");
  }
  if (!kind.cachePath.empty()) {
    std::string path = cacheRoot() + "/hosts/" + kind.cachePath.str();
    if (isProgram(path))
      return Host{&kind, path};
  }
  if (std::optional<std::string> path = findInPath(kind.program))
    return Host{&kind, *path};
  return std::nullopt;
}

namespace {

/// Why hosts of \p kind can not do \p invocation; empty if they can.
std::string whyNot(const HostKind &kind, const Invocation &invocation) {
  if (!invocation.invoke.empty() && kind.invokeOption.empty())
    return kind.name.str() + " can not call a single export";
  if (kind.folderStyle == FolderStyle::kOptionSameName)
    for (const FolderMapping &folder : invocation.folders)
      if (folder.host != folder.guest)
        return kind.name.str() + " can not give the folder '" + folder.host +
               "' another name";
  return {};
}

llvm::Error hostMissing(const std::string &what, llvm::StringRef advice) {
  return llvm::createStringError(what + " (" + advice + ")");
}

} // namespace

llvm::Expected<Host> chooseHost(llvm::StringRef name,
                                const Invocation &invocation) {
  std::string names;
  std::string reasons;
  for (const HostKind &kind : hostKinds()) {
    names += (names.empty() ? "" : ", ") + kind.name.str();
    if (!name.empty() && kind.name != name)
      continue;
    llvm::Expected<std::optional<Host>> host = findHost(kind);
    if (!host)
      return host.takeError();
    std::string reason =
        *host ? whyNot(kind, invocation) : kind.name.str() + " is not here";
    if (reason.empty())
      return **host;
    if (!name.empty() && *host)
      return usageError(reason, "choose another host");
    if (!name.empty())
      return hostMissing(reason, kind.advice);
    reasons += (reasons.empty() ? "" : "; ") + reason;
  }
  if (!name.empty())
    return usageError("there is no host called '" + name.str() + "'",
                      "one of " + names);
  return hostMissing("no host can run this: " + reasons, "see ireko hosts");
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

namespace {

/// OPTIONS of runner.mjs.
std::string runnerOptions(const Invocation &invocation) {
  llvm::json::Object preopens;
  for (const FolderMapping &folder : invocation.folders)
    preopens[folder.guest] = folder.host;
  llvm::json::Object environment;
  for (llvm::StringRef variable : invocation.environment)
    environment[variable.split('=').first] = variable.split('=').second;
  llvm::json::Value invoke = nullptr;
  if (!invocation.invoke.empty())
    invoke = llvm::json::Object{
        {"name", invocation.invoke},
        {"params", llvm::json::Array(invocation.parameterTypes)},
        {"results", llvm::json::Array(invocation.resultTypes)}};
  llvm::json::Object options{{"preopens", std::move(preopens)},
                             {"env", std::move(environment)},
                             {"invoke", std::move(invoke)}};
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(std::move(options));
  return text;
}

} // namespace

std::vector<std::string> hostCommand(const Host &host,
                                     const Invocation &invocation,
                                     llvm::StringRef module,
                                     llvm::StringRef runner) {
  const HostKind &kind = *host.kind;
  std::vector<std::string> command{host.path};
  for (llvm::StringRef argument : kind.prefix)
    command.push_back(argument.str());
  if (kind.usesRunner()) {
    command.push_back(runner.str());
    command.push_back(runnerOptions(invocation));
  } else {
    for (const FolderMapping &folder : invocation.folders) {
      command.push_back(kind.folderOption.str());
      command.push_back(kind.folderStyle == FolderStyle::kOptionSameName
                            ? folder.host
                            : folder.host + kind.folderSeparator.str() +
                                  folder.guest);
    }
    for (const std::string &variable : invocation.environment) {
      command.push_back(kind.environmentOption.str());
      command.push_back(variable);
    }
    if (!invocation.invoke.empty()) {
      command.push_back(kind.invokeOption.str());
      command.push_back(invocation.invoke);
    }
  }
  command.push_back(module.str());
  command.insert(command.end(), invocation.arguments.begin(),
                 invocation.arguments.end());
  return command;
}

//===----------------------------------------------------------------------===//
// Listing
//===----------------------------------------------------------------------===//

namespace {

/// What \p path prints on stdout when called with \p argument; empty if it
/// can not be started.
std::string outputOf(std::string path, std::string argument) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC))
    return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  char *arguments[] = {path.data(), argument.data(), nullptr};
  pid_t child;
  int failed = ::posix_spawn(&child, path.c_str(), &actions, nullptr, arguments,
                             environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string output;
  if (!failed) {
    char buffer[4096];
    ssize_t got;
    while ((got = ::read(ends[0], buffer, sizeof(buffer))) > 0 ||
           (got < 0 && errno == EINTR))
      if (got > 0)
        output.append(buffer, got);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR)
      ;
  }
  ::close(ends[0]);
  return output;
}

} // namespace

std::string hostVersion(const Host &host) {
  std::string output = outputOf(host.path, host.kind->versionArgument.str());
  // "wasmtime 49.0.3 (f96eabaa1 2026-10-14)", "v26.10.0", "1.4.5", ...
  llvm::StringRef line = llvm::StringRef(output).split('\n').first;
  llvm::StringRef version =
      line.drop_until(llvm::isDigit).take_until(llvm::isSpace);
  return version.empty() ? "unknown" : printable(version, 40);
}

llvm::Error listHosts(llvm::raw_ostream &out) {
  std::vector<const HostKind *> missing;
  std::string nodePath;
  for (const HostKind &kind : hostKinds()) {
    llvm::Expected<std::optional<Host>> host = findHost(kind);
    if (!host)
      return host.takeError();
    if (!*host) {
      missing.push_back(&kind);
      continue;
    }
    if (kind.name == "node")
      nodePath = (*host)->path;
    else if (kind.name == "system-node" && (*host)->path == nodePath)
      continue;
    out << llvm::left_justify(kind.name, 12) << ' '
        << llvm::left_justify(hostVersion(**host), 12) << ' ' << (*host)->path
        << '\n';
  }
  for (const HostKind *kind : missing)
    out << llvm::left_justify(kind->name, 12) << " not found; " << kind->advice
        << ", or set " << kind->variable << '\n';
  return llvm::Error::success();
}

} // namespace ireko
