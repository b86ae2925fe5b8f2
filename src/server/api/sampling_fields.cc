// Sampling parameters of requests.
#include "server/api/sampling_fields.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

#include "base/check.h"

namespace bantam::server {
namespace {

Result<void> ReadFloat(const Fields& fields, const char* name, double min, double max,
                       float& target) {
  if (const auto value = TRY(fields.Number(name, min, max))) target = static_cast<float>(*value);
  return {};
}

// {"15043": -1.5}, or llama-server's [[15043, -1.5], [15, false]].
Result<void> ReadLogitBias(const Fields& fields, SamplingParams& sampling) {
  constexpr size_t kMost = 10'000;
  const Json* bias = fields.Get("logit_bias");
  if (bias == nullptr) return {};
  sampling.logit_bias.clear();
  const auto add = [&](int64_t id, const Json& value) -> Result<void> {
    if (id < 0 || id > std::numeric_limits<TokenId>::max()) {
      return fields.Bad("logit_bias", std::to_string(id) + " is no token id");
    }
    float amount = -std::numeric_limits<float>::infinity();
    if (!(value.is_bool() && !value.AsBool())) {
      if (!value.is_number()) return fields.Bad("logit_bias", "a bias must be a number");
      amount = static_cast<float>(value.AsDouble());
      if (amount <= -100) amount = -std::numeric_limits<float>::infinity();  // OpenAI's ban
    }
    sampling.logit_bias.emplace_back(static_cast<TokenId>(id), amount);
    return {};
  };
  if (bias->is_object()) {
    if (bias->members().size() > kMost) return fields.Bad("logit_bias", "has too many entries");
    for (const auto& [key, value] : bias->members()) {
      int64_t id = -1;
      const auto [end, bad] = std::from_chars(key.data(), key.data() + key.size(), id);
      if (bad != std::errc() || end != key.data() + key.size()) {
        return fields.Bad("logit_bias", Shown(Json::String(key)) + " is no token id");
      }
      TRY(add(id, value));
    }
    return {};
  }
  if (!bias->is_array()) return fields.Bad("logit_bias", "must be an object, not " + Shown(*bias));
  if (bias->items().size() > kMost) return fields.Bad("logit_bias", "has too many entries");
  for (const Json& pair : bias->items()) {
    if (!pair.is_array() || pair.items().size() != 2 || !pair.items()[0].is_number()) {
      return fields.Bad("logit_bias", "must hold pairs of a token id and a bias");
    }
    const Result<int64_t> id = pair.items()[0].AsInt();
    TRY(add(id ? *id : -1, pair.items()[1]));
  }
  return {};
}

}  // namespace

Result<void> ReadSamplingFields(const Fields& fields, SamplingParams& sampling) {
  TRY(ReadFloat(fields, "temperature", 0, 100, sampling.temperature));
  TRY(ReadFloat(fields, "top_p", 0, 1, sampling.top_p));
  TRY(ReadFloat(fields, "min_p", 0, 1, sampling.min_p));
  TRY(ReadFloat(fields, "typical_p", 0, 1, sampling.typical_p));
  TRY(ReadFloat(fields, "repetition_penalty", 0.01, 100, sampling.repeat_penalty));
  TRY(ReadFloat(fields, "repeat_penalty", 0.01, 100, sampling.repeat_penalty));
  TRY(ReadFloat(fields, "presence_penalty", -100, 100, sampling.presence_penalty));
  TRY(ReadFloat(fields, "frequency_penalty", -100, 100, sampling.frequency_penalty));
  if (const auto k = TRY(fields.Integer("top_k", -1, 1 << 30))) {
    sampling.top_k = static_cast<int>(std::max<int64_t>(*k, 0));
  }
  if (const auto n = TRY(fields.Integer("repeat_last_n", -1, 1 << 30))) {
    sampling.repeat_last_n = static_cast<int>(*n);
  }
  // Negative: any, as in llama.cpp.
  if (const auto seed = TRY(fields.Integer("seed", std::numeric_limits<int64_t>::min(),
                                           std::numeric_limits<int64_t>::max()))) {
    sampling.seed.reset();
    if (*seed >= 0) sampling.seed = static_cast<uint64_t>(*seed);
  }
  return ReadLogitBias(fields, sampling);
}

Result<void> ReadStop(const Fields& fields, std::vector<std::string>& stop) {
  constexpr size_t kMost = 32;
  constexpr size_t kMostBytes = 4096;
  if (!fields.Has("stop")) return {};
  stop = TRY(fields.Texts("stop"));
  std::erase(stop, "");
  if (stop.size() > kMost) {
    return fields.Bad("stop", "there may be at most " + std::to_string(kMost) + " strings, not " +
                                  std::to_string(stop.size()));
  }
  for (const std::string& text : stop) {
    if (text.size() > kMostBytes) {
      return fields.Bad("stop",
                        "a string may have at most " + std::to_string(kMostBytes) + " bytes");
    }
  }
  return {};
}

}  // namespace bantam::server
