// Names, and links to blobs.
#include "store/folder_files.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/atomic_file.h"
#include "base/check.h"
#include "base/random.h"
#include "store/names.h"
#include "store/system_error.h"

namespace bantam::store {
namespace {

bool IsFolderFile(std::string_view path) {
  static constexpr std::string_view kNames[] = {"config.json",
                                                "generation_config.json",
                                                "tokenizer.json",
                                                "tokenizer_config.json",
                                                "tokenizer.model",
                                                "special_tokens_map.json",
                                                "vocab.json",
                                                "vocab.txt",
                                                "merges.txt",
                                                "added_tokens.json",
                                                "chat_template.jinja",
                                                "model.safetensors.index.json",
                                                "modules.json",
                                                "sentence_bert_config.json",
                                                "config_sentence_transformers.json",
                                                "quantize_config.json",
                                                "quant_config.json"};
  return std::ranges::find(kNames, path) != std::end(kNames) || IsPoolingConfig(path) ||
         (path.ends_with(".safetensors") && path.find('/') == std::string_view::npos &&
          !path.starts_with("adapter_model"));
}

bool IsWeights(std::string_view path) {
  return path.ends_with(".safetensors");
}

bool IsConsolidated(std::string_view path) {
  return path.starts_with("consolidated") && IsWeights(path);
}

std::string TargetOf(const StoredFile& file) {
  const bool deeper = file.name.find('/') != std::string::npos;
  return (deeper ? "../../../blobs/sha256-" : "../../blobs/sha256-") + file.sha256;
}

bool IsLinkTo(const std::string& path, const std::string& target) {
  std::error_code error;
  const auto found = std::filesystem::read_symlink(path, error);
  return !error && found == target;
}

}  // namespace

std::vector<std::string> FolderFiles(std::span<const std::string> paths) {
  std::vector<std::string> found;
  std::ranges::copy_if(paths, std::back_inserter(found), IsFolderFile);
  const auto is_config = [](const std::string& path) { return path == "config.json"; };
  std::ranges::sort(found, {},
                    [&](const std::string& path) { return std::pair(!is_config(path), path); });
  const auto is_own = [](const std::string& path) {
    return IsWeights(path) && !IsConsolidated(path);
  };
  if (std::ranges::any_of(found, is_own)) std::erase_if(found, IsConsolidated);
  if (std::ranges::none_of(found, IsWeights) || !is_config(found[0])) found.clear();
  return found;
}

bool MayBeEmpty(std::string_view path) {
  return path != "config.json" && !IsWeights(path);
}

std::string WhyNoFolder(std::span<const std::string> paths) {
  const auto any = [&](std::string_view start) {
    return std::ranges::any_of(paths, [&](const std::string& path) {
      return path.starts_with(start) && path.find('/') == std::string::npos;
    });
  };
  if (any("adapter_model") || any("adapter_config.json")) {
    return "it is an adapter (LoRA), no model: 'bantam run' and 'serve' make use of its folder "
           "with --lora, beside the model it was made for";
  }
  if (any("pytorch_model")) {
    return "its weights are in PyTorch's own format (pytorch_model.bin), which is not read; "
           "expected safetensors or GGUF";
  }
  return "";
}

Result<void> LinkFiles(const std::string& directory, std::span<const StoredFile> files) {
  TRY(MakeDirectories(directory, true));
  for (const StoredFile& file : files) {
    const std::string link = directory + "/" + file.name;
    const std::string target = TargetOf(file);
    if (IsLinkTo(link, target)) continue;
    if (IsPoolingConfig(file.name)) TRY(MakeDirectories(link.substr(0, link.rfind('/')), true));
    const std::string temporary = link + ".new" + std::to_string(SystemSeed());
    if (symlink(target.c_str(), temporary.c_str()) != 0) {
      return IoError("cannot make the link", temporary);
    }
    if (rename(temporary.c_str(), link.c_str()) != 0) {
      const auto error = IoError("cannot make the link", link);
      (void)unlink(temporary.c_str());
      return error;
    }
  }
  return {};
}

bool HasLinks(const std::string& directory, std::span<const StoredFile> files) {
  return std::ranges::all_of(files, [&](const StoredFile& file) {
    return IsLinkTo(directory + "/" + file.name, TargetOf(file));
  });
}

}  // namespace bantam::store
