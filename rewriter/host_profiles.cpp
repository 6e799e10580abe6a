#include "rewriter/host_profiles.h"

#include "rewriter/error.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

namespace ireko {

namespace {

struct Row {
  llvm::StringRef names;
  llvm::StringRef features;
  HostLimits limits;
  llvm::StringRef help;
};

const Row kRows[] = {
#define IREKO_PROFILE(NAMES, FEATURES, BYTES, TARGETS, LOCALS, HELP)           \
  {NAMES, FEATURES, {BYTES, TARGETS, LOCALS}, HELP},
#include "rewriter/host_profiles.def"
};

std::string listed(const Row &row) {
  llvm::SmallVector<llvm::StringRef, 8> names;
  row.names.split(names, ' ');
  return llvm::join(names, ", ");
}

} // namespace

llvm::Expected<HostProfile> findHostProfile(llvm::StringRef name) {
  std::string known;
  for (const Row &row : kRows) {
    llvm::SmallVector<llvm::StringRef, 8> names;
    row.names.split(names, ' ');
    if (llvm::is_contained(names, name))
      return HostProfile{llvm::cantFail(parseHostFeatures(row.features)),
                         row.limits};
    known += (known.empty() ? "" : ", ") + listed(row);
  }
  return usageError("there is no profile of a host '" + name.str() + "'",
                    "one of " + known);
}

std::vector<std::string> hostProfileNames() {
  std::vector<std::string> all;
  for (const Row &row : kRows) {
    llvm::SmallVector<llvm::StringRef, 8> names;
    row.names.split(names, ' ');
    for (llvm::StringRef name : names)
      all.push_back(name.str());
  }
  return all;
}

std::string hostProfilesHelp() {
  std::string help = "NAME, each a set of --host-features and --max-...:\n";
  for (const Row &row : kRows) {
    std::string line = "  " + listed(row);
    line.resize(36, ' ');
    help += line + row.help.str() + '\n';
  }
  return help;
}

} // namespace ireko
