// Links in a folder of their own.
#include "store/staged_files.h"

#include <unistd.h>

#include <filesystem>
#include <optional>
#include <system_error>

#include "base/check.h"
#include "base/random.h"
#include "store/part_file.h"

namespace bantam::store {

Result<StagedFiles> StagedFiles::Make(const Store& store, const Manifest& manifest) {
  TRY(store.Prepare());
  const std::string folder = store.PartPath("staged-" + std::to_string(SystemSeed()));
  std::optional<FileLock> lock = TRY(FileLock::Try(PartFile::LockPath(folder)));
  if (!lock) return Fail(ErrorCode::kInternal, "somebody holds the lock of '" + folder + "'");
  StagedFiles staged(folder, *std::move(lock));
  std::error_code error;
  std::filesystem::create_directory(folder, error);
  for (const StoredFile& file : manifest.files) {
    if (error) break;
    std::filesystem::create_symlink("../../blobs/sha256-" + file.sha256, folder + "/" + file.name,
                                    error);
  }
  if (error) {
    return Fail(ErrorCode::kIo, "cannot make links in '" + folder + "': " + error.message());
  }
  return staged;
}

StagedFiles::~StagedFiles() {
  if (folder_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  (void)unlink(PartFile::LockPath(folder_).c_str());
}

}  // namespace bantam::store
