// Planning and bringing in of files.
#include "store/import.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/atomic_file.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/mapped_file.h"
#include "base/quote.h"
#include "base/random.h"
#include "store/disk_space.h"
#include "store/folder_files.h"
#include "store/hash_file.h"
#include "store/names.h"
#include "store/part_file.h"
#include "store/quant_name.h"
#include "store/staged_files.h"
#include "store/system_error.h"
#include "store/upkeep.h"

namespace bantam::store {
namespace {

constexpr size_t kBufferBytes = size_t{1} << 20;
constexpr size_t kMaxEntries = 10000;

bool IsArchive(const std::string& lower) {
  for (const char* end : {".zip", ".tar", ".gz", ".tgz", ".xz", ".zst", ".bz2", ".7z", ".rar"}) {
    if (lower.ends_with(end)) return true;
  }
  return false;
}

Result<std::vector<std::string>> FilesIn(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory, error);
  const std::filesystem::directory_iterator end;
  for (; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) names.push_back(entry->path().filename().string());
    if (names.size() > kMaxEntries) break;
  }
  if (error) return Fail(ErrorCode::kIo, "cannot list '" + directory + "': " + error.message());
  std::ranges::sort(names);
  return names;
}

std::string ProposedName(std::string_view file) {
  std::string name = LowerCase(file);
  if (name.ends_with(".gguf")) name.resize(name.size() - 5);
  std::ranges::replace_if(
      name,
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                 c == '-');
      },
      '_');
  return name.substr(0, 96);
}

Result<ImportPlan> PlanGguf(const std::string& directory, std::span<const std::string> names,
                            const std::string& wanted) {
  ImportPlan plan;
  for (const std::string& name : TRY(ChooseGguf(names, wanted))) {
    plan.files.push_back({.path = directory + "/" + name, .name = name});
  }
  plan.open_path = plan.files[0].path;
  std::string stem = plan.files[0].name;
  if (plan.files.size() > 1) stem.resize(stem.size() - std::strlen("-00001-of-00001.gguf"));
  plan.name = ProposedName(stem);
  return plan;
}

Result<ImportPlan> PlanFolder(const std::string& directory) {
  std::vector<std::string> names = TRY(FilesIn(directory));
  for (int i = 0; i < 100; ++i) {
    const std::string pooling = std::to_string(i) + "_Pooling/config.json";
    std::error_code ignored;
    if (std::filesystem::is_regular_file(directory + "/" + pooling, ignored)) {
      names.push_back(pooling);
    }
  }
  std::vector<std::string> found = FolderFiles(names);
  if (found.empty()) {
    const auto count = std::ranges::count_if(
        names, [](const std::string& name) { return LowerCase(name).ends_with(".gguf"); });
    if (count > 0) return PlanGguf(directory, names, "");
    const std::string why = WhyNoFolder(names);
    if (!why.empty()) return Fail(ErrorCode::kUnsupported, why);
    return Fail(ErrorCode::kUnsupported,
                "'" + directory +
                    "' is no model: it has neither a GGUF file nor config.json with "
                    "safetensors");
  }
  std::erase_if(found, [&](const std::string& name) {
    return MayBeEmpty(name) && IsEmptyFile(directory + "/" + name);
  });
  ImportPlan plan{.files = {}, .folder = true, .open_path = directory, .name = ""};
  for (const std::string& name : found) {
    plan.files.push_back({.path = directory + "/" + name, .name = name});
  }
  std::error_code ignored;
  const auto full = std::filesystem::canonical(directory, ignored);
  plan.name = ProposedName(full.filename().string());
  return plan;
}

class Importer {
 public:
  // `what` of `total` bytes is brought.
  Importer(const Store& store, const ImportOptions& options, std::string what, uint64_t total)
      : store_(store), options_(options), what_(std::move(what)), total_(total) {}

  Result<StoredFile> Take(const ImportFile& file);
  // Those that were not in the store before.
  const std::vector<StoredFile>& brought() const { return brought_; }

