// Log-probabilities of the model itself: the log-softmax of its logits, before any bias,
// penalty or filter, as the OpenAI API reports them.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "base/token_mask.h"
#include "base/vocabulary.h"
#include "engine/candidates.h"

namespace bantam {

// ln of the sum of e^logit, float64, summed by ascending id (docs/numbers.md). NaN if a logit is
// NaN or +inf, or if all are -inf.
double LogSumExp(std::span<const float> logits);

// The n most likely tokens with their log-probabilities, likeliest first, equals by id.
// `candidates` is work space, kept between calls; `logits` must hold no NaN.
void TopLogprobs(std::span<const float> logits, double log_sum_exp, int n,
                 std::vector<Candidate>& candidates, std::vector<std::pair<TokenId, float>>& out);

}  // namespace bantam
