//===- cli_test.cpp - The command line ------------------------------------===//

#include "rewriter/cli.h"
#include "rewriter/error.h"

#include "gtest/gtest.h"

namespace ireko {
namespace {

using Arguments = std::vector<const char *>;

CommandLine parsed(const Arguments &arguments) {
  return llvm::cantFail(parseCommandLine(arguments));
}

/// The message of the UsageError that \p arguments give.
std::string errorOf(const Arguments &arguments) {
  llvm::Expected<CommandLine> line = parseCommandLine(arguments);
  if (line)
    return "no error";
  llvm::Error error = line.takeError();
  EXPECT_TRUE(error.isA<UsageError>());
  return llvm::toString(std::move(error));
}

TEST(Cli, Pack) {
  CommandLine line = parsed({"pack", "in.wasm", "-o", "out.wasm"});
  EXPECT_EQ(line.command, Command::kPack);
  EXPECT_EQ(line.input, "in.wasm");
  EXPECT_EQ(line.output, "out.wasm");
  EXPECT_EQ(line.pack.optLevel, 2);
  EXPECT_EQ(line.pack.stackSize, std::nullopt);
  EXPECT_FALSE(line.pack.stripNames);
  EXPECT_FALSE(line.quiet);
  EXPECT_FALSE(line.verbose);
}

TEST(Cli, PackOptions) {
  CommandLine line =
      parsed({"pack", "-O0", "--stack-size=64k", "-q", "--strip-names",
              "in.wasm", "--output=-", "--layout=separate"});
  EXPECT_EQ(line.pack.optLevel, 0);
  EXPECT_EQ(line.pack.stackSize, 65536u);
  EXPECT_TRUE(line.pack.stripNames);
  EXPECT_EQ(line.pack.layout, Layout::Separate);
  EXPECT_TRUE(line.quiet);
  EXPECT_EQ(line.output, "-");
}

TEST(Cli, Jobs) {
  EXPECT_EQ(parsed({"pack", "in", "-o", "out"}).pack.jobs, 0u);
  EXPECT_EQ(parsed({"pack", "in", "-o", "out", "-j1"}).pack.jobs, 1u);
  EXPECT_EQ(parsed({"run", "in", "--jobs", "5"}).pack.jobs, 5u);
  for (const char *jobs : {"0", "257"})
    EXPECT_EQ(errorOf({"pack", "in", "-o", "out", "--jobs", jobs}),
              std::string("--jobs ") + jobs + " is not from 1 to 256");
}

TEST(Cli, HostFeatures) {
  using wasm::FeatureSet;
  auto of = [](const char *list) {
    return parsed({"pack", "in", "-o", "out", "--host-features", list})
        .pack.hostFeatures;
  };
  HostFeatures none = parsed({"pack", "in", "-o", "out"}).pack.hostFeatures;
  EXPECT_TRUE(none.allow(FeatureSet::SignExt));
  EXPECT_FALSE(none.name(FeatureSet::ExceptionHandling));
  EXPECT_TRUE(none.together(FeatureSet::SIMD).hasSIMD());
  EXPECT_TRUE(of("mvp").together(FeatureSet::All).isMVP());
  EXPECT_FALSE(of("mvp").allow(FeatureSet::SignExt));
  HostFeatures some = of("sign-ext, relaxed-simd,multimemory");
  EXPECT_EQ(some.together(FeatureSet::MVP),
            FeatureSet(FeatureSet::SignExt | FeatureSet::SIMD |
                       FeatureSet::RelaxedSIMD | FeatureSet::MultiMemory |
                       FeatureSet::BulkMemory | FeatureSet::BulkMemoryOpt));
  HostFeatures more = of("default,exceptions");
  EXPECT_TRUE(more.allow(FeatureSet::SignExt));
  EXPECT_FALSE(more.name(FeatureSet::SignExt));
  EXPECT_TRUE(more.name(FeatureSet::ExceptionHandling));
  EXPECT_TRUE(of("all").name(FeatureSet::SIMD));
  EXPECT_EQ(errorOf({"pack", "in", "-o", "out", "--host-features=mvp,no"}),
            "there is no host feature 'no' (see ireko pack --help)");
  EXPECT_EQ(errorOf({"pack", "in", "-o", "out", "--host-features=mvp,"}),
            "there is no host feature '' (see ireko pack --help)");
}

TEST(Cli, Run) {
  CommandLine line = parsed({"run", "--dir", "a", "in.wasm", "--dir=b::/c",
                             "--env", "A=", "--env", "B=1=2", "--host", "bun",
                             "--plain", "--", "--dir", "x", "--"});
  EXPECT_EQ(line.command, Command::kRun);
  EXPECT_EQ(line.input, "in.wasm");
  EXPECT_EQ(line.host, "bun");
  EXPECT_TRUE(line.plain);
  const Invocation &invocation = line.invocation;
  ASSERT_EQ(invocation.folders.size(), 2u);
  EXPECT_EQ(invocation.folders[0].host, "a");
  EXPECT_EQ(invocation.folders[0].guest, "a");
  EXPECT_EQ(invocation.folders[1].host, "b");
  EXPECT_EQ(invocation.folders[1].guest, "/c");
  EXPECT_EQ(invocation.environment, (std::vector<std::string>{"A=", "B=1=2"}));
  EXPECT_EQ(invocation.arguments,
            (std::vector<std::string>{"--dir", "x", "--"}));
}

TEST(Cli, InvokeTakesItsArgumentsAfterTwoDashes) {
  CommandLine line =
      parsed({"run", "in.wasm", "--invoke", "f", "--", "-1", "2"});
  EXPECT_EQ(line.invocation.invoke, "f");
  EXPECT_EQ(line.invocation.arguments, (std::vector<std::string>{"-1", "2"}));
}

TEST(Cli, InspectAndHosts) {
  CommandLine line = parsed({"inspect", "in.wasm", "--function", "12"});
  EXPECT_EQ(line.command, Command::kInspect);
  EXPECT_EQ(line.inspect.function, "12");
  EXPECT_EQ(parsed({"hosts"}).command, Command::kHosts);
}

TEST(Cli, HelpAndVersionArePrinted) {
  EXPECT_EQ(parsed({"--help"}).command, Command::kPrint);
  EXPECT_NE(parsed({"pack", "--help"}).text.find("ireko pack"),
            std::string::npos);
  EXPECT_EQ(parsed({"--version"}).text, "ireko " IREKO_VERSION "\n");
  // What belongs to the program is not ours.
  EXPECT_EQ(parsed({"run", "in.wasm", "--", "--help"}).command, Command::kRun);
}

TEST(Cli, WrongUse) {
  EXPECT_EQ(errorOf({}), "no command is given (see ireko --help)");
  EXPECT_EQ(errorOf({""}), "there is no command '' (see ireko --help)");
  EXPECT_EQ(errorOf({"pakc"}), "there is no command 'pakc' (see ireko --help)");
  EXPECT_EQ(errorOf({"run"}), "IN is required (see ireko run --help)");
  EXPECT_EQ(errorOf({"pack", "in", "-o", "out", "-O4"}),
            "there is no -O4 (-O0 to -O3, or -Os)");
  EXPECT_EQ(errorOf({"pack", "in", "-o", "out", "-qv"}),
            "--quiet and --verbose exclude each other");
  EXPECT_EQ(errorOf({"pack", "in", "-o", "out", "--", "x"}),
            "only ireko run takes arguments after --");
  EXPECT_EQ(errorOf({"run", "in", "x"}),
            "The following argument was not expected: x (see ireko run "
            "--help)");
  EXPECT_EQ(errorOf({"run", "in", "--env", "=x"}),
            "--env =x has no NAME=VALUE");
}

TEST(Cli, Sizes) {
  auto size = [](llvm::StringRef text) {
    return llvm::cantFail(parseSize(text));
  };
  EXPECT_EQ(size("0"), 0u);
  EXPECT_EQ(size("65536"), 65536u);
  EXPECT_EQ(size("64k"), 65536u);
  EXPECT_EQ(size("4M"), 4194304u);
  EXPECT_EQ(size("4194303k"), 4194303u * 1024);
  EXPECT_EQ(size("4294967295"), UINT32_MAX);
  for (const char *wrong : {"", "k", "-1", "1.5m", "4g", "0x10", "1kk", " 1"}) {
    llvm::Expected<uint32_t> result = parseSize(wrong);
    EXPECT_EQ(llvm::toString(result.takeError()),
              "'" + std::string(wrong) +
                  "' is not a number of bytes (such as 65536, 64k or 4m)");
  }
  for (const char *large :
       {"4294967296", "4194304k", "4096m", "17592186044416m"})
    EXPECT_EQ(llvm::toString(parseSize(large).takeError()),
              "'" + std::string(large) + "' is more than 4 GiB");
}

} // namespace
} // namespace ireko
