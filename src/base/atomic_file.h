// AtomicFile: a file that appears under its name whole, or not at all.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam {

// Writes to a temporary file beside the target; Commit renames it over the target, on disk when it
// returns. Without Commit the temporary file is removed. Readable by the owner alone (chats are
// private) unless `shared`: then by whom the umask allows. Errors name the target. Not thread-safe.
class AtomicFile {
 public:
  static Result<AtomicFile> Create(const std::string& path, bool shared = false);
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
Result<void> WriteFileAtomically(const std::string& path, std::string_view bytes,
                                 bool shared = false);

// Makes a directory and those above it (mode 0700, or what the umask allows), like mkdir -p.
Result<void> MakeDirectories(const std::string& path, bool shared = false);

// Puts the names in a file's directory on disk; a file system that cannot is not an error.
void SyncDirectoryOf(const std::string& path);

}  // namespace bantam
