// Reads an encoder's sizes and options from the metadata of a GGUF file.
#include "model/encoder_config.h"

#include <array>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/quote.h"
#include "kernels/kernels.h"
#include "model/kv_cache.h"

namespace bantam {
namespace {

constexpr std::string_view kBert = "bert";

// As for decoders: beyond these it is no model that Bantam runs, and products stay inside int64.
constexpr uint64_t kMaxLayers = 1024;
constexpr uint64_t kMaxWidth = 1 << 16;
constexpr uint64_t kMaxVocabulary = 1 << 22;
constexpr int64_t kMaxWorkFloats = int64_t{1} << 28;

// Keys of the architecture that are read or change nothing; any other is refused.
constexpr std::array<std::string_view, 11> kKnown = {
    "block_count",          "embedding_length",       "feed_forward_length",
    "attention.head_count", "attention.causal",       "attention.layer_norm_epsilon",
    "context_length",       "pooling_type",           "vocab_size",
    "token_type_count",     "attention.head_count_kv"};

class Reader {
 public:
  explicit Reader(const Metadata& metadata) : metadata_(metadata) {}

  static std::string Key(std::string_view name) {
    return std::string(kBert) + "." + std::string(name);
  }
  // As the user's file has the key, for messages.
  std::string Name(std::string_view name) const {
    return std::string(metadata_.NameInFile(Key(name)));
  }
  bool Has(std::string_view name) const { return metadata_.Find(Key(name)) != nullptr; }

  Result<int> Size(std::string_view name, uint64_t most) const {
    const uint64_t value = TRY(metadata_.GetUint(Key(name), most));
    if (value == 0) return Fail(ErrorCode::kCorrupt, "key " + Name(name) + " is 0");
    return static_cast<int>(value);
  }

