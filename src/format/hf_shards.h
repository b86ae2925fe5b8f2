// The safetensors files of a Hugging Face folder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "base/mapped_file.h"
#include "format/safetensors.h"

namespace bantam {

// A tensor and the file it lies in.
struct ShardTensor {
  SafeTensor tensor;
  int file_index = 0;
};

struct HfShards {
  std::vector<MappedFile> files;
  std::vector<ShardTensor> tensors;  // sorted by name; unique
};

// Maps model.safetensors or, where there is none, the files named by model.safetensors.index.json,
// and reads their headers. Names with more in them than a file's own name are refused, as are an
// index that disagrees with its files and names that are there twice.
Result<HfShards> OpenHfShards(const std::string& folder);

// The file names of an index (model.safetensors.index.json), sorted, each once, with the tensors
// that lie in each. Source: transformers' sharded checkpoints ("weight_map").
struct ShardIndex {
  std::vector<std::string> files;
  std::vector<std::pair<std::string, uint32_t>> tensors;  // name, index into files
};
Result<ShardIndex> ParseShardIndex(std::string_view json_text);

// A text file of the folder, e.g. config.json; larger ones than `most_bytes` fail with
// kUnsupported.
Result<std::string> ReadFolderText(const std::string& folder, const std::string& name,
                                   uint64_t most_bytes);
// The same for a file that may be missing; an empty text where it is, or where it has no bytes.
Result<std::string> ReadFolderTextIfThere(const std::string& folder, const std::string& name,
                                          uint64_t most_bytes);

}  // namespace bantam
