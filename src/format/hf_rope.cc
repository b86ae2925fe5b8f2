// Rotations: bases, scalings and what is refused.
#include "format/hf_rope.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/math.h"

namespace bantam {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr size_t kMaxFactors = 4096;
constexpr float kLeastFactor = 0x1p-10F;
constexpr float kMostFactor = 0x1p20F;

// Everything in a rope object that is none of these changes the angles in a way unknown here.
Result<void> CheckRopeKeys(const HfReader& rope, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : rope.json().members()) {
    if (value.is_null() || key == "rope_type" || key == "type" || key == "rope_theta") continue;
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return rope.Refuse(key, "no such key for this kind of rope scaling");
    }
  }
  return {};
}

// Two sets of divisors, for contexts up to the original one and beyond.
Result<std::vector<float>> Factors(const HfReader& rope, std::string_view key) {
  const Json* list = rope.Given(key);
  if (list == nullptr || !list->is_array() || list->items().empty() ||
      list->items().size() > kMaxFactors) {
    return rope.Wrong(key, "an array of 1 to 4096 numbers");
  }
  std::vector<float> factors;
  for (const Json& item : list->items()) {
    const auto factor = item.is_number() ? static_cast<float>(item.AsDouble()) : 0;
    if (!(factor >= kLeastFactor && factor <= kMostFactor)) {
      return rope.Wrong(key, "numbers from 2^-10 to 2^20");
    }
    factors.push_back(factor);
  }
  return factors;
}

Result<void> AddLongRope(const HfReader& config, const HfReader& rope, uint64_t context,
                         HfWriter& writer, HfConfig& out) {
  constexpr std::string_view kOriginal = "original_max_position_embeddings";
  TRY(CheckRopeKeys(rope, {"long_factor", "short_factor", kOriginal, "attention_factor", "factor",
                           "partial_rotary_factor"}));
  out.vectors.push_back({"rope_factors_long.weight", TRY(Factors(rope, "long_factor"))});
  out.vectors.push_back({"rope_factors_short.weight", TRY(Factors(rope, "short_factor"))});
  const HfReader& holder = rope.Given(kOriginal) != nullptr ? rope : config;
  const auto original = static_cast<double>(TRY(holder.Size(kOriginal)));
  TRY(writer.AddRead("rope.scaling.original_context_length", holder.Size(kOriginal)));
  const double ratio = static_cast<double>(context) / original;
  const double factor = TRY(rope.NumberOr("factor", ratio));
  double usual = 1;
  if (factor > 1 && original > 1) usual = __builtin_sqrt(1 + Log(factor) / Log(original));
  return writer.AddRead("rope.scaling.attn_factor", rope.NumberOr("attention_factor", usual));
}

Result<void> AddYarn(const HfReader& rope, uint64_t context, HfWriter& out) {
  TRY(CheckRopeKeys(rope, {"factor", "original_max_position_embeddings", "attention_factor",
                           "beta_fast", "beta_slow", "partial_rotary_factor"}));
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
Result<std::vector<float>> Llama3Factors(const HfReader& rope, double base, uint64_t dim) {
  TRY(CheckRopeKeys(
      rope, {"factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"}));
  const double factor = TRY(rope.Number("factor"));
  const double low = TRY(rope.Number("low_freq_factor"));
  const double high = TRY(rope.Number("high_freq_factor"));
  const auto original = static_cast<double>(TRY(rope.Size("original_max_position_embeddings")));
  const bool sane = factor >= kLeastFactor && factor <= kMostFactor && high > low && base > 0;
  if (!sane || dim == 0 || dim > 2 * kMaxFactors) {
    return Fail(ErrorCode::kCorrupt, rope.Path("factor") +
                                         ": expected 2^-10 to 2^20, high_freq_factor "
                                         "above low_freq_factor and a head size of 1 to 8192");
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

// How the rotations of one rope object are scaled.
Result<void> AddScaling(const HfReader& config, const HfReader& rope, double base, uint64_t dim,
                        HfConfig& out) {
  HfWriter writer(out);
  const uint64_t context = TRY(config.Size("max_position_embeddings"));
  const std::string old_type = TRY(rope.TextOr("type", "default"));
  const std::string type = TRY(rope.TextOr("rope_type", old_type));
  if (type == "default") return CheckRopeKeys(rope, {"partial_rotary_factor"});
  if (type == "linear") {
    TRY(CheckRopeKeys(rope, {"factor", "partial_rotary_factor"}));
    TRY(writer.Add("rope.scaling.type", type));
    return writer.AddRead("rope.scaling.factor", rope.Number("factor"));
  }
  if (type == "yarn") return AddYarn(rope, context, writer);
  if (type == "longrope" || type == "su") return AddLongRope(config, rope, context, writer, out);
  if (type == "llama3") {
    out.vectors.push_back({"rope_freqs.weight", TRY(Llama3Factors(rope, base, dim))});
    return {};
  }
  return rope.Refuse(rope.Given("rope_type") != nullptr ? "rope_type" : "type",
                     "default, linear, yarn, llama3 and longrope");
}

// The base of layers with a window, which nothing scales; written where config.json has one.
Result<void> AddLocalBase(const HfReader& config, const Json* local, HfWriter& writer) {
  if (local == nullptr) {
    if (config.Given("rope_local_base_freq") == nullptr) return {};
    return writer.AddRead("rope.freq_base_swa", config.Number("rope_local_base_freq"));
  }
  const HfReader rope(*local, "rope_parameters.sliding_attention.");
  const std::string type = TRY(rope.TextOr("rope_type", "default"));
  if (type != "default") return rope.Refuse("rope_type", "default");
  TRY(CheckRopeKeys(rope, {}));
  return writer.AddRead("rope.freq_base_swa", rope.NumberOr("rope_theta", 10000));
}

}  // namespace

Result<void> AddRope(const HfReader& config, uint64_t head_dim, HfConfig& out) {
  HfWriter writer(out);
  const Json none = Json::MakeObject();
  std::string key = config.Given("rope_parameters") != nullptr ? "rope_parameters" : "rope_scaling";
  const Json* object = config.Given(key);
  if (object != nullptr && !object->is_object()) return config.Wrong(key, "an object");
  const Json* local = nullptr;
  // One object for each kind of layer.
  if (object != nullptr && object->Find("full_attention") != nullptr) {
    const HfReader kinds(*object, key + ".");
    for (const char* kind : {"full_attention", "sliding_attention"}) {
      const Json* one = kinds.Given(kind);
      if (one != nullptr && !one->is_object()) return kinds.Wrong(kind, "an object");
    }
    local = kinds.Given("sliding_attention");
    object = kinds.Given("full_attention");
    key += ".full_attention";
  }
  const HfReader rope(object == nullptr ? none : *object, key + ".");
  const double outer_base = TRY(config.NumberOr("rope_theta", out.architecture->rope_base));
  const double base = TRY(rope.NumberOr("rope_theta", outer_base));
  TRY(writer.Add("rope.freq_base", base));
  TRY(AddLocalBase(config, local, writer));
  const double inner_part = TRY(rope.NumberOr("partial_rotary_factor", 1));
  const double part = TRY(config.NumberOr("partial_rotary_factor", inner_part));
  if (!(part > 0 && part <= 1)) return config.Wrong("partial_rotary_factor", "above 0, at most 1");
  const auto dim = static_cast<uint64_t>(static_cast<double>(head_dim) * part);
  if (part != 1) TRY(writer.Add("rope.dimension_count", dim));
  return AddScaling(config, rope, base, dim, out);
}

}  // namespace bantam
