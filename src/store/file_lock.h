// FileLock: one process at a time, by flock(2) on a file of its own.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bantam/result.h"

namespace bantam::store {

// Released when destroyed, and by the kernel when the process dies, however it dies. The lock file
// may be removed while the lock is held: whoever waits for it notices and takes a new one.
class FileLock {
 public:
  // Makes the file if need be. Nothing if somebody else holds the lock.
  static Result<std::optional<FileLock>> Try(const std::string& path);
  // Waits, asking `cancelled` (if set) ten times a second.
  static Result<FileLock> Wait(const std::string& path, const std::function<bool()>& cancelled);

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace bantam::store