 private:
  const Metadata& metadata_;
};

Result<void> RefuseUnknownKeys(const Metadata& metadata) {
  const std::string prefix = Reader::Key("");
  for (const auto& [key, value] : metadata.entries()) {
    if (!key.starts_with(prefix)) continue;
    const std::string_view name = std::string_view(key).substr(prefix.size());
    bool known = false;
    for (const std::string_view one : kKnown) known = known || one == name;
    if (known) continue;
    return Fail(ErrorCode::kUnsupported, "key " + std::string(metadata.NameInFile(key)) +
                                             " is an option of the model that this build does not "
                                             "know; without it the embeddings would be others");
  }
  return {};
}

Result<void> CheckSizes(const Reader& reader, const ModelConfig& model) {
  for (const auto& [name, value] : {std::pair{"embedding_length", model.n_embd},
                                    std::pair{"feed_forward_length", model.n_ff}}) {
    if (value % kGroupColumns == 0) continue;
    return Fail(ErrorCode::kUnsupported, "key " + reader.Name(name) + " is " +
                                             std::to_string(value) + ", not a multiple of 32");
  }
  if (model.n_embd % model.n_heads != 0) {
    return Fail(ErrorCode::kCorrupt, "key " + reader.Name("embedding_length") + " is " +
                                         std::to_string(model.n_embd) + ", not a multiple of " +
                                         reader.Name("attention.head_count") + " " +
                                         std::to_string(model.n_heads));
  }
  if (model.head_dim > kMaxHeadDim) {
    return Fail(ErrorCode::kUnsupported, "heads have " + std::to_string(model.head_dim) +
                                             " dimensions; this build runs up to " +
                                             std::to_string(kMaxHeadDim));
  }
  return {};
}

Result<void> ReadSizes(const Metadata& metadata, ModelConfig& model) {
  const Reader reader(metadata);
  model.n_layers = TRY(reader.Size("block_count", kMaxLayers));
  model.n_embd = TRY(reader.Size("embedding_length", kMaxWidth));
  model.n_ff = TRY(reader.Size("feed_forward_length", kMaxWidth));
  model.n_heads = TRY(reader.Size("attention.head_count", kMaxWidth));
  model.n_kv_heads = model.n_heads;
  if (reader.Has("attention.head_count_kv") &&
      TRY(reader.Size("attention.head_count_kv", kMaxWidth)) != model.n_heads) {
    return Fail(ErrorCode::kUnsupported, "key " + reader.Name("attention.head_count_kv") +
                                             " differs from " +
                                             reader.Name("attention.head_count"));
  }
  model.head_dim = model.n_embd / model.n_heads;
  model.context_length = TRY(reader.Size("context_length", kMaxEncoderPositions));
  if (reader.Has("vocab_size")) {
    model.vocab_size = TRY(reader.Size("vocab_size", kMaxVocabulary));
  } else {
    const auto* tokens = TRY(metadata.GetStrings("tokenizer.ggml.tokens"));
    if (tokens->empty() || tokens->size() > kMaxVocabulary) {
      return Fail(ErrorCode::kCorrupt,
                  "key tokenizer.ggml.tokens has " + std::to_string(tokens->size()) + " entries");
    }
    model.vocab_size = static_cast<int>(tokens->size());
  }
  TRY(CheckSizes(reader, model));
  // Work buffers of the longest text: below 4 GiB, whatever the machine's pointers.
  const int64_t widths = int64_t{model.n_ff} + int64_t{8} * model.n_embd;
  if (widths * model.context_length <= kMaxWorkFloats) return {};
  return Fail(ErrorCode::kUnsupported, "a text of " + std::to_string(model.context_length) +
                                           " tokens (" + reader.Name("context_length") +
                                           ") by the widths of the model is more than this build "
                                           "works on");
}

// The numbers of llama.cpp's pooling types.
Result<Pooling> ReadPooling(const Metadata& metadata) {
  constexpr std::string_view kKey = "pooling_type";
  constexpr uint64_t kUnspecified = 0, kMeanType = 1, kClsType = 2;
  const uint64_t type = TRY(metadata.GetUintOr(Reader::Key(kKey), kUnspecified));
  if (type == kUnspecified || type == kMeanType) return Pooling::kMean;
  if (type == kClsType) return Pooling::kCls;
  return Fail(ErrorCode::kUnsupported, "key " + Reader(metadata).Name(kKey) + " is " +
                                           std::to_string(type) +
                                           "; this build knows 1 (mean) and 2 (cls)");
}

}  // namespace

bool IsEncoder(std::string_view architecture) {
  return architecture == kBert;
}

bool IsEncoder(const Metadata& metadata) {
  const Result<std::string_view> name = metadata.GetString("general.architecture");
  return name && IsEncoder(*name);
}

Result<EncoderConfig> ReadEncoderConfig(const Metadata& metadata) {
  constexpr std::string_view kArchitecture = "general.architecture";
  const std::string_view name = TRY(metadata.GetString(kArchitecture));
  if (!IsEncoder(name)) {
    return Fail(ErrorCode::kUnsupported, "the architecture (key " +
                                             std::string(metadata.NameInFile(kArchitecture)) +
                                             ") is " + Quote(name) +
                                             ", which is no encoder; this build gives embeddings "
                                             "of: bert");
  }
  TRY(RefuseUnknownKeys(metadata));
  EncoderConfig config;
  ModelConfig& model = config.model;
  model.architecture = std::string(name);
  model.norm = NormKind::kLayer;
  model.activation = Activation::kGelu;
  model.gated = false;
  TRY(ReadSizes(metadata, model));
  const Reader reader(metadata);
  constexpr std::string_view kCausal = "attention.causal";
  if (TRY(metadata.GetBoolOr(Reader::Key(kCausal), false))) {
    return Fail(ErrorCode::kUnsupported, "key " + reader.Name(kCausal) +
                                             " is true; this build runs encoders, which see all "
                                             "of a text");
  }
  model.layers.resize(static_cast<size_t>(model.n_layers));
  constexpr std::string_view kEpsilon = "attention.layer_norm_epsilon";
  const double eps = TRY(metadata.GetFloat(Reader::Key(kEpsilon)));
  if (!(eps >= 0 && eps <= 0.125)) {
    return Fail(ErrorCode::kCorrupt,
                "key " + reader.Name(kEpsilon) + " is not between 0 and 0.125");
  }
  model.norm_eps = static_cast<float>(eps);
  config.pooling = TRY(ReadPooling(metadata));
  const uint64_t positions = static_cast<uint64_t>(model.context_length);
  config.max_tokens = static_cast<int>(TRY(metadata.GetUintOr("bantam.max_tokens", positions)));
  if (config.max_tokens < 1 || config.max_tokens > model.context_length) {
    config.max_tokens = model.context_length;
  }
  if (metadata.Find("bantam.prompt") != nullptr) {
    config.prompt = TRY(metadata.GetString("bantam.prompt"));
  }
  return config;
}

}  // namespace bantam
