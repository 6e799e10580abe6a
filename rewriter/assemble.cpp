//===- assemble.cpp - From the text format to the binary format -----------===//
//
// Binaryen's text parser expects well-typed code in places and ends the process
// by an assertion where it is not, and it recurses with the nesting of blocks.
// So it runs in a child process: whatever it does, the tool has an error to
// show, and a second parser to guard the first is not needed. Forking costs
// about a millisecond, and only for text.
//
// The child writes the binary (exit code 0) or a message (kRefused) to a pipe;
// anything else is a crash.
//
//===----------------------------------------------------------------------===//

#include "assemble.h"

#include "deepstack.h"
#include "error.h"
#include "reader.h"

#include "parser/wat-parser.h"
#include "wasm-binary.h"
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ireko {

namespace {

constexpr int kRefused = 3;
/// Seconds of wall time after which the child is taken to hang.
constexpr unsigned kPatience = 300;

/// What the child found: exit code and what it has to say.
struct Outcome {
  int exitCode;
  std::string output;
};

/// Runs in the child.
Outcome assemble(std::string_view text) {
  wasm::Module module;
  // All features, so that the validator is the one to name an unsupported one.
  module.features = wasm::FeatureSet::All;
  auto parsed = wasm::WATParser::parseModule(module, text);
  if (auto *error = parsed.getErr())
    return {kRefused, error->msg};
  // Without the features beyond ours Binaryen writes general types (funcref)
  // instead of the exact ones it infers.
  module.features = supportedFeatures();
  wasm::BufferWithRandomAccess buffer;
  wasm::PassOptions options;
  wasm::WasmBinaryWriter writer(&module, buffer, options);
  writer.setNamesSection(true);
  writer.write();
  return {0, std::string(buffer.begin(), buffer.end())};
}

/// The child's life after fork; does not return.
[[noreturn]] void runChild(llvm::StringRef text, int pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::alarm(kPatience);
  struct rlimit noCore = {0, 0};
  ::setrlimit(RLIMIT_CORE, &noCore);
  // Assertions and Fatal() print; the tool prints one line of its own.
  int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  // A crash here is expected on bad text and says nothing to a debugger.
  for (int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE})
    ::signal(signal, SIG_DFL);

  Outcome outcome;
  runWithDeepStack([&] {
    try {
      outcome = assemble(std::string_view(text.data(), text.size()));
    } catch (const std::exception &e) {
      outcome = {kRefused, e.what()};
    } catch (const wasm::ParseException &e) {
      outcome = {kRefused, e.text};
    }
  });
  llvm::StringRef rest = outcome.output;
  while (!rest.empty()) {
    ssize_t written = ::write(pipe, rest.data(), rest.size());
    if (written < 0 && errno != EINTR)
      ::_exit(1);
    rest = rest.drop_front(std::max<ssize_t>(written, 0));
  }
  ::_exit(outcome.exitCode);
}

/// Reads what the child writes until it closes its end.
std::vector<uint8_t> drain(int pipe) {
  std::vector<uint8_t> bytes;
  uint8_t chunk[65536];
  while (true) {
    ssize_t got = ::read(pipe, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return bytes;
    bytes.insert(bytes.end(), chunk, chunk + got);
  }
}

/// Binaryen's messages look like "3:14: error: unexpected token".
llvm::Error textError(llvm::StringRef message, llvm::StringRef file) {
  Place place;
  llvm::StringRef rest = message;
  uint32_t line = 0, column = 0;
  if (!rest.consumeInteger(10, line) && rest.consume_front(":") &&
      !rest.consumeInteger(10, column) && rest.consume_front(": error: ")) {
    place.line = line;
    place.column = column + 1; // Binaryen counts them from 0
    message = rest;
  }
  return inputError(file, place, message.str());
}

} // namespace

llvm::Expected<std::vector<uint8_t>> assembleText(llvm::StringRef text,
                                                  llvm::StringRef file) {
  auto cannotStart = [&] {
    return inputError(file, std::string("cannot start the text parser: ") +
                                std::strerror(errno));
  };
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return cannotStart();
  pid_t child = ::fork();
  if (child < 0) {
    llvm::Error error = cannotStart();
    ::close(ends[0]);
    ::close(ends[1]);
    return std::move(error);
  }
  if (child == 0) {
    ::close(ends[0]);
    runChild(text, ends[1]);
  }
  ::close(ends[1]);
  std::vector<uint8_t> output = drain(ends[0]);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return output;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kRefused)
    return textError(
        llvm::StringRef(reinterpret_cast<const char *>(output.data()),
                        output.size()),
        file);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    return inputError(file, "the text takes too long to parse",
                      "convert it to a binary with another tool");
  return inputError(file, "the text parser failed on this text",
                    "check it with another tool, or convert it to a binary "
                    "there");
}

} // namespace ireko
