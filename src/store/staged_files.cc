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

}  // namespace bantam::store
