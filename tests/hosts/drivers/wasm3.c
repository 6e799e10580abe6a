// Runs a module on wasm3, whose sources come as a library:
//
//   wasm3 [--invoke EXPORT] MODULE ARG...
//
// The package has no WASI: below is what programs need that use arguments and
// the standard streams. The exit code is the program's; a trap ends with 134, a
// module that is refused with 1.

#define _DEFAULT_SOURCE

#include "wasm3.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { kStackBytes = 1 << 20, kTrap = 134, kMany = 64 };

// WASI ------------------------------------------------------------------------

enum { kSuccess = 0, kBadf = 8, kIo = 29, kSpipe = 70 };

static int guestArgc;
static char **guestArgv;
static int exitCode;
static const char kExit[] = "the program called proc_exit";

// Not m3ApiCheckMem, which refuses the address 0.
#define checkMem(address, size)                                                \
  {                                                                            \
    if (m3ApiPtrToOffset(address) + (uint64_t)(size) >                         \
        m3_GetMemorySize(runtime))                                             \
      m3ApiTrap(m3Err_trapOutOfBoundsMemoryAccess);                            \
  }

m3ApiRawFunction(argsSizesGet) {
  m3ApiReturnType(uint32_t);
  m3ApiGetArgMem(uint32_t *, count);
  m3ApiGetArgMem(uint32_t *, size);
  checkMem(count, 4);
  checkMem(size, 4);
  *count = (uint32_t)guestArgc;
  *size = 0;
  for (int i = 0; i < guestArgc; ++i)
    *size += (uint32_t)strlen(guestArgv[i]) + 1;
  m3ApiReturn(kSuccess);
}

m3ApiRawFunction(argsGet) {
  m3ApiReturnType(uint32_t);
  m3ApiGetArgMem(uint32_t *, pointers);
  m3ApiGetArgMem(char *, text);
  checkMem(pointers, 4u * (uint32_t)guestArgc);
  for (int i = 0; i < guestArgc; ++i) {
    size_t size = strlen(guestArgv[i]) + 1;
    checkMem(text, size);
    pointers[i] = m3ApiPtrToOffset(text);
    memcpy(text, guestArgv[i], size);
    text += size;
  }
  m3ApiReturn(kSuccess);
}

m3ApiRawFunction(environSizesGet) {
  m3ApiReturnType(uint32_t);
  m3ApiGetArgMem(uint32_t *, count);
  m3ApiGetArgMem(uint32_t *, size);
  checkMem(count, 4);
  checkMem(size, 4);
  *count = *size = 0;
  m3ApiReturn(kSuccess);
}

m3ApiRawFunction(environGet) {
  m3ApiReturnType(uint32_t);
  m3ApiReturn(kSuccess);
}

// fd_read and fd_write, by the system's calls.
m3ApiRawFunction(transfer) {
  m3ApiReturnType(uint32_t);
  m3ApiGetArg(uint32_t, fd);
  m3ApiGetArgMem(const uint32_t *, buffers);
  m3ApiGetArg(uint32_t, count);
  m3ApiGetArgMem(uint32_t *, done);
  bool isWrite = *(const bool *)_ctx->userdata;
  if (fd > 2 || isWrite != (fd != 0))
    m3ApiReturn(kBadf);
  checkMem(buffers, 8 * (uint64_t)count);
  checkMem(done, 4);
  *done = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t size = buffers[2 * i + 1];
    void *data = m3ApiOffsetToPtr(buffers[2 * i]);
    checkMem(data, size);
    ssize_t moved = isWrite ? write((int)fd, data, size) : read(0, data, size);
    if (moved < 0)
      m3ApiReturn(kIo);
    *done += (uint32_t)moved;
    if ((size_t)moved < size)
      break;
  }
  m3ApiReturn(kSuccess);
}

m3ApiRawFunction(fdClose) {
  m3ApiReturnType(uint32_t);
  m3ApiReturn(kSuccess);
}

m3ApiRawFunction(fdSeek) {
  m3ApiReturnType(uint32_t);
  m3ApiReturn(kSpipe);
}

