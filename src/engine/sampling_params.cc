// Validate: the ranges of the sampling parameters.
#include <cmath>
#include <string>

#include "bantam/sampling.h"
#include "base/check.h"

namespace bantam {
namespace {

// A float as people write it: "0.8", not "0.800000".
std::string Text(double value) {
  std::string text = std::to_string(value);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

Result<void> InRange(const char* name, double value, double min, double max) {
  if (value >= min && value <= max) return {};
  return Fail(ErrorCode::kInvalidArgument, std::string(name) + " must be between " + Text(min) +
                                               " and " + Text(max) + ", not " + Text(value));
}

}  // namespace

Result<void> Validate(const SamplingParams& params) {
  TRY(InRange("temperature", params.temperature, 0, 100));
  TRY(InRange("top_k", params.top_k, -1, 1 << 30));
  TRY(InRange("top_p", params.top_p, 0, 1));
  TRY(InRange("min_p", params.min_p, 0, 1));
  TRY(InRange("typical_p", params.typical_p, 0, 1));
  // Wide enough for every use met, narrow enough that no logit overflows.
  TRY(InRange("repeat_penalty", params.repeat_penalty, 0.01, 100));
  TRY(InRange("presence_penalty", params.presence_penalty, -100, 100));
  TRY(InRange("frequency_penalty", params.frequency_penalty, -100, 100));
  TRY(InRange("repeat_last_n", params.repeat_last_n, -1, 1 << 30));
  for (const auto& [id, bias] : params.logit_bias) {
    if (id < 0) {
      return Fail(ErrorCode::kInvalidArgument,
                  "logit_bias: " + std::to_string(id) + " is no token id");
    }
    // -inf bans a token.
    if (std::isnan(bias) || bias > 1000) {
      return Fail(ErrorCode::kInvalidArgument, "logit_bias of token " + std::to_string(id) +
                                                   " must be at most 1000, not " + Text(bias));
    }
  }
  return {};
}

}  // namespace bantam
