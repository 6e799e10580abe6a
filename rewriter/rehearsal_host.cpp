// The host of a rehearsal: WASI 0.1 with a name for the program, an input that
// is at its end, an output that takes all, no folders, no variables, and a
// clock that stands still.

#include "rewriter/imports.h"
#include "rewriter/rehearsal_machine.h"
#include "llvm/ADT/StringSwitch.h"

using namespace wasm;

namespace ireko {

namespace {

// Errors of WASI 0.1.
enum : uint32_t {
  kSuccess = 0,
  kBadDescriptor = 8,
  kNoEntry = 44,
  kNotImplemented = 52,
  kNoSeek = 70,
};

constexpr char kProgramName[] = "program";
constexpr uint64_t kNow = 1'700'000'000'000'000'000; // in ns
constexpr uint8_t kCharacterDevice = 2;

enum class Call {
  Other,
  ArgsSizes,
  Args,
  EnvironSizes,
  Succeed,
  Resolution,
  Time,
  Random,
  Read,
  Write,
  Stat,
  FileStat,
  Prestat,
  Seek,
  Path,
  End,
};

Call callOf(llvm::StringRef name) {
  if (name.starts_with("path_"))
    return Call::Path;
  return llvm::StringSwitch<Call>(name)
      .Case("args_sizes_get", Call::ArgsSizes)
      .Case("args_get", Call::Args)
      .Case("environ_sizes_get", Call::EnvironSizes)
      .Cases({"environ_get", "sched_yield", "fd_close", "fd_sync"},
             Call::Succeed)
      .Case("clock_res_get", Call::Resolution)
      .Case("clock_time_get", Call::Time)
      .Case("random_get", Call::Random)
      .Case("fd_read", Call::Read)
      .Case("fd_write", Call::Write)
      .Case("fd_fdstat_get", Call::Stat)
      .Case("fd_filestat_get", Call::FileStat)
      .Cases({"fd_prestat_get", "fd_prestat_dir_name"}, Call::Prestat)
      .Cases({"fd_seek", "fd_tell"}, Call::Seek)
      .Cases({"proc_exit", "proc_raise", "poll_oneoff"}, Call::End)
      .Default(Call::Other);
}

} // namespace

uint32_t RehearsalMachine::transfer(const uint64_t *arguments, bool isWrite) {
  uint32_t list = arguments[1], count = arguments[2], result = arguments[3];
  uint32_t bytes = 0;
  spend(count);
  if (isWrite)
    for (uint32_t i = 0; i < count && !stopped; ++i)
      bytes += read<uint32_t>(uint64_t(list) + 8 * uint64_t(i) + 4);
  write<uint32_t>(result, bytes);
  return kSuccess;
}

uint32_t RehearsalMachine::callHost(const wasm::Function &import,
                                    const uint64_t *arguments) {
  auto argument = [&](int i) { return uint32_t(arguments[i]); };
  auto *function = const_cast<wasm::Function *>(&import);
  if (importKind(*function) != ImportKind::Wasi) {
    stop();
    return 0;
  }
  bool isStandard = argument(0) < 3;
  switch (callOf({import.base.str.data(), import.base.size()})) {
  case Call::ArgsSizes:
    write<uint32_t>(argument(0), 1);
    write<uint32_t>(argument(1), sizeof(kProgramName));
    return kSuccess;
  case Call::Args:
    write<uint32_t>(argument(0), argument(1));
    if (uint8_t *to = bytesAt(argument(1), sizeof(kProgramName)))
      memcpy(to, kProgramName, sizeof(kProgramName));
    return kSuccess;
  case Call::EnvironSizes:
    write<uint32_t>(argument(0), 0);
    write<uint32_t>(argument(1), 0);
    return kSuccess;
  case Call::Succeed:
    return kSuccess;
  case Call::Resolution:
    write<uint64_t>(argument(1), 1000);
    return kSuccess;
  case Call::Time:
    write<uint64_t>(argument(2), kNow);
    return kSuccess;
  case Call::Random:
    spend(argument(1));
    for (uint32_t i = 0; i < argument(1) && !stopped; ++i) {
      // Knuth's multiplier, "The Art of Computer Programming", 3.3.4.
      random = random * 6364136223846793005 + 1;
      write<uint8_t>(uint64_t(argument(0)) + i, random >> 56);
    }
    return kSuccess;
  case Call::Read:
    return isStandard ? transfer(arguments, false) : kBadDescriptor;
  case Call::Write:
    return isStandard ? transfer(arguments, true) : kBadDescriptor;
  case Call::Stat:
    if (!isStandard)
      return kBadDescriptor;
    write<uint64_t>(argument(1), kCharacterDevice);
    write<uint64_t>(uint64_t(argument(1)) + 8, ~0ull);
    write<uint64_t>(uint64_t(argument(1)) + 16, ~0ull);
    return kSuccess;
  case Call::FileStat:
    if (!isStandard)
      return kBadDescriptor;
    for (uint32_t at = 0; at < 64; at += 8)
      write<uint64_t>(uint64_t(argument(1)) + at,
                      at == 16 ? kCharacterDevice : 0);
    return kSuccess;
  case Call::Prestat:
    return kBadDescriptor;
  case Call::Seek:
    return isStandard ? kNoSeek : kBadDescriptor;
  case Call::Path:
    return kNoEntry;
  case Call::End:
    stop();
    return 0;
  case Call::Other:
    return kNotImplemented;
  }
  return kNotImplemented;
}

} // namespace ireko
