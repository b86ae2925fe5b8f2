// CacheFile: the database of the response cache, opened, checked, and made anew where it is
// damaged.
#pragma once

#ifdef BANTAM_SQLITE

#include <memory>
#include <string>

#include "bantam/result.h"
#include "store/cache/sqlite.h"
#include "store/file_lock.h"

namespace bantam::store {

class CacheFile {
 public:
  // See ResponseCache::Open.
  static Result<CacheFile> Open(const std::string& path, bool make);

  Connection& connection() { return *connection_; }
  const std::string& note() const { return note_; }
  const std::string& path() const { return path_; }

  bool IsSound() const;

  // See ResponseCache.
  Result<void> Announce(const std::string& url) { return lock_.Note(url); }
  static std::string HolderOf(const std::string& path);

  // After an error of kCorrupt: sets the file aside and begins a new one. Statements of the old
  // connection must be gone.
  Result<void> Rebuild(const std::string& why);

 private:
  CacheFile(std::string path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  Result<void> Connect();

  std::string path_;
  FileLock lock_;
  std::unique_ptr<Connection> connection_;
  std::string note_;
};

}  // namespace bantam::store

#endif  // BANTAM_SQLITE
