// Prints a line, then traps in the way named by its argument: what a guest
// wrote before a trap must have reached the host, and the host's exit status
// must be that of a trap.

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static volatile int32_t zero;
static volatile int32_t most = INT32_MIN;
static volatile int32_t minusOne = -1;
static volatile double huge = 1e300;
static volatile uintptr_t outside = 0xfffffff0u;

typedef int (*Function)(int);
static int twice(int x) { return 2 * x; }
static float third(float x) { return x / 3; }
static volatile Function function = twice;

int main(int argc, char **argv) {
  const char *kind = argc > 1 ? argv[1] : "";
  printf("before %s\n", kind);
  fflush(stdout);
  int result = 0;
  if (!strcmp(kind, "unreachable"))
    __builtin_trap();
  else if (!strcmp(kind, "divide"))
    result = most / zero;
  else if (!strcmp(kind, "overflow"))
    result = most / minusOne;
  else if (!strcmp(kind, "conversion"))
    // Not a cast, which C leaves undefined and clang makes saturating.
    result = __builtin_wasm_trunc_s_i32_f64(huge);
  else if (!strcmp(kind, "memory"))
    result = *(volatile int *)outside;
  else if (!strcmp(kind, "signature")) {
    function = (Function)(void (*)(void))third;
    result = function(1);
  } else if (!strcmp(kind, "null")) {
    function = 0;
    result = function(1);
  } else if (!strcmp(kind, "table")) {
    function = (Function)(uintptr_t)100000;
    result = function(1);
  } else {
    fputs("usage: trap unreachable | divide | overflow | conversion | memory | "
          "signature | null | table\n",
          stderr);
    return 2;
  }
  printf("after %d\n", result);
  return 0;
}
