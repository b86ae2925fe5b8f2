// adapter_config.json: which modules, ranks and alphas, and nothing that asks for more than two
// small matrices.
#include "format/peft_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/check.h"
#include "base/json.h"
#include "base/quote.h"
#include "format/hf_config_reader.h"

namespace bantam {
namespace {

constexpr const char* kTargets = "target_modules";
constexpr const char* kExcluded = "exclude_modules";
constexpr const char* kLayers = "layers_to_transform";
constexpr const char* kLayersPattern = "layers_pattern";

// Not given, null, false, or empty.
bool IsAbsent(const HfReader& reader, std::string_view key) {
  const Json* value = reader.Given(key);
  if (value == nullptr) return true;
  if (value->is_bool()) return !value->AsBool();
  if (value->is_string()) return value->AsString().empty();
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

Result<ModulePattern> ReadPattern(const HfReader& reader, const char* key,
                                  const std::string& expression) {
  Result<ModulePattern> pattern = ModulePattern::Parse(expression);
  if (pattern) return pattern;
  return Fail(pattern.error().code, reader.Path(key) + ": " + pattern.error().message);
}

// A string or several.
Result<std::vector<std::string>> ReadNames(const HfReader& reader, const char* key) {
  const Json& value = *reader.Given(key);
  const Json::Array one = {value};
  std::vector<std::string> names;
  for (const Json& item : value.is_array() ? value.items() : one) {
    if (!item.is_string()) return reader.Wrong(key, "a string or a list of them");
    names.push_back(item.AsString());
  }
  return names;
}

// An object of expressions and numbers, and the number of what fits none.
Result<PeftNumbers> ReadNumbers(const HfReader& reader, const char* usual, const char* pattern) {
  PeftNumbers numbers;
  numbers.usual = TRY(reader.NumberOr(usual, numbers.usual));
  if (!std::isfinite(numbers.usual)) return reader.Wrong(usual, "a finite number");
  const Json* own = reader.Given(pattern);
  if (own == nullptr) return numbers;
  if (!own->is_object()) return reader.Wrong(pattern, "an object");
  for (const auto& [expression, number] : own->members()) {
    if (!number.is_number() || !std::isfinite(number.AsDouble())) {
      return reader.Wrong(pattern, "numbers");
    }
    numbers.own.emplace_back(TRY(ReadPattern(reader, pattern, expression)), number.AsDouble());
  }
  return numbers;
}

// Names of a list, or an expression.
Result<PeftModules> ReadModules(const HfReader& reader, const char* key) {
  PeftModules modules;
  const Json& value = *reader.Given(key);
  modules.text = value.Dump();
  if (value.is_string()) {
    modules.pattern = TRY(ReadPattern(reader, key, value.AsString()));
    return modules;
  }
  modules.names = TRY(ReadNames(reader, key));
  return modules;
}

bool MeansAllLinear(const Json& value) {
  if (!value.is_string()) return false;
  std::string text = value.AsString();
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text == "all-linear";
}

Result<PeftModules> ReadTargets(const HfReader& reader) {
  const Json* value = reader.Given(kTargets);
  if (value == nullptr) return PeftConfig().targets;
  PeftModules targets;
  if (!MeansAllLinear(*value)) {
    targets = TRY(ReadModules(reader, kTargets));
  } else {
    targets.text = value->Dump();
    targets.pattern = TRY(ModulePattern::Parse(".*"));
  }
  return targets;
}

// Of layers_to_transform: a number or several.
Result<std::vector<int64_t>> ReadLayerNumbers(const HfReader& reader) {
  const Json& value = *reader.Given(kLayers);
  const Json::Array one = {value};
  std::vector<int64_t> numbers;
  for (const Json& item : value.is_array() ? value.items() : one) {
    const Result<int64_t> number = item.AsInt();
    if (!number) return reader.Wrong(kLayers, "a whole number or a list of them");
    numbers.push_back(*number);
  }
  return numbers;
}

Result<PeftLayers> ReadLayers(const HfReader& reader, const PeftModules& targets) {
  PeftLayers layers;
  const bool has_patterns = !IsAbsent(reader, kLayersPattern);
  for (const char* key : {kLayers, kLayersPattern}) {
    if (!targets.pattern || IsAbsent(reader, key)) continue;
    return reader.Refuse(key, "it only where target_modules is a list, as PEFT does");
  }
  if (IsAbsent(reader, kLayers)) {
    if (!has_patterns) return layers;
    return reader.Refuse(kLayersPattern, "it only with layers_to_transform, as PEFT does");
  }
  layers.text = reader.Given(kLayers)->Dump();
  layers.numbers = TRY(ReadLayerNumbers(reader));
  if (!has_patterns) return layers;
  for (const std::string& pattern : TRY(ReadNames(reader, kLayersPattern))) {
    const std::string whole = "(?:^|.*?\\.)" + pattern + "\\.\\d+\\..*";
    layers.patterns.push_back(TRY(ReadPattern(reader, kLayersPattern, whole)));
  }
  return layers;
}

// The first part of a module's name that is a number, if two come before it and one after.
std::optional<int64_t> LayerOf(std::string_view module) {
  int parts = 0;
  for (size_t begin = 0;; ++parts) {
    const size_t dot = module.find('.', begin);
    if (dot == std::string_view::npos) return std::nullopt;
    int64_t number = 0;
    const char* end = module.data() + dot;
    const auto read = std::from_chars(module.data() + begin, end, number);
    if (parts >= 2 && read.ec == std::errc() && read.ptr == end) return number;
    begin = dot + 1;
  }
}

std::unexpected<Error> LeftOut(std::string_view module, const char* key, const std::string& text) {
  return Fail(ErrorCode::kUnsupported, "is of module " + Quote(module) + ", which key \"" + key +
                                           "\" of adapter_config.json leaves out: it is " +
                                           Quote(text));
}

}  // namespace

Result<double> PeftNumbers::Of(std::string_view module) const {
  for (const auto& [pattern, number] : own) {
    if (TRY(pattern.MatchesEnd(module))) return number;
  }
  return usual;
}

bool PeftModules::Names(std::string_view module) const {
  return std::ranges::find(names, module) != names.end();
}

Result<bool> PeftModules::Has(std::string_view module) const {
  if (pattern) return pattern->Matches(module);
  const auto ends = [&](const std::string& name) { return module.ends_with("." + name); };
  return Names(module) || std::ranges::any_of(names, ends);
}

Result<bool> PeftLayers::Has(std::string_view module) const {
  if (numbers.empty()) return true;
  const std::optional<int64_t> layer = LayerOf(module);
  if (!layer || std::ranges::find(numbers, *layer) == numbers.end()) return false;
  bool fits = patterns.empty();
  for (const ModulePattern& pattern : patterns) fits = fits || TRY(pattern.Matches(module));
  return fits;
}

Result<void> PeftConfig::CheckAdapted(std::string_view module) const {
  if (TRY(excluded.Has(module))) return LeftOut(module, kExcluded, excluded.text);
  if (!TRY(targets.Has(module))) return LeftOut(module, kTargets, targets.text);
  if (targets.Names(module) || TRY(layers.Has(module))) return {};
  return LeftOut(module, kLayers, layers.text);
}

Result<void> PeftConfig::CheckRank(std::string_view module, int64_t rank) const {
  const double expected = TRY(ranks.Of(module));
  if (expected == static_cast<double>(rank)) return {};
  char text[32];
  std::snprintf(text, sizeof(text), "%g", expected);
  return Fail(ErrorCode::kUnsupported, "has rank " + std::to_string(rank) +
                                           ", but by keys \"r\" and \"rank_pattern\" of "
                                           "adapter_config.json it is " +
                                           text);
}

Result<float> PeftConfig::ScaleOf(std::string_view module, int64_t rank) const {
  const auto r = static_cast<double>(rank);
  const double alpha = TRY(alphas.Of(module));
  return static_cast<float>(alpha / (rank_stabilised ? std::sqrt(r) : r));
}

Result<PeftConfig> ParsePeftConfig(std::string_view json_text) {
  const Json json = TRY(Json::Parse(json_text));
  if (!json.is_object()) return Fail(ErrorCode::kCorrupt, "expected a JSON object");
  const HfReader reader(json, "");
  TRY(CheckKind(reader));
  PeftConfig config;
  config.ranks = TRY(ReadNumbers(reader, "r", "rank_pattern"));
  config.alphas = TRY(ReadNumbers(reader, "lora_alpha", "alpha_pattern"));
  config.rank_stabilised = TRY(reader.FlagOr("use_rslora", false));
  config.targets = TRY(ReadTargets(reader));
  if (!IsAbsent(reader, kExcluded)) config.excluded = TRY(ReadModules(reader, kExcluded));
  config.layers = TRY(ReadLayers(reader, config.targets));
  return config;
}

}  // namespace bantam
