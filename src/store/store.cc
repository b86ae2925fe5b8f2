// Directories, names, links and removal.
#include "store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "base/atomic_file.h"
#include "base/check.h"
#include "base/small_file.h"
#include "store/assemble.h"
#include "store/folder_files.h"
#include "store/names.h"
#include "store/system_error.h"

namespace bantam::store {
namespace {

constexpr size_t kMaxManifestBytes = size_t{60} << 10;  // what ReadSmallFile reads, and some

// The size of a regular file; nothing if there is none.
std::optional<uint64_t> SizeOf(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return static_cast<uint64_t>(info.st_size);
}

Result<Manifest> ReadManifest(const std::string& path) {
  const auto text = ReadSmallFile(path);
  if (!text) return Fail(ErrorCode::kIo, "cannot read '" + path + "'");
  auto manifest = ParseManifest(*text);
  if (!manifest) return Fail(manifest.error().code, "'" + path + "': " + manifest.error().message);
  return manifest;
}

std::unexpected<Error> NameTaken(const Manifest& other) {
  return Fail(ErrorCode::kInvalidArgument,
              "there is another model named '" + other.name + "', from " + other.source +
                  "; 'bantam rm " + other.name + "' first, or give this one another name");
}

}  // namespace

Result<Store> Store::Find(const Variables& variable) {
  if (const auto home = variable("BANTAM_HOME"); home && !home->empty()) {
    return Store(*home + "/models");
  }
  // The XDG specification says to ignore relative paths.
  if (const auto data = variable("XDG_DATA_HOME"); data && data->starts_with('/')) {
    return Store(*data + "/bantam/models");
  }
  if (const auto home = variable("HOME"); home && !home->empty()) {
    return Store(*home + "/.local/share/bantam/models");
  }
  return Fail(ErrorCode::kNotFound,
              "no place for models: neither BANTAM_HOME nor XDG_DATA_HOME nor HOME is set");
}

std::string Store::BlobPath(std::string_view sha256) const {
  return root_ + "/blobs/sha256-" + std::string(sha256);
}

std::string Store::PartPath(std::string_view key) const {
  return root_ + "/parts/" + std::string(key);
}

std::string Store::ManifestPath(std::string_view name) const {
  return root_ + "/manifests/" + FileNameOf(name) + ".json";
}

std::string Store::LinksOf(std::string_view name) const {
  return root_ + "/models/" + FileNameOf(name);
}

Result<void> Store::Prepare() const {
  for (const char* part : {"/blobs", "/parts", "/manifests", "/models"}) {
    TRY(MakeDirectories(root_ + part, true));
    if (access((root_ + part).c_str(), W_OK) != 0) return IoError("cannot write to", root_ + part);
  }
  return {};
}

Result<FileLock> Store::Lock() const {
  TRY(Prepare());
  return FileLock::Wait(root_ + "/lock", nullptr);
}

Result<FileLock> Store::LockAdding(const std::function<bool()>& cancelled) const {
  TRY(Prepare());
  return FileLock::WaitShared(AddingLockPath(), cancelled);
}

Result<std::vector<Manifest>> Store::List(std::vector<std::string>& warnings) const {
  std::vector<Manifest> models;
  std::error_code error;
  const std::filesystem::directory_iterator end;
  std::filesystem::directory_iterator entry(root_ + "/manifests", error);
  if (error == std::errc::no_such_file_or_directory) return models;
  for (; !error && entry != end; entry.increment(error)) {
    const std::string path = entry->path().string();
    if (!path.ends_with(".json")) continue;
    auto manifest = ReadManifest(path);
    if (manifest) {
      models.push_back(*std::move(manifest));
    } else if (SizeOf(path)) {  // else it was removed meanwhile
      warnings.push_back(manifest.error().message);
    }
  }
  if (error) {
    return Fail(ErrorCode::kIo, "cannot list '" + root_ + "/manifests': " + error.message());
  }
  std::ranges::sort(models, {}, &Manifest::name);
  return models;
}

Result<std::optional<Manifest>> Store::Get(std::string_view name) const {
  if (!IsModelName(name)) return std::nullopt;
  const std::string path = ManifestPath(name);
  if (!SizeOf(path)) return std::nullopt;
  auto manifest = ReadManifest(path);
  if (!manifest && !SizeOf(path)) return std::nullopt;  // removed meanwhile
  return TRY(std::move(manifest));
}

std::optional<Manifest> Store::Peek(std::string_view name) const {
  auto manifest = Get(name);
  return manifest ? *std::move(manifest) : std::nullopt;
}

Result<std::string> Store::PathOf(const Manifest& manifest) const {
  const std::string& name = manifest.name;
  const auto is_stored = [&] {
    const auto stored = Peek(name);
    return stored && stored->files == manifest.files;
  };
  const auto removed = [&] {
    return Fail(ErrorCode::kNotFound,
                "the model '" + name + "' was removed from the store, or replaced, meanwhile");
  };
  for (const StoredFile& file : manifest.files) {
    const auto size = SizeOf(BlobPath(file.sha256));
    if (size == file.bytes) continue;
    if (!is_stored()) return removed();
    return Fail(ErrorCode::kCorrupt,
                "the store's file for '" + name + "', '" + BlobPath(file.sha256) +
                    (size ? "', has " + std::to_string(*size) + " bytes, expected " +
                                std::to_string(file.bytes)
                          : "', is missing") +
                    "; 'bantam rm " + name + "' and pull it again");
  }
  const std::string directory = LinksOf(name);
  if (!HasLinks(directory, manifest.files)) {
    const FileLock lock = TRY(Lock());
    if (!is_stored()) return removed();
    TRY(LinkFiles(directory, manifest.files));
  }
  return manifest.folder ? directory : directory + "/" + manifest.files[0].name;
}

std::optional<Manifest> Store::ManifestOf(const std::string& path) const {
  const std::string models = root_ + "/models/";
  if (!path.starts_with(models)) return std::nullopt;
  const std::string name =
      path.substr(models.size(), path.find('/', models.size()) - models.size());
  const std::string manifest = root_ + "/manifests/" + name + ".json";
  if (!SizeOf(manifest)) return std::nullopt;
  auto read = ReadManifest(manifest);
  return read ? std::optional(*std::move(read)) : std::nullopt;
}

// What the manifest says: the directory may have links of a model that had the name before.
std::vector<std::string> Store::AdaptersOf(const std::string& path) const {
  std::vector<std::string> adapters;
  const std::optional<Manifest> manifest = ManifestOf(path);
  if (!manifest) return adapters;
  const std::string directory = LinksOf(manifest->name);
  for (const StoredFile& file : manifest->files) {
    std::string adapter = directory + "/" + file.name;
    if (file.name.ends_with(kAdapterSuffix) && adapter != path) {
      adapters.push_back(std::move(adapter));
    }
  }
  std::ranges::sort(adapters);
  return adapters;
}

Store::MayReplace Store::OnlySameModel(const Manifest& wanted) {
  return [wanted](const Manifest& stored) { return IsSameModel(stored, wanted); };
}

Result<void> Store::CheckName(const Manifest& wanted, const MayReplace& may_replace) const {
  TRY(CheckNewName(wanted.name));
  const auto stored = Peek(wanted.name);
  if (!stored || may_replace(*stored)) return {};
  return NameTaken(*stored);
}

Result<bool> Store::Add(const Manifest& manifest, const MayReplace& may_replace) const {
  if (!IsModelName(manifest.name)) return NotAModelName(manifest.name);
  const std::string text = ManifestText(manifest);
  if (text.size() >= kMaxManifestBytes) {
    return Fail(ErrorCode::kResourceExhausted, "'" + manifest.name + "' has too many files");
  }
  const FileLock lock = TRY(Lock());
  for (const StoredFile& file : manifest.files) {
    if (SizeOf(BlobPath(file.sha256)) != file.bytes) return false;
  }
  const auto before = Peek(manifest.name);  // one that cannot be read is replaced
  if (before && may_replace && !may_replace(*before)) return NameTaken(*before);
  TRY(WriteFileAtomically(ManifestPath(manifest.name), text, true));
  RemoveLinks(manifest.name);  // even without one: a removal that was cut short leaves its links
  if (before) (void)TRY(RemoveUnused(before->files));
  TRY(LinkFiles(LinksOf(manifest.name), manifest.files));
  return true;
}

void Store::RemoveLinks(std::string_view name) const {
  std::error_code ignored;
  std::filesystem::remove_all(LinksOf(name), ignored);
}

Result<uint64_t> Store::RemoveUnused(const std::vector<StoredFile>& files) const {
  std::vector<std::string> warnings;
  const std::vector<Manifest> models = TRY(List(warnings));
  // A manifest that cannot be read may need any blob.
  if (!warnings.empty()) return 0;
  std::set<std::string> used;
  for (const Manifest& model : models) {
    for (const StoredFile& file : model.files) used.insert(file.sha256);
  }
  uint64_t freed = 0;
  for (const StoredFile& file : files) {
    if (used.contains(file.sha256)) continue;
    if (unlink(BlobPath(file.sha256).c_str()) == 0) freed += file.bytes;
  }
  return freed;
}

Result<void> Store::Discard(const std::vector<StoredFile>& files) const {
  if (files.empty()) return {};
  const FileLock lock = TRY(Lock());
  (void)TRY(RemoveUnused(files));
  return {};
}

Result<uint64_t> Store::Remove(std::string_view name) const {
  if (!IsModelName(name)) return NotAModelName(name);
  const FileLock lock = TRY(Lock());
  const std::string path = ManifestPath(name);
  const auto manifest = Peek(name);
  if (!manifest && !SizeOf(path)) {
    return Fail(ErrorCode::kNotFound, "there is no model '" + std::string(name) + "' in the store");
  }
  if (unlink(path.c_str()) != 0) return IoError("cannot remove", path);
  SyncDirectoryOf(path);
  RemoveLinks(name);
  if (!manifest) return 0;  // unreadable: its blobs are not known
  return RemoveUnused(manifest->files);
}

Result<bool> Store::Copy(std::string_view from, std::string_view to) const {
  TRY(CheckNewName(to));
  std::optional<Manifest> manifest = TRY(Get(from));
  if (!manifest) {
    return Fail(ErrorCode::kNotFound, "there is no model '" + std::string(from) + "' in the store");
  }
  if (const auto there = Peek(to); there && HasSameFiles(*there, *manifest)) return false;
  manifest->name = to;
  const auto has_same_files = [&](const Manifest& stored) {
    return HasSameFiles(stored, *manifest);
  };
  if (!TRY(Add(*manifest, has_same_files))) {
    return Fail(ErrorCode::kCorrupt, "files of '" + std::string(from) + "' are missing");
  }
  return true;
}

}  // namespace bantam::store
