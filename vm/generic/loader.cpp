// Reads the program file that the first argument names, checks it, puts each
// part where it stays, and runs the program.

#include "loader.h"

#include "../output.h"
#include "path.h"

using namespace ireko;

namespace {

constexpr uint32_t kFailed = 1;

class Loader {
public:
  void run();

private:
  void takeArguments();
  void open();
  void checkHeader();
  void checkParts();
  void readParts();
  void growMemory();
  void relocate();
  // Reads all of `size` bytes; too few end the VM.
  void read(uint32_t address, uint32_t size);
  void readChecked(uint32_t address, uint32_t size);
  bool isInBody(uint32_t offset, uint64_t bytes) const;
  // Bytes from `scratch` on; the reserve behind the guest stack is some of
  // them, so that arguments, however long, leave no less.
  uint32_t room() const { return ireko_vm.stackEnd + kStackReserve - scratch; }
  // Of a function, behind the size of its frame; or 0: there is none.
  bool isEntry(uint32_t offset) const {
    return offset == 0 ||
           (offset % 4 == 0 && offset > kHaltPc && isInBody(offset, 4));
  }
  // Enters the function at `entry`, if there is one, and comes back when it
  // returns.
  void enter(uint32_t entry);

  // "ireko: vm: NAME: " and the message, which the caller writes.
  class Failure {
  public:
    explicit Failure(const char *file) {
      out.start();
      out.text("ireko: vm: ");
      if (file) {
        out.text(file);
        out.text(": ");
      }
    }
    Failure &operator<<(const char *text) {
      out.text(text);
      return *this;
    }
    Failure &operator<<(uint32_t number) {
      out.number(number, 10);
      return *this;
    }
    Failure &hex(const uint32_t *lowFirst) {
      for (uint32_t word = 2; word-- > 0;)
        for (uint32_t shift = 32; shift;)
          out.put("0123456789abcdef"[lowFirst[word] >> (shift -= 4) & 15]);
      return *this;
    }
    void print() {
      out.put('\n');
      out.flush();
    }
    [[noreturn]] void end() {
      print();
      host_proc_exit(kFailed);
      __builtin_trap(); // a host that lets it return
    }

  private:
    Output out;
  };
  [[noreturn]] void fail(const char *what) { (Failure(name) << what).end(); }

  const SegmentRecord *segments() const {
    return reinterpret_cast<const SegmentRecord *>(ireko_vm.image +
                                                   header.segments);
  }

