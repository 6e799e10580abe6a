//===- cli.cpp - The command line -----------------------------------------===//
//
// CLI11 parses and prints help; its exceptions end here. The program's own
// arguments, after "--", are set aside before it sees them.
//
//===----------------------------------------------------------------------===//

#include "cli.h"

#include "cli_raw.h"
#include "error.h"
#include "host_profiles.h"
#include "passes/pass.h"

#include "llvm/ADT/STLExtras.h"
#include <CLI/CLI.hpp>
#include <optional>
#include <sstream>

namespace ireko {

namespace {

/// CLI11's help in our words.
class HelpFormatter : public CLI::Formatter {
public:
  HelpFormatter() {
    column_width(28);
    label("SUBCOMMAND", "COMMAND");
    label("Subcommands", "Commands");
    label("REQUIRED", "");
    label("TEXT", "");
  }

  std::string make_usage(const CLI::App *app, std::string name) const override {
    std::string usage = CLI::Formatter::make_usage(app, name);
    if (app->get_name() == "run")
      usage.insert(usage.find_last_not_of('\n') + 1, " [-- ARGS...]");
    return usage;
  }
};

constexpr char kModules[] = "Module, .wasm or .wat";
constexpr char kImages[] = "Bundle or .irk file";

void addInput(CLI::App *app, CommandLine &line, const char *what = kModules) {
  app->add_option("IN", line.input, std::string(what) + "; - is standard input")
      ->required();
}

void addQuiet(CLI::App *app, CommandLine &line) {
  app->add_flag("-q,--quiet", line.quiet, "Print nothing but errors");
}

void addOutput(CLI::App *app, CommandLine &line, const char *what) {
  app->add_option("-o,--output", line.output,
                  std::string(what) + "; - is standard output")
      ->required()
      ->option_text("OUT");
  addQuiet(app, line);
}

/// Of what is printed.
void addListingOutput(CLI::App *app, CommandLine &line) {
  app->add_option("-o,--output", line.output,
                  "Where it goes; - is standard output [-]")
      ->option_text("OUT");
}

void addStackSize(CLI::App *app, RawOptions &raw, const std::string &normal) {
  app->add_option("--stack-size", raw.stackSize,
                  "Guest stack, suffix k or m [" + normal + "]")
      ->option_text("BYTES");
}

void addStripNames(CLI::App *app, CommandLine &line) {
  app->add_flag("--strip-names", line.pack.stripNames,
                "Leave function names out of trap messages");
}

void addStripHandlers(CLI::App *app, CommandLine &line) {
  app->add_flag("--strip-handlers", line.pack.stripHandlers,
                "Leave out what inspect and verify read a bundle by");
}

void addStubs(CLI::App *app, CommandLine &line) {
  app->add_flag("--stub-unknown-imports", line.pack.stubUnknownImports,
                "Imports that are not WASI 0.1's trap when called");
}

void addJobs(CLI::App *app, RawOptions &raw) {
  app->add_option("-j,--jobs", raw.jobs,
                  "Threads to work with [one a processor]")
      ->option_text("N");
}

std::vector<std::string> passNames() {
  std::vector<std::string> names = {kNoPass};
  for (const Pass &pass : kPasses)
    names.emplace_back(pass.name);
  return names;
}

std::string passesHelp() {
  std::string help = "PASS, in the order in which they run:\n";
  auto add = [&](std::string name, std::string_view what) {
    name.resize(20, ' ');
    help += "  " + name + std::string(what) + "\n";
  };
  add(kNoPass, "none yet: what lowering made");
  for (const Pass &pass : kPasses)
    add(std::string(pass.name), pass.help);
  return help;
}

void addPackOptions(CLI::App *app, CommandLine &line, RawOptions &raw) {
  raw.words[app->add_option("-O", raw.level,
                            "0: one operator a handler, to 3; s: small bundle "
                            "[2]")
                ->option_text("LEVEL")] = {"0", "1", "2", "3", "s"};
  app->add_option("--vm-size", raw.vmSize,
                  "About that of the VM, suffix k or m [up to 160k]")
      ->option_text("BYTES");
  app->add_option("--handlers", line.pack.maxHandlers,
                  "At most so many, if that is enough for it")
      ->check(CLI::Range(1, 65000))
      ->option_text("N");
  app->add_option("--rehearsal", line.pack.rehearsal,
                  "Statements to run first, to see what is hot [adapts]")
      ->option_text("N");
  addStackSize(app, raw, "as needed, up to 4m");
  app->add_option("--host-features", raw.hostFeatures,
                  "What the bundle may use [what the module uses]")
      ->option_text("LIST");
  addStubs(app, line);
  raw.words[app->add_option(
                   "--layout", raw.layout,
                   "single memory, or separate: the app's at 0 [single]")
                ->option_text("KIND")] = {"single", "separate"};
  app->add_option("--max-function-size", raw.maxFunctionSize,
                  "Of the bundle's code; splits the dispatch function")
      ->option_text("BYTES");
  app->add_option("--max-br-table", line.pack.limits.branchTargets,
                  "Targets of one; likewise")
      ->check(CLI::Range(8, 65000))
      ->option_text("N");
  app->add_option("--max-locals", line.pack.limits.locals,
                  "Of a function of the bundle")
      ->check(CLI::Range(16, 50000))
      ->option_text("N");
  app->add_option("--budget", raw.budget,
                  "Of code for regions, suffix k or m [adapts]")
      ->option_text("BYTES");
  app->add_flag("--no-regions", raw.noRegions, "Run all code in the stream");
  app->add_flag("--all-regions", raw.allRegions,
                "Make regions of all functions that can be");
  app->add_option("--safepoints", raw.safepoints,
                  "Of which to leave at one, or with SEED at random")
      ->option_text("N[:SEED]");
  app->add_flag("--stay-in-stream", line.pack.safepoints.forGood,
                "Code that has left to the stream ends there");
  app->add_option("--leave-out", line.pack.leaveOutSeed,
                  "Leave blocks out of regions, at random")
      ->option_text("SEED");
  app->add_flag("--check-frames", line.pack.safepoints.checked,
                "Check the guest stack after each leaving");
  app->add_option("--fuel", raw.fuel, "Trap where it counts more loops, calls")
      ->option_text("N");
  app->add_flag("--print-fuel", line.pack.fuel.prints,
                "Say at the end how many it has counted");
  addStripNames(app, line);
  addJobs(app, raw);
}

void addProfile(CLI::App *app, CommandLine &line) {
  app->add_option("--profile", line.profile,
                  "Counts of ireko run --profile, to choose handlers by")
      ->option_text("FILE");
}

void addRunOptions(CLI::App *app, CommandLine &line, RawOptions &raw) {
  std::vector<std::string> &hosts =
      raw.words[app->add_option("--host", line.host,
                                "Where to run it [the first of `ireko hosts`]")
                    ->option_text("NAME")];
  for (const HostKind &kind : hostKinds())
    hosts.push_back(kind.name.str());
  app->add_option("--dir", raw.folders, "Folder that it may use; repeatable")
      ->allow_extra_args(false)
      ->option_text("HOST[::GUEST]");
  app->add_option("--env", line.invocation.environment,
                  "Variable that it sees; repeatable")
      ->allow_extra_args(false)
      ->option_text("NAME=VALUE");
  app->add_option("--invoke", line.invocation.invoke,
                  "Call this export, with ARGS, not the program")
      ->option_text("NAME");
  app->add_flag("--plain", line.plain, "Run it as it is, not packed");
  app->add_option("--profile", line.profile,
                  "Count how often each block runs, for pack --profile")
      ->option_text("OUT");
}

/// A side of kDiff: \p text has options of inspect.
llvm::Expected<CommandLine> parseSide(llvm::StringRef input,
                                      const std::string &text,
                                      llvm::StringRef option) {
  std::vector<std::string> words = {"inspect", input.str()};
  std::istringstream separate(text);
  for (std::string word; separate >> word;)
    words.push_back(word);
  std::vector<const char *> arguments;
  for (const std::string &word : words)
    arguments.push_back(word.c_str());
  llvm::Expected<CommandLine> side = parseCommandLine(arguments);
  if (!side)
    return side;
  if (side->command != Command::kInspect || !side->output.empty() ||
      !side->inspect.isPlain())
    return usageError((option + " takes options of how to pack").str(),
                      (option + "=\"-O0 --no-regions\"").str());
  side->optionText = text;
  return side;
}

llvm::Error parseSides(CommandLine &line, const RawOptions &raw) {
  const std::string &other = raw.other.empty() ? line.input : raw.other;
  struct Side {
    const std::string &input, &text;
    const char *option;
  };
  for (auto [input, text, option] : {Side{line.input, raw.left, "--left"},
                                     Side{other, raw.right, "--right"}}) {
    llvm::Expected<CommandLine> side = parseSide(input, text, option);
    if (!side)
      return side.takeError();
    if (side->profile.empty())
      side->profile = line.profile;
    line.sides.push_back(std::move(*side));
  }
  if (line.inspect.format == InspectFormat::Html)
    return usageError("there is no format 'html' of a difference",
                      "text or json");
  return llvm::Error::success();
}

/// CLI11's messages may have several lines; an error has one.
llvm::Error wrong(const std::string &message, llvm::StringRef command) {
  std::string what = message;
  llvm::replace(what, '\n', ' ');
  return usageError(what, ("see ireko " + command + "--help").str());
}

} // namespace

llvm::Expected<CommandLine>
parseCommandLine(llvm::ArrayRef<const char *> arguments) {
  CommandLine line;
  RawOptions raw;
  const auto *separator = llvm::find_if(arguments, [](const char *text) {
    return llvm::StringRef(text) == "--";
  });
  line.invocation.arguments.assign(separator == arguments.end() ? separator
                                                                : separator + 1,
                                   arguments.end());
  // CLI11 wants them in reverse.
  std::vector<std::string> own(arguments.begin(), separator);
  std::reverse(own.begin(), own.end());

  CLI::App app("Packs a WebAssembly program into a bundle: a module that runs "
               "it in\na small virtual machine of its own, on any host.",
               "ireko");
  app.set_help_flag("-h,--help", "Print this, or a command's own help");
  app.set_version_flag("--version", "ireko " IREKO_VERSION,
                       "Print the version");
  app.formatter(std::make_shared<HelpFormatter>());
  app.require_subcommand(1);
  app.footer("Example: ireko run samples/hello.wat");
  CLI::App *pack = app.add_subcommand("pack", "Make a bundle of a module");
  CLI::App *run = app.add_subcommand("run", "Run a module or a bundle");
  CLI::App *inspect =
      app.add_subcommand("inspect", "Show what a module becomes");
  CLI::App *diff =
      app.add_subcommand("diff", "Compare two bundles, or options");
  CLI::App *verify =
      app.add_subcommand("verify", "Check the code image of a bundle");
  CLI::App *symbolize = app.add_subcommand(
      "symbolize", "Name the function of an address or a trap");
  CLI::App *lower = app.add_subcommand(
      "lower", "Make a program file of a module, for the generic VM");
  CLI::App *vm = app.add_subcommand("vm", "Make the generic VM");
  CLI::App *hosts = app.add_subcommand("hosts", "List the hosts found here");
  CLI::App *completion = app.add_subcommand(
      "completion", "Print what completes these commands in a shell");
  CLI::App *man = app.add_subcommand("man", "Print the manual page");

  addInput(pack, line);
  addOutput(pack, line, "The bundle");
  addPackOptions(pack, line, raw);
  addProfile(pack, line);
  raw.words[pack->add_option("--host", raw.profile,
                             "Features and limits of a host, see below")
                ->option_text("NAME")] = hostProfileNames();
  addStripHandlers(pack, line);
  pack->add_option("--map", line.map, "Write names and offsets, for symbolize")
      ->option_text("FILE");
  pack->footer(hostFeaturesHelp() + hostProfilesHelp() +
               "\nExample: ireko pack app.wasm -o app.bundle.wasm");

  addInput(run, line);
  addRunOptions(run, line, raw);
  addPackOptions(run, line, raw);
  run->footer("Example: ireko run app.wasm --dir .::/data -- /data/in.txt");

  const std::vector<std::string> passes = passNames();
  addInput(inspect, line, "Module, bundle or .irk file");
  inspect
      ->add_option("--function", line.inspect.function,
                   "Show only this one [all]")
      ->option_text("NAME|INDEX");
  raw.words[inspect
                ->add_option(
                    "--show", raw.show,
                    "summary, functions, regions, handlers [first two]")
                ->option_text("WHAT")] = {"summary", "functions", "regions",
                                          "handlers"};
  raw.words[inspect
                ->add_option("--sort", raw.order,
                             "Handlers by benefit, weight, uses, bytes, number")
                ->option_text("ORDER")] = {"benefit", "weight", "uses", "bytes",
                                           "number"};
  inspect
      ->add_option("--handler", line.inspect.handler,
                   "Show all about this one: layout, code, uses")
      ->option_text("NUMBER");
  raw.words[inspect
                ->add_option("--format", raw.format,
                             "text, json, or html: a report to look at [text]")
                ->option_text("FORMAT")] = {"text", "json", "html"};
  addListingOutput(inspect, line);
  raw.words[inspect
                ->add_option(
                    "--after", line.inspect.afterPass,
                    "Show basic blocks as they are after it, see below")
                ->option_text("PASS")] = passes;
  raw.words[inspect
                ->add_option("--diff", line.inspect.diffPass,
                             "Show what it changes in basic blocks")
                ->option_text("PASS")] = {std::next(passes.begin()),
                                          passes.end()};
  addPackOptions(inspect, line, raw);
  addProfile(inspect, line);
  inspect->footer(passesHelp());

  diff->add_option("A", line.input, "Module, bundle or .irk file")->required();
  diff->add_option("B", raw.other, "Another one [A]");
  diff->add_option("--left", raw.left, "How to pack A: options of pack")
      ->option_text("OPTIONS");
  diff->add_option("--right", raw.right, "How to pack B")
      ->option_text("OPTIONS");
  raw.words[diff->add_option("--format", raw.format, "text or json [text]")
                ->option_text("FORMAT")] = {"text", "json"};
  addListingOutput(diff, line);
  addProfile(diff, line);
  diff->footer("Example: ireko diff app.wasm --right=\"-O0 --no-regions\"\n"
               "         ireko diff old.bundle.wasm new.bundle.wasm");

  addInput(verify, line, kImages);
  addQuiet(verify, line);
  verify->footer("Example: ireko verify app.bundle.wasm");

  symbolize->add_option("MAP", line.input, "What ireko pack --map wrote")
      ->required();
  symbolize->add_option("TEXT", line.texts,
                        "Addresses (0x54) or messages [standard input]");
  symbolize->footer("Example: ireko symbolize app.map 0x54");

  addInput(lower, line);
  addOutput(lower, line, "The program file");
  addStubs(lower, line);
  addStripNames(lower, line);
  addJobs(lower, raw);
  lower->footer("Example: ireko lower app.wasm -o app.irk");

  addOutput(vm, line, "The VM");
  vm->add_option("--image-size", raw.imageSize,
                 "Room for a program, suffix k or m [24m]")
      ->option_text("BYTES");
  addStackSize(vm, raw, "4m");
  vm->add_flag("--sock-accept", line.vm.sockAccept,
               "Import sock_accept, which bun does not have");
  vm->footer("Example: ireko vm -o vm.wasm\n"
             "         wasmtime --dir . vm.wasm app.irk ARGS...");

  hosts->footer("Example: ireko run app.wasm --host wasmtime");

  raw.words[completion->add_option("SHELL", raw.shell, "bash, zsh or fish")
                ->required()] = {std::begin(kShells), std::end(kShells)};
  completion->footer("Example: source <(ireko completion bash)");
  man->footer("Example: ireko man | man -l -");

  for (CLI::App *command : {pack, run, inspect, diff, verify, symbolize, lower,
                            vm, hosts, completion, man}) {
    command->set_help_flag("-h,--help", "Print this");
    if (command != hosts && command != completion && command != man)
      command->add_flag("-v,--verbose", line.verbose,
                        "Print time and memory of each phase");
  }

  try {
    app.parse(own);
  } catch (const CLI::CallForHelp &) {
    line.text = app.help();
    return line;
  } catch (const CLI::CallForVersion &version) {
    line.text = std::string(version.what()) + "\n";
    return line;
  } catch (const CLI::ParseError &error) {
    std::string command;
    for (CLI::App *parsed : app.get_subcommands())
      command = parsed->get_name() + " ";
    if (command.empty())
      return arguments.empty() || arguments[0][0] == '-'
                 ? wrong("no command is given", command)
                 : wrong(std::string("there is no command '") + arguments[0] +
                             "'",
                         command);
    return wrong(error.what(), command);
  }
  if (*completion) {
    std::optional<std::string> script =
        completionScript(shapeOf(app, raw.words), raw.shell);
    if (!script)
      return usageError("there is no completion for '" + raw.shell + "'",
                        "bash, zsh or fish");
    line.text = *script;
    return line;
  }
  if (*man) {
    line.text = manPage(shapeOf(app, raw.words), IREKO_VERSION);
    return line;
  }
  line.command = *pack        ? Command::kPack
                 : *run       ? Command::kRun
                 : *inspect   ? Command::kInspect
                 : *diff      ? Command::kDiff
                 : *symbolize ? Command::kSymbolize
                 : *verify    ? Command::kVerify
                 : *lower     ? Command::kLower
                 : *vm        ? Command::kVm
                              : Command::kHosts;
  if (line.command != Command::kRun && separator != arguments.end())
    return usageError("only ireko run takes arguments after --");
  if (llvm::Error error = checkOptions(line, raw))
    return error;
  if (line.command == Command::kDiff)
    if (llvm::Error error = parseSides(line, raw))
      return error;
  return line;
}

} // namespace ireko
