//===- phases.cpp - Where time and memory go ------------------------------===//
//
// The line is drawn by a thread of its own, because the work is not always in
// pieces after which it could look at the clock.
//
//===----------------------------------------------------------------------===//

#include "phases.h"

#include "llvm/Support/Format.h"
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace ireko {

namespace {

/// Also how long a program must take to be shown at all.
constexpr std::chrono::milliseconds kInterval(100);

/// Of a terminal that does not say how wide it is.
constexpr size_t kColumns = 80;

double secondsOf(const timeval &time) {
  return double(time.tv_sec) + double(time.tv_usec) * 1e-6;
}

/// Of all threads, in seconds.
double cpuTime(const rusage &usage) {
  return secondsOf(usage.ru_utime) + secondsOf(usage.ru_stime);
}

rusage usageNow() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

} // namespace

Phases::Phases(llvm::raw_ostream *log, int terminal)
    : log(log), terminal(terminal) {
  if (terminal >= 0)
    hasThread = pthread_create(&thread, nullptr, redraw, this) == 0;
}

Phases::~Phases() {
  end();
  if (!hasThread)
    return;
  {
    std::lock_guard lock(mutex);
    ending = true;
  }
  wake.notify_one();
  pthread_join(thread, nullptr);
}

void Phases::begin(llvm::StringRef name) {
  std::lock_guard lock(mutex);
  logPhase();
  phase = name.str();
  begun = Clock::now();
  begunCpu = cpuTime(usageNow());
  expected = 0;
}

void Phases::end() {
  std::lock_guard lock(mutex);
  logPhase();
  erase();
  phase.clear();
}

void Phases::logPhase() {
  if (!log || phase.empty())
    return;
  erase();
  rusage usage = usageNow();
  std::chrono::duration<double> seconds = Clock::now() - begun;
  // ru_maxrss is in KiB.
  *log << "ireko: " << phase
       << llvm::format(": %.2f s, %.2f s CPU, %ld MiB\n", seconds.count(),
                       cpuTime(usage) - begunCpu, usage.ru_maxrss / 1024);
}

void Phases::expect(size_t count) {
  std::lock_guard lock(mutex);
  expected = count;
  done.store(0, std::memory_order_relaxed);
}

void Phases::draw() {
  if (phase.empty())
    return;
  std::string line;
  llvm::raw_string_ostream out(line);
  out << "ireko: " << phase;
  if (expected)
    out << ": " << std::min(done.load(std::memory_order_relaxed), expected)
        << " of " << expected << " functions";
  std::chrono::duration<double> seconds = Clock::now() - started;
  out << llvm::format(", %.1f s", seconds.count());
  winsize size{};
  size_t columns = kColumns;
  if (::ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col)
    columns = size.ws_col;
  line = line.substr(0, columns - 1);
  // To the start of the line, and clear to its end behind the text.
  line = "\r" + line + "\x1b[K";
  drawn = ::write(terminal, line.data(), line.size()) > 0;
}

void Phases::erase() {
  constexpr llvm::StringRef kErase = "\r\x1b[K";
  // A terminal that is gone is no reason to stop.
  if (drawn && ::write(terminal, kErase.data(), kErase.size()) >= 0)
    drawn = false;
}

void *Phases::redraw(void *phases) {
  auto &self = *static_cast<Phases *>(phases);
  std::unique_lock lock(self.mutex);
  while (!self.wake.wait_for(lock, kInterval, [&] { return self.ending; }))
    self.draw();
  return nullptr;
}

} // namespace ireko