// A character device with all rights.
m3ApiRawFunction(fdFdstatGet) {
  m3ApiReturnType(uint32_t);
  m3ApiGetArg(uint32_t, fd);
  m3ApiGetArgMem(uint8_t *, stat);
  if (fd > 2)
    m3ApiReturn(kBadf);
  checkMem(stat, 24);
  memset(stat, 0, 8);
  memset(stat + 8, 0xff, 16);
  stat[0] = 2;
  m3ApiReturn(kSuccess);
}

// There are no folders.
m3ApiRawFunction(badFile) {
  m3ApiReturnType(uint32_t);
  m3ApiReturn(kBadf);
}

m3ApiRawFunction(clockTimeGet) {
  m3ApiReturnType(uint32_t);
  m3ApiGetArg(uint32_t, clock);
  m3ApiGetArg(uint64_t, precision);
  m3ApiGetArgMem(uint64_t *, result);
  (void)precision;
  checkMem(result, 8);
  struct timespec now;
  clock_gettime(clock == 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC, &now);
  *result = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  m3ApiReturn(kSuccess);
}

m3ApiRawFunction(randomGet) {
  m3ApiReturnType(uint32_t);
  m3ApiGetArgMem(uint8_t *, bytes);
  m3ApiGetArg(uint32_t, size);
  checkMem(bytes, size);
  for (uint32_t done = 0; done < size; done += 256)
    if (getentropy(bytes + done, size - done < 256 ? size - done : 256))
      m3ApiReturn(kIo);
  m3ApiReturn(kSuccess);
}

m3ApiRawFunction(procExit) {
  m3ApiGetArg(uint32_t, code);
  exitCode = (int)code;
  m3ApiTrap(kExit);
}

static const bool kRead = false, kWrite = true;

static const struct {
  const char *name, *signature;
  M3RawCall call;
  const void *data;
} kFunctions[] = {
    {"args_sizes_get", "i(**)", argsSizesGet, NULL},
    {"args_get", "i(**)", argsGet, NULL},
    {"environ_sizes_get", "i(**)", environSizesGet, NULL},
    {"environ_get", "i(**)", environGet, NULL},
    {"fd_read", "i(i*i*)", transfer, &kRead},
    {"fd_write", "i(i*i*)", transfer, &kWrite},
    {"fd_close", "i(i)", fdClose, NULL},
    {"fd_seek", "i(iIi*)", fdSeek, NULL},
    {"fd_fdstat_get", "i(i*)", fdFdstatGet, NULL},
    {"fd_fdstat_set_flags", "i(ii)", badFile, NULL},
    {"fd_filestat_get", "i(i*)", badFile, NULL},
    {"fd_prestat_get", "i(i*)", badFile, NULL},
    {"fd_prestat_dir_name", "i(i*i)", badFile, NULL},
    {"fd_readdir", "i(i*iI*)", badFile, NULL},
    {"path_filestat_get", "i(ii*i*)", badFile, NULL},
    {"path_open", "i(ii*iiIIi*)", badFile, NULL},
    {"clock_time_get", "i(iI*)", clockTimeGet, NULL},
    {"proc_exit", "v(i)", procExit, NULL},
    {"proc_raise", "i(i)", badFile, NULL},
    {"fd_advise", "i(iIIi)", badFile, NULL},
    {"fd_allocate", "i(iII)", badFile, NULL},
    {"fd_datasync", "i(i)", badFile, NULL},
    {"fd_filestat_set_size", "i(iI)", badFile, NULL},
    {"fd_filestat_set_times", "i(iIIi)", badFile, NULL},
    {"fd_pread", "i(i*iI*)", badFile, NULL},
    {"fd_pwrite", "i(i*iI*)", badFile, NULL},
    {"fd_sync", "i(i)", badFile, NULL},
    {"fd_tell", "i(i*)", badFile, NULL},
    {"path_create_directory", "i(i*i)", badFile, NULL},
    {"path_filestat_set_times", "i(ii*iIIi)", badFile, NULL},
    {"path_link", "i(ii*ii*i)", badFile, NULL},
    {"path_readlink", "i(i*i*i*)", badFile, NULL},
    {"path_remove_directory", "i(i*i)", badFile, NULL},
    {"path_rename", "i(i*ii*i)", badFile, NULL},
    {"path_symlink", "i(*ii*i)", badFile, NULL},
    {"path_unlink_file", "i(i*i)", badFile, NULL},
    {"poll_oneoff", "i(**i*)", badFile, NULL},
    {"random_get", "i(*i)", randomGet, NULL},
};

