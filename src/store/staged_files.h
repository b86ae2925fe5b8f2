// Staged files: files of a store under their own names before they are a model, to look at them.
#pragma once

#include "bantam/result.h"
#include "store/incoming.h"
#include "store/manifest.h"
#include "store/store.h"

namespace bantam::store {

// A folder with links to the files of a manifest. Fails with kIo.
Result<Incoming> StageFiles(const Store& store, const Manifest& manifest);

}  // namespace bantam::store
