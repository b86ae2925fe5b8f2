// Incoming: a place in the store for a file that comes from somebody, until it is whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "bantam/result.h"
#include "store/file_lock.h"
#include "store/store.h"

namespace bantam::store {

// A directory of its own under incoming/, on the file system of the blobs; it goes, with what is in
// it, when this does. Others see by a lock that it is in use.
class Incoming {
 public:
  // Fails with kIo.
  static Result<Incoming> Create(const Store& store);
  Incoming(Incoming&& other) noexcept;
  Incoming& operator=(Incoming&&) = delete;
  ~Incoming();

  const std::string& directory() const { return directory_; }

  // What processes that were killed have left: files, and directories of files or links.
  struct Abandoned {
    int directories = 0;
    int files = 0;
    uint64_t bytes = 0;  // of the files
  };
  // Looks for it, and removes it. What is in use is left alone, and not counted.
  static Abandoned Find(const Store& store);
  static Abandoned Sweep(const Store& store);

 private:
  Incoming(std::string directory, FileLock lock)
      : directory_(std::move(directory)), lock_(std::move(lock)) {}

  std::string directory_;  // empty: moved from
  std::optional<FileLock> lock_;
};

}  // namespace bantam::store
