// Links in a folder of their own.
#include "store/staged_files.h"

#include "base/check.h"
#include "base/quote.h"
#include "store/folder_files.h"

namespace bantam::store {

Result<Incoming> StageFiles(const Store& store, const Manifest& manifest) {
  Incoming staged = TRY(Incoming::Create(store));
  TRY(LinkFiles(staged.directory(), manifest.files));
  if (HasLinks(staged.directory(), manifest.files)) return staged;
  return Fail(ErrorCode::kIo, "two files of the model have one name");
}

std::string StagedPath(const Incoming& staged, const Manifest& manifest) {
  return manifest.folder ? staged.directory() : staged.directory() + "/" + manifest.files[0].name;
}

std::string WithoutPlace(std::string message, std::string_view place, std::string_view instead) {
  for (size_t at = 0; (at = message.find(place, at)) != std::string::npos; at += instead.size()) {
    message.replace(at, place.size(), instead);
  }
  return message;
}

Result<void> CheckStaged(const Store& store, const Manifest& manifest,
                         const std::function<Result<void>(const std::string& path)>& check) {
  const Incoming staged = TRY(StageFiles(store, manifest));
  const auto good = check(StagedPath(staged, manifest));
  if (good) return {};
  return Fail(good.error().code,
              WithoutPlace(good.error().message, staged.directory(), manifest.name));
}

}  // namespace bantam::store
