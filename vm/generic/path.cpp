// Opens a file by its path: finds the folder, among those that the host gives,
// in which it lies. As wasi-libc does, "./", "/" and "" at the start mean the
// same, and the longest folder that fits is taken.

#include "path.h"
#include "../host.h"

namespace ireko {

namespace {

constexpr uint32_t kFirstFolder = 3;
constexpr uint32_t kFollowLinks = 1;
constexpr uint64_t kMayRead = 1 << 1;
constexpr uint32_t kNoEntry = 44;

struct Text {
  const char *data;
  uint32_t size;
};

// Without what means "here" at the start.
Text stripped(Text text) {
  while (text.size) {
    if (text.data[0] == '/')
      text = {text.data + 1, text.size - 1};
    else if (text.data[0] == '.' && (text.size == 1 || text.data[1] == '/'))
      text = {text.data + 1, text.size - 1};
    else
      break;
  }
  while (text.size && text.data[text.size - 1] == '/')
    --text.size;
  return text;
}

bool isInside(Text path, Text folder) {
  if (folder.size == 0)
    return true;
  if (path.size <= folder.size || path.data[folder.size] != '/')
    return false;
  for (uint32_t i = 0; i < folder.size; ++i)
    if (path.data[i] != folder.data[i])
      return false;
  return true;
}

} // namespace

uint32_t openFile(const char *name, uint32_t nameSize, uint32_t scratch,
                  uint32_t scratchSize, uint32_t &opened) {
  Text path = stripped({name, nameSize});
  uint32_t best = 0, bestSize = 0;
  for (uint32_t fd = kFirstFolder;; ++fd) {
    struct {
      uint32_t kind, size;
    } prestat;
    if (host_fd_prestat_get(fd, uint32_t(&prestat)))
      break;
    if ((prestat.kind & 0xff) != 0 || prestat.size > scratchSize ||
        host_fd_prestat_dir_name(fd, scratch, prestat.size))
      continue;
    // Some hosts count a zero at the end.
    uint32_t size = prestat.size;
    auto *text = reinterpret_cast<const char *>(scratch);
    while (size && text[size - 1] == 0)
      --size;
    Text folder = stripped({text, size});
    if (isInside(path, folder) && (!best || folder.size > bestSize)) {
      best = fd;
      bestSize = folder.size;
    }
  }
  if (!best)
    return kNoEntry;
  if (bestSize)
    path = stripped({path.data + bestSize, path.size - bestSize});
  return host_path_open(best, kFollowLinks, uint32_t(path.data), path.size, 0,
                        kMayRead, 0, 0, uint32_t(&opened));
}

} // namespace ireko
