// AtomicFile: a file that appears under its name whole, or not at all.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::cli {

// Writes to a temporary file beside the target; Commit renames it over the target. Without Commit
// the temporary file is removed. Readable by the owner alone (chats are private). Errors name the
// target. Not thread-safe.
class AtomicFile {
 public:
  static Result<AtomicFile> Create(const std::string& path);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  Result<void> Write(std::string_view bytes);
  Result<void> Commit();

 private:
  AtomicFile(std::string path, std::string temporary, int fd);
  Result<void> Flush();

  std::string path_;
  std::string temporary_;
  int fd_ = -1;
  std::string buffer_;
};

// Create, Write, Commit.
Result<void> WriteFileAtomically(const std::string& path, std::string_view bytes);

// Makes a directory and those above it (mode 0700), like mkdir -p.
Result<void> MakeDirectories(const std::string& path);

}  // namespace bantam::cli
