//===- hosts_test.cpp - Finding hosts and telling them what to do ---------===//
//
// With hosts that are shell scripts in a folder of the test's own.
//
//===----------------------------------------------------------------------===//

#include "rewriter/hosts.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <fstream>

namespace ireko {
namespace {

using Command = std::vector<std::string>;

class HostsTest : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "ireko-hosts-XXXXXX";
    ASSERT_TRUE(::mkdtemp(pattern.data()));
    root = pattern;
    setVariable("IREKO_CACHE", root + "/cache");
    setVariable("PATH", root + "/first:" + root + "/second");
    for (const HostKind &kind : hostKinds())
      unsetVariable(kind.variable.str());
  }

  void TearDown() override {
    for (const auto &[name, value] : before)
      if (value)
        ::setenv(name.c_str(), value->c_str(), 1);
      else
        ::unsetenv(name.c_str());
    llvm::sys::fs::remove_directories(root);
  }

  void setVariable(const std::string &name, const std::string &value) {
    remember(name);
    ::setenv(name.c_str(), value.c_str(), 1);
  }

  void unsetVariable(const std::string &name) {
    remember(name);
    ::unsetenv(name.c_str());
  }

  /// Makes a program that prints \p output.
  std::string addProgram(const std::string &path, const std::string &output) {
    std::string full = addFile(path, "#!/bin/sh\necho '" + output + "'\n");
    EXPECT_FALSE(llvm::sys::fs::setPermissions(full, llvm::sys::fs::all_all));
    return full;
  }

  std::string addFile(const std::string &path, const std::string &contents) {
    std::string full = root + "/" + path;
    EXPECT_FALSE(llvm::sys::fs::create_directories(
        llvm::StringRef(full).rsplit('/').first));
    std::ofstream(full) << contents;
    return full;
  }

  static const HostKind &kindOf(llvm::StringRef name) {
    return *llvm::find_if(
        hostKinds(), [&](const HostKind &kind) { return kind.name == name; });
  }

  /// Where a host was found, "" if it was not, or the error.
  static std::string pathOf(llvm::StringRef name) {
    llvm::Expected<std::optional<Host>> host = findHost(kindOf(name));
    if (!host)
      return llvm::toString(host.takeError());
    return *host ? (*host)->path : "";
  }

  /// Which host was chosen, or the error.
  static std::string choiceOf(llvm::StringRef name,
                              const Invocation &invocation) {
    llvm::Expected<Host> host = chooseHost(name, invocation);
    return host ? host->kind->name.str() : llvm::toString(host.takeError());
  }

  std::string root;

private:
  void remember(const std::string &name) {
    const char *value = std::getenv(name.c_str());
    before.push_back(
        {name, value ? std::optional<std::string>(value) : std::nullopt});
  }

  std::vector<std::pair<std::string, std::optional<std::string>>> before;
};

TEST_F(HostsTest, NamesAndVariablesAreUnique) {
  llvm::StringSet<> seen;
  for (const HostKind &kind : hostKinds()) {
    EXPECT_TRUE(seen.insert(kind.name).second) << kind.name.str();
    EXPECT_TRUE(seen.insert(kind.variable).second) << kind.name.str();
    EXPECT_TRUE(kind.variable.starts_with("IREKO_HOST_"));
    EXPECT_FALSE(kind.advice.empty());
  }
}

TEST_F(HostsTest, LooksInVariableThenCacheThenPath) {
  EXPECT_EQ(pathOf("wasmi"), "");
  std::string second = addProgram("second/wasmi", "");
  EXPECT_EQ(pathOf("wasmi"), second);
  std::string first = addProgram("first/wasmi", "");
  EXPECT_EQ(pathOf("wasmi"), first);
  std::string cached = addProgram("cache/hosts/wasmi", "");
  EXPECT_EQ(pathOf("wasmi"), cached);
  std::string chosen = addProgram("elsewhere/my-wasmi", "");
  setVariable("IREKO_HOST_WASMI", chosen);
  EXPECT_EQ(pathOf("wasmi"), chosen);
}

TEST_F(HostsTest, PassesOverWhatIsNoProgram) {
  addFile("first/wasmi", "not executable");
  EXPECT_FALSE(llvm::sys::fs::create_directories(root + "/second/wasmi"));
  EXPECT_EQ(pathOf("wasmi"), "");
}

TEST_F(HostsTest, RefusesVariableThatNamesNoProgram) {
  addProgram("first/bun", "");
  setVariable("IREKO_HOST_BUN", "/nowhere/bun");
  EXPECT_EQ(pathOf("bun"),
            "/nowhere/bun: not a program, but IREKO_HOST_BUN names it");
}

TEST_F(HostsTest, ChoosesTheFirstThatCan) {
  EXPECT_EQ(choiceOf("", {}),
            "no host can run this: wasmtime is not here; node is not here; "
            "bun is not here; wazero is not here; wasmi is not here; "
            "deno is not here; system-node is not here (see ireko hosts)");
  addProgram("first/wasmi", "");
  EXPECT_EQ(choiceOf("", {}), "wasmi");
  addProgram("first/wazero", "");
  EXPECT_EQ(choiceOf("", {}), "wazero");
  Invocation call;
  call.invoke = "f";
  EXPECT_EQ(choiceOf("", call), "wasmi");
  Invocation renamed;
  renamed.folders = {{"here", "/there"}};
  EXPECT_EQ(choiceOf("", renamed), "wazero");
  EXPECT_EQ(choiceOf("wasmi", {}), "wasmi");
}

