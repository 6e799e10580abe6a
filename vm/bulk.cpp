// memory.copy and memory.fill for hosts without bulk memory. The generated code
// has checked both ranges; addresses are linear ones.

#include "runtime.h"

namespace ireko {

namespace {

// At any address; what it points to may be anything.
using Word = uint64_t __attribute__((aligned(1), may_alias));
constexpr uint32_t kWord = sizeof(Word);

Word &wordAt(uint32_t address) { return *reinterpret_cast<Word *>(address); }
char &byteAt(uint32_t address) { return *reinterpret_cast<char *>(address); }

} // namespace

// The ranges may overlap.
IREKO_EXPORT(ireko_copy)
void ireko_copy(uint32_t to, uint32_t from, uint32_t size) {
  // In 32 bits: true as well if `to` lies below `from`. No word is written
  // over one that is still to be read.
  if (to - from >= size) {
    for (; size >= kWord; size -= kWord, to += kWord, from += kWord)
      wordAt(to) = wordAt(from);
    for (; size; --size)
      byteAt(to++) = byteAt(from++);
    return;
  }
  while (size % kWord) {
    --size;
    byteAt(to + size) = byteAt(from + size);
  }
  while (size) {
    size -= kWord;
    wordAt(to + size) = wordAt(from + size);
  }
}

IREKO_EXPORT(ireko_fill)
void ireko_fill(uint32_t to, uint32_t byte, uint32_t size) {
  uint64_t pattern = (byte & 0xff) * 0x0101010101010101;
  for (; size >= kWord; size -= kWord, to += kWord)
    wordAt(to) = pattern;
  for (; size; --size)
    byteAt(to++) = char(byte);
}

} // namespace ireko