 private:
  Result<StoredFile> TakeAs(const std::string& temporary, const ImportFile& source);
  Result<void> Place(const std::string& path, int from, const std::string& temporary);
  Result<std::string> Hash(const std::string& path, uint64_t& bytes);
  Result<void> Copy(const std::string& path, int from, int to) const;

  const Store& store_;
  const ImportOptions& options_;
  std::string what_;
  uint64_t total_;
  uint64_t done_ = 0;
  std::vector<StoredFile> brought_;
};

Result<void> Importer::Copy(const std::string& path, int from, int to) const {
  TRY(CheckDiskSpace(store_.root(), what_, total_ - std::min(total_, done_)));
  std::vector<char> buffer(kBufferBytes);
  while (true) {
    const ssize_t n = read(from, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return SystemError("cannot read", path);
    if (n == 0) break;
    for (ssize_t at = 0; at < n;) {
      const ssize_t written = write(to, buffer.data() + at, static_cast<size_t>(n - at));
      if (written < 0 && errno != EINTR) return SystemError("cannot copy", path);
      at += std::max<ssize_t>(written, 0);
    }
    if (options_.cancelled && options_.cancelled()) return Fail(ErrorCode::kCancelled, "stopped");
  }
  if (fsync(to) != 0) return SystemError("cannot copy", path);
  return {};
}

// The file's bytes under a temporary name in the store.
Result<void> Importer::Place(const std::string& path, int from, const std::string& temporary) {
  const int to = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
  if (to < 0) return SystemError("cannot make", temporary);
  if (ioctl(to, FICLONE, from) == 0) {
    close(to);
    return {};
  }
  if (!options_.copy) {
    (void)unlink(temporary.c_str());
    // /proc is followed so that a symbolic link's target is linked, not the link.
    const std::string self = "/proc/self/fd/" + std::to_string(from);
    if (linkat(AT_FDCWD, self.c_str(), AT_FDCWD, temporary.c_str(), AT_SYMLINK_FOLLOW) == 0) {
      close(to);
      return {};
    }
    close(to);
    const int again = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
    if (again < 0) return SystemError("cannot make", temporary);
    auto copied = Copy(path, from, again);
    close(again);
    return copied;
  }
  auto copied = Copy(path, from, to);
  close(to);
  return copied;
}

Result<std::string> Importer::Hash(const std::string& path, uint64_t& bytes) {
  bytes = 0;
  const auto count = [&](uint64_t n) {
    bytes += n;
    done_ += n;
    if (options_.on_progress) options_.on_progress(done_, std::max(done_, total_));
  };
  return HashFile(path, count, options_.cancelled);
}

Result<StoredFile> Importer::Take(const ImportFile& source) {
  while (true) {
    // Its own: threads and containers, whose process numbers may be the same, import at once.
    const std::string part = store_.PartPath("import-" + std::to_string(SystemSeed()));
    const auto lock = TRY(FileLock::Try(PartFile::LockPath(part)));
    if (!lock) continue;
    auto file = TakeAs(PartFile::BytesPath(part), source);
    (void)unlink(PartFile::LockPath(part).c_str());
    return file;
  }
}

Result<StoredFile> Importer::TakeAs(const std::string& temporary, const ImportFile& source) {
  const std::string& path = source.path;
  const int from = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (from < 0) return SystemError("cannot open", path);
  auto placed = Place(path, from, temporary);
  close(from);
  StoredFile file{.name = source.name, .sha256 = "", .bytes = 0};
  auto digest = placed ? Hash(temporary, file.bytes) : std::unexpected(placed.error());
  if (!digest) {
    (void)unlink(temporary.c_str());
    return std::unexpected(std::move(digest).error());
  }
  file.sha256 = *std::move(digest);
  const std::string blob = store_.BlobPath(file.sha256);
  // What is there may have been damaged since: these bytes have just been read.
  const bool there = IsWhole(store_, file.sha256, std::nullopt, options_.cancelled);
  if (!there && rename(temporary.c_str(), blob.c_str()) != 0) {
    const auto error = SystemError("cannot make", blob);
    (void)unlink(temporary.c_str());
    return error;
  }
  (void)unlink(temporary.c_str());  // of two links to one file rename leaves both
  if (there) return file;
  SyncDirectoryOf(blob);
  brought_.push_back(file);
  return file;
}

// Of files whose checksums are not known yet.
Manifest Planned(const ImportPlan& plan, const std::string& name) {
  Manifest manifest;
  manifest.name = name;
  manifest.folder = plan.folder;
  manifest.source = FullPath(plan.open_path);
  manifest.added_s = UnixSeconds();
  for (const ImportFile& file : plan.files) {
    struct stat info{};
    const bool there = stat(file.path.c_str(), &info) == 0;
    const uint64_t bytes = there ? static_cast<uint64_t>(info.st_size) : 0;
    manifest.files.push_back({.name = file.name, .sha256 = "", .bytes = bytes});
  }
  return manifest;
}

Result<Manifest> Bring(const Store& store, const ImportPlan& plan, Manifest manifest,
                       const ImportOptions& options, Importer& importer) {
  manifest.files.clear();
  for (const ImportFile& file : plan.files) manifest.files.push_back(TRY(importer.Take(file)));
  if (options.check) TRY(CheckStaged(store, manifest, options.check));
  const auto before = store.Peek(manifest.name);
  if (before && HasSameFiles(*before, manifest)) manifest = *before;
  if (!TRY(store.Add(manifest, Store::OnlySameModel(manifest)))) {
    return Fail(ErrorCode::kIo,
                "another process removed a file of '" + manifest.name + "' meanwhile");
  }
  return manifest;
}

}  // namespace

