//===- deepstack.cpp - Running code that recurses deeply ------------------===//
//
// pthread directly, because std::thread has no stack size and llvm::thread
// ends the process when the system refuses the size it is asked for.
//
//===----------------------------------------------------------------------===//

#include "deepstack.h"

#include <cstddef>
#include <cstdlib>
#include <pthread.h>

namespace ireko {

namespace {

constexpr size_t kLargestStack = size_t(1) << 30;
constexpr size_t kSmallestStack = size_t(1) << 24;

void *invoke(void *body) {
  (*static_cast<llvm::function_ref<void()> *>(body))();
  return nullptr;
}

bool startThread(pthread_t &thread, size_t stackSize, void *(*entry)(void *),
                 void *argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stackSize);
  int failed = pthread_create(&thread, &attributes, entry, argument);
  pthread_attr_destroy(&attributes);
  return !failed;
}

} // namespace

bool startDeepThread(pthread_t &thread, void *(*entry)(void *),
                     void *argument) {
  return startThread(thread, kLargestStack, entry, argument);
}

void runWithDeepStack(llvm::function_ref<void()> body) {
  ::setenv("BINARYEN_CORES", "1", /*overwrite=*/1);
  for (size_t size = kLargestStack; size >= kSmallestStack; size /= 2) {
    pthread_t thread;
    if (startThread(thread, size, invoke, &body)) {
      pthread_join(thread, nullptr);
      return;
    }
  }
  // No thread at all, say under a tight address space limit: the stack that
  // there is does for all but hostile input.
  body();
}

} // namespace ireko
