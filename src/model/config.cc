// Reads a decoder's sizes and options from the metadata of a GGUF file.
#include "model/config.h"

#include <algorithm>
#include <cstdio>

#include "base/check.h"
#include "model/architectures.h"
#include "model/encoder_config.h"
#include "model/kv_cache.h"
#include "model/unknown_options.h"

namespace bantam {
namespace {

// Sizes beyond these are no model Bantam runs; keeping them small keeps products inside int64.
constexpr uint64_t kMaxLayers = 1024;
constexpr uint64_t kMaxWidth = 1 << 20;
constexpr uint64_t kMaxVocabulary = 1 << 22;
constexpr uint64_t kMaxContext = 1 << 24;

// What a number may be, both ends included; NaN never is.
struct Range {
  double least;
  double most;
};
constexpr Range kFactors = {0x1p-10, 0x1p20};  // exact in float32, as files hold them
constexpr Range kRopeBases = {2, 0x1p40};
constexpr Range kEpsilons = {0, 0.125};
constexpr Range kScoreScales = {0, 0x1p20};
constexpr Range kSoftCaps = {0, 0x1p20};
constexpr float kLeastSoftCap = 0x1p-10F;
constexpr uint64_t kMaxWindow = INT32_MAX;

std::string Short(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

// Keys of the file's own architecture.
class Reader {
 public:
  Reader(const Metadata& metadata, const std::string& architecture)
      : metadata_(metadata), prefix_(architecture + ".") {}

  std::string Key(const char* name) const { return prefix_ + name; }
  // As the user's file has the key, for messages.
  std::string Name(const char* name) const { return std::string(metadata_.NameInFile(Key(name))); }

  // A size: present, at least 1.
  Result<int> Size(const char* name, uint64_t max) const {
    const uint64_t value = TRY(metadata_.GetUint(Key(name), max));
    if (value == 0) return Fail(ErrorCode::kCorrupt, "key " + Name(name) + " is 0");
    return static_cast<int>(value);
  }
  Result<int> SizeOr(const char* name, int fallback, uint64_t max) const {
    if (metadata_.Find(Key(name)) == nullptr) return fallback;
    return Size(name, max);
  }
  Result<double> NumberOr(const char* name, double fallback, Range range) const {
    return Within(name, TRY(metadata_.GetFloatOr(Key(name), fallback)), range);
  }
  Result<double> Number(const char* name, Range range) const {
    return Within(name, TRY(metadata_.GetFloat(Key(name))), range);
  }
  // Some writers store one value per layer; Bantam needs them equal.
  Result<int> UniformSize(const char* name, uint64_t max) const {
    const auto per_layer = metadata_.GetInts(Key(name));
    if (!per_layer) return Size(name, max);
    if (per_layer->empty()) return Fail(ErrorCode::kCorrupt, "key " + Name(name) + " is empty");
    const int64_t first = per_layer->front();
    for (const int64_t value : *per_layer) {
      if (value != first) {
        return Fail(ErrorCode::kUnsupported,
                    "key " + Name(name) + " differs between layers: " + std::to_string(first) +
                        " and " + std::to_string(value));
      }
    }
    if (first < 1 || static_cast<uint64_t>(first) > max) {
      return Fail(ErrorCode::kCorrupt, "key " + Name(name) + " is " + std::to_string(first) +
                                           " for each layer, expected 1 to " + std::to_string(max));
    }
    return static_cast<int>(first);
  }

 private:
  Result<double> Within(const char* name, double value, Range range) const {
    if (value >= range.least && value <= range.most) return value;
    return Fail(ErrorCode::kCorrupt, "key " + Name(name) + " is " + Short(value) +
                                         ", expected between " + Short(range.least) + " and " +
                                         Short(range.most));
  }

  const Metadata& metadata_;
  std::string prefix_;
};

Result<const Architecture*> ArchitectureOf(const Metadata& metadata) {
  constexpr std::string_view kKey = "general.architecture";
  const std::string_view name = TRY(metadata.GetString(kKey));
  const Architecture* row = FindArchitecture(name);
  if (row != nullptr) return row;
  const std::string found =
      "key " + std::string(metadata.NameInFile(kKey)) + " is \"" + std::string(name) + "\"";
  if (IsEncoder(name)) {
    return Fail(ErrorCode::kUnsupported, found +
                                             ": this is an encoder, which gives embeddings (bantam "
                                             "embed) and writes no text");
  }
  std::string known;
  for (const Architecture& other : Architectures()) known += " " + std::string(other.name);
  return Fail(ErrorCode::kUnsupported, found + "; this build runs:" + known);
}

// Mixtures of experts and encoders may name their architecture as dense decoders do.
Result<void> RequireDenseDecoder(const Metadata& metadata, const Reader& reader) {
  constexpr const char* kCausal = "attention.causal";
  if (!TRY(metadata.GetBoolOr(reader.Key(kCausal), true))) {
    return Fail(ErrorCode::kUnsupported, "key " + reader.Name(kCausal) +
                                             " is false; this build runs decoders, which are "
                                             "causal");
  }
  constexpr const char* kExperts = "expert_count";
  const uint64_t experts = TRY(metadata.GetUintOr(reader.Key(kExperts), 0));
  if (experts == 0) return {};
  return Fail(ErrorCode::kUnsupported, "key " + reader.Name(kExperts) + " is " +
                                           std::to_string(experts) +
                                           "; this build runs dense models, without experts");
}

Result<void> ReadSizes(const Metadata& metadata, const Reader& reader, ModelConfig* config) {
  config->n_layers = TRY(reader.Size("block_count", kMaxLayers));
  config->n_embd = TRY(reader.Size("embedding_length", kMaxWidth));
  config->n_ff = TRY(reader.UniformSize("feed_forward_length", kMaxWidth));
  config->n_heads = TRY(reader.UniformSize("attention.head_count", kMaxWidth));
  config->n_kv_heads = config->n_heads;
  if (metadata.Find(reader.Key("attention.head_count_kv")) != nullptr) {
    config->n_kv_heads = TRY(reader.UniformSize("attention.head_count_kv", kMaxWidth));
  }
  config->context_length = TRY(reader.Size("context_length", kMaxContext));
  if (config->n_heads % config->n_kv_heads != 0) {
    return Fail(ErrorCode::kCorrupt, "key " + reader.Name("attention.head_count") + " is " +
                                         std::to_string(config->n_heads) + ", not a multiple of " +
                                         reader.Name("attention.head_count_kv") + " " +
                                         std::to_string(config->n_kv_heads));
  }
  const int default_dim = config->n_embd / config->n_heads;
  config->head_dim = TRY(reader.SizeOr("attention.key_length", default_dim, kMaxHeadDim));
  const int value_dim = TRY(reader.SizeOr("attention.value_length", config->head_dim, kMaxHeadDim));
  if (config->head_dim < 1 || value_dim != config->head_dim) {
    return Fail(ErrorCode::kUnsupported, "head size " + std::to_string(config->head_dim) +
                                             " for keys and " + std::to_string(value_dim) +
                                             " for values; both must be equal and above 0");
  }
  for (const auto& [key, value] : {std::pair{"embedding_length", config->n_embd},
                                   std::pair{"feed_forward_length", config->n_ff}}) {
    if (value % 32 != 0) {
      return Fail(ErrorCode::kUnsupported, "key " + reader.Name(key) + " is " +
                                               std::to_string(value) + ", not a multiple of 32");
    }
  }
  if (config->head_norms && config->head_dim % 16 != 0) {
    return Fail(ErrorCode::kUnsupported, "head size " + std::to_string(config->head_dim) +
                                             " is not a multiple of 16, and its queries and keys "
                                             "are normalised");
  }
  if (config->query_columns() % 32 != 0) {
    return Fail(ErrorCode::kUnsupported, reader.Name("attention.head_count") + " × head size is " +
                                             std::to_string(config->query_columns()) +
                                             ", not a multiple of 32");
  }
  config->vocab_size = TRY(reader.SizeOr("vocab_size", 0, kMaxVocabulary));
  if (config->vocab_size == 0) {
    const auto* tokens = TRY(metadata.GetStrings("tokenizer.ggml.tokens"));
    if (tokens->empty() || tokens->size() > kMaxVocabulary) {
      return Fail(ErrorCode::kCorrupt,
                  "key tokenizer.ggml.tokens has " + std::to_string(tokens->size()) + " entries");
    }
    config->vocab_size = static_cast<int>(tokens->size());
  }
  return {};
}

Result<void> ReadRope(const Metadata& metadata, const Reader& reader, ModelConfig* config) {
  config->rope_dim = TRY(reader.SizeOr("rope.dimension_count", config->head_dim, 4096));
  if (config->rope_dim > config->head_dim || config->rope_dim % 2 != 0) {
    return Fail(ErrorCode::kCorrupt, "key " + reader.Name("rope.dimension_count") + " is " +
                                         std::to_string(config->rope_dim) +
                                         ", expected even and at most the head size " +
                                         std::to_string(config->head_dim));
  }
  // A second name of each base: as Ollama's converter writes Gemma 3.
  const double base = TRY(reader.NumberOr("rope.global.freq_base", 10000.0, kRopeBases));
  config->rope_base = TRY(reader.NumberOr("rope.freq_base", base, kRopeBases));
  const double local = TRY(reader.NumberOr("rope.local.freq_base", 10000.0, kRopeBases));
  config->local_rope_base = TRY(reader.NumberOr("rope.freq_base_swa", local, kRopeBases));
  // A factor alone means linear scaling, as in files from before rope.scaling.type.
  const bool has_factor = metadata.Find(reader.Key("rope.scale_linear")) != nullptr ||
                          metadata.Find(reader.Key("rope.scaling.factor")) != nullptr;
  const std::string_view type =
      TRY(metadata.GetStringOr(reader.Key("rope.scaling.type"), has_factor ? "linear" : "none"));
  const double linear = TRY(reader.NumberOr("rope.scale_linear", 1.0, kFactors));
  config->rope_factor = TRY(reader.NumberOr("rope.scaling.factor", linear, kFactors));
  config->rope_attention_factor = TRY(reader.NumberOr("rope.scaling.attn_factor", 1.0, kFactors));
  config->rope_original_context = TRY(
      reader.SizeOr("rope.scaling.original_context_length", config->context_length, kMaxContext));
  if (type == "none" || type.empty()) {
    config->rope_scaling = RopeScaling::kNone;
  } else if (type == "linear") {
    config->rope_scaling = RopeScaling::kLinear;
  } else if (type == "yarn") {
    config->rope_scaling = RopeScaling::kYarn;
    config->yarn_beta_fast = TRY(reader.NumberOr("rope.scaling.yarn_beta_fast", 32.0, kFactors));
    config->yarn_beta_slow = TRY(reader.NumberOr("rope.scaling.yarn_beta_slow", 1.0, kFactors));
  } else if (type == "longrope") {
    config->rope_scaling = RopeScaling::kLong;
  } else {
    return Fail(ErrorCode::kUnsupported,
                "key " + reader.Name("rope.scaling.type") + " is \"" + std::string(type) +
                    "\"; this build knows none, linear, yarn and longrope");
  }
  return {};
}

// One value a layer, of whichever type a writer took for yes and no; none if it is no array.
std::vector<bool> FlagsOf(const Metadata& metadata, const std::string& key) {
  const MetadataValue* value = metadata.Find(key);
  if (value == nullptr) return {};
  if (const auto* flags = std::get_if<std::vector<bool>>(value)) return *flags;
  const auto numbers = metadata.GetInts(key);
  if (!numbers) return {};
  std::vector<bool> flags;
  for (const int64_t number : *numbers) flags.push_back(number != 0);
  return flags;
}

// Which layers see only a window: with a pattern of one value a layer, those; else all but one in
// a period.
Result<void> ReadLayers(const Metadata& metadata, const Reader& reader, const Architecture& row,
                        ModelConfig* config) {
  const std::string window_key = reader.Key("attention.sliding_window");
  constexpr const char* kPattern = "attention.sliding_window_pattern";
  const std::string pattern_key = reader.Key(kPattern);
  const auto window = static_cast<int>(
      TRY(metadata.GetUintOr(window_key, static_cast<uint64_t>(row.default_window), kMaxWindow)));
  const std::vector<bool> slides = FlagsOf(metadata, pattern_key);
  if (slides.empty()) {
    const auto period = static_cast<int>(TRY(metadata.GetUintOr(
        pattern_key, static_cast<uint64_t>(row.full_attention_period), kMaxLayers)));
    config->layers = PlanLayers(row, config->n_layers, window, period);
    return {};
  }
  config->layers = PlanLayers(row, config->n_layers, window, 0);
  if (slides.size() != config->layers.size()) {
    return Fail(ErrorCode::kCorrupt, "key " + reader.Name(kPattern) + " has " +
                                         std::to_string(slides.size()) + " values, expected " +
                                         std::to_string(config->n_layers) + ", one a layer");
  }
  for (size_t i = 0; i < slides.size(); ++i) {
    LayerConfig& layer = config->layers[i];
    if (slides[i]) continue;
    layer.sliding_window = 0;
    if (layer.rope == LayerRope::kLocal) layer.rope = LayerRope::kGlobal;
  }
  return {};
}

Result<void> ReadScales(const Reader& reader, const Architecture& row, ModelConfig* config) {
  const auto factor = [&reader](const char* name) -> Result<float> {
    return static_cast<float>(TRY(reader.NumberOr(name, 1.0, kFactors)));
  };
  if (row.scaled_embedding) {
    config->embedding_scale =
        static_cast<float>(__builtin_sqrt(static_cast<double>(config->n_embd)));
  }
  if (row.has_multipliers) {
    config->embedding_scale = TRY(factor("embedding_scale"));
    config->residual_scale = TRY(factor("residual_scale"));
    config->logit_divisor = TRY(factor("logit_scale"));
  }
  // Zero stands for the usual scale.
  config->attention_scale =
      static_cast<float>(TRY(reader.NumberOr("attention.scale", 0.0, kScoreScales)));
  if (row.mean_head_scale_layers == config->n_layers) {
    const double mean_head = static_cast<double>(config->n_embd) / config->n_heads;
    config->attention_scale = static_cast<float>(1.0 / __builtin_sqrt(mean_head));
  }
  config->logit_softcap =
      static_cast<float>(TRY(reader.NumberOr("final_logit_softcapping", 0.0, kSoftCaps)));
  if (config->logit_softcap > 0 && config->logit_softcap < kLeastSoftCap) {
    return Fail(ErrorCode::kCorrupt, "key " + reader.Name("final_logit_softcapping") + " is " +
                                         Short(config->logit_softcap) +
                                         ", expected 0 or at least " + Short(kLeastSoftCap));
  }
  return {};
}

}  // namespace

bool ModelConfig::has_local_rope() const {
  return std::ranges::any_of(
      layers, [](const LayerConfig& layer) { return layer.rope == LayerRope::kLocal; });
}

Result<ModelConfig> ReadConfig(const Metadata& metadata) {
  const Architecture* row = TRY(ArchitectureOf(metadata));
  ModelConfig config;
  config.architecture = std::string(row->name);
  config.norm = row->norm;
  config.activation = row->activation;
  config.gated = row->gated;
  config.head_norms = row->head_norms;
  config.post_norms = row->post_norms;
  // Folders of safetensors keep the rows as they were trained.
  const bool halves = TRY(metadata.GetBoolOr("bantam.rope_halves", false));
  config.column_orders = TRY(metadata.GetBoolOr("bantam.column_orders", false));
  config.rope_style = halves ? RopeStyle::kNeoX : row->rope_style;
  const Reader reader(metadata, config.architecture);
  TRY(RequireDenseDecoder(metadata, reader));
  TRY(RefuseUnknownOptions(metadata, *row));
  TRY(ReadSizes(metadata, reader, &config));
  TRY(ReadRope(metadata, reader, &config));
  TRY(ReadLayers(metadata, reader, *row, &config));
  TRY(ReadScales(reader, *row, &config));
  const char* eps_key = config.norm == NormKind::kRms ? "attention.layer_norm_rms_epsilon"
                                                      : "attention.layer_norm_epsilon";
  config.norm_eps = static_cast<float>(TRY(reader.Number(eps_key, kEpsilons)));
  return config;
}

}  // namespace bantam
