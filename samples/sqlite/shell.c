// A small shell around SQLite: runs SQL scripts and prints rows in a form that
// does not depend on the host, so that two runs can be compared byte by byte.
//
//   sqlite [OPTION...] DATABASE [SCRIPT...]
//     --bail          stop at the first error
//     --echo          print each statement before its rows
//     --count         print the number of statements and rows at the end
//     --set NAME=N    bind :NAME in every statement to the integer N
//
// DATABASE is a path or ":memory:"; without SCRIPT, standard input is read.
// A row is one line, its columns joined by '|': NULL as NULL, a blob as
// X'0123', everything else as SQLite's own text of it. Lines that start with a
// dot between statements are the shell's own:
//
//   .print TEXT       prints TEXT
//   .fails            the next statement must fail; its message is printed
//
// Errors go to standard error as "sqlite: SCRIPT:LINE: message". Exit status:
// 0 all went well, 1 an error happened, 2 wrong usage.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite3.h"

enum { kMaxParameters = 16 };

struct Parameter {
  const char *name; // not terminated: `length` bytes
  int length;
  long long value;
};

struct Shell {
  sqlite3 *database;
  int bail, echo, count;
  struct Parameter parameters[kMaxParameters];
  int parameterCount;
  int expectFailure; // .fails came just before
  long statements, rows, errors;
  const char *script; // for messages
};

static void report(struct Shell *shell, long line, const char *message) {
  ++shell->errors;
  fflush(stdout);
  fprintf(stderr, "sqlite: %s:%ld: %s\n", shell->script, line, message);
}

/// Reads all of `in`; the result is terminated and must be freed. NULL with
/// errno set if reading failed.
static char *readAll(FILE *in) {
  size_t size = 0, capacity = 1 << 14;
  char *text = malloc(capacity);
  while (text) {
    size += fread(text + size, 1, capacity - 1 - size, in);
    if (ferror(in)) {
      free(text);
      return NULL;
    }
    if (size < capacity - 1)
      break;
    char *grown = realloc(text, capacity *= 2);
    if (!grown)
      free(text);
    text = grown;
  }
  if (text)
    text[size] = 0;
  return text;
}

static void printValue(sqlite3_stmt *statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
  case SQLITE_NULL:
    fputs("NULL", stdout);
    break;
  case SQLITE_BLOB: {
    const unsigned char *bytes = sqlite3_column_blob(statement, column);
    int size = sqlite3_column_bytes(statement, column);
    fputs("X'", stdout);
    for (int i = 0; i < size; ++i) {
      putchar("0123456789abcdef"[bytes[i] >> 4]);
      putchar("0123456789abcdef"[bytes[i] & 15]);
    }
    putchar('\'');
    break;
  }
  default:
    fwrite(sqlite3_column_text(statement, column), 1,
           (size_t)sqlite3_column_bytes(statement, column), stdout);
  }
}

static void bindParameters(struct Shell *shell, sqlite3_stmt *statement) {
  for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i) {
    const char *name = sqlite3_bind_parameter_name(statement, i);
    if (!name)
      continue;
    for (int p = 0; p < shell->parameterCount; ++p) {
      const struct Parameter *parameter = &shell->parameters[p];
      if (strlen(name + 1) == (size_t)parameter->length &&
          !memcmp(name + 1, parameter->name, (size_t)parameter->length))
        sqlite3_bind_int64(statement, i, parameter->value);
    }
  }
}

/// Runs one compiled statement to its end and prints its rows; SQLite's result
/// code of the last step.
static int runStatement(struct Shell *shell, sqlite3_stmt *statement) {
  bindParameters(shell, statement);
  int columns = sqlite3_column_count(statement);
  int status;
  while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
    ++shell->rows;
    for (int i = 0; i < columns; ++i) {
      if (i)
        putchar('|');
      printValue(statement, i);
    }
    putchar('\n');
  }
  return status;
}

/// Skips what stands between statements: white space and comments to the end
/// of the line.
static char *skipSpace(char *at, long *line) {
  for (;;) {
    if (*at == '-' && at[1] == '-')
      at += strcspn(at, "\n");
    if (!*at || !strchr(" \t\r\n", *at))
      return at;
    *line += *at++ == '\n';
  }
}

/// The end of the statement at `at`: behind the first semicolon that completes
/// it (those inside of strings and triggers do not), or the end of the text.
static char *findEnd(char *at) {
  for (char *end = at; (end = strchr(end, ';'));) {
    char after = *++end;
    *end = 0;
    int complete = sqlite3_complete(at);
    *end = after;
    if (complete)
      return end;
  }
  return at + strlen(at);
}

