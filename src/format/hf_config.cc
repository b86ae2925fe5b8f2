// Keys of config.json under their GGUF names.
#include "format/hf_config.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "format/hf_config_reader.h"
#include "format/hf_rope.h"

namespace bantam {
namespace {

struct Key {
  std::string_view folder;
  std::string_view gguf;
};

constexpr std::string_view kContext = "max_position_embeddings";
constexpr std::string_view kKvHeads = "num_key_value_heads";

// Whole numbers, at most 2^32; those that must be there first.
constexpr std::array kSizes = {
    Key{"num_hidden_layers", "block_count"},
    Key{"hidden_size", "embedding_length"},
    Key{"intermediate_size", "feed_forward_length"},
    Key{"num_attention_heads", "attention.head_count"},
    Key{"vocab_size", "vocab_size"},
};
constexpr std::array kOptionalSizes = {
    Key{kKvHeads, "attention.head_count_kv"},
    Key{"head_dim", "attention.key_length"},
    Key{"head_dim", "attention.value_length"},
};
// Granite's factors.
constexpr std::array kMultipliers = {
    Key{"embedding_multiplier", "embedding_scale"},
    Key{"residual_multiplier", "residual_scale"},
    Key{"logits_scaling", "logit_scale"},
    Key{"attention_multiplier", "attention.scale"},
};

// Classes whose head this build has, or does not need.
bool HasKnownHead(const HfArchitecture& row, std::string_view name) {
  if (!row.encoder) return name.ends_with("ForCausalLM");
  if (!name.starts_with(row.class_prefix)) return false;
  name.remove_prefix(row.class_prefix.size());
  return name == "Model" || name == "ForMaskedLM" || name == "ForPreTraining";
}

Result<const HfArchitecture*> ArchitectureOf(const HfReader& config) {
  const std::string type = TRY(config.TextOr("model_type", ""));
  if (type.empty()) return Fail(ErrorCode::kCorrupt, config.Path("model_type") + " is missing");
  const HfArchitecture* row = FindHfArchitecture(type);
  if (row == nullptr) {
    std::string known;
    for (const HfArchitecture& other : HfArchitectures()) {
      known += (known.empty() ? "" : ", ") + std::string(other.model_type);
    }
    return config.Refuse("model_type", known);
  }
  // Classifiers and reward models have a decoder's type, but another head.
  const Json* classes = config.Given("architectures");
  if (classes == nullptr || !classes->is_array() || classes->items().empty()) return row;
  for (const Json& one : classes->items()) {
    if (one.is_string() && HasKnownHead(*row, one.AsString())) return row;
  }
  if (row->encoder) {
    const std::string prefix(row->class_prefix);
    return config.Refuse("architectures", "encoders without a head (" + prefix + "Model, " +
                                              prefix + "ForMaskedLM)");
  }
  return config.Refuse("architectures", "decoders whose class ends \"ForCausalLM\"");
}

// Options that this build has only in one way.
Result<void> CheckOptions(const HfReader& config, const HfArchitecture& row) {
  const std::string_view key = row.activation_key;
  if (TRY(config.TextOr(key, row.activation)) != row.activation) {
    return config.Refuse(key, row.activation);
  }
  if (row.windows == HfArchitecture::Windows::kNone &&
      TRY(config.FlagOr("use_sliding_window", false))) {
    return config.Refuse("use_sliding_window", "models that attend to everything before");
  }
  if (!row.has_gemma_keys) return {};
  if (config.Given("attn_logit_softcapping") != nullptr) {
    return config.Refuse("attn_logit_softcapping", "attention scores without a cap");
  }
  if (TRY(config.FlagOr("use_bidirectional_attention", false))) {
    return config.Refuse("use_bidirectional_attention", "causal attention");
  }
  return {};
}

// Options of encoders that this build has only in one way.
Result<void> CheckEncoderOptions(const HfReader& config) {
  constexpr std::string_view kPositions = "position_embedding_type";
  if (TRY(config.TextOr(kPositions, "absolute")) != "absolute") {
    return config.Refuse(kPositions, "absolute");
  }
  for (const std::string_view key : {"is_decoder", "add_cross_attention"}) {
    if (TRY(config.FlagOr(key, false)))
      return config.Refuse(key, "encoders, which see all of a text");
  }
  if (config.Given("quantization_config") != nullptr) {
    return config.Refuse("quantization_config", "encoders with floats for weights");
  }
  return {};
}

// One value a layer of layer_types: whether it has a window. Empty if the key is not given.
Result<std::vector<bool>> WindowsOf(const HfReader& config) {
  std::vector<bool> windows;
  const Json* layers = config.Given("layer_types");
  if (layers == nullptr) return windows;
  if (!layers->is_array()) return config.Wrong("layer_types", "an array");
  for (const Json& layer : layers->items()) {
    const std::string kind = layer.is_string() ? layer.AsString() : layer.Dump();
    if (kind != "full_attention" && kind != "sliding_attention") {
      return Fail(ErrorCode::kUnsupported,
                  config.Path("layer_types") + " has " + Quote(kind) +
                      "; this build knows full_attention and sliding_attention");
    }
    windows.push_back(kind == "sliding_attention");
  }
  return windows;
}

Result<void> AddWindows(const HfReader& config, HfConfig& out) {
  using Windows = HfArchitecture::Windows;
  HfWriter writer(out);
  const Windows kind = out.architecture->windows;
  const std::vector<bool> windows = TRY(WindowsOf(config));
  const bool any = std::ranges::find(windows, true) != windows.end();
  const bool all = std::ranges::find(windows, false) == windows.end();
  if (kind == Windows::kNone) {
    return any ? config.Refuse("layer_types", "full_attention for this model_type")
               : Result<void>();
  }
  const bool missing = config.json().Find("sliding_window") == nullptr;
  uint64_t window = missing ? out.architecture->default_window : 0;
  if (config.Given("sliding_window") != nullptr) window = TRY(config.Size("sliding_window"));
  if (kind == Windows::kAll && !windows.empty() && (window > 0 ? !all : any)) {
    return config.Refuse("layer_types", "one kind for all layers, as sliding_window says");
  }
  if (kind == Windows::kSome && !windows.empty()) {
    TRY(writer.Add("attention.sliding_window_pattern", windows, config.Name("layer_types")));
  } else if (kind == Windows::kSome && config.Given("sliding_window_pattern") != nullptr) {
    TRY(writer.AddRead("attention.sliding_window_pattern", config.Size("sliding_window_pattern"),
                       config.Name("sliding_window_pattern")));
  }
  return writer.Add("attention.sliding_window", window, config.Name("sliding_window"));
}

// Layers that do not rotate: every fourth, as the only published models have it.
Result<void> CheckRotatingLayers(const HfReader& config) {
  constexpr int64_t kPeriod = 4;
  const Json* layers = config.Given("no_rope_layers");
  if (layers == nullptr) {
    if (config.Given("no_rope_layer_interval") == nullptr) return {};
    if (TRY(config.Size("no_rope_layer_interval")) == kPeriod) return {};
    return config.Refuse("no_rope_layer_interval", "4");
  }
  if (!layers->is_array()) return config.Wrong("no_rope_layers", "an array");
  int64_t i = 0;
  for (const Json& layer : layers->items()) {
    const Result<int64_t> rotates = layer.AsInt();
    if (!rotates || (*rotates != 0) != (++i % kPeriod != 0)) {
      return config.Refuse("no_rope_layers", "0 for every fourth layer and 1 for the others");
    }
  }
  return {};
}

// Numbers that only some architectures have.
Result<void> AddScales(const HfReader& config, HfConfig& out) {
  HfWriter writer(out);
  const HfArchitecture& row = *out.architecture;
  if (row.has_multipliers) {
    for (const Key& key : kMultipliers) {
      TRY(writer.AddRead(key.gguf, config.NumberOr(key.folder, 1), config.Name(key.folder)));
    }
  }
  if (row.has_gemma_keys) {
    constexpr std::string_view kScalar = "query_pre_attn_scalar";
    constexpr std::string_view kCap = "final_logit_softcapping";
    const double scalar = TRY(config.NumberOr(kScalar, 256));
    if (!(scalar > 0)) return config.Wrong(kScalar, "above 0");
    TRY(writer.Add("attention.scale", 1 / __builtin_sqrt(scalar),
                   "1 / sqrt(" + config.Name(kScalar) + ")"));
    if (config.Given(kCap) != nullptr) {
      TRY(writer.AddRead(kCap, config.Number(kCap), config.Name(kCap)));
    }
  }
  return row.period_without_rope ? CheckRotatingLayers(config) : Result<void>();
}

Result<void> AddSizes(const HfReader& config, HfConfig& out) {
  HfWriter writer(out);
  const auto add = [&](const Key& key, Result<uint64_t> size) {
    return writer.AddRead(key.gguf, std::move(size), config.Name(key.folder));
  };
  for (const Key& key : kSizes) TRY(add(key, config.Size(key.folder)));
  for (const Key& key : kOptionalSizes) {
    if (config.Given(key.folder) != nullptr) TRY(add(key, config.Size(key.folder)));
  }
  const HfArchitecture& row = *out.architecture;
  uint64_t positions = TRY(config.SizeOr(kContext, row.default_context));
  if (row.positions_after_pad) {
    out.first_position = TRY(config.SizeOr("pad_token_id", 1)) + 1;
    if (positions <= out.first_position) return config.Wrong(kContext, "above pad_token_id + 1");
    positions -= out.first_position;
  }
  TRY(add({kContext, "context_length"}, positions));
  if (row.default_kv_heads > 0 && config.json().Find(kKvHeads) == nullptr) {
    TRY(add({kKvHeads, "attention.head_count_kv"}, row.default_kv_heads));
  }
  if (row.default_head_dim > 0 && config.json().Find("head_dim") == nullptr) {
    TRY(add({"head_dim", "attention.key_length"}, row.default_head_dim));
    TRY(add({"head_dim", "attention.value_length"}, row.default_head_dim));
  }
  return writer.AddRead(row.epsilon_name, config.NumberOr(row.epsilon_key, row.default_epsilon),
                        config.Name(row.epsilon_key));
}

// Numbers of GGUF's general.file_type, for floats.
Result<void> AddFileType(const HfReader& config, HfConfig& out) {
  const std::string old_type = TRY(config.TextOr("torch_dtype", ""));
  const std::string type = TRY(config.TextOr("dtype", old_type));
  constexpr std::string_view kKey = "general.file_type";
  if (out.quantization.method != HfQuantization::Method::kNone) return {};
  if (type == "float32") return out.metadata.Add(std::string(kKey), uint64_t{0});
  if (type == "float16") return out.metadata.Add(std::string(kKey), uint64_t{1});
  if (type == "bfloat16") return out.metadata.Add(std::string(kKey), uint64_t{32});
  return {};
}

}  // namespace

Result<HfConfig> ReadHfConfig(std::string_view json_text) {
  const Json json = TRY(Json::Parse(json_text));
  if (!json.is_object()) return Fail(ErrorCode::kCorrupt, "expected an object");
  const HfReader config(json, "");
  HfConfig out;
  out.architecture = TRY(ArchitectureOf(config));
  TRY(out.metadata.Add("general.architecture", std::string(out.architecture->architecture),
                       config.Name("model_type")));
  TRY(CheckOptions(config, *out.architecture));
  const Json* quantization = config.Given("quantization_config");
  if (quantization != nullptr) out.quantization = TRY(ReadHfQuantization(*quantization));
  TRY(AddFileType(config, out));
  TRY(AddSizes(config, out));
  if (out.architecture->encoder) {
    TRY(CheckEncoderOptions(config));
    return out;
  }
  const uint64_t heads = TRY(config.Size("num_attention_heads"));
  const uint64_t width = TRY(config.Size("hidden_size"));
  if (heads == 0) return config.Wrong("num_attention_heads", "at least 1");
  const uint64_t usual = out.architecture->default_head_dim;
  const bool usual_head = usual > 0 && config.json().Find("head_dim") == nullptr;
  const uint64_t other_head = usual_head ? usual : width / heads;
  const uint64_t head_dim =
      config.Given("head_dim") == nullptr ? other_head : TRY(config.Size("head_dim"));
  TRY(AddRope(config, head_dim, out));
  TRY(AddWindows(config, out));
  TRY(AddScales(config, out));
  for (const HfBias& bias : out.architecture->biases) {
    if (bias.key.empty() || TRY(config.FlagOr(bias.key, bias.usual))) {
      out.biases.push_back(bias.part);
    }
  }
  // Query and key rows are as they were trained; GGUF files of some architectures reorder them.
  TRY(out.metadata.Add("bantam.rope_halves", true));
  out.tied_given = config.Given("tie_word_embeddings") != nullptr;
  out.tied = TRY(config.FlagOr("tie_word_embeddings", out.architecture->tied));
  return out;
}

}  // namespace bantam
