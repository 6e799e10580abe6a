//===- cli_check.cpp - What options mean, and which are wrong -------------===//

#include "cli_raw.h"
#include "error.h"
#include "host_profiles.h"
#include "passes/pass.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

namespace ireko {

namespace {

/// Folder mappings as they are written: HOST[::GUEST].
FolderMapping parseFolder(llvm::StringRef text) {
  size_t separator = text.find("::");
  if (separator == llvm::StringRef::npos)
    return {text.str(), text.str()};
  return {text.take_front(separator).str(),
          text.drop_front(separator + 2).str()};
}

/// Smaller functions than this the runtime has itself.
constexpr uint32_t kMinFunctionSize = 2048;

/// What single options say goes before the profile.
llvm::Error checkHost(CommandLine &line, const RawOptions &raw) {
  HostProfile profile;
  if (!raw.profile.empty()) {
    llvm::Expected<HostProfile> found = findHostProfile(raw.profile);
    if (!found)
      return found.takeError();
    profile = *found;
  }
  line.pack.hostFeatures = profile.features;
  if (!raw.hostFeatures.empty()) {
    llvm::Expected<HostFeatures> features = parseHostFeatures(raw.hostFeatures);
    if (!features)
      return features.takeError();
    line.pack.hostFeatures = *features;
  }
  HostLimits &limits = line.pack.limits;
  limits.functionBytes = profile.limits.functionBytes;
  if (!raw.maxFunctionSize.empty()) {
    llvm::Expected<uint32_t> size = parseSize(raw.maxFunctionSize);
    if (!size)
      return size.takeError();
    if (*size < kMinFunctionSize)
      return usageError("--max-function-size is below " +
                        std::to_string(kMinFunctionSize));
    limits.functionBytes = *size;
  }
  if (!limits.branchTargets)
    limits.branchTargets = profile.limits.branchTargets;
  if (!limits.locals)
    limits.locals = profile.limits.locals;
  return llvm::Error::success();
}

llvm::Error checkRegions(CommandLine &line, const RawOptions &raw) {
  if (raw.noRegions + raw.allRegions + !raw.budget.empty() > 1)
    return usageError(
        "--budget, --no-regions and --all-regions exclude each other");
  if (raw.noRegions)
    line.pack.regionBytes = 0;
  if (raw.allRegions)
    line.pack.regionBytes = PackOptions::kAdaptRegions - 1;
  if (!raw.budget.empty()) {
    llvm::Expected<uint32_t> bytes = parseSize(raw.budget);
    if (!bytes)
      return bytes.takeError();
    line.pack.regionBytes = *bytes;
  }
  FuelOptions &fuel = line.pack.fuel;
  fuel.counts = fuel.prints || !raw.fuel.empty();
  if (!raw.fuel.empty() &&
      (llvm::StringRef(raw.fuel).getAsInteger(10, fuel.limit) ||
       fuel.limit > FuelOptions::kNoLimit))
    return usageError("'" + raw.fuel + "' is not a number below 2^63 - 1");
  if (raw.safepoints.empty())
    return llvm::Error::success();
  auto [interval, seed] = llvm::StringRef(raw.safepoints).split(':');
  Safepoints &safepoints = line.pack.safepoints;
  bool isSeeded = raw.safepoints.find(':') != std::string::npos;
  if (interval.getAsInteger(10, safepoints.interval) ||
      safepoints.interval == 0 || safepoints.interval > INT32_MAX ||
      (isSeeded &&
       (seed.getAsInteger(10, safepoints.seed) || safepoints.seed == 0)))
    return usageError("'" + raw.safepoints + "' is not N or N:SEED",
                      "such as 1 or 5:17");
  return llvm::Error::success();
}

llvm::Error checkInspect(CommandLine &line, const RawOptions &raw) {
  auto format = llvm::StringSwitch<std::optional<InspectFormat>>(raw.format)
                    .Case("text", InspectFormat::Text)
                    .Case("json", InspectFormat::Json)
                    .Case("html", InspectFormat::Html)
                    .Default(std::nullopt);
  if (!format)
    return usageError("there is no format '" + raw.format + "'",
                      "text, json or html");
  InspectOptions &what = line.inspect;
  what.format = *format;
  auto view = llvm::StringSwitch<std::optional<InspectView>>(raw.show)
                  .Case("", InspectView::Default)
                  .Case("summary", InspectView::Summary)
                  .Case("functions", InspectView::Functions)
                  .Case("regions", InspectView::Regions)
                  .Case("handlers", InspectView::Handlers)
                  .Default(std::nullopt);
  if (!view)
    return usageError("there is nothing called '" + raw.show + "' to show",
                      "summary, functions, regions or handlers");
  what.view = *view;
  auto order = llvm::StringSwitch<std::optional<HandlerOrder>>(raw.order)
                   .Cases({"", "benefit"}, HandlerOrder::Benefit)
                   .Case("weight", HandlerOrder::Weight)
                   .Case("uses", HandlerOrder::Uses)
                   .Case("bytes", HandlerOrder::Bytes)
                   .Case("number", HandlerOrder::Number)
                   .Default(std::nullopt);
  if (!order)
    return usageError("there is no order '" + raw.order + "' of handlers",
                      "benefit, weight, uses, bytes or number");
  what.order = *order;
  if (!raw.order.empty() && what.view != InspectView::Handlers)
    return usageError("--sort is for --show handlers");
  bool passes = !what.afterPass.empty() || !what.diffPass.empty();
  if ((!raw.show.empty() || what.handler) &&
      (*format != InspectFormat::Text || passes))
    return usageError("--show and --handler are only for text of handlers and "
                      "tiles",
                      "leave out --format, --after and --diff");
  if (what.handler && (!raw.show.empty() || !what.function.empty()))
    return usageError("--handler excludes --show and --function");
  if (!what.function.empty() &&
      (what.view == InspectView::Summary || what.view == InspectView::Handlers))
    return usageError("--function is for functions and regions",
                      "leave out --show, or --show regions");
  if (*format != InspectFormat::Text &&
      !(what.afterPass.empty() && what.diffPass.empty()))
    return usageError("--after and --diff are only for text",
                      "leave out --format");
  if (!what.afterPass.empty() && !what.diffPass.empty())
    return usageError("--after and --diff exclude each other");
  for (const std::string &name : {what.afterPass, what.diffPass}) {
    bool isPass = llvm::any_of(
        kPasses, [&](const Pass &pass) { return pass.name == name; });
    if (!name.empty() && !isPass && (name != kNoPass || !what.diffPass.empty()))
      return usageError("there is no pass '" + name + "'",
                        "ireko inspect --help lists them");
  }
  return llvm::Error::success();
}

} // namespace

llvm::Error checkOptions(CommandLine &line, const RawOptions &raw) {
  if (raw.level.size() != 1 || !llvm::StringRef("0123s").contains(raw.level))
    return usageError("there is no -O" + raw.level, "-O0 to -O3, or -Os");
  line.pack.forSize = raw.level == "s";
  line.pack.optLevel = line.pack.forSize ? 2 : raw.level[0] - '0';
  if (!raw.vmSize.empty()) {
    llvm::Expected<uint32_t> size = parseSize(raw.vmSize);
    if (!size)
      return size.takeError();
    if (*size == 0)
      return usageError("--vm-size is 0");
    line.pack.vmBytes = *size;
  }
  constexpr int kMaxJobs = 256;
  if (raw.jobs && (*raw.jobs < 1 || *raw.jobs > kMaxJobs))
    return usageError("--jobs " + std::to_string(*raw.jobs) +
                      " is not from 1 "
                      "to " +
                      std::to_string(kMaxJobs));
  line.pack.jobs = raw.jobs.value_or(0);
  if (raw.stackSize) {
    llvm::Expected<uint32_t> stackSize = parseSize(*raw.stackSize);
    if (!stackSize)
      return stackSize.takeError();
    line.pack.stackSize = line.vm.stackSize = *stackSize;
  }
  if (llvm::Error error = checkRegions(line, raw))
    return error;
  if (llvm::Error error = checkHost(line, raw))
    return error;
  if (raw.layout != "single" && raw.layout != "separate")
    return usageError("there is no layout '" + raw.layout + "'",
                      "single or separate");
  line.pack.layout = raw.layout == "single" ? Layout::Single : Layout::Separate;
  if (llvm::Error error = checkInspect(line, raw))
    return error;
  llvm::Expected<uint32_t> imageSize = parseSize(raw.imageSize);
  if (!imageSize)
    return imageSize.takeError();
  line.vm.imageSize = *imageSize;
  for (const std::string &folder : raw.folders)
    line.invocation.folders.push_back(parseFolder(folder));
  for (llvm::StringRef variable : line.invocation.environment)
    if (!variable.contains('=') || variable.starts_with("="))
      return usageError("--env " + variable.str() + " has no NAME=VALUE");
  if (line.command == Command::kRun && !line.profile.empty()) {
    if (line.plain)
      return usageError("--profile and --plain exclude each other");
    if (line.pack.layout == Layout::Separate)
      return usageError("--profile counts in the single layout",
                        "the profile serves both");
  }
  if (line.quiet && line.verbose)
    return usageError("--quiet and --verbose exclude each other");
  return llvm::Error::success();
}

llvm::Expected<uint32_t> parseSize(llvm::StringRef text) {
  llvm::StringRef digits = text;
  uint64_t unit = 1;
  if (digits.consume_back_insensitive("k"))
    unit = 1024;
  else if (digits.consume_back_insensitive("m"))
    unit = 1024 * 1024;
  uint64_t number;
  if (digits.empty() || digits.getAsInteger(10, number))
    return usageError("'" + text.str() + "' is not a number of bytes",
                      "such as 65536, 64k or 4m");
  if (number > UINT32_MAX / unit)
    return usageError("'" + text.str() + "' is more than 4 GiB");
  return uint32_t(number * unit);
}

} // namespace ireko