/// Runs the shell command at `at` (its line ends at `end`).
static void runCommand(struct Shell *shell, const char *at, const char *end,
                       long line) {
  int length = (int)(end - at);
  if (length > 7 && !memcmp(at, ".print ", 7))
    printf("%.*s\n", length - 7, at + 7);
  else if (length == 6 && !memcmp(at, ".fails", 6))
    shell->expectFailure = 1;
  else
    report(shell, line, "unknown shell command");
}

/// Runs the statement from `at` (on `line`) to `end`.
static void runSql(struct Shell *shell, const char *at, const char *end,
                   long line) {
  sqlite3_stmt *statement = NULL;
  int status = sqlite3_prepare_v2(shell->database, at, (int)(end - at),
                                  &statement, NULL);
  if (status == SQLITE_OK && !statement)
    return; // a lone semicolon
  ++shell->statements;
  if (shell->echo)
    printf("%.*s\n", (int)(end - at), at);
  if (status == SQLITE_OK)
    status = runStatement(shell, statement);
  int failed = status != SQLITE_DONE;
  if (failed && shell->expectFailure)
    printf("fails: %s\n", sqlite3_errmsg(shell->database));
  else if (failed)
    report(shell, line, sqlite3_errmsg(shell->database));
  else if (shell->expectFailure)
    report(shell, line, "the statement should have failed");
  shell->expectFailure = 0;
  sqlite3_finalize(statement);
}

static void runScript(struct Shell *shell, char *text) {
  long line = 1;
  for (char *at = text; *(at = skipSpace(at, &line));) {
    if (shell->bail && shell->errors)
      return;
    char *end;
    if (*at == '.') {
      end = at + strcspn(at, "\n");
      runCommand(shell, at, end, line);
    } else {
      end = findEnd(at);
      runSql(shell, at, end, line);
    }
    for (; at < end; ++at)
      line += *at == '\n';
  }
}

static int runFile(struct Shell *shell, const char *path) {
  FILE *in = path ? fopen(path, "rb") : stdin;
  char *text = in ? readAll(in) : NULL;
  if (!text)
    fprintf(stderr, "sqlite: %s: %s\n", path ? path : "standard input",
            strerror(errno));
  if (in && path)
    fclose(in);
  if (!text)
    return 1;
  shell->script = path ? path : "standard input";
  runScript(shell, text);
  free(text);
  return 0;
}

/// Takes the options off the front of the arguments; the index of the first
/// argument that is none, or -1 for wrong usage.
static int readOptions(struct Shell *shell, int argc, char **argv) {
  int i = 1;
  for (; i < argc && !strncmp(argv[i], "--", 2); ++i) {
    const char *equals;
    if (!strcmp(argv[i], "--bail"))
      shell->bail = 1;
    else if (!strcmp(argv[i], "--echo"))
      shell->echo = 1;
    else if (!strcmp(argv[i], "--count"))
      shell->count = 1;
    else if (!strcmp(argv[i], "--set") && i + 1 < argc &&
             (equals = strchr(argv[i + 1], '=')) &&
             shell->parameterCount < kMaxParameters) {
      struct Parameter *parameter = &shell->parameters[shell->parameterCount++];
      parameter->name = argv[++i];
      parameter->length = (int)(equals - argv[i]);
      parameter->value = atoll(equals + 1);
    } else
      return -1;
  }
  return i < argc ? i : -1;
}

int main(int argc, char **argv) {
  struct Shell shell = {0};
  int first = readOptions(&shell, argc, argv);
  if (first < 0) {
    fputs("usage: sqlite [--bail] [--echo] [--count] [--set NAME=N] DATABASE "
          "[SCRIPT...]\n",
          stderr);
    return 2;
  }
  if (sqlite3_open(argv[first], &shell.database) != SQLITE_OK) {
    fprintf(stderr, "sqlite: %s: %s\n", argv[first],
            sqlite3_errmsg(shell.database));
    sqlite3_close(shell.database);
    return 1;
  }
  int status = 0;
  if (first + 1 == argc)
    status = runFile(&shell, NULL);
  for (int i = first + 1; i < argc; ++i)
    status |= runFile(&shell, argv[i]);
  if (shell.count)
    printf("%ld statements, %ld rows, %ld errors\n", shell.statements,
           shell.rows, shell.errors);
  if (sqlite3_close(shell.database) != SQLITE_OK) {
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(shell.database));
    status = 1;
  }
  return status || shell.errors ? 1 : 0;
}
