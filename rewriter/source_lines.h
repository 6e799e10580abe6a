// Lines of the source that a module was compiled from, by file offsets of its
// instructions: from the DWARF in the module (.debug_line), or else from the
// source map that it names and that lies beside it. Both are hints: what cannot
// be read, is not there.

#ifndef IREKO_REWRITER_SOURCE_LINES_H
#define IREKO_REWRITER_SOURCE_LINES_H

#include "rewriter/reader.h"

namespace ireko {

class SourceLines {
public:
  static SourceLines of(const SourceModule &source);

  // "dir/sum.c:12", or "".
  std::string find(uint64_t offset) const;
  bool empty() const { return entries.empty(); }

private:
  // Holds from this offset to the next entry's.
  struct Entry {
    uint64_t offset;
    uint32_t file;
    uint32_t line; // 0: none
  };

  void readDwarf(const SourceModule &source);
  void readSourceMap(const SourceModule &source);
  uint32_t addFile(llvm::StringRef name);

  std::vector<Entry> entries; // ascending
  std::vector<std::string> files;
};

} // namespace ireko

#endif // IREKO_REWRITER_SOURCE_LINES_H
