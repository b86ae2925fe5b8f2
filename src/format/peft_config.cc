// adapter_config.json: which alphas, and nothing that asks for more than two small matrices.
#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "format/adapter_file.h"
#include "format/hf_config_reader.h"

namespace bantam {
namespace {

// Not given, null, false, or empty.
bool IsAbsent(const HfReader& reader, std::string_view key) {
  const Json* value = reader.Given(key);
  if (value == nullptr) return true;
  if (value->is_bool()) return !value->AsBool();
  if (value->is_array()) return value->items().empty();
  if (value->is_object()) return value->members().empty();
  return false;
}

// Adapters that are more than a product of two matrices.
constexpr std::array<std::string_view, 8> kBeyond = {
    "use_dora",   "lora_bias",         "fan_in_fan_out",          "modules_to_save",
    "use_qalora", "layer_replication", "trainable_token_indices", "target_parameters",
};
// Variants: the adapter is not the same for every token, or its matrices have other shapes. Off
// with null and with this value. (velora_config and monteclora_config count only in training.)
struct Variant {
  std::string_view key;
  std::string_view off;  // as JSON
};
constexpr std::array<Variant, 4> kVariants = {{{"alora_invocation_tokens", "[]"},
                                               {"arrow_config", "null"},
                                               {"use_bdlora", "false"},
                                               {"kasa_config", "null"}}};
// Ways to begin training that change the model itself.
constexpr std::array<std::string_view, 5> kChangesModel = {"pissa", "olora", "corda", "loftq",
                                                           "lora_ga"};

Result<void> CheckKind(const HfReader& reader) {
  const std::string kind = TRY(reader.TextOr("peft_type", ""));
  if (kind != "LORA") return reader.Refuse("peft_type", "\"LORA\"");
  for (const std::string_view key : kBeyond) {
    if (!IsAbsent(reader, key)) return reader.Refuse(key, "adapters without it");
  }
  for (const auto& [key, off] : kVariants) {
    const Json* value = reader.Given(key);
    if (value != nullptr && value->Dump() != off) return reader.Refuse(key, "adapters without it");
  }
  const std::string bias = TRY(reader.TextOr("bias", "none"));
  if (bias != "none") return reader.Refuse("bias", "\"none\"");
  const Json* start = reader.Given("init_lora_weights");
  if (start != nullptr && start->is_string()) {
    for (const std::string_view name : kChangesModel) {
      if (start->AsString().starts_with(name)) {
        return reader.Refuse("init_lora_weights", "adapters of an unchanged model");
      }
    }
  }
  return {};
}

bool IsModuleName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.';
  });
}

Result<std::vector<std::pair<std::string, double>>> ReadAlphas(const HfReader& reader) {
  std::vector<std::pair<std::string, double>> alphas;
  constexpr const char* kKey = "alpha_pattern";
  const Json* patterns = reader.Given(kKey);
  if (patterns == nullptr) return alphas;
  if (!patterns->is_object()) return reader.Wrong(kKey, "an object");
  for (const auto& [module, alpha] : patterns->members()) {
    if (!IsModuleName(module)) return reader.Refuse(kKey, "names of modules, not expressions");
    if (!alpha.is_number() || !std::isfinite(alpha.AsDouble())) {
      return reader.Wrong(kKey, "numbers");
    }
    alphas.emplace_back(module, alpha.AsDouble());
  }
  return alphas;
}

}  // namespace

float PeftConfig::ScaleOf(std::string_view module, int64_t rank) const {
  double value = alpha;
  const auto fits = [&](const auto& one) {
    return module == one.first || module.ends_with("." + one.first);
  };
  const auto own = std::ranges::find_if(alphas, fits);
  if (own != alphas.end()) value = own->second;
  const auto r = static_cast<double>(rank);
  return static_cast<float>(value / (rank_stabilised ? std::sqrt(r) : r));
}

Result<PeftConfig> ParsePeftConfig(std::string_view json_text) {
  const Json json = TRY(Json::Parse(json_text));
  if (!json.is_object()) return Fail(ErrorCode::kCorrupt, "expected a JSON object");
  const HfReader reader(json, "");
  TRY(CheckKind(reader));
  PeftConfig config;
  config.alpha = TRY(reader.NumberOr("lora_alpha", 8));
  if (!std::isfinite(config.alpha)) return reader.Wrong("lora_alpha", "a finite number");
  config.rank_stabilised = TRY(reader.FlagOr("use_rslora", false));
  config.alphas = TRY(ReadAlphas(reader));
  return config;
}

}  // namespace bantam
