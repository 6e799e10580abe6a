// A bundle or a program file, as far as tools read it: its code image and what
// describes it. Nothing of it comes from the program that it was made from.

#ifndef IREKO_REWRITER_IMAGE_FILE_H
#define IREKO_REWRITER_IMAGE_FILE_H

#include "rewriter/handler_code.h"
#include "rewriter/handler_table.h"
#include "rewriter/reader.h"

namespace ireko {

class Catalogue;

struct ImageFile {
  std::string path;
  bool isProgramFile = false;
  std::vector<uint8_t> image;
  HandlerTable table;
  // The code of the handlers, if it was asked for and there is any: only in
  // bundles.
  std::vector<HandlerCode> code;
  // What the tables hold, one list for each of table.tables.
  std::vector<std::vector<StaticTableEntry>> tables;
  // Bytes of the whole file; of a bundle, those of its sections as well.
  size_t fileBytes = 0;
  struct SectionBytes {
    uint64_t code = 0, data = 0, handlers = 0; // the description of handlers
  } sections = {};

  // The two below hold once the header has been checked (checkHeader).
  const ImageHeader &header() const {
    return *reinterpret_cast<const ImageHeader *>(image.data());
  }
  FunctionRecord record(uint32_t function) const;
  // Where a function's code ends, with what fills up to the next one; its entry
  // if it has none.
  uint32_t codeLimit(uint32_t function) const;
  bool hasCode(uint32_t function) const;
  uint32_t frameBytes(uint32_t function) const;
  // Empty if it has none. Cut at the end of the image.
  llvm::StringRef name(uint32_t function) const;
  // "3 <main>".
  std::string label(uint32_t function) const;
  uint64_t read(uint32_t at, uint32_t bytes) const;
  // The function whose code holds this address, if any.
  std::optional<uint32_t> functionAt(uint32_t address) const;
};

// A place in an image, in errors: "at 0x4c of the image in function 3 <main>".
llvm::Error imageError(const ImageFile &file, uint32_t offset,
                       std::optional<uint32_t> function, std::string what);

// Whether these are the bytes of a program file.
bool isProgramFile(llvm::ArrayRef<uint8_t> bytes);

// Both leave the image as it is in the file; only its size has been checked.
llvm::Expected<ImageFile> readBundleImage(const SourceModule &bundle,
                                          bool withHandlers = true);
llvm::Expected<ImageFile> readProgramImage(llvm::ArrayRef<uint8_t> bytes,
                                           llvm::StringRef path,
                                           Catalogue &catalogue);

// The header, the records of functions and their names and location lists:
// whatever the members of ImageFile and a disassembler rely on.
llvm::Error checkHeader(const ImageFile &file);

} // namespace ireko

#endif // IREKO_REWRITER_IMAGE_FILE_H
