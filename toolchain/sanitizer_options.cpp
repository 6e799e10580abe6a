// Options that the sanitized build carries, so that nobody has to set them.

// LLVM gives the thread that writes a file a signal stack of its own, from
// malloc; AddressSanitizer would unmap it as one of its own when the thread
// ends.
extern "C" const char *__asan_default_options();
extern "C" const char *__asan_default_options() { return "use_sigaltstack=0"; }
