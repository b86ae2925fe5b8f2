// What loading a model and loading an encoder have in common.
#pragma once

#include <string>

#include "bantam/result.h"
#include "engine/folder_tokenizer.h"
#include "format/model_file.h"

namespace bantam {

inline constexpr const char* kTemplateKey = "tokenizer.chat_template";

// The rooms below know keys and tensors; here the file's name is added.
Error InFile(const std::string& path, Error error);

// Fails with kInvalidArgument for what no machine has; 0 stands for a default.
Result<void> CheckThreads(const char* what, int threads);

// Tokenizer and template of a file or a folder.
Result<FolderTokenizer> OpenText(const ModelFile& file);

}  // namespace bantam
