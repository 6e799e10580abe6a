//===- workers.h - Threads that share the work on many items
//---------------===//
//
// Most of the pipeline looks at one function at a time. Such a stage is a call
// of forEach, whose body may write only what belongs to its item; whatever is
// numbered over the whole program is collected per item and numbered
// afterwards, in order. So the result never depends on how many threads there
// are.
//
// Bodies recurse with the nesting of the input, so every thread has the stack
// that deepstack.h gives to the main work. Where the system refuses one, the
// other threads do its share.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_WORKERS_H
#define IREKO_REWRITER_WORKERS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <pthread.h>
#include <vector>

namespace ireko {

class Phases;

class Workers {
public:
  using Body = llvm::function_ref<void(size_t)>;

  /// \p jobs threads do the work, the one that calls forEach being one of them;
  /// 0: one a processor.
  /// \p phases is told what has been done, if it is not null.
  explicit Workers(unsigned jobs = 1, Phases *phases = nullptr);
  ~Workers();
  Workers(const Workers &) = delete;
  Workers &operator=(const Workers &) = delete;

  /// The phase \p name of the work begins.
  void beginPhase(llvm::StringRef name);

  /// Calls \p body for each number below \p count, in any order and in parallel
  /// to itself, and returns when all calls have. Bodies call no forEach.
  void forEach(size_t count, Body body);

private:
  void start();
  void share();
  static void *work(void *workers);

  const unsigned jobs;
  Phases *const phases;
  std::vector<pthread_t> threads;
  bool started = false;

  std::mutex mutex;
  std::condition_variable wake, idle;
  /// Guarded by the mutex: numbers of the rounds of work, each one a forEach.
  unsigned round = 0;
  unsigned busy = 0;
  bool ending = false;
  /// Of the current round.
  const Body *body = nullptr;
  size_t count = 0;
  std::atomic<size_t> next{0};
};

} // namespace ireko

#endif // IREKO_REWRITER_WORKERS_H
