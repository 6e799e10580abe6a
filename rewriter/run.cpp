//===- run.cpp - Running a module on a host -------------------------------===//
//
// Signals are blocked and then taken one by one with sigwaitinfo, so there is
// no handler, and no moment at which a signal could leave a temporary file.
//
//===----------------------------------------------------------------------===//

#include "run.h"

#include "error.h"
#include "output.h"
#include "vm/layout.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ireko {

namespace {

static_assert(sizeof(__TIME__)); // see runtime_blob.cpp

const char kRunner[] = {
#embed "runner.mjs"
};

llvm::Error systemError(llvm::StringRef file, llvm::StringRef doing) {
  std::error_code ec(errno, std::generic_category());
  return inputError(file, doing.str() + ": " + ec.message());
}

/// A folder of our own, removed with its contents in the end.
class TemporaryFolder {
public:
  TemporaryFolder() = default;
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  ~TemporaryFolder() {
    if (!path.empty())
      llvm::sys::fs::remove_directories(path);
  }

  /// Writes a file, in a folder that is made with the first one, and returns
  /// its path.
  llvm::Expected<std::string> write(llvm::StringRef name,
                                    llvm::StringRef contents) {
    if (path.empty()) {
      const char *chosen = std::getenv("TMPDIR");
      std::string parent = chosen && *chosen ? chosen : "/tmp";
      std::string pattern = parent + "/ireko-XXXXXX";
      if (!::mkdtemp(pattern.data()))
        return systemError(parent, "cannot make a temporary folder");
      path = pattern;
    }
    std::string file = path + "/" + name.str();
    if (llvm::Error error = writeOutput(file, contents))
      return error;
    return file;
  }

private:
  std::string path;
};

/// The signals that mean something to the program that runs. SIGCHLD is how we
/// learn of its end. Job control and faults keep their default effect on us.
constexpr int kSignals[] = {SIGCHLD, SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                            SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH};

/// Blocks kSignals while it lives.
class BlockedSignals {
public:
  BlockedSignals() {
    // Were it ignored, children would vanish without a word.
    ::signal(SIGCHLD, SIG_DFL);
    sigemptyset(&set);
    for (int signal : kSignals)
      sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, &before);
  }
  BlockedSignals(const BlockedSignals &) = delete;
  BlockedSignals &operator=(const BlockedSignals &) = delete;
  ~BlockedSignals() { sigprocmask(SIG_SETMASK, &before, nullptr); }

  void unblockInChild() const { sigprocmask(SIG_SETMASK, &before, nullptr); }

  /// The next signal; \p fromTerminal if the terminal sent it, which sends it
  /// to the child too.
  int wait(bool &fromTerminal) const {
    siginfo_t info;
    int signal;
    do
      signal = sigwaitinfo(&set, &info);
    while (signal < 0 && errno == EINTR);
    fromTerminal = info.si_code == SI_KERNEL;
    return signal;
  }

private:
  sigset_t set;
  sigset_t before;
};

llvm::Expected<Ending> waitFor(pid_t child, const BlockedSignals &signals) {
  while (true) {
    bool fromTerminal = false;
    int signal = signals.wait(fromTerminal);
    if (signal != SIGCHLD) {
      if (!fromTerminal)
        ::kill(child, signal);
      continue;
    }
    int status = 0;
    pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended < 0)
      return systemError("ireko", "cannot wait for the host");
    if (ended == 0)
      continue;
    if (WIFSIGNALED(status))
      return Ending{0, WTERMSIG(status)};
    return Ending{WEXITSTATUS(status), 0};
  }
}

llvm::Expected<Ending> runCommand(const std::vector<std::string> &command,
                                  const BlockedSignals &signals) {
  std::vector<char *> arguments;
  for (const std::string &argument : command)
    arguments.push_back(const_cast<char *>(argument.c_str()));
  arguments.push_back(nullptr);
  // The child tells by this pipe, which closes itself on success, that and why
  // the host could not be started.
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC))
    return systemError(command[0], "cannot start");
  pid_t child = ::fork();
  if (child < 0)
    return systemError(command[0], "cannot start");
  if (child == 0) {
    // Were we killed by what can not be caught, nobody would end the host.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    signals.unblockInChild();
    ::execv(arguments[0], arguments.data());
    int error = errno;
    (void)!::write(ends[1], &error, sizeof(error));
    ::_exit(127);
  }
  ::close(ends[1]);
  int error = 0;
  ssize_t got;
  do
    got = ::read(ends[0], &error, sizeof(error));
  while (got < 0 && errno == EINTR);
  ::close(ends[0]);
  llvm::Expected<Ending> ending = waitFor(child, signals);
  if (got != sizeof(error) || !ending)
    return ending;
  errno = error;
  return systemError(command[0], "cannot start");
}

} // namespace

llvm::Expected<Ending> runOnHost(const Host &host, const Invocation &invocation,
                                 llvm::StringRef module,
                                 llvm::StringRef contents,
                                 std::string *counts) {
  BlockedSignals signals;
  TemporaryFolder folder;
  std::string path = module.str();
  // Some hosts would take it for an option.
  if (path.front() == '-')
    path = "./" + path;
  if (!contents.empty()) {
    llvm::Expected<std::string> written = folder.write(module, contents);
    if (!written)
      return written.takeError();
    path = *written;
  }
  std::string runner;
  if (host.kind->usesRunner()) {
    llvm::Expected<std::string> written =
        folder.write("runner.mjs", llvm::StringRef(kRunner, sizeof(kRunner)));
    if (!written)
      return written.takeError();
    runner = *written;
  }
  if (!counts)
    return runCommand(hostCommand(host, invocation, path, runner), signals);
  TemporaryFolder countsFolder;
  llvm::Expected<std::string> file = countsFolder.write(kCountsFile, {});
  if (!file)
    return file.takeError();
  std::string parent = llvm::sys::path::parent_path(*file).str();
  Invocation counted = invocation;
  counted.folders.push_back({parent, parent});
  llvm::Expected<Ending> ending =
      runCommand(hostCommand(host, counted, path, runner), signals);
  if (!ending)
    return ending;
  // Not mapped: the buffer is copied, and its size has to be right.
  auto buffer = llvm::MemoryBuffer::getFile(*file, false, false, true);
  if (!buffer || (*buffer)->getBufferSize() != counts->size())
    return inputError(
        module, "the program has not left its counts",
        "it was killed, its host did not start it, or it ended in "
        "its start function");
  *counts = (*buffer)->getBuffer().str();
  return ending;
}

void endLike(const Ending &ending) {
  if (ending.signal) {
    // The host has left a core file already, if one is wanted.
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::signal(ending.signal, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, ending.signal);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    ::raise(ending.signal);
  }
  ::_exit(ending.exitCode);
}

} // namespace ireko
