// FileLock: one process at a time, or several that share it, by flock(2) on a file of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::store {

// Released when destroyed, and by the kernel when the process dies, however it dies. The lock file
// may be removed while the lock is held: whoever waits for it notices and takes a new one.
class FileLock {
 public:
  // Makes the file if need be. Nothing if somebody else holds the lock.
  static Result<std::optional<FileLock>> Try(const std::string& path);
  // Whether somebody holds it at this moment, shared or not. Makes no file.
  static bool IsHeld(const std::string& path);
  // Waits, asking `cancelled` (if set) ten times a second.
  static Result<FileLock> Wait(const std::string& path, const std::function<bool()>& cancelled);
  // The same, for a lock that any number may share; Try and Wait get it when none of them is left.
  static Result<FileLock> WaitShared(const std::string& path,
                                     const std::function<bool()>& cancelled);

  // What the lock's holder says in the file, at most kMaxNote bytes; replaces what was there.
  Result<void> Note(std::string_view text) const;
  // What the last holder said: to be believed only while somebody has the lock. Empty if nothing.
  static std::string NoteOf(const std::string& path);
  static constexpr size_t kMaxNote = 256;

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  static Result<std::optional<FileLock>> TryShared(const std::string& path);
  // By open's and flock's flags.
  static Result<std::optional<FileLock>> TryAs(const std::string& path, int access, int kind);
  int fd_ = -1;
};

}  // namespace bantam::store
