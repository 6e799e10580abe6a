// An app that exchanges strings with its embedder by address and length, as
// the glue of wasm-bindgen or Emscripten does. It needs no library:
//
//   clang-22 --target=wasm32 -nostdlib -O2 -Wl,--no-entry words.c -o words.wasm

#define EXPORT(NAME) __attribute__((export_name(#NAME)))
#define IMPORT(NAME) __attribute__((import_module("env"), import_name(#NAME)))

typedef struct {
  char *at;
  unsigned size;
} Text;

// Reads the text; writes at most `room` bytes to `out`; returns how many.
IMPORT(translate)
unsigned translate(const char *text, unsigned size, char *out, unsigned room);
IMPORT(show) void show(const char *text, unsigned size);

static char heap[1 << 16];
static unsigned used;

// What is freed last can be had again.
EXPORT(malloc) void *allocate(unsigned size) {
  size = (size + 7) & -8u;
  if (size > sizeof(heap) - used)
    return 0;
  used += size;
  return heap + used - size;
}

EXPORT(free) void release(void *at) { used = (char *)at - heap; }

// Reverses the words of a text in place.
EXPORT(reverse) void reverse(char *text, unsigned size) {
  for (unsigned start = 0, i = 0; i <= size; i++)
    if (i == size || text[i] == ' ') {
      for (unsigned a = start, b = i; a + 1 < b; a++) {
        char c = text[a];
        text[a] = text[--b];
        text[b] = c;
      }
      start = i + 1;
    }
}

// Has the embedder translate a text, and shows what it answers. The result
// lies in memory of the app's own.
EXPORT(converse) Text *converse(const char *text, unsigned size) {
  static char answer[256];
  static Text result;
  result.at = answer;
  result.size = translate(text, size, answer, sizeof(answer));
  show(answer, result.size);
  return &result;
}
