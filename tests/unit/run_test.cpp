//===- run_test.cpp - Running a module on a host --------------------------===//
//
// The host is a shell script; how a child ends, what it sees, what stays.
//
//===----------------------------------------------------------------------===//

#include "rewriter/run.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace ireko {
namespace {

class RunTest : public testing::Test {
protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "ireko-run-XXXXXX";
    ASSERT_TRUE(::mkdtemp(pattern.data()));
    root = pattern;
    ::setenv("TMPDIR", root.c_str(), 1);
    ::setenv("OUT", root.c_str(), 1);
  }

  void TearDown() override {
    ::unsetenv("TMPDIR");
    ::unsetenv("OUT");
    llvm::sys::fs::remove_directories(root);
  }

  /// Runs \p contents on a host of kind \p kind that is the shell script
  /// \p script.
  llvm::Expected<Ending> run(llvm::StringRef kind, const std::string &script,
                             llvm::StringRef module, llvm::StringRef contents) {
    std::string path = root + "/host";
    std::ofstream(path) << "#!/bin/sh\n" << script << "\n";
    EXPECT_FALSE(llvm::sys::fs::setPermissions(path, llvm::sys::fs::all_all));
    const HostKind *found = llvm::find_if(
        hostKinds(), [&](const HostKind &row) { return row.name == kind; });
    return runOnHost({found, path}, {}, module, contents);
  }

  std::string read(const std::string &name) {
    std::ifstream file(root + "/" + name);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  /// How many temporary folders of ours there are.
  size_t leftOver() {
    size_t count = 0;
    std::error_code ec;
    for (llvm::sys::fs::directory_iterator it(root, ec), end; it != end && !ec;
         it.increment(ec))
      count += llvm::sys::path::filename(it->path()).starts_with("ireko-");
    return count;
  }

  std::string root;
};

TEST_F(RunTest, PassesTheExitCode) {
  llvm::Expected<Ending> ending = run("wasmtime", "exit 42", "m.wasm", "");
  ASSERT_TRUE(bool(ending));
  EXPECT_EQ(ending->exitCode, 42);
  EXPECT_EQ(ending->signal, 0);
}

TEST_F(RunTest, PassesTheSignalThatEndedTheHost) {
  llvm::Expected<Ending> ending = run("wasmtime", "kill -USR1 $$", "m", "");
  ASSERT_TRUE(bool(ending));
  EXPECT_EQ(ending->signal, SIGUSR1);
}

TEST_F(RunTest, ShowsTheContentsUnderTheModulesName) {
  llvm::Expected<Ending> ending =
      run("wasmtime", "cp \"$2\" $OUT/copy; basename \"$2\" > $OUT/name",
          "app.wasm", llvm::StringRef("a\0b", 3));
  ASSERT_TRUE(bool(ending));
  EXPECT_EQ(read("copy"), std::string("a\0b", 3));
  EXPECT_EQ(read("name"), "app.wasm\n");
  EXPECT_EQ(leftOver(), 0u);
}

TEST_F(RunTest, GivesJavaScriptHostsTheRunner) {
  llvm::Expected<Ending> ending =
      run("bun", "grep -c node:wasi \"$2\" > $OUT/count; echo $4 > $OUT/module",
          "/there/app.wasm", "");
  ASSERT_TRUE(bool(ending));
  EXPECT_EQ(read("count"), "2\n");
  EXPECT_EQ(read("module"), "/there/app.wasm\n");
  EXPECT_EQ(leftOver(), 0u);
}

TEST_F(RunTest, DoesNotLetANameBecomeAnOption) {
  llvm::Expected<Ending> ending =
      run("wasmtime", "echo $2 > $OUT/module", "-m.wasm", "");
  ASSERT_TRUE(bool(ending));
  EXPECT_EQ(read("module"), "./-m.wasm\n");
}

TEST_F(RunTest, ForwardsSignalsToTheHost) {
  // The host signals us, as a user would, and waits for its own.
  llvm::Expected<Ending> ending =
      run("wasmtime",
          "trap 'echo got it > $OUT/note; exit 3' TERM\n"
          "kill -TERM $PPID\n"
          "while :; do sleep 0.01; done",
          "app.wasm", "contents");
  ASSERT_TRUE(bool(ending));
  EXPECT_EQ(read("note"), "got it\n");
  EXPECT_EQ(ending->exitCode, 3);
  EXPECT_EQ(leftOver(), 0u);
}

TEST_F(RunTest, SaysWhenTheHostCanNotBeStarted) {
  llvm::Expected<Ending> ending =
      runOnHost({&hostKinds()[0], root + "/not/there"}, {}, "m.wasm", "bytes");
  ASSERT_FALSE(bool(ending));
  EXPECT_EQ(llvm::toString(ending.takeError()),
            root + "/not/there: cannot start: No such file or directory");
  EXPECT_EQ(leftOver(), 0u);
}

TEST_F(RunTest, SaysWhenThereIsNoPlaceForTheModule) {
  ::setenv("TMPDIR", (root + "/none").c_str(), 1);
  llvm::Expected<Ending> ending = run("wasmtime", "", "m.wasm", "bytes");
  ASSERT_FALSE(bool(ending));
  EXPECT_EQ(llvm::toString(ending.takeError()),
            root + "/none: cannot make a temporary folder: No such file or "
                   "directory");
}

TEST_F(RunTest, EndsLikeTheHost) {
  EXPECT_EXIT(endLike({7, 0}), testing::ExitedWithCode(7), "");
  EXPECT_EXIT(endLike({0, SIGTERM}), testing::KilledBySignal(SIGTERM), "");
  EXPECT_EXIT(endLike({0, SIGKILL}), testing::KilledBySignal(SIGKILL), "");
}

} // namespace
} // namespace ireko
