// SamplingParams: how the next token is chosen. Names and meanings as in llama.cpp and OpenAI.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "bantam/model.h"

namespace bantam {

// Order of application: logit_bias, penalties, top_k, typical_p, top_p, min_p, temperature, draw.
struct SamplingParams {
  float temperature = 0.8F;        // 0: greedy
  int top_k = 40;                  // 0: off
  float top_p = 0.95F;             // 1: off
  float min_p = 0.05F;             // 0: off
  float typical_p = 1.0F;          // 1: off
  float repeat_penalty = 1.0F;     // 1: off
  float presence_penalty = 0.0F;   // 0: off
  float frequency_penalty = 0.0F;  // 0: off
  int repeat_last_n = 64;          // tokens the penalties look back on; -1: the whole context
  std::vector<std::pair<TokenId, float>> logit_bias;
  std::optional<uint64_t> seed;  // none: drawn from the operating system, reported in the result
};

// Fails with kInvalidArgument, naming the parameter and its range.
Result<void> Validate(const SamplingParams& params);

// Puts what a model's makers suggest in the place of defaults.
inline void Apply(const SuggestedSampling& suggested, SamplingParams& params) {
  const auto apply = [](const char*, const auto& value, auto& param) {
    param = value.value_or(param);
  };
  SuggestedSampling::Each(apply, suggested, params);
}

}  // namespace bantam
