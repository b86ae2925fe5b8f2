// Sampler: picks the next token from the model's logits.
//
// Order and meaning of the filters are llama.cpp's; nucleus (top_p): Holtzman et al.,
// "The Curious Case of Neural Text Degeneration" (ICLR 2020); typical_p: Meister et al., "Locally
// Typical Sampling" (TACL 2023); min_p: Nguyen et al., "Turning Up the Heat" (ICLR 2025);
// repeat_penalty: Keskar et al., "CTRL" (2019).
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "bantam/result.h"
#include "bantam/sampling.h"
#include "base/token_mask.h"
#include "engine/candidates.h"

namespace bantam {

// What one draw depends on besides the parameters.
struct SampleInput {
  std::span<float> logits;           // [vocabulary_size]; edited meanwhile, restored on return
  std::span<const TokenId> history;  // the sequence so far, for the penalties
  const TokenMask* mask = nullptr;   // tokens that may be chosen; null: all
  uint64_t seed = 0;
  uint32_t choice = 0;    // which of several answers to the same request
  uint64_t position = 0;  // of the new token in its sequence
};

// How many of the largest logits decide the choice without a mask, whatever the others are; 0: any
// may matter.
int DecisiveTokens(const SamplingParams& params);

// Holds work space for one vocabulary and no other state: the same input gives the same token,
// on any machine. Allocates nothing once every kind of request has been seen. Not thread-safe.
class Sampler {
 public:
  explicit Sampler(int vocabulary_size);

  // The mask goes first, then logit_bias, penalties, top_k, typical_p, top_p, min_p,
  // temperature; the draw walks the cumulative weights (float64) of what is left. `params` must
  // have passed Validate. Fails with kInternal if a logit is NaN or +inf or nothing is left.
  Result<TokenId> Sample(const SamplingParams& params, const SampleInput& input);

 private:
  void Edit(std::span<float> logits, TokenId id, float value);
  void ApplyBias(const SamplingParams& params, std::span<float> logits);
  void ApplyPenalties(const SamplingParams& params, const SampleInput& input);
  void Undo(std::span<float> logits);

  TokenId Choose(const SamplingParams& params, const SampleInput& input);
  double Weigh(double temperature);
  void KeepTypical(double typical_p);
  void KeepNucleus(double top_p, const SampleInput& input);
  void KeepAboveMinimum(double min_p);
  float LargestLogit() const;
  TokenId Draw(double temperature, double uniform);

  struct Surprise {
    double distance;  // of the token's surprise from the mean surprise
    Candidate candidate;
  };

  std::vector<Candidate> candidates_;  // at most one per token
  bool sorted_ = false;                // likeliest first, else by ascending id
  std::vector<double> weights_;        // of candidates_, relative to the likeliest
  std::vector<Surprise> surprises_;    // grows when typical_p is first used
  std::vector<int32_t> counts_;        // [vocabulary_size] all zero between calls
  std::vector<std::pair<TokenId, float>> undo_;
};

}  // namespace bantam