TEST_F(HostsTest, SaysWhyANamedHostCanNot) {
  addProgram("first/wazero", "");
  addProgram("first/wasmi", "");
  Invocation call;
  call.invoke = "f";
  EXPECT_EQ(choiceOf("wazero", call),
            "wazero can not call a single export (choose another host)");
  Invocation renamed;
  renamed.folders = {{"here", "/there"}};
  EXPECT_EQ(choiceOf("wasmi", renamed),
            "wasmi can not give the folder 'here' another name (choose "
            "another host)");
  EXPECT_EQ(choiceOf("wasmtime", {}),
            "wasmtime is not here (run ./ireko once, which installs it)");
  EXPECT_EQ(choiceOf("netscape", {}),
            "there is no host called 'netscape' (one of wasmtime, node, bun, "
            "wazero, wasmi, deno, system-node)");
}

TEST_F(HostsTest, FindsTheVersionInWhatAHostPrints) {
  auto versionOf = [&](const std::string &output) {
    return hostVersion(
        {&kindOf("wasmtime"), addProgram("first/wasmtime", output)});
  };
  EXPECT_EQ(versionOf("wasmtime 49.0.3 (f96eabaa1 2026-10-14)"), "49.0.3");
  EXPECT_EQ(versionOf("v26.10.0"), "26.10.0");
  EXPECT_EQ(versionOf("1.4.5"), "1.4.5");
  EXPECT_EQ(versionOf("no number"), "unknown");
  EXPECT_EQ(versionOf(""), "unknown");
  EXPECT_EQ(hostVersion({&kindOf("wasmtime"), root + "/not/there"}), "unknown");
}

TEST_F(HostsTest, TellsEachHostInItsOwnWay) {
  Invocation invocation;
  invocation.folders = {{"here", "here"}};
  invocation.environment = {"A=1", "B=x=y"};
  invocation.arguments = {"-q", "a b"};
  auto commandOf = [&](llvm::StringRef name) {
    return hostCommand({&kindOf(name), "/h"}, invocation, "m.wasm", "r.mjs");
  };
  EXPECT_EQ(commandOf("wasmtime"),
            (Command{"/h", "run", "--dir", "here::here", "--env", "A=1",
                     "--env", "B=x=y", "m.wasm", "-q", "a b"}));
  EXPECT_EQ(commandOf("wazero"),
            (Command{"/h", "run", "-mount", "here:here", "-env", "A=1", "-env",
                     "B=x=y", "m.wasm", "-q", "a b"}));
  EXPECT_EQ(commandOf("wasmi"),
            (Command{"/h", "run", "--dir", "here", "--env", "A=1", "--env",
                     "B=x=y", "m.wasm", "-q", "a b"}));
  Command bun = commandOf("bun");
  ASSERT_EQ(bun.size(), 7u);
  EXPECT_EQ((Command{bun[0], bun[1], bun[2]}), (Command{"/h", "run", "r.mjs"}));
  EXPECT_EQ((Command{bun[4], bun[5], bun[6]}),
            (Command{"m.wasm", "-q", "a b"}));
}

TEST_F(HostsTest, GivesTheRunnerItsOptionsAsJson) {
  Invocation invocation;
  invocation.folders = {{"here", "/there"}};
  invocation.environment = {"QUOTE=\"=\n"};
  invocation.invoke = "f";
  invocation.parameterTypes = {"i32", "f64"};
  invocation.resultTypes = {"i64"};
  Command command =
      hostCommand({&kindOf("node"), "/h"}, invocation, "m.wasm", "r.mjs");
  ASSERT_GE(command.size(), 4u);
  llvm::Expected<llvm::json::Value> options = llvm::json::parse(command[3]);
  ASSERT_TRUE(bool(options)) << llvm::toString(options.takeError());
  EXPECT_TRUE(*options ==
              llvm::json::Value(llvm::json::Object{
                  {"preopens", llvm::json::Object{{"/there", "here"}}},
                  {"env", llvm::json::Object{{"QUOTE", "\"=\n"}}},
                  {"invoke", llvm::json::Object{{"name", "f"},
                                                {"params", {"i32", "f64"}},
                                                {"results", {"i64"}}}}}))
      << command[3];
}

TEST_F(HostsTest, CallsAnExport) {
  Invocation invocation;
  invocation.invoke = "f";
  invocation.arguments = {"-1"};
  EXPECT_EQ(hostCommand({&kindOf("wasmtime"), "/h"}, invocation, "m.wasm", ""),
            (Command{"/h", "run", "--invoke", "f", "m.wasm", "-1"}));
}

TEST_F(HostsTest, ListsTheSystemsNodeOnlyIfItIsAnother) {
  auto list = [] {
    std::string text;
    llvm::raw_string_ostream out(text);
    llvm::cantFail(listHosts(out));
    return text;
  };
  std::string inPath = addProgram("first/node", "v20.20.2");
  EXPECT_EQ(llvm::StringRef(list()).count(inPath), 1u);
  EXPECT_EQ(llvm::StringRef(list()).count("system-node"), 0u);
  addProgram("cache/hosts/node26/node", "v26.10.0");
  EXPECT_EQ(llvm::StringRef(list()).count(inPath), 1u);
  EXPECT_EQ(llvm::StringRef(list()).count("system-node  20.20.2"), 1u);
}

} // namespace
} // namespace ireko
