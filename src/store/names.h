// Names of models and files in the store: which are allowed, and how they become file names.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::store {

// A model's name: "qwen2.5:0.5b", "Owner/Repo-GGUF:q4_k_m": letters, digits, '.', '_' and '-', at
// most one '/' and one ':' after it, no part empty or beginning with '.' or '-', at most 160 bytes.
bool IsModelName(std::string_view name);
// The error for what is none.
std::unexpected<Error> NotAModelName(std::string_view name);

// Whether commands take such a text for a path, never for a model's name: one that begins with '/',
// '.' or '~', or ends in ".gguf" without a colon, in any letter case.
bool LooksLikePath(std::string_view text);

// Whether a model can be kept under a name and found by it. Fails with kInvalidArgument.
Result<void> CheckNewName(std::string_view name);

// The file name that stands for a model's name, whatever its case; one for each name.
std::string FileNameOf(std::string_view model_name);

// A file name that is safe on every file system: letters, digits and "._+-=", beginning with a
// letter or digit, 1 to 200 bytes.
bool IsSafeFileName(std::string_view name);

// "1_Pooling/config.json", with one or two digits: where sentence-transformers keeps an encoder's
// pooling.
bool IsPoolingConfig(std::string_view path);

// Whether the store keeps a file of a model's folder under this name: a plain one, or that of a
// pooling's configuration, which alone lies deeper.
bool IsFolderFileName(std::string_view path);

// 64 lower-case hexadecimal digits.
bool IsSha256(std::string_view text);

// "owner/repo" with the characters hubs allow.
bool IsRepository(std::string_view text);

}  // namespace bantam::store
