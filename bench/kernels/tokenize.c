// Text: a scanner and recursive-descent parser for arithmetic, over a source
// that a generator writes: branches on bytes, small functions, recursion.

#include "kernel.h"

struct Source {
  char text[1 << 14];
  uint32_t size;
};

static void put(struct Source *source, char c) {
  source->text[source->size++] = c;
}

static void writeExpression(struct Source *source, uint64_t *random,
                            int depth) {
  uint64_t word = nextRandom(random);
  if (depth == 0 || word % 8 == 0 || source->size > 16000) {
    for (int i = (int)(word >> 8 & 3); i >= 0; --i)
      put(source, (char)('1' + (word >> (16 + 4 * i)) % 9));
    return;
  }
  int group = (word >> 12 & 3) == 0;
  if (group)
    put(source, '(');
  writeExpression(source, random, depth - 1);
  put(source, ' ');
  put(source, "+-*/+-*&|"[(word >> 20) % 9]);
  put(source, ' ');
  writeExpression(source, random, depth - 1);
  if (group)
    put(source, ')');
}

struct Scanner {
  const char *at;
  char kind; // of the current token: 0 at the end, '1' for a number
  uint32_t number, tokens;
};

static NOINLINE void nextToken(struct Scanner *scanner) {
  while (*scanner->at == ' ')
    ++scanner->at;
  ++scanner->tokens;
  char c = *scanner->at;
  if (c >= '0' && c <= '9') {
    uint32_t number = 0;
    for (; (c = *scanner->at) >= '0' && c <= '9'; ++scanner->at)
      number = number * 10 + (uint32_t)(c - '0');
    scanner->number = number;
    scanner->kind = '1';
    return;
  }
  scanner->kind = c;
  if (c)
    ++scanner->at;
}

static int strength(char kind) {
  switch (kind) {
  case '|':
    return 1;
  case '&':
    return 2;
  case '+':
  case '-':
    return 3;
  case '*':
  case '/':
    return 4;
  default:
    return 0;
  }
}

static uint32_t parse(struct Scanner *scanner, int least) {
  uint32_t left;
  if (scanner->kind == '(') {
    nextToken(scanner);
    left = parse(scanner, 1);
  } else {
    left = scanner->number;
  }
  nextToken(scanner);
  for (int level; (level = strength(scanner->kind)) >= least && level;) {
    char op = scanner->kind;
    nextToken(scanner);
    uint32_t right = parse(scanner, level + 1);
    switch (op) {
    case '|':
      left |= right;
      break;
    case '&':
      left &= right;
      break;
    case '+':
      left += right;
      break;
    case '-':
      left -= right;
      break;
    case '*':
      left *= right;
      break;
    case '/':
      left = right ? left / right : 0;
      break;
    }
  }
  return left;
}

static uint64_t runKernel(uint32_t scale) {
  static struct Source source;
  uint64_t sum = 0, random = 3;
  for (uint32_t round = 0; round < scale; ++round) {
    source.size = 0;
    while (source.size < 8000) {
      if (source.size)
        put(&source, '+');
      writeExpression(&source, &random, 9);
    }
    put(&source, 0);
    for (int pass = 0; pass < 60; ++pass) {
      struct Scanner scanner = {source.text, 0, 0, 0};
      nextToken(&scanner);
      sum = mix(sum, parse(&scanner, 1) + scanner.tokens);
    }
  }
  return sum;
}
