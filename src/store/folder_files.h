// Which files of a folder, as Hugging Face publishes models, make up the model.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "store/manifest.h"

namespace bantam::store {

// The paths, relative to the folder, of those that a model is read from: config.json first, then by
// name: weights, what belongs to the tokenizer, and what sentence-transformers writes for encoders.
// Nothing where there is no config.json or no safetensors. Adapters are no weights, nor is a second
// copy of all (consolidated.safetensors) beside others.
std::vector<std::string> FolderFiles(std::span<const std::string> paths);

// Whether one of them, when it has no bytes, counts as if it were not there: not config.json and
// weights, without which there is no model.
bool MayBeEmpty(std::string_view path);

// Why a folder without FolderFiles has no model that can be read, where its files tell: an adapter,
// or weights in PyTorch's own format. Else empty.
std::string WhyNoFolder(std::span<const std::string> paths);

// Makes the links of a model's files in a directory that lies two below the store's root: to blobs,
// by relative paths. What has the name of a link is replaced. Fails with kIo.
Result<void> LinkFiles(const std::string& directory, std::span<const StoredFile> files);

// Whether all these links are there.
bool HasLinks(const std::string& directory, std::span<const StoredFile> files);

}  // namespace bantam::store