static M3Result linkWasi(IM3Module module) {
  for (size_t i = 0; i < sizeof kFunctions / sizeof *kFunctions; ++i) {
    M3Result result = m3_LinkRawFunctionEx(
        module, "wasi_snapshot_preview1", kFunctions[i].name,
        kFunctions[i].signature, kFunctions[i].call, kFunctions[i].data);
    if (result && result != m3Err_functionLookupFailed)
      return result;
  }
  return m3Err_none;
}

// Running ---------------------------------------------------------------------

static int fail(const char *what, const char *why) {
  fprintf(stderr, "wasm3: %s: %s\n", what, why);
  return 1;
}

static uint8_t *readFile(const char *path, uint32_t *size) {
  FILE *in = fopen(path, "rb");
  if (!in)
    return NULL;
  fseek(in, 0, SEEK_END);
  *size = (uint32_t)ftell(in);
  rewind(in);
  uint8_t *bytes = malloc(*size + 1);
  if (bytes && fread(bytes, 1, *size, in) != *size) {
    free(bytes);
    bytes = NULL;
  }
  fclose(in);
  return bytes;
}

// As few digits as tell the number from its neighbours.
static void printFloat(double value, bool isSingle) {
  char text[40];
  for (int digits = 1; digits <= 17; ++digits) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (isSingle ? strtof(text, NULL) == (float)value
                 : strtod(text, NULL) == value)
      break;
  }
  printf("%s\n", text);
}

static void printResults(IM3Function function) {
  uint32_t count = m3_GetRetCount(function);
  uint64_t cells[kMany];
  const void *places[kMany];
  for (uint32_t i = 0; i < count && i < kMany; ++i)
    places[i] = &cells[i];
  if (m3_GetResults(function, count, places))
    return;
  for (uint32_t i = 0; i < count; ++i)
    switch (m3_GetRetType(function, i)) {
    case c_m3Type_i32:
      printf("%d\n", *(const int32_t *)places[i]);
      break;
    case c_m3Type_i64:
      printf("%lld\n", *(const long long *)places[i]);
      break;
    case c_m3Type_f32:
      printFloat(*(const float *)places[i], true);
      break;
    default:
      printFloat(*(const double *)places[i], false);
    }
}

static bool isTrap(M3Result result) { return !strncmp(result, "[trap]", 6); }

int main(int argc, char **argv) {
  const char *name = NULL;
  int at = 1;
  if (argc > 2 && !strcmp(argv[1], "--invoke")) {
    name = argv[2];
    at = 3;
  }
  if (at >= argc)
    return fail("usage", "wasm3 [--invoke EXPORT] MODULE ARG...");
  uint32_t size;
  uint8_t *bytes = readFile(argv[at], &size);
  if (!bytes)
    return fail(argv[at], "cannot be read");
  IM3Environment environment = m3_NewEnvironment();
  IM3Runtime runtime = m3_NewRuntime(environment, kStackBytes, NULL);
  IM3Module module;
  IM3Function function;
  M3Result result = m3_ParseModule(environment, &module, bytes, size);
  if (!result)
    result = m3_LoadModule(runtime, module);
  if (!result)
    result = linkWasi(module);
  if (!result)
    result = m3_CompileModule(module);
  if (!result)
    result = m3_FindFunction(&function, runtime, name ? name : "_start");
  if (result) {
    M3ErrorInfo info;
    m3_GetErrorInfo(runtime, &info);
    fprintf(stderr, "wasm3: %s: %s (%s)\n", argv[at], result,
            info.message ? info.message : "");
    return 1;
  }
  guestArgc = argc - at;
  guestArgv = argv + at;
  result = name ? m3_CallArgv(function, (uint32_t)(argc - at - 1),
                              (const char **)argv + at + 1)
                : m3_CallV(function);
  fflush(stdout);
  if (result == kExit)
    return exitCode;
  if (result) {
    fprintf(stderr, "%s: %s\n", isTrap(result) ? "trap" : "wasm3", result);
    return isTrap(result) ? kTrap : 1;
  }
  if (name)
    printResults(function);
  return 0;
}
