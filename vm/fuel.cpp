// What a bundle with --print-fuel says when it ends.

#include "output.h"

using namespace ireko;

// How many loops and calls the program has counted.
//
//   ireko: fuel: 1234567 used
IREKO_EXPORT(ireko_print_fuel)
void ireko_print_fuel(uint64_t used) {
  static Output out;
  // Nothing that it prints is data: most bundles do without.
  auto word = [](uint64_t letters) {
    for (; letters; letters >>= 8)
      out.put(char(letters));
  };
  auto lettersOf = [](const char (&text)[9]) constexpr {
    uint64_t letters = 0;
    for (uint32_t i = 8; i-- > 0;)
      letters = letters << 8 | uint8_t(text[i]);
    return letters;
  };
  constexpr uint64_t kFirst = lettersOf("ireko: f"),
                     kSecond = lettersOf("uel: \0\0\0"),
                     kLast = lettersOf(" used\n\0\0");
  static char digits[20];
  uint32_t count = 0;
  do
    digits[count++] = char('0' + used % 10);
  while (used /= 10);
  out.start();
  word(kFirst);
  word(kSecond);
  while (count)
    out.put(digits[--count]);
  word(kLast);
  out.flush();
}
