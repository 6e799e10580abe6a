// Prints its arguments and its environment, a line each on standard output,
// and exits with the status given as first argument (0 without one).
//
//   args 3 "two words"     with X=1 in the environment
//     arg 1: 3
//     arg 2: two words
//     env: X=1

#include <stdio.h>
#include <stdlib.h>

extern char **environ;

int main(int argc, char **argv) {
  // argv[0] is left out: hosts do not agree about what a program is called.
  for (int i = 1; i < argc; ++i)
    printf("arg %d: %s\n", i, argv[i]);
  for (char **entry = environ; entry && *entry; ++entry)
    printf("env: %s\n", *entry);
  if (argc < 2)
    return 0;
  char *end;
  long status = strtol(argv[1], &end, 10);
  if (*end || status < 0 || status > 125) {
    fprintf(stderr, "args: not an exit status: %s\n", argv[1]);
    return 2;
  }
  return (int)status;
}
