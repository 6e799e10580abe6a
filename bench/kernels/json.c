// A JSON parser: text into a tree of values in one block of memory, numbers and
// escapes included, then look-ups by key and a sum over the tree.

#include <string.h>

#include "kernel.h"

enum Kind { kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

struct Value {
  enum Kind kind;
  uint32_t size;      // bytes of a string, members of an array or object
  const char *key;    // as a member of an object: the name
  struct Value *next; // the next member of what it is in
  union {
    double number;
    const char *text;
    struct Value *first;
  } of;
};

// Memory ----------------------------------------------------------------------

enum { kArena = 1 << 20 };

static char *arena;
static size_t used;

static void *take(size_t size) {
  void *block = arena + used;
  used += (size + 7) & ~(size_t)7;
  if (used > kArena)
    _exit(3);
  return block;
}

// Parsing ---------------------------------------------------------------------

struct Parser {
  const char *at;
  int failed;
};

static void skipSpace(struct Parser *parser) {
  while (*parser->at == ' ' || *parser->at == '\n' || *parser->at == '\t' ||
         *parser->at == '\r')
    ++parser->at;
}

static int accept(struct Parser *parser, char c) {
  skipSpace(parser);
  if (*parser->at != c)
    return 0;
  ++parser->at;
  return 1;
}

static void expect(struct Parser *parser, char c) {
  if (!accept(parser, c))
    parser->failed = 1;
}

static uint32_t hexDigits(struct Parser *parser) {
  uint32_t code = 0;
  for (int i = 0; i < 4; ++i, ++parser->at) {
    char c = *parser->at;
    if (c >= '0' && c <= '9')
      code = code * 16 + (uint32_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
      code = code * 16 + (uint32_t)(c - 'a' + 10);
    else
      parser->failed = 1;
  }
  return code;
}

static char *putUtf8(char *out, uint32_t code) {
  if (code < 0x80) {
    *out++ = (char)code;
  } else if (code < 0x800) {
    *out++ = (char)(0xc0 | code >> 6);
    *out++ = (char)(0x80 | (code & 63));
  } else {
    *out++ = (char)(0xe0 | code >> 12);
    *out++ = (char)(0x80 | (code >> 6 & 63));
    *out++ = (char)(0x80 | (code & 63));
  }
  return out;
}

/// After the opening quote; ends with a 0 byte.
static char *parseText(struct Parser *parser, uint32_t *size) {
  char *text = arena + used, *out = text;
  for (char c; (c = *parser->at++) != '"';) {
    if ((unsigned char)c < ' ') {
      parser->failed = 1;
      --parser->at;
      break;
    }
    if (c != '\\') {
      *out++ = c;
      continue;
    }
    switch (c = *parser->at++) {
    case 'n':
      *out++ = '\n';
      break;
    case 't':
      *out++ = '\t';
      break;
    case 'r':
      *out++ = '\r';
      break;
    case 'b':
      *out++ = '\b';
      break;
    case 'f':
      *out++ = '\f';
      break;
    case 'u':
      out = putUtf8(out, hexDigits(parser));
      break;
    case '"':
    case '\\':
    case '/':
      *out++ = c;
      break;
    default:
      parser->failed = 1;
      return text;
    }
  }
  *size = (uint32_t)(out - text);
  *out = 0;
  take(*size + 1);
  return text;
}

static double parseNumber(struct Parser *parser) {
  const char *at = parser->at;
  int negative = *at == '-', exponent = 0;
  at += negative;
  if (*at < '0' || *at > '9')
    parser->failed = 1;
  uint64_t digits = 0;
  for (; *at >= '0' && *at <= '9'; ++at)
    digits = digits * 10 + (uint64_t)(*at - '0');
  if (*at == '.')
    for (++at; *at >= '0' && *at <= '9'; ++at, --exponent)
      digits = digits * 10 + (uint64_t)(*at - '0');
  if (*at == 'e' || *at == 'E') {
    ++at;
    int down = *at == '-', power = 0;
    at += *at == '-' || *at == '+';
    for (; *at >= '0' && *at <= '9'; ++at)
      power = power * 10 + (*at - '0');
    exponent += down ? -power : power;
  }
  double number = (double)digits;
  for (; exponent > 0; --exponent)
    number *= 10;
  for (; exponent < 0; ++exponent)
    number /= 10;
  parser->at = at;
  return negative ? -number : number;
}

static void parseWord(struct Parser *parser, const char *word) {
  size_t size = strlen(word);
  if (strncmp(parser->at, word, size) != 0)
    parser->failed = 1;
  else
    parser->at += size;
}

static struct Value *parseValue(struct Parser *parser);

static void parseMembers(struct Parser *parser, struct Value *value,
                         char closing) {
  struct Value **link = &value->of.first;
  *link = NULL;
  if (accept(parser, closing))
    return;
  do {
    const char *key = NULL;
    if (value->kind == kObject) {
      uint32_t size;
      expect(parser, '"');
      key = parseText(parser, &size);
      expect(parser, ':');
    }
    struct Value *member = parseValue(parser);
    member->key = key;
    *link = member;
    link = &member->next;
    ++value->size;
  } while (!parser->failed && accept(parser, ','));
  expect(parser, closing);
}

static struct Value *parseValue(struct Parser *parser) {
  struct Value *value = take(sizeof *value);
  value->size = 0;
  value->key = NULL;
  value->next = NULL;
  skipSpace(parser);
  switch (*parser->at) {
  case '{':
    ++parser->at;
    value->kind = kObject;
    parseMembers(parser, value, '}');
    break;
  case '[':
    ++parser->at;
    value->kind = kArray;
    parseMembers(parser, value, ']');
    break;
  case '"':
    ++parser->at;
    value->kind = kString;
    value->of.text = parseText(parser, &value->size);
    break;
  case 'n':
    value->kind = kNull;
    parseWord(parser, "null");
    break;
  case 't':
    value->kind = kTrue;
    parseWord(parser, "true");
    break;
  case 'f':
    value->kind = kFalse;
    parseWord(parser, "false");
    break;
  default:
    value->kind = kNumber;
    value->of.number = parseNumber(parser);
  }
  return value;
}

// Use -------------------------------------------------------------------------

static const struct Value *member(const struct Value *object, const char *key) {
  for (const struct Value *at = object->of.first; at; at = at->next)
    if (strcmp(at->key, key) == 0)
      return at;
  return NULL;
}

static uint64_t sumOf(const struct Value *value, uint64_t sum) {
  sum = mix(sum, (uint64_t)value->kind << 32 | value->size);
  switch (value->kind) {
  case kNumber:
    return mixDouble(sum, value->of.number);
  case kString:
    for (uint32_t i = 0; i < value->size; ++i)
      sum = sum * 31 + (unsigned char)value->of.text[i];
    return sum;
  case kArray:
  case kObject:
    for (const struct Value *at = value->of.first; at; at = at->next)
      sum = sumOf(at, sum);
    return sum;
  default:
    return sum;
  }
}

// The document ----------------------------------------------------------------

struct Text {
  char bytes[1 << 16];
  size_t size;
};

static void put(struct Text *text, const char *part) {
  for (; *part; ++part)
    text->bytes[text->size++] = *part;
}

static void putInteger(struct Text *text, uint32_t number) {
  char digits[12];
  int at = sizeof digits;
  digits[--at] = 0;
  do
    digits[--at] = (char)('0' + number % 10);
  while (number /= 10);
  put(text, digits + at);
}

static void writeDocument(struct Text *text, uint64_t *random) {
  static const char *const names[] = {"plain",
                                      "a longer name with spaces",
                                      "tab\\tand\\nline",
                                      "\\u00fc\\u4e2d",
                                      "\\\"quoted\\\"",
                                      ""};
  text->size = 0;
  put(text, "[\n");
  for (int i = 0; i < 200; ++i) {
    uint64_t word = nextRandom(random);
    put(text, i ? ",\n  {\"id\": " : "  {\"id\": ");
    putInteger(text, (uint32_t)word % 100000);
    put(text, ", \"name\": \"");
    put(text, names[(word >> 20) % 6]);
    put(text, "\", \"active\": ");
    put(text, word >> 30 & 1 ? "true" : "false");
    put(text, ", \"parent\": ");
    put(text, word >> 31 & 1 ? "null" : "{\"id\":0,\"tags\":[]}");
    put(text, ", \"at\": [");
    put(text, word >> 32 & 1 ? "-" : "");
    putInteger(text, (uint32_t)(word >> 33) % 180);
    put(text, ".");
    putInteger(text, (uint32_t)(word >> 40) % 100000);
    put(text, ", ");
    putInteger(text, (uint32_t)(word >> 50) % 90);
    put(text, "e-1], \"tags\": [\"x\", \"some tag\"]}");
  }
  put(text, "\n]\n");
  text->bytes[text->size] = 0;
}

static uint64_t runKernel(uint32_t scale) {
  static struct Text text;
  arena = allocate(kArena);
  uint64_t sum = 0, random = 41;
  for (uint32_t round = 0; round < scale; ++round) {
    if (round % 8 == 0)
      writeDocument(&text, &random);
    for (int pass = 0; pass < 40; ++pass) {
      used = 0;
      struct Parser parser = {text.bytes, 0};
      struct Value *value = parseValue(&parser);
      skipSpace(&parser);
      if (parser.failed || *parser.at)
        _exit(4);
      for (const struct Value *at = value->of.first; at; at = at->next)
        sum += member(at, "tags")->size;
      sum = sumOf(value, sum);
    }
  }
  return sum;
}
