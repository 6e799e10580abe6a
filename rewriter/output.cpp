//===- output.cpp - Writing results
//-----------------------------------------===//
//
// Why not llvm::raw_fd_ostream: it reports a full disk by ending the process
// if nobody clears its error in time. Here every write is checked at once.
//
//===----------------------------------------------------------------------===//

#include "output.h"

#include "error.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace ireko {

namespace {

std::error_code writeAll(int fd, llvm::StringRef contents) {
  while (!contents.empty()) {
    ssize_t written = ::write(fd, contents.data(), contents.size());
    if (written < 0) {
      if (errno == EINTR)
        continue;
      return std::error_code(errno, std::generic_category());
    }
    contents = contents.drop_front(written);
  }
  return {};
}

/// What a user can do about \p ec.
std::string adviceFor(std::error_code ec) {
  if (ec == std::errc::no_space_on_device || ec.value() == EDQUOT)
    return "free some space or write somewhere else";
  if (ec == std::errc::no_such_file_or_directory)
    return "create the directory first";
  if (ec == std::errc::permission_denied ||
      ec == std::errc::read_only_file_system)
    return "choose a directory that you may write to";
  if (ec == std::errc::is_a_directory)
    return "name a file inside it";
  return {};
}

llvm::Error cannotWrite(llvm::StringRef path, std::error_code ec) {
  return inputError(path, "cannot write: " + ec.message(), adviceFor(ec));
}

llvm::Error writeDirectly(llvm::StringRef path, llvm::StringRef contents) {
  int fd = ::open(path.str().c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return cannotWrite(path, std::error_code(errno, std::generic_category()));
  std::error_code ec = writeAll(fd, contents);
  if (::close(fd) != 0 && !ec)
    ec = std::error_code(errno, std::generic_category());
  return ec ? cannotWrite(path, ec) : llvm::Error::success();
}

llvm::Error writeByRename(llvm::StringRef path, llvm::StringRef target,
                          llvm::StringRef contents) {
  // TempFile removes its file on a fatal signal until it is kept or discarded.
  llvm::Expected<llvm::sys::fs::TempFile> temp =
      llvm::sys::fs::TempFile::create(target + ".%%%%%%%%.tmp");
  if (!temp)
    return cannotWrite(path, llvm::errorToErrorCode(temp.takeError()));
  std::error_code ec = writeAll(temp->FD, contents);
  // TempFile::keep(target) would copy where it can not rename, which is not
  // atomic: rename here and let keep() only close and forget the file.
  if (!ec)
    ec = llvm::sys::fs::rename(temp->TmpName, target);
  if (ec) {
    llvm::consumeError(temp->discard());
    return cannotWrite(path, ec);
  }
  if (llvm::Error error = temp->keep())
    return cannotWrite(path, llvm::errorToErrorCode(std::move(error)));
  return llvm::Error::success();
}

} // namespace

llvm::Error writeOutput(llvm::StringRef path, llvm::StringRef contents) {
  if (path == "-") {
    if (std::error_code ec = writeAll(STDOUT_FILENO, contents))
      return cannotWrite("standard output", ec);
    return llvm::Error::success();
  }
  if (path.empty())
    return usageError("the name of the output file is empty");
  llvm::sys::fs::file_status status;
  if (!llvm::sys::fs::status(path, status)) {
    if (llvm::sys::fs::is_directory(status))
      return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
    if (!llvm::sys::fs::is_regular_file(status))
      return writeDirectly(path, contents);
    // Replace what a symbolic link points to, not the link.
    llvm::SmallString<256> target;
    if (!llvm::sys::fs::real_path(path, target))
      return writeByRename(path, target, contents);
  }
  return writeByRename(path, path, contents);
}

} // namespace ireko
