// Rotations: bases, scalings and what is refused.
#include "format/hf_rope.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/math.h"

namespace bantam {
namespace {

constexpr std::string_view kOriginal = "original_max_position_embeddings";
constexpr std::string_view kPart = "partial_rotary_factor";
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

// The older name counts where the newer one is missing.
const char* RopeTypeKey(const HfReader& rope) {
  return rope.Given("rope_type") != nullptr ? "rope_type" : "type";
}

Result<std::string> RopeType(const HfReader& rope) {
  return rope.TextOr(RopeTypeKey(rope), "default");
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

// The context before it was extended. The key beside the rope object comes first, as in
// transformers; objects of a kind of layer have only their own.
Result<uint64_t> OriginalContext(const HfReader& config, const HfReader& rope, uint64_t context,
                                 const HfConfig& out) {
  if (!out.architecture->has_gemma_keys && config.Given(kOriginal) != nullptr) {
    return config.Size(kOriginal);
  }
  const uint64_t usual = out.architecture->default_original_context;
  if (usual > 0) return usual;
  return rope.Given(kOriginal) == nullptr ? context : rope.Size(kOriginal);
}

Result<void> AddLongRope(const HfReader& rope, uint64_t original_context, uint64_t context,
                         HfWriter& writer, HfConfig& out) {
  TRY(CheckRopeKeys(
      rope, {"long_factor", "short_factor", kOriginal, "attention_factor", "factor", kPart}));
  out.vectors.push_back({"rope_factors_long.weight", TRY(Factors(rope, "long_factor"))});
  out.vectors.push_back({"rope_factors_short.weight", TRY(Factors(rope, "short_factor"))});
  const auto original = static_cast<double>(original_context);
  TRY(writer.Add("rope.scaling.original_context_length", original_context));
  const double ratio = static_cast<double>(context) / original;
  const double factor = TRY(rope.NumberOr("factor", ratio));
  double usual = 1;
  if (factor > 1 && original > 1) usual = __builtin_sqrt(1 + Log(factor) / Log(original));
  return writer.AddRead("rope.scaling.attn_factor", rope.NumberOr("attention_factor", usual));
}

Result<void> AddYarn(const HfReader& rope, uint64_t original, HfWriter& out) {
  TRY(CheckRopeKeys(rope,
                    {"factor", kOriginal, "attention_factor", "beta_fast", "beta_slow", kPart}));
  const double factor = TRY(rope.Number("factor"));
  TRY(out.Add("rope.scaling.type", std::string("yarn")));
  TRY(out.Add("rope.scaling.factor", factor));
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
Result<std::vector<float>> Llama3Factors(const HfReader& rope, uint64_t original_context,
                                         double base, uint64_t dim) {
  TRY(CheckRopeKeys(rope, {"factor", "low_freq_factor", "high_freq_factor", kOriginal}));
  const double factor = TRY(rope.Number("factor"));
  const double low = TRY(rope.Number("low_freq_factor"));
  const double high = TRY(rope.Number("high_freq_factor"));
  const auto original = static_cast<double>(original_context);
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
  const uint64_t context =
      TRY(config.SizeOr("max_position_embeddings", out.architecture->default_context));
  const std::string type = TRY(RopeType(rope));
  if (type == "default") return CheckRopeKeys(rope, {kPart});
  if (type == "linear") {
    TRY(CheckRopeKeys(rope, {"factor", kPart}));
    TRY(writer.Add("rope.scaling.type", type));
    return writer.AddRead("rope.scaling.factor", rope.Number("factor"));
  }
  const uint64_t original = TRY(OriginalContext(config, rope, context, out));
  if (type == "yarn") return AddYarn(rope, original, writer);
  if (type == "longrope" || type == "su") return AddLongRope(rope, original, context, writer, out);
  if (type == "llama3") {
    out.vectors.push_back({"rope_freqs.weight", TRY(Llama3Factors(rope, original, base, dim))});
    return {};
  }
  return rope.Refuse(RopeTypeKey(rope), "default, linear, yarn, llama3 and longrope");
}

// The base of layers with a window, which nothing scales; written where config.json has one.
Result<void> AddLocalBase(const HfReader& config, const Json* local, HfWriter& writer) {
  constexpr std::string_view kOuter = "rope_local_base_freq";
  if (local == nullptr && config.Given(kOuter) == nullptr) return {};
  const double outer_base = TRY(config.NumberOr(kOuter, 10000));
  if (local == nullptr) return writer.Add("rope.freq_base_swa", outer_base);
  const HfReader rope(*local, "rope_parameters.sliding_attention.");
  if (TRY(RopeType(rope)) != "default") return rope.Refuse(RopeTypeKey(rope), "default");
  TRY(CheckRopeKeys(rope, {}));
  return writer.AddRead("rope.freq_base_swa", rope.NumberOr("rope_theta", outer_base));
}

// Where rotations stand. As in transformers the older key comes first, unless it is empty.
Result<std::string> RopeKey(const HfReader& config, const HfArchitecture& row) {
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    const Json* object = config.Given(key);
    if (object != nullptr && !object->is_object()) return config.Wrong(key, "an object");
  }
  const Json* older = config.Given("rope_scaling");
  if (older == nullptr || older->members().empty()) return "rope_parameters";
  if (row.has_gemma_keys && config.Given("rope_parameters") != nullptr) {
    return config.Refuse("rope_scaling", "either this key or rope_parameters, not both");
  }
  return "rope_scaling";
}

// Gemma's class takes the older object as that of full_attention and reads no "type" in it; of the
// newer one it reads only the object of each kind of layer.
Result<void> CheckGemmaRope(const HfReader& config, const std::string& key) {
  const Json* object = config.Given(key);
  if (object == nullptr || object->members().empty()) return {};
  const bool is_older = key == "rope_scaling";
  if ((object->Find("full_attention") != nullptr) == is_older) {
    return config.Refuse(key, is_older ? "one object for all layers under this key"
                                       : "for this model_type an object for each kind of layer");
  }
  const HfReader rope(*object, key + ".");
  const bool reads_type = !is_older || rope.Given("rope_type") != nullptr;
  if (reads_type || TRY(RopeType(rope)) == "default") return {};
  return rope.Refuse("type", "for this model_type only \"rope_type\", as transformers does");
}

// The part of a head that is rotated; of classes that do not read the key all of it, as far as
// they can be run with it.
Result<double> RotatedPart(const HfReader& config, const HfReader& rope,
                           const HfArchitecture& row) {
  const HfReader& holder = rope.Given(kPart) != nullptr ? rope : config;
  const double part = TRY(holder.NumberOr(kPart, 1));
  if (row.partial_rotary) {
    if (!(part > 0 && part <= 1)) return holder.Wrong(kPart, "above 0, at most 1");
    return part;
  }
  if (part != 1 && TRY(RopeType(rope)) != "default") {
    return holder.Refuse(kPart, "1 where rotations of this model_type are scaled");
  }
  return 1;
}

}  // namespace

Result<void> AddRope(const HfReader& config, uint64_t head_dim, HfConfig& out) {
  HfWriter writer(out);
  const Json none = Json::MakeObject();
  std::string key = TRY(RopeKey(config, *out.architecture));
  if (out.architecture->has_gemma_keys) TRY(CheckGemmaRope(config, key));
  const Json* object = config.Given(key);
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
  if (out.architecture->has_gemma_keys) TRY(AddLocalBase(config, local, writer));
  const double part = TRY(RotatedPart(config, rope, *out.architecture));
  const auto dim = static_cast<uint64_t>(static_cast<double>(head_dim) * part);
  if (part != 1) TRY(writer.Add("rope.dimension_count", dim));
  return AddScaling(config, rope, base, dim, out);
}

}  // namespace bantam
