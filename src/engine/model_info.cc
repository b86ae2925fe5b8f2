// Reads keys with a fallback each.
#include "engine/model_info.h"

#include <algorithm>
#include <climits>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/dtype.h"
#include "base/mapped_file.h"
#include "engine/file_type.h"
#include "engine/suggested_sampling.h"
#include "format/hf_shards.h"
#include "model/encoder_config.h"

namespace bantam {
namespace {

std::string TextOf(const Metadata& metadata, std::string_view key) {
  const Result<std::string_view> text = metadata.GetString(key);
  return text ? std::string(*text) : std::string();
}

// A count, or the largest of an array of them (some files have one per layer).
int CountOf(const Metadata& metadata, const std::string& key) {
  if (const Result<uint64_t> count = metadata.GetUint(key, INT_MAX)) {
    return static_cast<int>(*count);
  }
  const Result<std::vector<int64_t>> counts = metadata.GetInts(key);
  if (!counts || counts->empty()) return 0;
  return static_cast<int>(
      std::clamp<int64_t>(*std::max_element(counts->begin(), counts->end()), 0, INT_MAX));
}

SuggestedSampling SamplingOf(const ModelFile& file) {
  if (!IsDirectory(file.path())) return SamplingOfKeys(file.metadata());
  constexpr uint64_t kMostBytes = 4 << 20;
  const Result<std::string> config =
      ReadFolderText(file.path(), "generation_config.json", kMostBytes);
  return SamplingOfConfig(config ? *config : std::string());
}

void DescribeTensors(const ModelFile& file, ModelInfo& info) {
  for (const TensorView& tensor : file.tensors()) {
    TensorInfo row;
    row.name = tensor.name;
    row.type = InfoOf(tensor.type).name;
    row.shape.assign(tensor.shape.begin(), tensor.shape.begin() + tensor.n_dims);
    row.bytes = tensor.size_bytes;
    info.parameters +=
        static_cast<uint64_t>(tensor.row_length()) * static_cast<uint64_t>(tensor.n_rows());
    info.tensors.push_back(std::move(row));
  }
}

}  // namespace

ModelInfo DescribeModel(const ModelFile& file) {
  const Metadata& metadata = file.metadata();
  ModelInfo info;
  info.path = file.path();
  info.name = TextOf(metadata, "general.name");
  info.architecture = TextOf(metadata, "general.architecture");
  info.license = TextOf(metadata, "general.license");
  info.file_bytes = file.file_bytes();
  if (const Result<uint64_t> type = metadata.GetUint("general.file_type")) {
    info.quantisation = FileTypeName(*type);
  }
  const std::string how = TextOf(metadata, "bantam.quantization");
  if (!how.empty()) info.quantisation = how;
  const std::string prefix = info.architecture + ".";
  info.layers = CountOf(metadata, prefix + "block_count");
  info.embedding_length = CountOf(metadata, prefix + "embedding_length");
  info.feed_forward_length = CountOf(metadata, prefix + "feed_forward_length");
  info.heads = CountOf(metadata, prefix + "attention.head_count");
  info.kv_heads = CountOf(metadata, prefix + "attention.head_count_kv");
  if (info.kv_heads == 0) info.kv_heads = info.heads;
  info.head_dim = CountOf(metadata, prefix + "attention.key_length");
  if (info.head_dim == 0 && info.heads > 0) info.head_dim = info.embedding_length / info.heads;
  info.context_length = CountOf(metadata, prefix + "context_length");
  info.vocabulary_size = CountOf(metadata, prefix + "vocab_size");
  if (const auto tokens = metadata.GetStrings("tokenizer.ggml.tokens")) {
    info.vocabulary_size = static_cast<int>((*tokens)->size());
  }
  info.tokenizer = TextOf(metadata, "tokenizer.ggml.model");
  const std::string pre = TextOf(metadata, "tokenizer.ggml.pre");
  if (!pre.empty()) info.tokenizer += "/" + pre;
  info.chat_template = TextOf(metadata, "tokenizer.chat_template");
  info.encoder = IsEncoder(info.architecture);
  if (!info.encoder) info.sampling = SamplingOf(file);
  DescribeTensors(file, info);
  return info;
}

Result<ModelInfo> InspectModel(const std::string& path) {
  const auto file = TRY(ModelFile::Open(path));
  if (TextOf(file->metadata(), "general.type") == "adapter") {
    return Fail(ErrorCode::kUnsupported,
                path +
                    ": it is an adapter (LoRA), no model: 'bantam run' and 'serve' make use of "
                    "it with --lora, beside the model it was made for");
  }
  return DescribeModel(*file);
}

}  // namespace bantam
