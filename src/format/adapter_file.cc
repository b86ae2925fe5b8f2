// GGUF adapters, PEFT folders, and what both are checked for.
#include "format/adapter_file.h"

#include <map>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "format/hf_architectures.h"
#include "format/hf_shards.h"

namespace bantam {
namespace {

constexpr int64_t kMaxRank = 4096;
constexpr uint64_t kMaxConfigBytes = 1 << 20;

// Pairs of which one half may be missing yet, by target.
using Halves = std::map<std::string, AdapterPair>;

// Takes the ending off a name; false if it has another.
bool CutEnding(std::string& name, std::string_view ending) {
  if (!name.ends_with(ending)) return false;
  name.resize(name.size() - ending.size());
  return true;
}

Error InFile(const std::string& file, Error error) {
  error.message = file + ": " + error.message;
  return error;
}

Result<void> CheckPair(const AdapterPair& pair) {
  const std::string name = "adapter of " + Quote(pair.name_in_file);
  for (const auto& [half, letter] : {std::pair(&pair.a, "A"), std::pair(&pair.b, "B")}) {
    if (half->data == nullptr) {
      return Fail(ErrorCode::kCorrupt, name + " has no matrix " + letter);
    }
    if (half->shape[2] != 1 || half->shape[3] != 1) {
      return Fail(ErrorCode::kUnsupported,
                  name + ": matrix " + letter + " has more than two dimensions");
    }
  }
  const int64_t rank = pair.a.n_rows();
  if (rank != pair.b.row_length()) {
    return Fail(ErrorCode::kCorrupt, name + ": A has " + std::to_string(rank) +
                                         " rows, but B has " + std::to_string(pair.b.row_length()) +
                                         " columns");
  }
  if (rank > kMaxRank) {
    return Fail(ErrorCode::kUnsupported, name + " has rank " + std::to_string(rank) + ", at most " +
                                             std::to_string(kMaxRank) + " are supported");
  }
  if (!__builtin_isfinite(pair.scale)) {
    return Fail(ErrorCode::kCorrupt, name + ": its scale is not finite");
  }
  return {};
}

Result<std::vector<AdapterPair>> Complete(Halves halves) {
  std::vector<AdapterPair> pairs;
  for (auto& [target, pair] : halves) {
    pair.target = target;
    TRY(CheckPair(pair));
    pairs.push_back(std::move(pair));
  }
  if (pairs.empty()) return Fail(ErrorCode::kCorrupt, "holds no adapter matrices");
  return pairs;
}

// The alpha of a GGUF adapter; 0 if it has none.
Result<double> AlphaOf(const Metadata& metadata, std::string_view architecture) {
  const std::string_view type = TRY(metadata.GetStringOr("general.type", "model"));
  if (type != "adapter") {
    return Fail(ErrorCode::kUnsupported,
                "key \"general.type\" is " + Quote(type) + ", expected \"adapter\"");
  }
  const std::string_view kind = TRY(metadata.GetString("adapter.type"));
  if (kind != "lora" || metadata.Find("adapter.alora.invocation_tokens") != nullptr) {
    return Fail(ErrorCode::kUnsupported, "key \"adapter.type\" is " + Quote(kind) +
                                             "; this build reads adapters of type \"lora\" that "
                                             "apply to every token");
  }
  const std::string_view made_for = TRY(metadata.GetString("general.architecture"));
  if (made_for != architecture) {
    return Fail(ErrorCode::kUnsupported, "is an adapter for models of architecture " +
                                             Quote(made_for) + ", not " + Quote(architecture));
  }
  return metadata.GetFloatOr("adapter.lora.alpha", 0);
}

// The matrix that a module's weight is.
Result<std::string> TargetOf(const std::string& module, std::string_view architecture) {
  for (const HfArchitecture& row : HfArchitectures()) {
    if (row.architecture != architecture) continue;
    std::string name = GgufName(row, module + ".weight");
    if (!name.empty()) return name;
  }
  return Fail(ErrorCode::kUnsupported, "adapts module " + Quote(module) +
                                           ", which models of architecture " + Quote(architecture) +
                                           " do not have");
}

Result<void> InTensor(const SafeTensor& tensor, Result<void> result) {
  if (result) return result;
  return Fail(result.error().code,
              "tensor " + Quote(tensor.name) + " " + std::move(result).error().message);
}

Result<TensorView> ViewOf(const SafeTensor& tensor) {
  const std::optional<DType> type = FloatTypeOf(tensor.type);
  if (!type || tensor.shape.size() != 2 || tensor.size_bytes == 0) {
    return Fail(ErrorCode::kUnsupported, "tensor " + Quote(tensor.name) + " has type " +
                                             std::string(NameOf(tensor.type)) + " and " +
                                             std::to_string(tensor.shape.size()) +
                                             " dimensions, expected 2 of F32, F16 or BF16");
  }
  TensorView view;
  view.name = tensor.name;
  view.type = *type;
  view.n_dims = 2;
  view.shape = {tensor.shape[1], tensor.shape[0], 1, 1};
  view.data = tensor.data;
  view.size_bytes = tensor.size_bytes;
  return view;
}

}  // namespace

Result<std::vector<AdapterPair>> PairsOfGguf(const Metadata& metadata,
                                             std::span<const TensorView> tensors,
                                             std::string_view architecture) {
  const double alpha = TRY(AlphaOf(metadata, architecture));
  Halves halves;
  for (const TensorView& tensor : tensors) {
    std::string target = tensor.name;
    const bool is_a = CutEnding(target, ".lora_a");
    if (!is_a && !CutEnding(target, ".lora_b")) {
      return Fail(ErrorCode::kUnsupported,
                  "tensor " + Quote(tensor.name) + " ends neither in .lora_a nor in .lora_b");
    }
    AdapterPair& pair = halves[target];
    pair.name_in_file = target;
    (is_a ? pair.a : pair.b) = tensor;
    const double rank = static_cast<double>(tensor.n_rows());
    if (is_a && alpha != 0) pair.scale = static_cast<float>(alpha / rank);
  }
  return Complete(std::move(halves));
}

Result<std::vector<AdapterPair>> PairsOfPeft(const PeftConfig& config,
                                             std::span<const SafeTensor> tensors,
                                             std::string_view architecture) {
  constexpr std::string_view kPrefix = "base_model.model.";
  Halves halves;
  for (const SafeTensor& tensor : tensors) {
    std::string module = tensor.name;
    const bool is_a = CutEnding(module, ".lora_A.weight");
    if ((!is_a && !CutEnding(module, ".lora_B.weight")) || !module.starts_with(kPrefix)) {
      return Fail(ErrorCode::kUnsupported,
                  "tensor " + Quote(tensor.name) +
                      " is no matrix of a plain LoRA adapter (base_model.model.….lora_A.weight)");
    }
    const std::string name_in_file = module;
    module.erase(0, kPrefix.size());
    AdapterPair& pair = halves[TRY(TargetOf(module, architecture))];
    pair.name_in_file = name_in_file;
    (is_a ? pair.a : pair.b) = TRY(ViewOf(tensor));
    TRY(InTensor(tensor, config.CheckAdapted(module)));
    if (!is_a) continue;
    TRY(InTensor(tensor, config.CheckRank(module, pair.a.n_rows())));
    pair.scale = TRY(config.ScaleOf(module, pair.a.n_rows()));
  }
  return Complete(std::move(halves));
}

Result<std::unique_ptr<AdapterFile>> AdapterFile::Open(const std::string& path,
                                                       std::string_view architecture) {
  auto adapter = std::make_unique<AdapterFile>();
  adapter->path_ = path;
  if (!IsDirectory(path)) {
    adapter->gguf_ = TRY(ModelFile::Open(path));
    auto pairs = PairsOfGguf(adapter->gguf_->metadata(), adapter->gguf_->tensors(), architecture);
    if (!pairs) return std::unexpected(InFile(path, pairs.error()));
    adapter->pairs_ = *std::move(pairs);
    return adapter;
  }
  const std::string text = TRY(ReadFolderText(path, "adapter_config.json", kMaxConfigBytes));
  const Result<PeftConfig> config = ParsePeftConfig(text);
  if (!config) return std::unexpected(InFile(path + "/adapter_config.json", config.error()));
  const std::string file = path + "/adapter_model.safetensors";
  Result<MappedFile> mapped = MappedFile::Open(file);
  if (!mapped && mapped.error().code == ErrorCode::kNotFound) {
    return Fail(mapped.error().code,
                mapped.error().message + " (adapters in pickle files, .bin, are not read)");
  }
  if (!mapped) return std::unexpected(mapped.error());
  adapter->safetensors_ = *std::move(mapped);
  const auto tensors = TRY(ParseSafetensors(adapter->safetensors_.bytes(), file));
  auto pairs = PairsOfPeft(*config, tensors, architecture);
  if (!pairs) return std::unexpected(InFile(file, pairs.error()));
  adapter->pairs_ = *std::move(pairs);
  return adapter;
}

}  // namespace bantam
