// Directories and their locks.
#include "store/incoming.h"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

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

int Incoming::Sweep(const Store& store) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(FolderOf(store), error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().string();
    if (name.ends_with(kLock)) name.resize(name.size() - kLock.size());
    names.push_back(std::move(name));
  }
  int removed = 0;
  for (const std::string& name : names) {
    const auto lock = FileLock::Try(name + std::string(kLock));
    if (!lock || !*lock) continue;
    removed += std::filesystem::exists(name, error) ? 1 : 0;
    Remove(name);
  }
  return removed;
}

}  // namespace bantam::store
