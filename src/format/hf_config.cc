// Keys of config.json under their GGUF names.
#include "format/hf_config.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "base/check.h"
#include "base/json.h"
#include "base/math.h"
#include "base/quote.h"

namespace bantam {
namespace {

constexpr double kPi = 3.14159265358979323846;

struct Key {
  std::string_view folder;
  std::string_view gguf;
};

// Whole numbers, at most 2^32; those that must be there first.
constexpr std::array kSizes = {
    Key{"num_hidden_layers", "block_count"},
    Key{"hidden_size", "embedding_length"},
    Key{"intermediate_size", "feed_forward_length"},
    Key{"num_attention_heads", "attention.head_count"},
    Key{"max_position_embeddings", "context_length"},
    Key{"vocab_size", "vocab_size"},
};
constexpr std::array kOptionalSizes = {
    Key{"num_key_value_heads", "attention.head_count_kv"},
    Key{"head_dim", "attention.key_length"},
    Key{"head_dim", "attention.value_length"},
};

// Reads one object's members; null is as good as missing.
class Reader {
 public:
  Reader(const Json& json, std::string path) : json_(json), path_(std::move(path)) {}

  std::string Path(std::string_view key) const {
    return "key \"" + path_ + std::string(key) + "\"";
  }

  const Json* Given(std::string_view key) const {
    const Json* value = json_.Find(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  Result<uint64_t> Size(std::string_view key) const {
    const Json* value = Given(key);
    if (value == nullptr) return Fail(ErrorCode::kCorrupt, Path(key) + " is missing");
    const Result<int64_t> number = value->AsInt();
    if (!number || *number < 0 || *number > UINT32_MAX) {
      return Wrong(key, "a whole number below 2^32");
    }
    return static_cast<uint64_t>(*number);
  }
  Result<double> Number(std::string_view key) const {
    const Json* value = Given(key);
    if (value == nullptr) return Fail(ErrorCode::kCorrupt, Path(key) + " is missing");
    if (!value->is_number()) return Wrong(key, "a number");
    return value->AsDouble();
  }
  Result<double> NumberOr(std::string_view key, double fallback) const {
    if (Given(key) == nullptr) return fallback;
    return Number(key);
  }
  Result<bool> FlagOr(std::string_view key, bool fallback) const {
    const Json* value = Given(key);
    if (value == nullptr) return fallback;
    if (!value->is_bool()) return Wrong(key, "true or false");
    return value->AsBool();
  }
  Result<std::string> TextOr(std::string_view key, std::string_view fallback) const {
    const Json* value = Given(key);
    if (value == nullptr) return std::string(fallback);
    if (!value->is_string()) return Wrong(key, "a string");
    return value->AsString();
  }
  std::unexpected<Error> Wrong(std::string_view key, std::string_view expected) const {
    return Fail(ErrorCode::kCorrupt,
                Path(key) + " is " + ValueText(key) + ", expected " + std::string(expected));
  }
  std::unexpected<Error> Refuse(std::string_view key, std::string_view known) const {
    return Fail(ErrorCode::kUnsupported,
                Path(key) + " is " + ValueText(key) + "; this build knows " + std::string(known));
  }
  const Json& json() const { return json_; }

 private:
  std::string ValueText(std::string_view key) const {
    const Json* value = Given(key);
    return value == nullptr ? "missing" : Quote(value->Dump());
  }

  const Json& json_;
  std::string path_;
};

// Adds keys of the architecture to the metadata.
class Writer {
 public:
  explicit Writer(HfConfig& config)
      : metadata_(config.metadata), prefix_(std::string(config.architecture->architecture) + ".") {}

  Result<void> Add(std::string_view name, MetadataValue value) {
    return metadata_.Add(prefix_ + std::string(name), std::move(value));
  }
  // What was read, or why it could not be.
  template <typename T>
  Result<void> AddRead(std::string_view name, Result<T> value) {
    if (!value) return std::unexpected(std::move(value).error());
    return Add(name, *std::move(value));
  }

 private:
  Metadata& metadata_;
  std::string prefix_;
};

Result<const HfArchitecture*> ArchitectureOf(const Reader& config) {
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
    if (one.is_string() && one.AsString().ends_with("ForCausalLM")) return row;
  }
  return config.Refuse("architectures", "decoders whose class ends \"ForCausalLM\"");
}

// Options that this build has only in one way.
Result<void> CheckOptions(const Reader& config, const HfArchitecture& row) {
  const std::string other = TRY(config.TextOr("hidden_activation", row.activation));
  const std::string activation = TRY(config.TextOr("hidden_act", other));
  if (activation != row.activation) {
    const char* key = config.Given("hidden_act") != nullptr ? "hidden_act" : "hidden_activation";
    return config.Refuse(key, row.activation);
  }
  if (TRY(config.FlagOr("use_sliding_window", false))) {
    return config.Refuse("use_sliding_window", "models that attend to everything before");
  }
  const Json* layers = config.Given("layer_types");
  if (layers == nullptr) return {};
  if (!layers->is_array()) return config.Wrong("layer_types", "an array");
  for (const Json& layer : layers->items()) {
    if (layer.is_string() && layer.AsString() == "full_attention") continue;
    return Fail(ErrorCode::kUnsupported, config.Path("layer_types") + " has " +
                                             Quote(layer.Dump()) +
                                             "; this build knows full_attention");
  }
  return {};
}

// Everything in a rope object that is none of these changes the angles in a way unknown here.
Result<void> CheckRopeKeys(const Reader& rope, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : rope.json().members()) {
    if (value.is_null() || key == "rope_type" || key == "type" || key == "rope_theta") continue;
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return rope.Refuse(key, "no such key for this kind of rope scaling");
    }
  }
  return {};
}

Result<void> AddYarn(const Reader& rope, uint64_t context, Writer& out) {
  TRY(CheckRopeKeys(rope, {"factor", "original_max_position_embeddings", "attention_factor",
                           "beta_fast", "beta_slow"}));
  const double factor = TRY(rope.Number("factor"));
  TRY(out.Add("rope.scaling.type", std::string("yarn")));
  TRY(out.Add("rope.scaling.factor", factor));
  const uint64_t original = rope.Given("original_max_position_embeddings") == nullptr
                                ? context
                                : TRY(rope.Size("original_max_position_embeddings"));
  TRY(out.Add("rope.scaling.original_context_length", original));
  TRY(out.AddRead("rope.scaling.yarn_beta_fast", rope.NumberOr("beta_fast", 32)));
  TRY(out.AddRead("rope.scaling.yarn_beta_slow", rope.NumberOr("beta_slow", 1)));
  if (rope.Given("attention_factor") != nullptr) {
    const double growth = factor > 1 ? 0.1 * Log(factor) + 1 : 1;  // what the factor replaces
    const double magnitude = TRY(rope.Number("attention_factor"));
    TRY(out.Add("rope.scaling.attn_factor", magnitude / growth));
  }
  return {};
}

// Divisors of the frequencies, by the rule published with Llama 3.1: those that turn often in the
// original context stay, those that turn seldom are divided by the factor.
Result<std::vector<float>> Llama3Factors(const Reader& rope, double base, uint64_t dim) {
  TRY(CheckRopeKeys(
      rope, {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}));
  const double factor = TRY(rope.Number("factor"));
  const double low = TRY(rope.Number("low_freq_factor"));
  const double high = TRY(rope.Number("high_freq_factor"));
  const auto original = static_cast<double>(TRY(rope.Size("original_max_position_embeddings")));
  if (!(factor > 0 && high > low && base > 0) || dim == 0 || dim > 4096) {
    return Fail(ErrorCode::kCorrupt, rope.Path("factor") +
                                         ": expected above 0, high_freq_factor above "
                                         "low_freq_factor and a head size of 1 to 4096");
  }
  std::vector<float> factors;
  for (uint64_t i = 0; i + 1 < dim; i += 2) {
    const double exponent = -static_cast<double>(i) / static_cast<double>(dim);
    const double turns = original * Pow(base, exponent) / (2 * kPi);
    const double keep = std::clamp((turns - low) / (high - low), 0.0, 1.0);
    factors.push_back(static_cast<float>(1 / ((1 - keep) / factor + keep)));
  }
  return factors;
}

Result<void> AddRope(const Reader& config, uint64_t context, uint64_t head_dim, HfConfig& out) {
  Writer writer(out);
  const Json none = Json::MakeObject();
  const char* key = config.Given("rope_parameters") != nullptr ? "rope_parameters" : "rope_scaling";
  const Json* object = config.Given(key);
  if (object != nullptr && !object->is_object()) return config.Wrong(key, "an object");
  const Reader rope(object == nullptr ? none : *object, std::string(key) + ".");
  const double outer_base = TRY(config.NumberOr("rope_theta", 10000));
  const double base = TRY(rope.NumberOr("rope_theta", outer_base));
  TRY(writer.Add("rope.freq_base", base));
  const double inner_part = TRY(rope.NumberOr("partial_rotary_factor", 1));
  const double part = TRY(config.NumberOr("partial_rotary_factor", inner_part));
  if (!(part > 0 && part <= 1)) return config.Wrong("partial_rotary_factor", "above 0, at most 1");
  const auto dim = static_cast<uint64_t>(static_cast<double>(head_dim) * part);
  if (part != 1) TRY(writer.Add("rope.dimension_count", dim));
  const std::string old_type = TRY(rope.TextOr("type", "default"));
  const std::string type = TRY(rope.TextOr("rope_type", old_type));
  if (type == "default") return CheckRopeKeys(rope, {"partial_rotary_factor"});
  if (type == "linear") {
    TRY(CheckRopeKeys(rope, {"factor"}));
    TRY(writer.Add("rope.scaling.type", type));
    return writer.Add("rope.scaling.factor", TRY(rope.Number("factor")));
  }
  if (type == "yarn") return AddYarn(rope, context, writer);
  if (type == "llama3") {
    out.rope_factors = TRY(Llama3Factors(rope, base, dim));
    return {};
  }
  return rope.Refuse(rope.Given("rope_type") != nullptr ? "rope_type" : "type",
                     "default, linear, yarn and llama3");
}

Result<void> AddSizes(const Reader& config, HfConfig& out) {
  Writer writer(out);
  for (const Key& key : kSizes) TRY(writer.AddRead(key.gguf, config.Size(key.folder)));
  for (const Key& key : kOptionalSizes) {
    if (config.Given(key.folder) == nullptr) continue;
    TRY(writer.AddRead(key.gguf, config.Size(key.folder)));
  }
  return writer.Add(out.architecture->epsilon_name,
                    TRY(config.Number(out.architecture->epsilon_key)));
}

// Numbers of GGUF's general.file_type, for floats.
Result<void> AddFileType(const Reader& config, HfConfig& out) {
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
  const Reader config(json, "");
  HfConfig out;
  out.architecture = TRY(ArchitectureOf(config));
  TRY(out.metadata.Add("general.architecture", std::string(out.architecture->architecture)));
  TRY(CheckOptions(config, *out.architecture));
  const Json* quantization = config.Given("quantization_config");
  if (quantization != nullptr) out.quantization = TRY(ReadHfQuantization(*quantization));
  TRY(AddFileType(config, out));
  TRY(AddSizes(config, out));
  const uint64_t heads = TRY(config.Size("num_attention_heads"));
  const uint64_t width = TRY(config.Size("hidden_size"));
  if (heads == 0) return config.Wrong("num_attention_heads", "at least 1");
  const uint64_t head_dim =
      config.Given("head_dim") == nullptr ? width / heads : TRY(config.Size("head_dim"));
  const uint64_t context = TRY(config.Size("max_position_embeddings"));
  TRY(AddRope(config, context, head_dim, out));
  // Query and key rows are as they were trained; GGUF files of some architectures reorder them.
  TRY(out.metadata.Add("bantam.rope_halves", true));
  out.tied_given = config.Given("tie_word_embeddings") != nullptr;
  out.tied = TRY(config.FlagOr("tie_word_embeddings", false));
  return out;
}

}  // namespace bantam
