#include "rewriter/profile.h"

#include <algorithm>
#include <cstring>

#include "rewriter/error.h"
#include "rewriter/lowered.h"
#include "rewriter/reader.h"
#include "wasm-builder.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace wasm;

namespace ireko {

namespace {

constexpr uint32_t kProfileMagic = 0x464b5249; // "IRKF"
constexpr uint32_t kProfileVersion = 1;

// The start of the file; what follows are LEB128 numbers, for each function:
// the distance of its index from the one before it (at first from -1), how many
// blocks it has, and as many counts.
struct ProfileHeader {
  uint32_t magic;
  uint32_t version;
  uint64_t checksum; // programChecksum() of all that follows
  uint64_t moduleHash;
  uint32_t moduleBytes;
  uint32_t functionCount;
};
static_assert(sizeof(ProfileHeader) == 32);
constexpr size_t kUnchecked = offsetof(ProfileHeader, moduleHash);

uint64_t hashOf(llvm::ArrayRef<uint8_t> bytes) {
  return programChecksum(kChecksumStart, bytes.data(), bytes.size());
}

const char kAdvice[] = "record one with ireko run --profile";

class Parser {
public:
  Parser(llvm::ArrayRef<uint8_t> bytes, llvm::StringRef path)
      : bytes(bytes), path(path) {}

  llvm::Expected<Profile> run();

private:
  llvm::Error damaged(size_t at) const {
    return inputError(path, Place::at(at), "the profile is damaged", kAdvice);
  }
  // Returns whether there was a number of at most `max`.
  bool take(uint64_t max, uint64_t &value) {
    unsigned size = 0;
    const char *error = nullptr;
    // Behind ten bytes LLVM shifts zeroes by more than there are bits.
    constexpr size_t kMaxBytes = 10;
    const uint8_t *from = bytes.data() + at;
    const uint8_t *end = from + std::min(kMaxBytes, bytes.size() - at);
    value = llvm::decodeULEB128(from, &size, end, &error);
    at += size;
    return !error && value <= max;
  }

