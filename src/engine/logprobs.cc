// Log-softmax in float64.
#include "engine/logprobs.h"

#include <algorithm>
#include <array>
#include <limits>

#include "base/math.h"
#include "engine/exp_inl.h"

namespace bantam {

double LogSumExp(std::span<const float> logits) {
  float max = -std::numeric_limits<float>::infinity();
  for (float logit : logits) {
    if (!(logit <= std::numeric_limits<float>::max())) {
      return std::numeric_limits<double>::quiet_NaN();
    }
    max = logit > max ? logit : max;
  }
  double sum = 0;  // -inf - -inf is NaN, and stays it
  std::array<double, 256> weights;
  for (size_t begin = 0; begin < logits.size(); begin += weights.size()) {
    const size_t n = std::min(weights.size(), logits.size() - begin);
    for (size_t i = 0; i < n; ++i) {
      weights[i] =
          ExpNonPositive(static_cast<double>(logits[begin + i]) - static_cast<double>(max));
    }
    for (size_t i = 0; i < n; ++i) sum += weights[i];
  }
  return static_cast<double>(max) + Log(sum);
}

void TopLogprobs(std::span<const float> logits, double log_sum_exp, int n,
                 std::vector<Candidate>& candidates, std::vector<std::pair<TokenId, float>>& out) {
  SelectTop(logits, nullptr, n, candidates);
  out.clear();
  for (const Candidate& candidate : candidates) {
    out.emplace_back(candidate.id,
                     static_cast<float>(static_cast<double>(candidate.logit) - log_sum_exp));
  }
}

}  // namespace bantam