Result<ImportPlan> PlanImport(const std::string& path) {
  struct stat info{};
  if (stat(path.c_str(), &info) != 0) return SystemError("cannot open", path);
  Result<ImportPlan> result;
  if (S_ISDIR(info.st_mode)) {
    result = PlanFolder(path);
  } else {
    if (!S_ISREG(info.st_mode)) {
      return Fail(ErrorCode::kUnsupported,
                  "'" + path + "' is a device, pipe or socket, expected a file or a folder");
    }
    const std::string lower = LowerCase(path);
    if (IsArchive(lower)) {
      return Fail(ErrorCode::kUnsupported,
                  "'" + path + "' is an archive; unpack it and import what is in it");
    }
    if (!lower.ends_with(".gguf")) {
      return Fail(ErrorCode::kUnsupported, "'" + path + "' is neither a GGUF file nor a folder");
    }
    const size_t slash = path.rfind('/');
    const std::string directory =
        slash == std::string::npos ? "." : path.substr(0, std::max<size_t>(slash, 1));
    result = PlanGguf(directory, TRY(FilesIn(directory)), std::string(BaseName(path)));
  }
  if (!result) return Fail(result.error().code, "'" + path + "': " + result.error().message);
  for (const ImportFile& file : result->files) {
    if (!IsFolderFileName(file.name)) {
      return Fail(ErrorCode::kInvalidArgument,
                  "the file name " + Quote(file.name) +
                      " has characters the store does not keep; rename it first");
    }
  }
  return result;
}

std::string FullPath(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::absolute(path, ignored).lexically_normal().string();
}

Result<void> RequireWeights(const std::string& path, uint64_t parameters) {
  if (parameters > 0) return {};
  return Fail(ErrorCode::kUnsupported,
              "'" + path + "' is no model: it has a vocabulary and no weights");
}

Result<Manifest> Import(const Store& store, const ImportPlan& plan, const std::string& name,
                        const ImportOptions& options) {
  const Manifest planned = Planned(plan, name);
  TRY(store.CheckName(planned, Store::OnlySameModel(planned)));
  const FileLock adding = TRY(store.LockAdding(options.cancelled));
  Importer importer(store, options, "'" + plan.open_path + "'", planned.bytes());
  auto manifest = Bring(store, plan, planned, options, importer);
  if (!manifest) TRY(store.Discard(importer.brought()));
  return manifest;
}

}  // namespace bantam::store
