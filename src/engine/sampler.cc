// The filters one after another. All sums are float64 in candidate order.
#include "engine/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/check.h"
#include "base/math.h"
#include "base/random.h"
#include "engine/exp_inl.h"

namespace bantam {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

double WeightOf(float logit, float max, double temperature) {
  return ExpNonPositive((static_cast<double>(logit) - static_cast<double>(max)) / temperature);
}

bool HasPenalties(const SamplingParams& params) {
  return params.repeat_penalty != 1.0F || params.presence_penalty != 0.0F ||
         params.frequency_penalty != 0.0F;
}

}  // namespace

int DecisiveTokens(const SamplingParams& params) {
  if (!params.logit_bias.empty() || HasPenalties(params)) return 0;
  if (params.temperature <= 0 && params.typical_p >= 1) return 1;
  return std::max(params.top_k, 0);
}

Sampler::Sampler(int vocabulary_size) {
  const size_t n = static_cast<size_t>(vocabulary_size);
  candidates_.reserve(n);
  weights_.reserve(n);
  counts_.assign(n, 0);
}

Result<TokenId> Sampler::Sample(const SamplingParams& params, const SampleInput& input) {
  CHECK(input.logits.size() == counts_.size());
  const TokenId bad = FindBadLogit(input.logits);
  if (bad >= 0) {
    return Fail(ErrorCode::kInternal,
                "the model gave no finite score for token " + std::to_string(bad) +
                    " at position " + std::to_string(input.position) + "; its file may be damaged");
  }
  ApplyBias(params, input.logits);
  ApplyPenalties(params, input);
  const TokenId chosen = Choose(params, input);
  Undo(input.logits);
  if (chosen < 0) {
    return Fail(ErrorCode::kInternal, "no token can follow at position " +
                                          std::to_string(input.position) +
                                          ": all are masked, banned or impossible");
  }
  return chosen;
}

// Keeps logits below +inf whatever is added to them.
void Sampler::Edit(std::span<float> logits, TokenId id, float value) {
  float& logit = logits[static_cast<size_t>(id)];
  undo_.emplace_back(id, logit);
  logit = value <= std::numeric_limits<float>::max() ? value : std::numeric_limits<float>::max();
}

void Sampler::Undo(std::span<float> logits) {
  while (!undo_.empty()) {
    logits[static_cast<size_t>(undo_.back().first)] = undo_.back().second;
    undo_.pop_back();
  }
}

void Sampler::ApplyBias(const SamplingParams& params, std::span<float> logits) {
  for (const auto& [id, bias] : params.logit_bias) {
    if (id < 0 || static_cast<size_t>(id) >= logits.size()) continue;
    Edit(logits, id, logits[static_cast<size_t>(id)] + bias);
  }
}

void Sampler::ApplyPenalties(const SamplingParams& params, const SampleInput& input) {
  if (!HasPenalties(params)) return;
  std::span<const TokenId> window = input.history;
  if (params.repeat_last_n >= 0) {
    window = window.last(std::min(window.size(), static_cast<size_t>(params.repeat_last_n)));
  }
  const auto known = [&](TokenId id) {
    return id >= 0 && static_cast<size_t>(id) < counts_.size();
  };
  for (TokenId id : window) {
    if (known(id)) ++counts_[static_cast<size_t>(id)];
  }
  for (TokenId id : window) {
    if (!known(id) || counts_[static_cast<size_t>(id)] == 0) continue;
    const int32_t count = std::exchange(counts_[static_cast<size_t>(id)], 0);
    float logit = input.logits[static_cast<size_t>(id)];
    // Dividing a negative logit would make the token likelier.
    logit = logit <= 0 ? logit * params.repeat_penalty : logit / params.repeat_penalty;
    logit -= static_cast<float>(count) * params.frequency_penalty + params.presence_penalty;
    Edit(input.logits, id, logit);
  }
}

