// What the VM itself has to say, on standard error.

#ifndef IREKO_VM_OUTPUT_H
#define IREKO_VM_OUTPUT_H

#include "guest.h"
#include "host.h"

namespace ireko {

// Output to the host's standard error, in as few writes as its buffer allows.
// What the host reads and writes is static, because it may never return.
class Output {
public:
  void start() { used = 0; }

  void put(char c) {
    if (used == sizeof(buffer))
      flush();
    buffer[used++] = c;
  }

  // Names come from the app: control characters stay off the terminal.
  void text(const char *zeroTerminated) {
    for (auto *c = zeroTerminated; *c; c++)
      put(uint8_t(*c) < ' ' || *c == 0x7f ? '?' : *c);
  }

  void number(uint32_t value, uint32_t base) {
    if (value >= base)
      number(value / base, base);
    put("0123456789abcdef"[value % base]);
  }

  // Whatever the host does not take in one write is offered again; some hosts
  // write less than they are given.
  void flush() {
    uint32_t done = 0;
    while (done < used) {
      iovec = {uint32_t(buffer) + done, used - done};
      if (host_fd_write(2, uint32_t(&iovec), 1, uint32_t(&written)) ||
          written == 0 || written > used - done)
        break;
      done += written;
    }
    used = 0;
  }

private:
  uint32_t used;
  Iovec iovec;
  uint32_t written;
  char buffer[512];
};

} // namespace ireko

#endif // IREKO_VM_OUTPUT_H
