// Where the counts of a counting bundle go: into a file that `ireko run
// --profile` has put into a folder of its own, so that counts get out of every
// host in one way, whatever ends the program.

#include "guest.h"
#include "host.h"

using namespace ireko;

namespace {

// The name as a number, because the runtime has no data but texts of traps.
constexpr uint64_t nameOfFile() {
  static_assert(sizeof(kCountsFile) == sizeof(uint64_t) + 1);
  uint64_t name = 0;
  for (uint32_t i = sizeof(name); i-- > 0;)
    name = name << 8 | uint8_t(kCountsFile[i]);
  return name;
}

} // namespace

// Writes the bytes [address, address + size) of linear memory over the file
// kCountsFile, of the first folder that has one. No folder has one: nothing.
//
// Called when frames are in use up to an unknown place, so scratch is what lies
// behind stackEnd. The file is opened anew each time, so that the program finds
// its descriptors as they would be.
IREKO_EXPORT(ireko_write_counts)
void ireko_write_counts(uint32_t address, uint32_t size) {
  struct Scratch {
    uint64_t name;
    uint32_t prestat[2];
    uint32_t file;
    uint32_t written;
    Iovec rest;
  };
  constexpr uint32_t kFirstFolder = 3;
  // Of those that the program may have closed.
  constexpr uint32_t kMostGaps = 16;
  constexpr uint32_t kTruncate = 8;
  constexpr uint64_t kMayWrite = 64;
  auto *scratch = reinterpret_cast<Scratch *>(ireko_vm.stackEnd);
  constexpr uint64_t kName = nameOfFile();
  scratch->name = kName;
  uint32_t gaps = 0;
  for (uint32_t folder = kFirstFolder; gaps < kMostGaps; folder++) {
    if (host_fd_prestat_get(folder, uint32_t(&scratch->prestat))) {
      gaps++;
      continue;
    }
    if (host_path_open(folder, 0, uint32_t(&scratch->name),
                       sizeof(scratch->name), kTruncate, kMayWrite, 0, 0,
                       uint32_t(&scratch->file)))
      continue;
    scratch->rest = {address, size};
    while (scratch->rest.size &&
           !host_fd_write(scratch->file, uint32_t(&scratch->rest), 1,
                          uint32_t(&scratch->written)) &&
           scratch->written) {
      scratch->rest.data += scratch->written;
      scratch->rest.size -= scratch->written;
    }
    host_fd_close(scratch->file);
    return;
  }
}
