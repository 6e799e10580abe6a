// Runs a module on WAMR, whose sources come as a library:
//
//   wamr [--dir FOLDER]... [--env NAME=VALUE]... [--invoke EXPORT] MODULE
//   ARG...
//
// A folder has the same name inside. The exit code is the program's; a trap
// ends with 134, a module that is refused with 1.

#include "wasm_export.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kStackBytes = 8 << 20, kTrap = 134, kMany = 64 };

static int fail(const char *what, const char *why) {
  fprintf(stderr, "wamr: %s: %s\n", what, why);
  return 1;
}

static int trap(wasm_module_inst_t instance) {
  const char *why = wasm_runtime_get_exception(instance);
  fprintf(stderr, "trap: %s\n", why ? why : "unknown");
  return kTrap;
}

static char *readFile(const char *path, uint32_t *size) {
  FILE *in = fopen(path, "rb");
  if (!in)
    return NULL;
  fseek(in, 0, SEEK_END);
  *size = (uint32_t)ftell(in);
  rewind(in);
  char *bytes = malloc(*size + 1);
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

static void printValue(const wasm_val_t *value) {
  switch (value->kind) {
  case WASM_I32:
    printf("%d\n", value->of.i32);
    break;
  case WASM_I64:
    printf("%lld\n", (long long)value->of.i64);
    break;
  case WASM_F32:
    printFloat(value->of.f32, true);
    break;
  default:
    printFloat(value->of.f64, false);
  }
}

static wasm_val_t parseValue(wasm_valkind_t kind, const char *text) {
  wasm_val_t value = {.kind = kind};
  switch (kind) {
  case WASM_I32:
    value.of.i32 = (int32_t)strtoll(text, NULL, 10);
    break;
  case WASM_I64:
    value.of.i64 = strtoll(text, NULL, 10);
    break;
  case WASM_F32:
    value.of.f32 = strtof(text, NULL);
    break;
  default:
    value.of.f64 = strtod(text, NULL);
  }
  return value;
}

static int invoke(wasm_module_inst_t instance, const char *name, int argc,
                  char **argv) {
  wasm_function_inst_t function = wasm_runtime_lookup_function(instance, name);
  if (!function)
    return fail(name, "no such export");
  uint32_t params = wasm_func_get_param_count(function, instance);
  uint32_t results = wasm_func_get_result_count(function, instance);
  if (params > kMany || results > kMany || params != (uint32_t)argc)
    return fail(name, "wrong number of arguments");
  wasm_valkind_t kinds[kMany];
  wasm_val_t arguments[kMany], returned[kMany];
  wasm_func_get_param_types(function, instance, kinds);
  for (uint32_t i = 0; i < params; ++i)
    arguments[i] = parseValue(kinds[i], argv[i]);
  wasm_exec_env_t environment =
      wasm_runtime_create_exec_env(instance, kStackBytes);
  if (!environment || !wasm_runtime_call_wasm_a(environment, function, results,
                                                returned, params, arguments))
    return trap(instance);
  for (uint32_t i = 0; i < results; ++i)
    printValue(&returned[i]);
  return 0;
}

int main(int argc, char **argv) {
  const char *folders[kMany], *variables[kMany], *name = NULL;
  uint32_t folderCount = 0, variableCount = 0;
  int at = 1;
  for (; at + 1 < argc && !strncmp(argv[at], "--", 2); at += 2) {
    if (!strcmp(argv[at], "--dir") && folderCount < kMany)
      folders[folderCount++] = argv[at + 1];
    else if (!strcmp(argv[at], "--env") && variableCount < kMany)
      variables[variableCount++] = argv[at + 1];
    else if (!strcmp(argv[at], "--invoke"))
      name = argv[at + 1];
    else
      return fail(argv[at], "unknown option");
  }
  if (at == argc)
    return fail("usage", "wamr [options] MODULE ARG...");

  RuntimeInitArgs init;
  memset(&init, 0, sizeof init);
  init.mem_alloc_type = Alloc_With_System_Allocator;
  char error[256] = "";
  uint32_t size;
  char *bytes = readFile(argv[at], &size);
  if (!bytes)
    return fail(argv[at], "cannot be read");
  if (!wasm_runtime_full_init(&init))
    return fail(argv[at], "the runtime does not start");
  wasm_module_t module =
      wasm_runtime_load((uint8_t *)bytes, size, error, sizeof error);
  if (!module)
    return fail(argv[at], error);
  wasm_runtime_set_wasi_args(module, folders, folderCount, NULL, 0, variables,
                             variableCount, argv + at, argc - at);
  wasm_module_inst_t instance =
      wasm_runtime_instantiate(module, kStackBytes, 0, error, sizeof error);
  if (!instance)
    return fail(argv[at], error);
  if (name)
    return invoke(instance, name, argc - at - 1, argv + at + 1);
  bool good = wasm_application_execute_main(instance, argc - at, argv + at);
  uint32_t code = wasm_runtime_get_wasi_exit_code(instance);
  return good || code ? (int)code : trap(instance);
}
