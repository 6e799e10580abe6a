//===- phases.h - Where time and memory go --------------------------------===//
//
// Who wants to know how the work goes on: a log has a line a phase, with its
// wall clock time, its processor time and the most memory that the process has
// had so far; a terminal has one line that is drawn again and again, and gone
// in the end.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_PHASES_H
#define IREKO_REWRITER_PHASES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <pthread.h>
#include <string>

namespace ireko {

class Phases {
public:
  /// Logs to \p log and draws on the terminal \p terminal, a file descriptor;
  /// null and -1 are for neither.
  explicit Phases(llvm::raw_ostream *log, int terminal = -1);
  ~Phases();
  Phases(const Phases &) = delete;
  Phases &operator=(const Phases &) = delete;

  /// The phase \p name begins; the one before it has ended.
  void begin(llvm::StringRef name);
  /// The last phase has ended: nothing is drawn until the next one.
  void end();

  /// The phase goes on to work on \p count functions.
  void expect(size_t count);
  /// One of them is done; any thread may say so.
  void step() { done.fetch_add(1, std::memory_order_relaxed); }

private:
  using Clock = std::chrono::steady_clock;

  void logPhase();
  void draw();
  void erase();
  static void *redraw(void *phases);

  llvm::raw_ostream *const log;
  const int terminal;
  const Clock::time_point started = Clock::now();
  std::atomic<size_t> done{0};

  /// Guards what follows, and who writes to the terminal.
  std::mutex mutex;
  std::string phase; // empty: none
  Clock::time_point begun;
  double begunCpu = 0;
  size_t expected = 0;
  bool drawn = false;
  bool ending = false;
  bool hasThread = false;
  std::condition_variable wake;
  pthread_t thread;
};

} // namespace ireko

#endif // IREKO_REWRITER_PHASES_H
