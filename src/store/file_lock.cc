// flock on files that may be removed.
#include "store/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "base/check.h"
#include "store/system_error.h"

namespace bantam::store {
namespace {

using TryLock = Result<std::optional<FileLock>> (*)(const std::string& path);

Result<FileLock> WaitFor(TryLock try_lock, const std::string& path,
                         const std::function<bool()>& cancelled) {
  while (true) {
    if (std::optional<FileLock> lock = TRY(try_lock(path))) return *std::move(lock);
    if (cancelled && cancelled()) return Fail(ErrorCode::kCancelled, "stopped");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

FileLock::FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) close(fd_);
}

Result<std::optional<FileLock>> FileLock::Try(const std::string& path) {
  return TryAs(path, O_RDWR, LOCK_EX);
}

// Without the right to write: a store that is only read from has the file already.
Result<std::optional<FileLock>> FileLock::TryShared(const std::string& path) {
  return TryAs(path, O_RDONLY, LOCK_SH);
}

Result<std::optional<FileLock>> FileLock::TryAs(const std::string& path, int access, int kind) {
  while (true) {
    const int fd = open(path.c_str(), access | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return IoError("cannot open", path);
    FileLock lock(fd);
    if (flock(fd, kind | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK || errno == EINTR) return std::nullopt;
      return IoError("cannot lock", path);
    }
    // Whoever held it before may have removed the file: a lock on it would exclude nobody.
    struct stat locked{};
    struct stat named{};
    if (fstat(fd, &locked) == 0 && stat(path.c_str(), &named) == 0 &&
        locked.st_ino == named.st_ino && locked.st_dev == named.st_dev) {
      return std::optional<FileLock>(std::move(lock));
    }
  }
}

bool FileLock::IsHeld(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  const bool held = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(fd);
  return held;
}

Result<void> FileLock::Note(std::string_view text) const {
  text = text.substr(0, kMaxNote);
  const bool written = ftruncate(fd_, 0) == 0 && pwrite(fd_, text.data(), text.size(), 0) ==
                                                     static_cast<ssize_t>(text.size());
  if (!written) return IoError("cannot write to", "the lock file");
  return {};
}

std::string FileLock::NoteOf(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return {};
  char text[kMaxNote];
  const ssize_t n = read(fd, text, sizeof text);
  close(fd);
  return n <= 0 ? std::string() : std::string(text, static_cast<size_t>(n));
}

Result<FileLock> FileLock::Wait(const std::string& path, const std::function<bool()>& cancelled) {
  return WaitFor(&FileLock::Try, path, cancelled);
}

Result<FileLock> FileLock::WaitShared(const std::string& path,
                                      const std::function<bool()>& cancelled) {
  return WaitFor(&FileLock::TryShared, path, cancelled);
}

}  // namespace bantam::store
