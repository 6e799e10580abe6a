//===- host_profiles.h - What known hosts can do --------------------------===//
//
// `ireko pack --host NAME` sets features and limits from one table,
// host_profiles.def.
//
//===----------------------------------------------------------------------===//

#ifndef IREKO_REWRITER_HOST_PROFILES_H
#define IREKO_REWRITER_HOST_PROFILES_H

#include <string>
#include <vector>

#include "rewriter/host_features.h"
#include "rewriter/pages.h"

namespace ireko {

struct HostProfile {
  HostFeatures features;
  HostLimits limits;
};

/// A failure is a UsageError.
llvm::Expected<HostProfile> findHostProfile(llvm::StringRef name);

std::vector<std::string> hostProfileNames();

/// The help of the option's value: a line for each profile.
std::string hostProfilesHelp();

} // namespace ireko

#endif // IREKO_REWRITER_HOST_PROFILES_H
