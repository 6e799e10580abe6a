// Options that the sanitized builds carry, so that nobody has to set them.

// LLVM gives the thread that writes a file a signal stack of its own, from
// malloc; AddressSanitizer would unmap it as one of its own when the thread
// ends.
extern "C" const char *__asan_default_options();
extern "C" const char *__asan_default_options() { return "use_sigaltstack=0"; }

// Text is parsed in a process of its own, with a thread for its deep stack, and
// ThreadSanitizer stops when a fork of several threads starts one.
extern "C" const char *__tsan_default_options();
extern "C" const char *__tsan_default_options() { return "die_after_fork=0"; }
