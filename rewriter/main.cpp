//===- main.cpp - The tool ------------------------------------------------===//
//
// Carries out a command. Whatever goes wrong arrives here as an llvm::Error
// and becomes one line on stderr and the exit code (error.h).
//
//===----------------------------------------------------------------------===//

#include "cli.h"
#include "deepstack.h"
#include "error.h"
#include "generic_vm.h"
#include "hosts.h"
#include "imports.h"
#include "inspect_command.h"
#include "output.h"
#include "pack.h"
#include "phases.h"
#include "profile.h"
#include "program_file.h"
#include "reader.h"
#include "run.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdlib>
#include <optional>
#include <unistd.h>

using namespace ireko;

namespace {

llvm::StringRef asText(const std::vector<uint8_t> &bytes) {
  return {reinterpret_cast<const char *>(bytes.data()), bytes.size()};
}

llvm::Expected<std::vector<uint8_t>> packSource(SourceModule &&source,
                                                const CommandLine &line,
                                                const PackOptions &options,
                                                Phases &phases) {
  PackStats stats;
  AddressNotes notes;
  if (line.command == Command::kPack && !line.quiet)
    notes = noteAddresses(*source.module, options);
  std::string path = source.path;
  llvm::Expected<std::vector<uint8_t>> bundle =
      packModule(std::move(source), options, &stats, &phases);
  phases.end();
  if (!bundle)
    return bundle;
  printNotes(notes, path, stats.guestBase, llvm::errs());
  if (line.verbose)
    llvm::errs() << "ireko: module " << stats.moduleBytes << " bytes, code "
                 << stats.codeSection << ", functions " << stats.functions
                 << "\nireko: bundle " << stats.bundleBytes << " bytes, image "
                 << stats.imageBytes << ", code in it " << stats.imageCode
                 << "\nireko: VM " << stats.vmBytes << " bytes, dispatch in it "
                 << stats.dispatchBytes << ", runtime " << stats.runtimeBytes
                 << ", handlers " << stats.sharedHandlers << " shared and "
                 << stats.fusedHandlers << " fused; regions " << stats.regions
                 << ", code " << stats.regionBytes << "\n";
  return bundle;
}

// A program, not the bundle of one, which is refused in these words.
llvm::Expected<SourceModule> readProgram(const CommandLine &line,
                                         Phases &phases, const char *isBundle,
                                         const char *advice) {
  phases.begin("read");
  llvm::Expected<SourceModule> source = readModule(line.input);
  phases.end();
  if (source && source->info.isBundle)
    return inputError(source->path, isBundle, advice);
  return source;
}

llvm::Error writeResult(const CommandLine &line, Phases &phases,
                        const std::vector<uint8_t> &bytes) {
  phases.begin("write");
  llvm::Error error = writeOutput(line.output, asText(bytes));
  phases.end();
  return error;
}

llvm::Error checkOutput(const CommandLine &line) {
  if (line.output == "-" && ::isatty(STDOUT_FILENO))
    return usageError("the result is binary, and standard output is a terminal",
                      "name a file with -o, or redirect");
  return llvm::Error::success();
}

// Reads --profile FILE, if it was given, and has `options` use it.
llvm::Error addProfile(const CommandLine &line, const SourceModule &source,
                       std::optional<Profile> &profile, PackOptions &options) {
  if (line.profile.empty())
    return llvm::Error::success();
  llvm::Expected<Profile> read = readProfile(line.profile);
  if (!read)
    return read.takeError();
  if (llvm::Error error = checkProfile(*read, source))
    return error;
  profile = std::move(*read);
  options.profile = &*profile;
  return llvm::Error::success();
}

llvm::Error pack(const CommandLine &line, Phases &phases) {
  if (llvm::Error error = checkOutput(line))
    return error;
  llvm::Expected<SourceModule> source =
      readProgram(line, phases, "this is a bundle already",
                  "pack the program it was made from");
  if (!source)
    return source.takeError();
  size_t sourceBytes = source->bytes.size();
  MapFacts facts;
  if (!line.map.empty())
    facts = {source->info.functionNames, SourceLines::of(*source)};
  std::optional<Profile> profile;
  PackOptions options = line.pack;
  if (llvm::Error error = addProfile(line, *source, profile, options))
    return error;
  llvm::Expected<std::vector<uint8_t>> bundle =
      packSource(std::move(*source), line, options, phases);
  if (!bundle)
    return bundle.takeError();
  if (!line.map.empty())
    if (llvm::Error error = writeMap(line.map, *bundle, facts))
      return error;
  if (llvm::Error error = writeResult(line, phases, *bundle))
    return error;
  if (!line.quiet)
    llvm::errs() << "ireko: " << printable(line.output, 4096) << ": "
                 << bundle->size() << " bytes, from " << sourceBytes << '\n';
  return llvm::Error::success();
}

llvm::Error lower(const CommandLine &line, Phases &phases) {
  if (llvm::Error error = checkOutput(line))
    return error;
  llvm::Expected<SourceModule> source = readProgram(
      line, phases, "this is a bundle", "lower the program it was made from");
  if (!source)
    return source.takeError();
  phases.begin("catalogue");
  llvm::Expected<std::unique_ptr<Catalogue>> catalogue = Catalogue::builtIn();
  phases.end();
  if (!catalogue)
    return catalogue.takeError();
  ProgramFileStats stats;
  llvm::Expected<std::vector<uint8_t>> file = makeProgramFile(
      std::move(*source), **catalogue, line.pack, &stats, &phases);
  phases.end();
  if (!file)
    return file.takeError();
  if (llvm::Error error = writeResult(line, phases, *file))
    return error;
  if (line.verbose)
    llvm::errs() << "ireko: module " << stats.moduleBytes << " bytes, code "
                 << stats.codeSection << ", functions " << stats.functions
                 << "\nireko: image " << stats.imageBytes << ", code in it "
                 << stats.imageCode << ", instructions " << stats.instructions
                 << "\nireko: handlers " << (*catalogue)->name() << '\n';
  if (!line.quiet)
    llvm::errs() << "ireko: " << printable(line.output, 4096) << ": "
                 << file->size() << " bytes, from " << stats.moduleBytes
                 << '\n';
  return llvm::Error::success();
}

llvm::Error makeVm(const CommandLine &line, Phases &phases) {
  if (llvm::Error error = checkOutput(line))
    return error;
  phases.begin("catalogue");
  llvm::Expected<std::unique_ptr<Catalogue>> catalogue = Catalogue::builtIn();
  phases.end();
  if (!catalogue)
    return catalogue.takeError();
  phases.begin("generate");
  llvm::Expected<std::vector<uint8_t>> vm = makeGenericVm(**catalogue, line.vm);
  phases.end();
  if (!vm)
    return vm.takeError();
  if (llvm::Error error = writeOutput(line.output, asText(*vm)))
    return error;
  if (!line.quiet)
    llvm::errs() << "ireko: " << printable(line.output, 4096) << ": "
                 << vm->size() << " bytes, "
                 << (*catalogue)->tiling.handlers.size()
                 << " handlers, version " << (*catalogue)->name() << '\n';
  return llvm::Error::success();
}

// With the options and the profile to pack it with, if it is a module.
llvm::Expected<InspectedFile> loadSide(const CommandLine &line, Phases &phases,
                                       std::optional<Profile> &profile,
                                       PackOptions &options) {
  llvm::Expected<InspectedFile> file =
      loadInspected(line.input, phases, &line.inspect);
  if (!file)
    return file;
  options = line.pack;
  if (file->module)
    if (llvm::Error error = addProfile(line, *file->module, profile, options))
      return std::move(error);
  return file;
}

llvm::Error inspect(const CommandLine &line, Phases &phases) {
  std::optional<Profile> profile;
  PackOptions options;
  llvm::Expected<InspectedFile> file = loadSide(line, phases, profile, options);
  if (!file)
    return file.takeError();
  return inspectFile(std::move(*file), options, line.inspect,
                     line.output.empty() ? "-" : line.output, phases);
}

llvm::Error diff(const CommandLine &line, Phases &phases) {
  std::vector<DiffSide> sides;
  for (const CommandLine &each : line.sides) {
    std::optional<Profile> profile;
    PackOptions options;
    llvm::Expected<InspectedFile> file =
        loadSide(each, phases, profile, options);
    if (!file)
      return file.takeError();
    llvm::Expected<DiffSide> side = diffSide(std::move(*file), options, phases);
    if (!side)
      return side.takeError();
    side->options = each.optionText;
    sides.push_back(std::move(*side));
  }
  std::string listing;
  llvm::raw_string_ostream out(listing);
  bool isJson = line.inspect.format == InspectFormat::Json;
  (isJson ? printDiffJson : printDiffText)(sides[0], sides[1], out);
  return writeOutput(line.output.empty() ? "-" : line.output, listing);
}

/// What remains to be done for `run` once nothing recurses any more.
struct RunPlan {
  std::optional<Host> host;
  Invocation invocation;
  /// For runOnHost.
  std::string module;
  std::vector<uint8_t> contents;
  /// With --profile.
  CounterPlan counters;
};

/// Completes \p invocation with the types of the export that it calls.
llvm::Error findExport(const SourceModule &source, Invocation &invocation) {
  wasm::Module &module = *source.module;
  wasm::Export *found = module.getExportOrNull(invocation.invoke);
  if (!found || found->kind != wasm::ExternalKind::Function)
    return inputError(source.path,
                      "no function is exported as '" + invocation.invoke + "'");
  wasm::Function *function = module.getFunction(*found->getInternalName());
  for (wasm::Type type : function->getParams())
    invocation.parameterTypes.push_back(type.toString());
  for (wasm::Type type : function->getResults())
    invocation.resultTypes.push_back(type.toString());
  return llvm::Error::success();
}

llvm::Error planRun(const CommandLine &line, RunPlan &plan, Phases &phases) {
  plan.invocation = line.invocation;
  llvm::Expected<Host> host = chooseHost(line.host, plan.invocation);
  if (!host)
    return host.takeError();
  plan.host = *host;
  phases.begin("read");
  llvm::Expected<SourceModule> source = readModule(line.input);
  phases.end();
  if (!source)
    return source.takeError();
  if (!plan.invocation.invoke.empty())
    if (llvm::Error error = findExport(*source, plan.invocation))
      return error;
  bool counts = !line.profile.empty();
  if (counts && source->info.isBundle)
    return inputError(source->path, "a bundle cannot be counted",
                      "give the program it was made from");
  bool isFile = line.input != "-" && !source->fromText;
  if (isFile && (source->info.isBundle || line.plain)) {
    plan.module = line.input;
    return llvm::Error::success();
  }
  llvm::StringRef stem = llvm::sys::path::stem(line.input);
  plan.module = (line.input == "-" ? "module" : stem.str()) + ".wasm";
  if (source->info.isBundle || line.plain) {
    plan.contents = std::move(source->bytes);
    return llvm::Error::success();
  }
  PackOptions options = line.pack;
  if (counts) {
    options.optLevel = 2;
    options.counters = &plan.counters;
  }
  llvm::Expected<std::vector<uint8_t>> bundle =
      packSource(std::move(*source), line, options, phases);
  if (!bundle)
    return bundle.takeError();
  plan.contents = std::move(*bundle);
  return llvm::Error::success();
}

/// Whether standard error takes the codes that draw a line again.
bool isTerminal() {
  const char *kind = ::getenv("TERM");
  return ::isatty(STDERR_FILENO) && kind && llvm::StringRef(kind) != "dumb";
}

llvm::Error carryOut(const CommandLine &line, RunPlan &plan) {
  Phases phases(line.verbose ? &llvm::errs() : nullptr,
                !line.quiet && isTerminal() ? STDERR_FILENO : -1);
  switch (line.command) {
  case Command::kPrint:
    return writeOutput("-", line.text);
  case Command::kPack:
    return pack(line, phases);
  case Command::kInspect:
    return inspect(line, phases);
  case Command::kDiff:
    return diff(line, phases);
  case Command::kSymbolize:
    return symbolizeTexts(line.input, line.texts);
  case Command::kVerify:
    return verifyFile(line.input, line.quiet, phases);
  case Command::kLower:
    return lower(line, phases);
  case Command::kVm:
    return makeVm(line, phases);
  case Command::kRun:
    return planRun(line, plan, phases);
  case Command::kHosts: {
    std::string listing;
    llvm::raw_string_ostream out(listing);
    if (llvm::Error error = listHosts(out))
      return error;
    return writeOutput("-", listing);
  }
  }
  llvm_unreachable("all commands are listed");
}

} // namespace

int main(int argc, char **argv) {
  llvm::Expected<CommandLine> line =
      parseCommandLine(llvm::ArrayRef(argv + 1, argv + argc));
  if (!line)
    return reportError(line.takeError(), llvm::errs());
  RunPlan plan;
  llvm::Error error = llvm::Error::success();
  runWithDeepStack([&] {
    llvm::ErrorAsOutParameter guard(error);
    error = carryOut(*line, plan);
  });
  if (error)
    return reportError(std::move(error), llvm::errs());
  if (line->command != Command::kRun)
    return 0;
  bool counts = !line->profile.empty();
  std::string counters(plan.counters.bytes(), '\0');
  llvm::Expected<Ending> ending =
      runOnHost(*plan.host, plan.invocation, plan.module, asText(plan.contents),
                counts ? &counters : nullptr);
  if (ending && counts)
    error =
        writeOutput(line->profile,
                    asText(profileBytes(profileOf(plan.counters, counters))));
  if (error)
    return reportError(std::move(error), llvm::errs());
  if (!ending)
    return reportError(ending.takeError(), llvm::errs());
  endLike(*ending);
}
