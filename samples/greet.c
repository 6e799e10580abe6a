// hello world in C, for the smallest bundle of a compiled program: write(2)
// on a constant string keeps the stdio of the C library out.

#include <string.h>
#include <unistd.h>

int main(void) {
  const char *text = "hello, world\n";
  size_t size = strlen(text);
  return write(STDOUT_FILENO, text, size) == (ssize_t)size ? 0 : 1;
}
