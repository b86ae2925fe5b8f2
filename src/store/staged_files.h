// Staged files: files of a store under their own names before they are a model, to look at them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "store/incoming.h"
#include "store/manifest.h"
#include "store/store.h"

namespace bantam::store {

// A folder with links to the files of a manifest. Fails with kIo.
Result<Incoming> StageFiles(const Store& store, const Manifest& manifest);

// By what the staged model is opened: its folder, or its first file.
std::string StagedPath(const Incoming& staged, const Manifest& manifest);

// A message about staged files without the place, which is gone when it is read: `instead` stands
// for it.
std::string WithoutPlace(std::string message, std::string_view place, std::string_view instead);

// What `check` says of the staged files, with the model's name in place of where they lie.
Result<void> CheckStaged(const Store& store, const Manifest& manifest,
                         const std::function<Result<void>(const std::string& path)>& check);

}  // namespace bantam::store