TokenId Sampler::Choose(const SamplingParams& params, const SampleInput& input) {
  const bool greedy = params.temperature <= 0;
  // Of all filters only typical_p can drop the likeliest token.
  if (greedy && params.typical_p >= 1) return Likeliest(input.logits, input.mask);

  sorted_ = params.top_k > 0 && static_cast<size_t>(params.top_k) < input.logits.size();
  if (sorted_) {
    SelectTop(input.logits, input.mask, params.top_k, candidates_);
  } else {
    SelectAll(input.logits, input.mask, candidates_);
  }
  if (candidates_.empty()) return -1;
  if (params.typical_p < 1) KeepTypical(params.typical_p);
  if (params.top_p < 1) KeepNucleus(params.top_p, input);
  if (params.min_p > 0) KeepAboveMinimum(params.min_p);
  if (greedy) return std::min_element(candidates_.begin(), candidates_.end(), Likelier)->id;
  return Draw(params.temperature, UniformDraw(input.seed, input.choice, input.position));
}

float Sampler::LargestLogit() const {
  if (sorted_) return candidates_.front().logit;
  float max = -kInfinity;
  for (const Candidate& candidate : candidates_) {
    max = candidate.logit > max ? candidate.logit : max;
  }
  return max;
}

// Fills weights_ and gives their sum.
double Sampler::Weigh(double temperature) {
  const float max = LargestLogit();
  weights_.resize(candidates_.size());
  for (size_t i = 0; i < candidates_.size(); ++i) {
    weights_[i] = WeightOf(candidates_[i].logit, max, temperature);
  }
  double sum = 0;
  for (double weight : weights_) sum += weight;
  return sum;
}

// The smallest set of tokens, nearest to the mean surprise first, that holds more than typical_p.
void Sampler::KeepTypical(double typical_p) {
  const double sum = Weigh(1);
  const double log_sum = Log(sum);
  const double max = LargestLogit();
  double entropy = 0;
  for (size_t i = 0; i < candidates_.size(); ++i) {
    const double log_p = static_cast<double>(candidates_[i].logit) - max - log_sum;
    entropy -= weights_[i] / sum * log_p;
  }
  surprises_.clear();
  for (const Candidate& candidate : candidates_) {
    const double log_p = static_cast<double>(candidate.logit) - max - log_sum;
    surprises_.push_back({std::abs(-log_p - entropy), candidate});
  }
  LazySort nearest(std::span<Surprise>(surprises_), [](const Surprise& a, const Surprise& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.candidate.id < b.candidate.id;
  });
  double kept = 0;
  size_t n = 0;
  while (n < surprises_.size() && kept <= typical_p) {
    const Candidate& candidate = nearest[n].candidate;
    candidates_[n] = candidate;
    kept += WeightOf(candidate.logit, static_cast<float>(max), 1) / sum;
    ++n;
  }
  candidates_.resize(n);
  std::sort(candidates_.begin(), candidates_.end(), Likelier);
  sorted_ = true;
}

// The smallest set of likeliest tokens that holds at least top_p; always one.
void Sampler::KeepNucleus(double top_p, const SampleInput& input) {
  const float max = LargestLogit();
  const double sum = Weigh(1);
  const size_t all = candidates_.size();
  // Unsorted candidates are the whole vocabulary, of which a few are nearly always enough.
  constexpr size_t kFirst = 256;
  constexpr size_t kGrowth = 16;
  for (size_t rank = sorted_ ? all : std::min(kFirst, all);; rank = std::min(kGrowth * rank, all)) {
    if (!sorted_) SelectTop(input.logits, input.mask, static_cast<int>(rank), candidates_);
    double kept = 0;
    for (size_t n = 0; n < rank; ++n) {
      kept += WeightOf(candidates_[n].logit, max, 1) / sum;
      if (kept < top_p) continue;
      candidates_.resize(n + 1);
      break;
    }
    if (kept >= top_p || rank == all) break;
  }
  sorted_ = true;
}

// Tokens at least min_p times as likely as the likeliest; always one.
void Sampler::KeepAboveMinimum(double min_p) {
  const double bar = static_cast<double>(LargestLogit()) + Log(min_p);
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    return static_cast<double>(candidate.logit) < bar;
  });
}

TokenId Sampler::Draw(double temperature, double uniform) {
  const double target = uniform * Weigh(temperature);
  double passed = 0;
  for (size_t i = 0; i < candidates_.size(); ++i) {
    passed += weights_[i];
    if (passed > target) return candidates_[i].id;
  }
  // Only if rounding makes target reach the sum: the last token that has any weight.
  for (size_t i = candidates_.size(); i-- > 0;) {
    if (weights_[i] > 0) return candidates_[i].id;
  }
  return -1;
}

}  // namespace bantam
