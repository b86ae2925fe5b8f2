// Links in a folder of their own.
#include "store/staged_files.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "base/check.h"
#include "base/quote.h"

namespace bantam::store {

Result<Incoming> StageFiles(const Store& store, const Manifest& manifest) {
  Incoming staged = TRY(Incoming::Create(store));
  for (const StoredFile& file : manifest.files) {
    std::error_code error;
    const std::string link = staged.directory() + "/" + file.name;
    std::filesystem::create_symlink("../../blobs/sha256-" + file.sha256, link, error);
    if (error) {
      return Fail(ErrorCode::kIo, "cannot make the link " + Quote(link) + ": " + error.message());
    }
  }
  return staged;
}

}  // namespace bantam::store