  llvm::ArrayRef<uint8_t> bytes;
  llvm::StringRef path;
  size_t at = 0;
};

llvm::Expected<Profile> Parser::run() {
  ProfileHeader header;
  uint32_t magic = 0;
  if (bytes.size() >= sizeof(magic))
    memcpy(&magic, bytes.data(), sizeof(magic));
  if (magic != kProfileMagic)
    return inputError(path, "this is no profile", kAdvice);
  if (bytes.size() < sizeof(header))
    return damaged(bytes.size());
  memcpy(&header, bytes.data(), sizeof(header));
  if (header.version != kProfileVersion)
    return inputError(
        path,
        "the profile is of version " + std::to_string(header.version) +
            ", and this tool reads version " + std::to_string(kProfileVersion),
        kAdvice);
  if (header.checksum != hashOf(bytes.drop_front(kUnchecked)))
    return damaged(0);
  Profile profile;
  profile.path = path;
  profile.moduleHash = header.moduleHash;
  profile.moduleBytes = header.moduleBytes;
  at = sizeof(header);
  uint64_t next = 0; // the lowest index that the next function can have
  for (uint32_t i = 0; i < header.functionCount; ++i) {
    uint64_t distance, blocks;
    size_t start = at;
    // A block takes a byte at least.
    if (!take(UINT32_MAX - next, distance) || !take(bytes.size(), blocks) ||
        blocks > bytes.size() - at)
      return damaged(start);
    profile.functions.push_back({uint32_t(next + distance), {}});
    next += distance + 1;
    std::vector<uint64_t> &counts = profile.functions.back().counts;
    counts.resize(blocks);
    for (uint64_t &count : counts)
      if (start = at; !take(UINT64_MAX, count))
        return damaged(start);
  }
  if (at != bytes.size())
    return damaged(at);
  return profile;
}

} // namespace

llvm::Expected<Profile> parseProfile(llvm::ArrayRef<uint8_t> bytes,
                                     llvm::StringRef path) {
  return Parser(bytes, path).run();
}

llvm::Expected<Profile> readProfile(llvm::StringRef path) {
  constexpr uint64_t kMaxBytes = 1 << 30;
  llvm::sys::fs::file_status status;
  std::error_code error = llvm::sys::fs::status(path, status);
  if (!error && status.type() != llvm::sys::fs::file_type::regular_file)
    return inputError(path, "not a regular file", kAdvice);
  if (!error && status.getSize() > kMaxBytes)
    return inputError(path, "this is no profile", kAdvice);
  // Volatile: not mapped into memory.
  auto buffer = llvm::MemoryBuffer::getFile(path, false, false, true);
  if (!error)
    error = buffer.getError();
  if (error)
    return inputError(path, "cannot read: " + error.message());
  return parseProfile(llvm::arrayRefFromStringRef((*buffer)->getBuffer()),
                      path);
}

std::vector<uint8_t> profileBytes(const Profile &profile) {
  ProfileHeader header{};
  header.magic = kProfileMagic;
  header.version = kProfileVersion;
  header.moduleHash = profile.moduleHash;
  header.moduleBytes = profile.moduleBytes;
  header.functionCount = profile.functions.size();
  std::vector<uint8_t> bytes(sizeof(header));
  auto put = [&](uint64_t value) {
    uint8_t buffer[16];
    unsigned size = llvm::encodeULEB128(value, buffer);
    bytes.insert(bytes.end(), buffer, buffer + size);
  };
  uint32_t next = 0;
  for (const Profile::FunctionCounts &function : profile.functions) {
    put(function.function - next);
    next = function.function + 1;
    put(function.counts.size());
    for (uint64_t count : function.counts)
      put(count);
  }
  memcpy(bytes.data(), &header, sizeof(header));
  header.checksum = hashOf(llvm::ArrayRef(bytes).drop_front(kUnchecked));
  memcpy(bytes.data(), &header, sizeof(header));
  return bytes;
}

llvm::Error checkProfile(const Profile &profile, const SourceModule &source) {
  if (profile.moduleBytes == source.bytes.size() &&
      profile.moduleHash == hashOf(source.bytes))
    return llvm::Error::success();
  return inputError(profile.path,
                    "the profile is of another module than " + source.path,
                    kAdvice);
}

llvm::Error applyProfile(const Profile &profile, Program &program) {
  for (const Profile::FunctionCounts &counted : profile.functions) {
    Function *function = counted.function < program.functions.size()
                             ? &program.functions[counted.function]
                             : nullptr;
    if (!function || function->blocks.size() != counted.counts.size())
      return inputError(profile.path,
                        "the profile does not fit the module: function " +
                            std::to_string(counted.function) + " has other " +
                            "blocks",
                        kAdvice);
    for (size_t i = 0; i < counted.counts.size(); ++i)
      function->blocks[i].count = counted.counts[i];
  }
  program.counts = Counts::Profiled;
  return llvm::Error::success();
}

CounterPlan addCounters(Program &program, const SourceModule &source) {
  CounterPlan plan;
  plan.moduleHash = hashOf(source.bytes);
  plan.moduleBytes = source.bytes.size();
  program.globalBytes = (program.globalBytes + 7) & -8;
  plan.offset = program.globalBytes;
  Builder builder(program.module);
  for (Function &function : program.functions) {
    for (BlockIndex index : function.layout) {
      Name name = program.own("count." + std::to_string(plan.counters + index));
      uint32_t offset = plan.offset + (plan.counters + index) * 8;
      program.globals[name] = {GlobalPlace::Kind::Memory, offset,
                               Literal(int64_t(0))};
      std::vector<Expression *> &list = function.blocks[index].statements;
      Expression *sum =
          builder.makeBinary(AddInt64, builder.makeGlobalGet(name, Type::i64),
                             builder.makeConst(Literal(int64_t(1))));
      list.insert(list.begin(), builder.makeGlobalSet(name, sum));
    }
    plan.blocks.push_back(function.blocks.size());
    plan.counters += function.blocks.size();
  }
  program.globalBytes += plan.bytes();
  return plan;
}

Profile profileOf(const CounterPlan &plan, llvm::StringRef bytes) {
  Profile profile;
  profile.moduleHash = plan.moduleHash;
  profile.moduleBytes = plan.moduleBytes;
  const char *at = bytes.data();
  for (uint32_t f = 0; f < plan.blocks.size(); ++f) {
    if (!plan.blocks[f])
      continue;
    std::vector<uint64_t> counts(plan.blocks[f]);
    memcpy(counts.data(), at, counts.size() * sizeof(uint64_t));
    at += counts.size() * sizeof(uint64_t);
    if (llvm::any_of(counts, [](uint64_t count) { return count != 0; }))
      profile.functions.push_back({f, std::move(counts)});
  }
  return profile;
}

} // namespace ireko
