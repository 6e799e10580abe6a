// wc and cat over files of a directory that the host opened (--dir).
//
//   files count FILE...         lines, words and bytes of each, and their sum
//   files join FILE... OUTPUT   writes the files to OUTPUT, one after another
//   files list DIRECTORY        names and sizes, sorted by name
//   files upper                 standard input to standard output in upper case
//
// Exit status 1 if a file could not be read or written, 2 for wrong usage.

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int fail(const char *path) {
  fprintf(stderr, "files: %s: %s\n", path, strerror(errno));
  return 1;
}

struct Counts {
  unsigned long lines, words, bytes;
};

static int countOne(const char *path, struct Counts *sum) {
  FILE *in = fopen(path, "rb");
  if (!in)
    return fail(path);
  struct Counts counts = {0, 0, 0};
  int inWord = 0;
  for (int c; (c = getc(in)) != EOF;) {
    ++counts.bytes;
    counts.lines += c == '\n';
    int space = isspace(c) != 0;
    counts.words += inWord == 0 && !space;
    inWord = !space;
  }
  int bad = ferror(in);
  fclose(in);
  if (bad)
    return fail(path);
  printf("%8lu %8lu %8lu %s\n", counts.lines, counts.words, counts.bytes, path);
  sum->lines += counts.lines;
  sum->words += counts.words;
  sum->bytes += counts.bytes;
  return 0;
}

static int count(int n, char **paths) {
  struct Counts sum = {0, 0, 0};
  int status = 0;
  for (int i = 0; i < n; ++i)
    status |= countOne(paths[i], &sum);
  if (n > 1)
    printf("%8lu %8lu %8lu total\n", sum.lines, sum.words, sum.bytes);
  return status;
}

static int join(int n, char **paths) {
  FILE *out = fopen(paths[n - 1], "wb");
  if (!out)
    return fail(paths[n - 1]);
  int status = 0;
  static char buffer[4096];
  for (int i = 0; i < n - 1; ++i) {
    FILE *in = fopen(paths[i], "rb");
    if (!in) {
      status = fail(paths[i]);
      continue;
    }
    for (size_t got; (got = fread(buffer, 1, sizeof buffer, in)) > 0;)
      if (fwrite(buffer, 1, got, out) != got)
        status = fail(paths[n - 1]);
    if (ferror(in))
      status = fail(paths[i]);
    fclose(in);
  }
  return fclose(out) ? fail(paths[n - 1]) : status;
}

static int byName(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list(const char *path) {
  DIR *dir = opendir(path);
  if (!dir)
    return fail(path);
  static char *names[1000];
  size_t n = 0;
  for (struct dirent *entry; (entry = readdir(dir)) && n < 1000;)
    if (entry->d_name[0] != '.')
      names[n++] = strdup(entry->d_name);
  closedir(dir);
  qsort(names, n, sizeof *names, byName);
  int status = 0;
  for (size_t i = 0; i < n; ++i) {
    char full[1024];
    struct stat info;
    snprintf(full, sizeof full, "%s/%s", path, names[i]);
    if (stat(full, &info))
      status = fail(full);
    else if (S_ISDIR(info.st_mode))
      printf("%12s %s\n", "directory", names[i]);
    else
      printf("%12lld %s\n", (long long)info.st_size, names[i]);
  }
  return status;
}

static int upper(void) {
  for (int c; (c = getchar()) != EOF;)
    putchar(toupper(c));
  return ferror(stdin) || fflush(stdout) ? fail("standard input") : 0;
}

int main(int argc, char **argv) {
  const char *command = argc > 1 ? argv[1] : "";
  if (!strcmp(command, "count") && argc > 2)
    return count(argc - 2, argv + 2);
  if (!strcmp(command, "join") && argc > 3)
    return join(argc - 2, argv + 2);
  if (!strcmp(command, "list") && argc == 3)
    return list(argv[2]);
  if (!strcmp(command, "upper") && argc == 2)
    return upper();
  fputs("usage: files count FILE... | join FILE... OUTPUT | list DIRECTORY | "
        "upper\n",
        stderr);
  return 2;
}
