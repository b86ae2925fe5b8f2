// One table for both files, with the ranges of Validate.
#include "engine/suggested_sampling.h"

#include <cmath>
#include <string>
#include <utility>

#include "base/json.h"

namespace bantam {
namespace {

using S = SuggestedSampling;

struct RealValue {
  const char* config_key;
  const char* gguf_key;  // after "general.sampling."; null: there is none
  double min, max;
  std::optional<float> S::* member;
};

constexpr RealValue kReals[] = {
    {"temperature", "temp", 0, 100, &S::temperature},
    {"top_p", "top_p", 0, 1, &S::top_p},
    {"min_p", "min_p", 0, 1, &S::min_p},
    {"typical_p", nullptr, 0, 1, &S::typical_p},
    {"repetition_penalty", "penalty_repeat", 0.01, 100, &S::repeat_penalty},
};

struct WholeValue {
  const char* config_key;  // null: there is none
  const char* gguf_key;
  std::optional<int> S::* member;
};

constexpr int kMostCount = 1 << 30;
constexpr WholeValue kWholes[] = {
    {"top_k", "top_k", &S::top_k},
    {nullptr, "penalty_last_n", &S::repeat_last_n},
};

void Note(S& sampling, const std::string& text) {
  sampling.note += (sampling.note.empty() ? "" : "; ") + text;
}

std::string Text(double value) {
  return std::isfinite(value) ? Json::Double(value).Dump() : "not a finite number";
}

void Keep(const RealValue& row, const std::string& key, double value, S& sampling) {
  if (value >= row.min && value <= row.max) {
    sampling.*row.member = static_cast<float>(value);
    return;
  }
  Note(sampling, key + " is " + Text(value) + ", expected " + Text(row.min) + " to " +
                     Text(row.max) + ": not used");
}

void Keep(const WholeValue& row, const std::string& key, double value, S& sampling) {
  if (value >= -1 && value <= kMostCount && std::floor(value) == value) {
    sampling.*row.member = static_cast<int>(value);
    return;
  }
  Note(sampling, key + " is " + Text(value) + ", expected a count, or -1: not used");
}

template <typename Row>
void ReadJson(const Row& row, const Json& json, S& sampling) {
  if (row.config_key == nullptr) return;
  const Json* value = json.Find(row.config_key);
  if (value == nullptr || value->is_null()) return;
  const std::string key = std::string("generation_config.json: ") + row.config_key;
  if (!value->is_number()) return Note(sampling, key + " is no number: not used");
  Keep(row, key, value->AsDouble(), sampling);
}

template <typename Row>
void ReadKey(const Row& row, const Metadata& metadata, S& sampling) {
  if (row.gguf_key == nullptr) return;
  const std::string key = std::string("general.sampling.") + row.gguf_key;
  if (metadata.Find(key) == nullptr) return;
  const Result<double> value = metadata.GetFloat(key);
  if (!value) return Note(sampling, key + " is no number: not used");
  Keep(row, key, *value, sampling);
}

}  // namespace

SuggestedSampling SamplingOfConfig(std::string_view generation_config) {
  S sampling;
  if (generation_config.empty()) return sampling;
  const Result<Json> json = Json::Parse(generation_config);
  if (!json || !json->is_object()) {
    Note(sampling, "generation_config.json: " +
                       (json ? std::string("expected an object") : json.error().message));
    return sampling;
  }
  for (const RealValue& row : kReals) ReadJson(row, *json, sampling);
  for (const WholeValue& row : kWholes) ReadJson(row, *json, sampling);
  return sampling;
}

SuggestedSampling SamplingOfKeys(const Metadata& metadata) {
  S sampling;
  for (const RealValue& row : kReals) ReadKey(row, metadata, sampling);
  for (const WholeValue& row : kWholes) ReadKey(row, metadata, sampling);
  // Ways to choose that there are none of here.
  for (const char* key : {"general.sampling.xtc_probability", "general.sampling.mirostat"}) {
    const Result<double> value = metadata.GetFloat(key);
    if (value && *value != 0) Note(sampling, std::string(key) + " is not done here");
  }
  return sampling;
}

}  // namespace bantam
