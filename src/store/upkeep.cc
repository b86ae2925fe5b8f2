// Verification and removal.
#include "store/upkeep.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include "base/check.h"
#include "store/hash_file.h"
#include "store/incoming.h"
#include "store/part_file.h"

namespace bantam::store {
namespace {

struct Leftover {
  std::string path;
  uint64_t bytes;
  std::string lock;  // that whoever works on it holds; empty: the store's
  bool counts;       // bytes of models, no state or temporary file
  bool whole;        // a blob that no manifest names
};

std::vector<std::string> Names(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  const std::filesystem::directory_iterator end;
  for (; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  return names;
}

uint64_t SizeOf(const std::string& path) {
  struct stat info{};
  return stat(path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_size) : 0;
}

std::vector<Leftover> Find(const Store& store) {
  std::vector<Leftover> found;
  for (const std::string& name : Names(store.root() + "/parts")) {
    const std::string path = store.PartPath(name);
    const std::string key = store.PartPath(name.substr(0, name.find('.')));
    // Parts, states, states half written, and locks: also those of which nothing else is there.
    const bool counts = path == PartFile::BytesPath(key);
    found.push_back({path, SizeOf(path), PartFile::LockPath(key), counts, false});
  }
  for (const std::string& name : Names(store.root() + "/manifests")) {
    const std::string path = store.root() + "/manifests/" + name;
    if (!name.ends_with(".json")) found.push_back({path, SizeOf(path), "", false, false});
  }
  std::vector<std::string> warnings;
  const auto models = store.List(warnings);
  if (!models || !warnings.empty()) return found;  // who knows what they need
  std::set<std::string> used;
  for (const Manifest& model : *models) {
    for (const StoredFile& file : model.files) used.insert("sha256-" + file.sha256);
  }
  for (const std::string& name : Names(store.root() + "/blobs")) {
    const std::string path = store.root() + "/blobs/" + name;
    if (!used.contains(name)) found.push_back({path, SizeOf(path), "", true, true});
  }
  return found;
}

// The other models that have a file: "'a' and 'b'". Empty if there are none.
std::string OthersWith(const Store& store, const StoredFile& file, const std::string& name) {
  std::vector<std::string> warnings;
  std::string others;
  for (const Manifest& model : store.List(warnings).value_or(std::vector<Manifest>())) {
    const bool has =
        std::ranges::find(model.files, file.sha256, &StoredFile::sha256) != model.files.end();
    if (has && model.name != name) others += (others.empty() ? "'" : " and '") + model.name + "'";
  }
  return others;
}

}  // namespace

Result<void> Verify(const Store& store, const Manifest& manifest,
                    const std::function<void(uint64_t done)>& on_progress,
                    const std::function<bool()>& cancelled) {
  uint64_t done = 0;
  const auto count = [&](uint64_t bytes) {
    done += bytes;
    if (on_progress) on_progress(done);
  };
  for (const StoredFile& file : manifest.files) {
    const std::string digest = TRY(HashFile(store.BlobPath(file.sha256), count, cancelled));
    if (digest != file.sha256) {
      const std::string others = OthersWith(store, file, manifest.name);
      return Fail(ErrorCode::kCorrupt,
                  file.name + " has the SHA-256 " + digest + ", expected " + file.sha256 +
                      ": 'bantam rm " + manifest.name + "' and pull or import it again" +
                      (others.empty() ? "" : ", which mends " + others + ", too"));
    }
  }
  return {};
}

bool IsWhole(const Store& store, const std::string& sha256, std::optional<uint64_t> bytes,
             const std::function<bool()>& cancelled) {
  struct stat info{};
  if (stat(store.BlobPath(sha256).c_str(), &info) != 0) return false;
  if (bytes) return static_cast<uint64_t>(info.st_size) == *bytes;
  const auto digest = HashFile(store.BlobPath(sha256), nullptr, cancelled);
  return digest && *digest == sha256;
}

Leftovers FindLeftovers(const Store& store) {
  const Incoming::Abandoned cut_off = Incoming::Find(store);
  Leftovers leftovers{cut_off.files, cut_off.bytes};
  const bool adding = FileLock::IsHeld(store.AddingLockPath());
  for (const Leftover& left : Find(store)) {
    if (!left.counts) continue;
    if (left.whole && adding) {
      ++leftovers.kept;
      continue;
    }
    ++leftovers.count;
    leftovers.bytes += left.bytes;
  }
  return leftovers;
}

Result<Leftovers> RemoveLeftovers(const Store& store) {
  const FileLock all = TRY(store.Lock());
  // Never waited for: whoever has it waits for the store's lock in the end.
  const std::optional<FileLock> nobody_adds = TRY(FileLock::Try(store.AddingLockPath()));
  const Incoming::Abandoned cut_off = Incoming::Sweep(store);
  Leftovers removed{cut_off.files, cut_off.bytes};
  for (const Leftover& left : Find(store)) {
    if (left.whole && !nobody_adds) {
      ++removed.kept;
      continue;
    }
    std::optional<FileLock> lock;
    if (!left.lock.empty()) {
      lock = TRY(FileLock::Try(left.lock));
      if (!lock) continue;
    }
    if (unlink(left.path.c_str()) == 0 && left.counts) {
      ++removed.count;
      removed.bytes += left.bytes;
    }
    if (lock) (void)unlink(left.lock.c_str());
  }
  return removed;
}

}  // namespace bantam::store
