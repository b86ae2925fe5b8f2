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
  params.temperature = suggested.temperature.value_or(params.temperature);
  params.top_k = suggested.top_k.value_or(params.top_k);
  params.top_p = suggested.top_p.value_or(params.top_p);
  params.min_p = suggested.min_p.value_or(params.min_p);
  params.typical_p = suggested.typical_p.value_or(params.typical_p);
  params.repeat_penalty = suggested.repeat_penalty.value_or(params.repeat_penalty);
  params.repeat_last_n = suggested.repeat_last_n.value_or(params.repeat_last_n);
}

}  // namespace bantam