  const char *name = nullptr;
  uint32_t scratch = 0; // the part of the guest stack that is free
  uint32_t fd = 0;
  ProgramHeader header;
  uint64_t sum = kChecksumStart;
};

void Loader::takeArguments() {
  uint32_t count, bytes;
  if (host_args_sizes_get(uint32_t(&count), uint32_t(&bytes)))
    fail("the host gives no arguments");
  if (count < 2)
    fail("name a program file: vm.wasm APP.irk [ARGS...]");
  scratch = ireko_vm.stackBase;
  uint64_t needed = uint64_t(count) * 4 + bytes;
  if (needed > ireko_vm.stackEnd - scratch)
    fail("the arguments are too long");
  if (host_args_get(scratch, scratch + count * 4))
    fail("the host gives no arguments");
  auto *argv = reinterpret_cast<const char *const *>(scratch);
  ireko_loader.skippedBytes = textSize(argv[0]) + 1;
  name = argv[1];
  scratch += uint32_t(needed);
}

void Loader::open() {
  uint32_t error = openFile(name, textSize(name), scratch, room(), fd);
  if (!error)
    return;
  constexpr uint32_t kAccess = 2, kNoEntry = 44, kNotCapable = 76;
  if (error == kNoEntry)
    fail("there is no such file in a folder that the host gives");
  if (error == kAccess || error == kNotCapable)
    fail("the host does not let it be read");
  (Failure(name) << "cannot be opened: WASI error " << error).end();
}

void Loader::read(uint32_t address, uint32_t size) {
  while (size) {
    Iovec iovec = {address, size};
    uint32_t got = 0;
    uint32_t error = host_fd_read(fd, uint32_t(&iovec), 1, uint32_t(&got));
    if (error)
      (Failure(name) << "cannot be read: WASI error " << error).end();
    if (got == 0 || got > size)
      fail("is shorter than it should be: the file is damaged");
    address += got;
    size -= got;
  }
}

void Loader::readChecked(uint32_t address, uint32_t size) {
  read(address, size);
  sum = programChecksum(sum, reinterpret_cast<const uint8_t *>(address), size);
}

// The message names what the file is made for and what this VM is.
void Loader::checkHeader() {
  read(uint32_t(&header),
       sizeof(header.magic) + sizeof(header.version) + sizeof(header.handlers));
  if (header.magic != kProgramMagic)
    fail("is no program of ireko lower");
  bool sameHandlers = header.handlers[0] == ireko_loader.handlers[0] &&
                      header.handlers[1] == ireko_loader.handlers[1];
  if (header.version != kFormatVersion || !sameHandlers) {
    Failure failure(name);
    failure << "is made for version " << header.version << "-";
    failure.hex(header.handlers)
        << ", and this VM is version " << kFormatVersion << "-";
    failure.hex(ireko_loader.handlers)
        << ": use the ireko that made the VM to lower it, or the one that "
           "lowered it to make a VM";
    failure.end();
  }
  read(uint32_t(&header.size), sizeof(header) - offsetof(ProgramHeader, size));
  sum = programChecksum(
      sum, reinterpret_cast<const uint8_t *>(&header) + kUncheckedHeader,
      sizeof(header) - kUncheckedHeader);
}

bool Loader::isInBody(uint32_t offset, uint64_t bytes) const {
  return offset + bytes <= header.bodySize;
}

// What must hold before anything more is read.
void Loader::checkParts() {
  uint32_t room = ireko_vm.stackBase - ireko_vm.image;
  if (header.bodySize > room)
    (Failure(name) << "needs " << header.bodySize << " bytes, and this VM has "
                   << room << ": make one with ireko vm --image-size="
                   << (header.bodySize + 65535) / 65536 * 64 << "k")
        .end();
  if (header.globalsSize > kGenericGlobals ||
      header.tableCount > kMaxStaticTables || !isInBody(0, kHaltPc) ||
      header.tables % 4 || header.segments % 4 ||
      !isInBody(header.tables,
                uint64_t(header.tableCount) * sizeof(StaticTableRecord)) ||
      !isInBody(header.segments,
                uint64_t(header.segmentCount) * sizeof(SegmentRecord)) ||
      !isEntry(header.start) || !isEntry(header.main) ||
      header.memoryPages > header.memoryLimit || header.memoryLimit > 65536)
    fail("contradicts itself: the file is damaged");
}

void Loader::growMemory() {
  ireko_loader.memoryLimit = header.memoryLimit;
  if (__builtin_wasm_memory_grow(0, header.memoryPages) == ~0ul)
    (Failure(name) << "needs " << header.memoryPages
                   << " pages of memory, more than the host gives")
        .end();
}

// Reads the parts. The bytes of active segments that do not fit are read and
// forgotten: the program traps once the file has been found to be whole.
void Loader::readParts() {
  readChecked(ireko_vm.image, header.bodySize);
  readChecked(ireko_loader.globals, header.globalsSize);
  uint64_t size =
      sizeof(header) + uint64_t(header.bodySize) + header.globalsSize;
  bool traps = false;
  for (uint32_t i = 0; i < header.segmentCount; ++i) {
    SegmentRecord segment = segments()[i];
    if (segment.kind == uint32_t(SegmentKind::Passive)) {
      if (!isInBody(segment.address, segment.size))
        fail("contradicts itself: the file is damaged");
      continue;
    }
    size += segment.size;
    traps |= outside(segment.address, segment.size);
    if (!traps) {
      readChecked(linear(segment.address), segment.size);
      continue;
    }
    // In steps of whole words, as the checksum takes them.
    uint32_t step = room() & ~7u;
    for (uint32_t left = segment.size; left;) {
      uint32_t part = left < step ? left : step;
      readChecked(scratch, part);
      left -= part;
    }
  }
  uint32_t checksum[2] = {uint32_t(sum), uint32_t(sum >> 32)};
  if (checksum[0] != header.checksum[0] || checksum[1] != header.checksum[1]) {
    Failure failure(name);
    failure << "has the checksum ";
    failure.hex(checksum) << ", and should have ";
    failure.hex(header.checksum) << ": the file is damaged";
    failure.end();
  }
  uint32_t got = 0;
  Iovec more = {scratch, 1};
  if (size != header.size ||
      host_fd_read(fd, uint32_t(&more), 1, uint32_t(&got)) || got)
    fail("is longer than it should be: the file is damaged");
  host_fd_close(fd);
  if (traps) {
    ireko_vm.trap = uint32_t(TrapKind::MemoryBounds) + 1;
    (Failure(name) << "trap: out of bounds memory access in a data segment")
        .print();
    __builtin_trap();
  }
}

// From offsets to addresses.
void Loader::relocate() {
  auto *from = reinterpret_cast<const StaticTableRecord *>(ireko_vm.image +
                                                           header.tables);
  auto *to = reinterpret_cast<StaticTableRecord *>(ireko_loader.tables);
  for (uint32_t i = 0; i < header.tableCount; ++i) {
    if (from[i].address % 4 ||
        !isInBody(from[i].address,
                  uint64_t(from[i].size) * sizeof(StaticTableEntry)))
      fail("contradicts itself: the file is damaged");
    to[i] = {from[i].address + ireko_vm.image, from[i].size};
  }
  ireko_loader.segments = uint32_t(segments());
  ireko_loader.segmentCount = header.segmentCount;
}

void Loader::enter(uint32_t entry) {
  if (!entry)
    return;
  uint32_t frame = ireko_vm.stackBase;
  uint32_t bytes = *reinterpret_cast<uint32_t *>(ireko_vm.image + entry - 4);
  if (bytes > ireko_vm.stackEnd - frame)
    fail("needs a larger stack: make a VM with ireko vm --stack-size");
  auto *words = reinterpret_cast<uint32_t *>(frame);
  words[0] = kHaltPc;
  words[1] = 0;
  ireko_run(entry, frame);
}

void Loader::run() {
  takeArguments();
  open();
  checkHeader();
  checkParts();
  growMemory();
  readParts();
  relocate();
  enter(header.start);
  enter(header.main);
}

} // namespace

IREKO_EXPORT(ireko_loader_start)
void ireko_loader_start() {
  Loader loader;
  loader.run();
}
