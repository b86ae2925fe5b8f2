// StagedFiles: files of a store under their own names before they are a model, to look at them.
#pragma once

#include <string>
#include <utility>

#include "bantam/result.h"
#include "store/file_lock.h"
#include "store/manifest.h"
#include "store/store.h"

namespace bantam::store {

// A folder in parts/ with links to the files of a manifest; it goes when this does, and what a
// killed process leaves of it goes with other leftovers (upkeep.h).
class StagedFiles {
 public:
  static Result<StagedFiles> Make(const Store& store, const Manifest& manifest);
  StagedFiles(StagedFiles&& other) noexcept
      : folder_(std::exchange(other.folder_, {})), lock_(std::move(other.lock_)) {}
  StagedFiles& operator=(StagedFiles&&) = delete;
  ~StagedFiles();

  const std::string& folder() const { return folder_; }

 private:
  StagedFiles(std::string folder, FileLock lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::string folder_;  // empty: moved from
  FileLock lock_;       // tells others that somebody works on it
};

}  // namespace bantam::store
