// Directories and their locks.
#include "store/incoming.h"

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "base/random.h"

namespace bantam::store {
namespace {

constexpr std::string_view kLock = ".lock";

std::string FolderOf(const Store& store) {
  return store.root() + "/incoming";
}

void Remove(const std::string& directory) {
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  std::filesystem::remove(directory + std::string(kLock), ignored);
}

// Every place, also those of which only the lock is there.
std::set<std::string> PlacesOf(const Store& store) {
  std::set<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(FolderOf(store), error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().string();
    if (name.ends_with(kLock)) name.resize(name.size() - kLock.size());
    names.insert(std::move(name));
  }
  return names;
}

void Count(const std::string& directory, Incoming::Abandoned& abandoned) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(directory, error);
  if (!error) ++abandoned.directories;
  const std::filesystem::recursive_directory_iterator end;
  for (; !error && entry != end; entry.increment(error)) {
    std::error_code none;
    if (!std::filesystem::is_regular_file(entry->symlink_status(none))) continue;
    ++abandoned.files;
    const uintmax_t bytes = entry->file_size(none);
    if (!none) abandoned.bytes += bytes;
  }
}

}  // namespace

// The lock is taken first: whoever sweeps finds no directory that is not locked yet.
Result<Incoming> Incoming::Create(const Store& store) {
  const std::string folder = FolderOf(store);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return Fail(ErrorCode::kIo, "cannot make " + Quote(folder) + ": " + error.message());
  while (true) {
    std::string directory = folder + "/" + std::to_string(SystemSeed());
    auto lock = TRY(FileLock::Try(directory + std::string(kLock)));
    if (!lock) continue;  // somebody is sweeping it
    if (std::filesystem::create_directory(directory, error)) {
      return Incoming(std::move(directory), *std::move(lock));
    }
    if (error) {
      std::filesystem::remove(directory + std::string(kLock), error);
      return Fail(ErrorCode::kIo, "cannot make " + Quote(directory) + ": " + error.message());
    }
  }
}

Incoming::Incoming(Incoming&& other) noexcept
    : directory_(std::exchange(other.directory_, {})), lock_(std::move(other.lock_)) {}

Incoming::~Incoming() {
  if (!directory_.empty()) Remove(directory_);
}

Incoming::Abandoned Incoming::Find(const Store& store) {
  Abandoned found;
  for (const std::string& name : PlacesOf(store)) {
    if (!FileLock::IsHeld(name + std::string(kLock))) Count(name, found);
  }
  return found;
}

Incoming::Abandoned Incoming::Sweep(const Store& store) {
  Abandoned removed;
  for (const std::string& name : PlacesOf(store)) {
    const auto lock = FileLock::Try(name + std::string(kLock));
    if (!lock || !*lock) continue;
    Count(name, removed);
    Remove(name);
  }
  return removed;
}

}  // namespace bantam::store
