//===- output_test.cpp - Results appear whole or not at all ---------------===//

#include "rewriter/output.h"

#include "llvm/Support/Error.h"
#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ireko;
namespace fs = std::filesystem;

namespace {

class Output : public testing::Test {
protected:
  void SetUp() override {
    char name[] = "/tmp/ireko-output-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory = name;
  }
  void TearDown() override { fs::remove_all(directory); }

  std::string path(const char *name) const { return directory / name; }

  static std::string contents(const std::string &path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void put(const std::string &path, const char *text) {
    std::ofstream(path) << text;
  }
  size_t filesLeft() const {
    return std::distance(fs::directory_iterator(directory), {});
  }
  /// Whether there is a temporary file with something in it.
  bool isBeingWritten() const {
    for (const auto &entry : fs::directory_iterator(directory)) {
      std::error_code ec;
      if (entry.path().extension() == ".tmp" && entry.file_size(ec) && !ec)
        return true;
    }
    return false;
  }
  static std::string errorOf(llvm::Error error) {
    return llvm::toString(std::move(error));
  }

  fs::path directory;
};

TEST_F(Output, WritesANewFile) {
  EXPECT_EQ(errorOf(writeOutput(path("new"), std::string("a\0b", 3))), "");
  EXPECT_EQ(contents(path("new")), std::string("a\0b", 3));
  EXPECT_EQ(filesLeft(), 1u);
}

TEST_F(Output, ReplacesAFile) {
  put(path("old"), "before");
  EXPECT_EQ(errorOf(writeOutput(path("old"), "after")), "");
  EXPECT_EQ(contents(path("old")), "after");
  EXPECT_EQ(filesLeft(), 1u);
}

TEST_F(Output, FollowsSymbolicLinks) {
  put(path("target"), "before");
  fs::create_symlink("target", path("link"));
  EXPECT_EQ(errorOf(writeOutput(path("link"), "after")), "");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(contents(path("target")), "after");
}

TEST_F(Output, ObeysUmask) {
  mode_t before = ::umask(027);
  EXPECT_EQ(errorOf(writeOutput(path("new"), "x")), "");
  ::umask(before);
  struct stat status;
  ASSERT_EQ(::stat(path("new").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(Output, NamesAMissingDirectory) {
  std::string target = path("missing/new");
  EXPECT_EQ(errorOf(writeOutput(target, "x")),
            target + ": cannot write: No such file or directory (create the "
                     "directory first)");
}

TEST_F(Output, RefusesADirectory) {
  EXPECT_EQ(errorOf(writeOutput(directory.string(), "x")),
            directory.string() +
                ": cannot write: Is a directory (name a file inside it)");
}

TEST_F(Output, RefusesAnEmptyName) {
  EXPECT_EQ(errorOf(writeOutput("", "x")),
            "the name of the output file is empty");
}

TEST_F(Output, ReportsAFullDevice) {
  EXPECT_EQ(errorOf(writeOutput("/dev/full", "x")),
            "/dev/full: cannot write: No space left on device (free some space "
            "or write somewhere else)");
}

TEST_F(Output, WritesDevicesDirectly) {
  EXPECT_EQ(errorOf(writeOutput("/dev/null", "x")), "");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST_F(Output, WritesPipesDirectly) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  pid_t child = ::fork();
  if (child == 0)
    ::_exit(contents(path("pipe")) == "through" ? 0 : 1);
  EXPECT_EQ(errorOf(writeOutput(path("pipe"), "through")), "");
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
}

TEST_F(Output, LeavesNothingWhenWritingFails) {
  put(path("old"), "before");
  std::string message;
  struct rlimit before;
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit small = {4096, before.rlim_max};
  ::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  message = errorOf(writeOutput(path("old"), std::string(100000, 'x')));
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(message, path("old") + ": cannot write: File too large");
  EXPECT_EQ(contents(path("old")), "before");
  EXPECT_EQ(filesLeft(), 1u);
}

TEST_F(Output, LeavesNothingWhenTerminated) {
  put(path("old"), "before");
  std::string large(256 << 20, 'x');
  pid_t child = ::fork();
  if (child == 0) {
    // Writes until the signal comes.
    while (true)
      llvm::consumeError(writeOutput(path("old"), large));
  }
  while (!isBeingWritten())
    ;
  ::kill(child, SIGTERM);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGTERM);
  EXPECT_EQ(filesLeft(), 1u);
  std::string left = contents(path("old"));
  EXPECT_TRUE(left == "before" || left == large);
}

} // namespace
