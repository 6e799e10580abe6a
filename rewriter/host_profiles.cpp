#include "rewriter/host_profiles.h"

#include "rewriter/error.h"

namespace ireko {

namespace {

struct Row {
  llvm::StringRef name;
  llvm::StringRef features;
  HostLimits limits;
  llvm::StringRef help;
};

const Row kRows[] = {
#define IREKO_PROFILE(NAME, FEATURES, BYTES, TARGETS, LOCALS, HELP)            \
  {NAME, FEATURES, {BYTES, TARGETS, LOCALS}, HELP},
#include "rewriter/host_profiles.def"
};

} // namespace

llvm::Expected<HostProfile> findHostProfile(llvm::StringRef name) {
  std::string known;
  for (const Row &row : kRows) {
    if (row.name == name)
      return HostProfile{llvm::cantFail(parseHostFeatures(row.features)),
                         row.limits};
    known += (known.empty() ? "" : ", ") + row.name.str();
  }
  return usageError("there is no profile of a host '" + name.str() + "'",
                    "one of " + known);
}

std::string hostProfilesHelp() {
  std::string help = "NAME, each a set of --host-features and --max-...:\n";
  for (const Row &row : kRows) {
    std::string line = "  " + row.name.str();
    line.resize(28, ' ');
    help += line + row.help.str() + '\n';
  }
  return help;
}

} // namespace ireko
