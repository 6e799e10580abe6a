// Profiles: how often each basic block of a program ran.
//
// A block is known by its function and its number in the lowered form as
// lowering makes it, before any pass. That depends on the module alone, not on
// options, so a profile serves every level, layout and host. Its file is in
// docs/format.md.

#ifndef IREKO_REWRITER_PROFILE_H
#define IREKO_REWRITER_PROFILE_H

#include <cstdint>
#include <string>
#include <vector>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace ireko {

struct Program;
struct SourceModule;

struct Profile {
  struct FunctionCounts {
    uint32_t function = 0;
    std::vector<uint64_t> counts; // by block
  };

  std::string path; // what errors call it
  // The module that was counted.
  uint64_t moduleHash = 0;
  uint32_t moduleBytes = 0;
  // In ascending order; those of which no block ran are left out.
  std::vector<FunctionCounts> functions;
};

// Parses the contents of the file `path`. Any bytes may come.
llvm::Expected<Profile> parseProfile(llvm::ArrayRef<uint8_t> bytes,
                                     llvm::StringRef path);
llvm::Expected<Profile> readProfile(llvm::StringRef path);
std::vector<uint8_t> profileBytes(const Profile &profile);

// Refuses the profile of another module.
llvm::Error checkProfile(const Profile &profile, const SourceModule &source);
// Sets Block::count of a program that has been lowered, without passes.
llvm::Error applyProfile(const Profile &profile, Program &program);

// Counting ------------------------------------------------------------------

// Where the counters of a counting program are, to turn what it has written
// into a profile.
struct CounterPlan {
  uint64_t moduleHash = 0;
  uint32_t moduleBytes = 0;
  // Each function's number of counters, one a block.
  std::vector<uint32_t> blocks;
  // Of the first counter, from the start of the globals. They are i64.
  uint32_t offset = 0;
  uint32_t counters = 0;

  uint64_t bytes() const { return uint64_t(counters) * sizeof(uint64_t); }
};

// Gives each block of a program that has been lowered, without passes, a
// counter: a global of the VM's, to which the first statement adds one. Passes
// keep that right as they keep everything right.
CounterPlan addCounters(Program &program, const SourceModule &source);

// Of the counters' bytes, exactly plan.bytes() of them.
Profile profileOf(const CounterPlan &plan, llvm::StringRef bytes);

} // namespace ireko

#endif // IREKO_REWRITER_PROFILE_H
