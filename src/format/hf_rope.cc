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
constexpr std::string_view kContext = "max_position_embeddings";
constexpr std::string_view kAttention = "attention_factor";
constexpr std::string_view kBase = "rope_theta";
constexpr std::string_view kPart = "partial_rotary_factor";
constexpr double kPi = 3.14159265358979323846;
constexpr size_t kMaxFactors = 4096;
constexpr float kLeastFactor = 0x1p-10F;
constexpr float kMostFactor = 0x1p20F;

// Everything in a rope object that is none of these changes the angles in a way unknown here.
Result<void> CheckRopeKeys(const HfReader& rope, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : rope.json().members()) {
    if (value.is_null() || key == "rope_type" || key == "type" || key == kBase) continue;
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

// The context before it was extended, and the key that says so.
struct OriginalContext {
  uint64_t tokens;
  std::string key;
};

// The key beside the rope object comes first, as in transformers; objects of a kind of layer have
// only their own.
Result<OriginalContext> ReadOriginalContext(const HfReader& config, const HfReader& rope,
                                            uint64_t context, const HfConfig& out) {
  const uint64_t usual = out.architecture->default_original_context;
  const bool beside = !out.architecture->has_gemma_keys && config.Given(kOriginal) != nullptr;
  if (beside || usual > 0) {
    return OriginalContext{TRY(config.SizeOr(kOriginal, usual)), config.Name(kOriginal)};
  }
  if (rope.Given(kOriginal) == nullptr) return OriginalContext{context, config.Name(kContext)};
  return OriginalContext{TRY(rope.Size(kOriginal)), rope.Name(kOriginal)};
}

// Messages name a vector by the key that it follows from.
HfVector VectorOf(std::string name, std::vector<float> values, const HfReader& rope,
                  std::string_view key) {
  return {std::move(name), std::move(values), rope.Name(key) + " (config.json)"};
}

Result<void> AddLongRope(const HfReader& rope, const OriginalContext& original, uint64_t context,
                         HfWriter& writer, HfConfig& out) {
  TRY(CheckRopeKeys(rope, {"long_factor", "short_factor", kOriginal, kAttention, "factor", kPart}));
  for (const auto& [name, key] : {std::pair("rope_factors_long.weight", "long_factor"),
                                  std::pair("rope_factors_short.weight", "short_factor")}) {
    out.vectors.push_back(VectorOf(name, TRY(Factors(rope, key)), rope, key));
  }
  const auto tokens = static_cast<double>(original.tokens);
  TRY(writer.Add("rope.scaling.original_context_length", original.tokens, original.key));
  const double ratio = static_cast<double>(context) / tokens;
  const double factor = TRY(rope.NumberOr("factor", ratio));
  double usual = 1;
  if (factor > 1 && tokens > 1) usual = __builtin_sqrt(1 + Log(factor) / Log(tokens));
  return writer.AddRead("rope.scaling.attn_factor", rope.NumberOr(kAttention, usual),
                        rope.Name(kAttention));
}

Result<void> AddYarn(const HfReader& rope, const OriginalContext& original, HfWriter& out) {
  TRY(CheckRopeKeys(rope, {"factor", kOriginal, kAttention, "beta_fast", "beta_slow", kPart}));
  const double factor = TRY(rope.Number("factor"));
  TRY(out.Add("rope.scaling.type", std::string("yarn"), rope.Name(RopeTypeKey(rope))));
  TRY(out.Add("rope.scaling.factor", factor, rope.Name("factor")));
  TRY(out.Add("rope.scaling.original_context_length", original.tokens, original.key));
  for (const auto& [key, usual] : {std::pair("beta_fast", 32), std::pair("beta_slow", 1)}) {
    TRY(out.AddRead(std::string("rope.scaling.yarn_") + key, rope.NumberOr(key, usual),
                    rope.Name(key)));
  }
  if (rope.Given(kAttention) != nullptr) {
    const double growth = factor > 1 ? 0.1 * Log(factor) + 1 : 1;  // what the factor replaces
    const double magnitude = TRY(rope.Number(kAttention));
    TRY(out.Add("rope.scaling.attn_factor", magnitude / growth,
                rope.Name(kAttention) + " / (0.1 ln(factor) + 1)"));
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
  const uint64_t context = TRY(config.SizeOr(kContext, out.architecture->default_context));
  const std::string type = TRY(RopeType(rope));
  if (type == "default") return CheckRopeKeys(rope, {kPart});
  if (type == "linear") {
    TRY(CheckRopeKeys(rope, {"factor", kPart}));
    TRY(writer.Add("rope.scaling.type", type, rope.Name(RopeTypeKey(rope))));
    return writer.AddRead("rope.scaling.factor", rope.Number("factor"), rope.Name("factor"));
  }
  const OriginalContext original = TRY(ReadOriginalContext(config, rope, context, out));
  if (type == "yarn") return AddYarn(rope, original, writer);
  if (type == "longrope" || type == "su") return AddLongRope(rope, original, context, writer, out);
  if (type == "llama3") {
    std::vector<float> factors = TRY(Llama3Factors(rope, original.tokens, base, dim));
    out.vectors.push_back(VectorOf("rope_freqs.weight", std::move(factors), rope, "factor"));
    return {};
  }
  return rope.Refuse(RopeTypeKey(rope), "default, linear, yarn, llama3 and longrope");
}

// The base of layers with a window, which nothing scales; written where config.json has one.
Result<void> AddLocalBase(const HfReader& config, const Json* local, HfWriter& writer) {
  constexpr std::string_view kOuter = "rope_local_base_freq";
  if (local == nullptr && config.Given(kOuter) == nullptr) return {};
  const double outer_base = TRY(config.NumberOr(kOuter, 10000));
  if (local == nullptr) return writer.Add("rope.freq_base_swa", outer_base, config.Name(kOuter));
  const HfReader rope(*local, "rope_parameters.sliding_attention.");
  if (TRY(RopeType(rope)) != "default") return rope.Refuse(RopeTypeKey(rope), "default");
  TRY(CheckRopeKeys(rope, {}));
  const bool own = rope.Given(kBase) != nullptr;
  return writer.AddRead("rope.freq_base_swa", rope.NumberOr(kBase, outer_base),
                        own ? rope.Name(kBase) : config.Name(kOuter));
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
  const HfReader& base_holder = rope.Given(kBase) != nullptr ? rope : config;
  const double base = TRY(base_holder.NumberOr(kBase, out.architecture->rope_base));
  TRY(writer.Add("rope.freq_base", base, base_holder.Name(kBase)));
  if (out.architecture->has_gemma_keys) TRY(AddLocalBase(config, local, writer));
  const double part = TRY(RotatedPart(config, rope, *out.architecture));
  const auto dim = static_cast<uint64_t>(static_cast<double>(head_dim) * part);
  if (part != 1) {
    TRY(writer.Add("rope.dimension_count", dim, "head size × " + std::string(kPart)));
  }
  return AddScaling(config, rope, base, dim, out);
}

}  // namespace bantam
