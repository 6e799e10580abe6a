//===- workers.cpp - Threads that share the work on many items
//-------------===//

#include "workers.h"

#include "deepstack.h"
#include "phases.h"

#include <thread>

namespace ireko {

Workers::Workers(unsigned jobs, Phases *phases)
    : jobs(jobs ? jobs : std::thread::hardware_concurrency()), phases(phases) {}

Workers::~Workers() {
  {
    std::lock_guard lock(mutex);
    ending = true;
  }
  wake.notify_all();
  for (pthread_t thread : threads)
    pthread_join(thread, nullptr);
}

/// Not before there is work for them: a small program is packed in less time
/// than threads need to start.
void Workers::start() {
  started = true;
  pthread_t thread;
  while (threads.size() + 1 < jobs && startDeepThread(thread, work, this))
    threads.push_back(thread);
}

void Workers::beginPhase(llvm::StringRef name) {
  if (phases)
    phases->begin(name);
}

/// Does calls of the current round until there are none left.
void Workers::share() {
  size_t i;
  while ((i = next.fetch_add(1, std::memory_order_relaxed)) < count) {
    (*body)(i);
    if (phases)
      phases->step();
  }
}

void *Workers::work(void *workers) {
  auto &self = *static_cast<Workers *>(workers);
  std::unique_lock lock(self.mutex);
  unsigned done = 0;
  while (true) {
    self.wake.wait(lock, [&] { return self.ending || self.round != done; });
    if (self.ending)
      return nullptr;
    done = self.round;
    lock.unlock();
    self.share();
    lock.lock();
    if (--self.busy == 0)
      self.idle.notify_one();
  }
}

void Workers::forEach(size_t itemCount, Body itemBody) {
  if (itemCount > 1 && !started)
    start();
  {
    std::lock_guard lock(mutex);
    body = &itemBody;
    count = itemCount;
    next.store(0, std::memory_order_relaxed);
    if (itemCount > 1) {
      ++round;
      busy = threads.size();
    }
  }
  if (phases)
    phases->expect(itemCount);
  if (itemCount > 1)
    wake.notify_all();
  share();
  std::unique_lock lock(mutex);
  idle.wait(lock, [this] { return busy == 0; });
}

} // namespace ireko
