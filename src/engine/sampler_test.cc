// Tests of the sampler: each parameter by hand, all together against a plain second
// implementation, and the draws against their distribution.
#include "engine/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include "base/random.h"

namespace bantam {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

SamplingParams Off() {
  SamplingParams params;
  params.temperature = 1;
  params.top_k = 0;
  params.top_p = 1;
  params.min_p = 0;
  return params;
}

std::vector<float> LogOf(const std::vector<double>& probabilities) {
  std::vector<float> logits;
  for (double p : probabilities) logits.push_back(static_cast<float>(std::log(p)));
  return logits;
}

std::vector<float> Halves() {
  return LogOf({0.5, 0.25, 0.125, 0.0625, 0.0625});
}

TokenId SampleOne(const SamplingParams& params, std::vector<float> logits,
                  std::vector<TokenId> history = {}, const TokenMask* mask = nullptr,
                  uint64_t position = 0, uint64_t seed = 1) {
  Sampler sampler(static_cast<int>(logits.size()));
  SampleInput input;
  input.logits = logits;
  input.history = history;
  input.mask = mask;
  input.seed = seed;
  input.position = position;
  const Result<TokenId> token = sampler.Sample(params, input);
  EXPECT_TRUE(token) << token.error().message;
  return token.value_or(-1);
}

// Every token that comes up in a thousand draws.
std::set<TokenId> Reachable(const SamplingParams& params, const std::vector<float>& logits,
                            const TokenMask* mask = nullptr) {
  std::set<TokenId> seen;
  for (uint64_t position = 0; position < 1000; ++position) {
    seen.insert(SampleOne(params, logits, {}, mask, position));
  }
  return seen;
}

using Ids = std::set<TokenId>;

TEST(Sampler, ZeroTemperatureTakesTheFirstMaximum) {
  SamplingParams params;
  params.temperature = 0;
  EXPECT_EQ(SampleOne(params, {1, 3, 3, 2}), 1);
  EXPECT_EQ(SampleOne(params, std::vector<float>(1000, -7.0F)), 0);
  std::vector<float> late(1000, 0.0F);
  late[999] = late[998] = 1;
  EXPECT_EQ(SampleOne(params, late), 998);
  EXPECT_EQ(SampleOne(params, {-kInfinity, -3e38F}), 1);
}

TEST(Sampler, TopKKeepsTheLikeliestAndBreaksTiesById) {
  SamplingParams params = Off();
  params.top_k = 2;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0, 1}));
  params.top_k = 4;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0, 1, 2, 3}));
  params.top_k = 5;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0, 1, 2, 3, 4}));
  params.top_k = 0;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0, 1, 2, 3, 4}));
  params.top_k = -1;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0, 1, 2, 3, 4}));
}

TEST(Sampler, TopPKeepsTheSmallestSetThatReachesIt) {
  SamplingParams params = Off();
  for (const auto& [top_p, ids] : std::map<float, Ids>{{0.0F, {0}},
                                                       {0.49F, {0}},
                                                       {0.51F, {0, 1}},
                                                       {0.74F, {0, 1}},
                                                       {0.76F, {0, 1, 2}},
                                                       {0.93F, {0, 1, 2, 3}},
                                                       {1.0F, {0, 1, 2, 3, 4}}}) {
    params.top_p = top_p;
    EXPECT_EQ(Reachable(params, Halves()), ids) << top_p;
  }
}

TEST(Sampler, TopPReachesTypicalPExceeds) {
  SamplingParams params = Off();
  params.top_p = 0.5F;
  EXPECT_EQ(Reachable(params, {0, 0}), (Ids{0}));
  params.top_p = 1;
  params.typical_p = 0.5F;
  EXPECT_EQ(Reachable(params, {0, 0}), (Ids{0, 1}));
}

TEST(Sampler, TopPLooksAtWhatTopKLeft) {
  SamplingParams params = Off();
  params.top_k = 2;     // leaves 2/3 and 1/3
  params.top_p = 0.6F;  // of all five it would take two
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0}));
}

TEST(Sampler, MinPIsRelativeToTheLikeliest) {
  SamplingParams params = Off();
  params.min_p = 0.2F;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0, 1, 2}));
  params.min_p = 0.6F;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0}));
  params.min_p = 1;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0}));
}

// Entropy 1.875 ln 2; surprises 1, 2, 3, 4, 4 times ln 2: nearest are tokens 1, 0, 2.
TEST(Sampler, TypicalPPrefersTokensOfMeanSurprise) {
  SamplingParams params = Off();
  params.typical_p = 0.2F;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{1}));
  params.typical_p = 0.3F;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0, 1}));
  params.typical_p = 0.8F;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0, 1, 2}));
  params.typical_p = 0.2F;
  params.temperature = 0;
  EXPECT_EQ(SampleOne(params, Halves()), 1);
}

TEST(Sampler, FiltersComeBeforeTemperature) {
  SamplingParams params = Off();
  params.temperature = 100;  // nearly uniform: after it, top_p 0.6 would keep four tokens
  params.top_p = 0.6F;
  EXPECT_EQ(Reachable(params, Halves()), (Ids{0, 1}));
}

TEST(Sampler, TinyTemperatureIsGreedyWithoutOverflow) {
  SamplingParams params = Off();
  params.temperature = 1e-30F;
  EXPECT_EQ(Reachable(params, {-3e38F, 5, 3e38F, 4.9999F}), (Ids{2}));
}

TEST(Sampler, RepeatPenaltyDividesPositiveAndMultipliesNegativeLogits) {
  SamplingParams params = Off();
  params.temperature = 0;
  params.repeat_penalty = 1.3F;
  EXPECT_EQ(SampleOne(params, {2.0F, 1.5F}, {0}), 0);    // 1.538
  EXPECT_EQ(SampleOne(params, {-1.0F, -1.2F}, {0}), 1);  // -1.3
  params.repeat_penalty = 1.4F;
  EXPECT_EQ(SampleOne(params, {2.0F, 1.5F}, {0}), 1);  // 1.429
  EXPECT_EQ(SampleOne(params, {2.0F, 1.5F}, {0, 0, 0}), 1);
  params.repeat_penalty = 1.1F;
  EXPECT_EQ(SampleOne(params, {-1.0F, -1.2F}, {0, 0, 0}), 0);  // once, however often it came
}

TEST(Sampler, PresenceCountsOnceFrequencyEachTime) {
  SamplingParams params = Off();
  params.temperature = 0;
  params.presence_penalty = 0.4F;
  EXPECT_EQ(SampleOne(params, {2.0F, 1.5F}, {0, 0, 0}), 0);
  params.presence_penalty = 0.6F;
  EXPECT_EQ(SampleOne(params, {2.0F, 1.5F}, {0}), 1);
  params.presence_penalty = 0;
  params.frequency_penalty = 0.2F;
  EXPECT_EQ(SampleOne(params, {2.0F, 1.5F}, {0, 0}), 0);
  EXPECT_EQ(SampleOne(params, {2.0F, 1.5F}, {0, 0, 0}), 1);
  params.frequency_penalty = -0.2F;
  EXPECT_EQ(SampleOne(params, {2.0F, 1.5F}, {1, 1, 1}), 1);
}

TEST(Sampler, PenaltiesLookBackAsFarAsTold) {
  SamplingParams params = Off();
  params.temperature = 0;
  params.presence_penalty = 1;
  const std::vector<float> logits = {2.0F, 1.5F, 0.0F};
  params.repeat_last_n = 2;
  EXPECT_EQ(SampleOne(params, logits, {0, 2, 2}), 0);
  params.repeat_last_n = 3;
  EXPECT_EQ(SampleOne(params, logits, {0, 2, 2}), 1);
  params.repeat_last_n = 0;
  EXPECT_EQ(SampleOne(params, logits, {0, 2, 2}), 0);
  params.repeat_last_n = -1;
  std::vector<TokenId> long_ago(5000, 2);
  long_ago[0] = 0;
  EXPECT_EQ(SampleOne(params, logits, long_ago), 1);
  params.repeat_last_n = 1 << 30;
  EXPECT_EQ(SampleOne(params, logits, long_ago), 1);
}

TEST(Sampler, BiasComesBeforePenalties) {
  SamplingParams params = Off();
  params.temperature = 0;
  params.logit_bias = {{0, 4.0F}};
  params.repeat_penalty = 2;
  EXPECT_EQ(SampleOne(params, {-1.0F, 1.6F}, {0}), 1);  // (-1 + 4) / 2; else -2 + 4
  params.logit_bias = {{0, 1.0F}, {0, 1.0F}};           // adds up
  params.repeat_penalty = 1;
  EXPECT_EQ(SampleOne(params, {0.0F, 1.9F}), 0);
}

TEST(Sampler, BiasCanBanAndForce) {
  SamplingParams params = Off();
  params.logit_bias = {{0, -kInfinity}, {1, -100}, {99, 5}};
  EXPECT_EQ(Reachable(params, Halves()), (Ids{2, 3, 4}));
  params.logit_bias = {{4, 100}};
  EXPECT_EQ(Reachable(params, Halves()), (Ids{4}));
}

TEST(Sampler, MaskGoesFirst) {
  TokenMask mask(5);
  mask.Allow(1);
  mask.Allow(3);
  mask.Allow(4);
  SamplingParams params = Off();
  EXPECT_EQ(Reachable(params, Halves(), &mask), (Ids{1, 3, 4}));
  params.top_k = 2;
  EXPECT_EQ(Reachable(params, Halves(), &mask), (Ids{1, 3}));
  params.top_k = 0;
  params.top_p = 0.6F;  // of 2/3, 1/6, 1/6
  EXPECT_EQ(Reachable(params, Halves(), &mask), (Ids{1}));
  params = Off();
  params.temperature = 0;
  EXPECT_EQ(SampleOne(params, Halves(), {}, &mask), 1);
}

TEST(Sampler, ImpossibleLogitsAreAnErrorThatNamesTheToken) {
  Sampler sampler(200);
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity}) {
    std::vector<float> logits(200, 1.0F);
    logits[131] = bad;
    SampleInput input;
    input.logits = logits;
    input.position = 17;
    for (const float temperature : {0.0F, 1.0F}) {
      SamplingParams params;
      params.temperature = temperature;
      const auto token = sampler.Sample(params, input);
      ASSERT_FALSE(token);
      EXPECT_EQ(token.error().code, ErrorCode::kInternal);
      EXPECT_NE(token.error().message.find("token 131"), std::string::npos);
      EXPECT_NE(token.error().message.find("position 17"), std::string::npos);
    }
  }
}

TEST(Sampler, NothingLeftIsAnError) {
  std::vector<float> impossible(70, -kInfinity);
  std::vector<float> possible(70, 0.0F);
  const TokenMask nothing(70);
  for (const float temperature : {0.0F, 1.0F}) {
    for (const int top_k : {0, 5}) {
      SamplingParams params;
      params.temperature = temperature;
      params.top_k = top_k;
      Sampler sampler(70);
      SampleInput input;
      input.logits = impossible;
      EXPECT_FALSE(sampler.Sample(params, input));
      input.logits = possible;
      input.mask = &nothing;
      EXPECT_FALSE(sampler.Sample(params, input));
    }
  }
}

TEST(Sampler, MinusInfinityIsNeverChosen) {
  std::vector<float> logits(100, -kInfinity);
  logits[64] = -1e30F;
  EXPECT_EQ(Reachable(Off(), logits), (Ids{64}));
}

// --- All parameters together, against a second implementation without any shortcut. ---

struct Token {
  double logit;
  TokenId id;
};

class Reference {
 public:
  Reference(const SamplingParams& params, const std::vector<float>& logits,
            const std::vector<TokenId>& history, const TokenMask* mask)
      : params_(params) {
    std::vector<float> edited = logits;
    for (const auto& [id, bias] : params.logit_bias) edited[static_cast<size_t>(id)] += bias;
    const size_t n = params.repeat_last_n < 0
                         ? history.size()
                         : std::min(history.size(), static_cast<size_t>(params.repeat_last_n));
    std::map<TokenId, int> counts;
    for (size_t i = history.size() - n; i < history.size(); ++i) ++counts[history[i]];
    for (const auto& [id, count] : counts) {
      float& logit = edited[static_cast<size_t>(id)];
      logit = logit <= 0 ? logit * params.repeat_penalty : logit / params.repeat_penalty;
      logit -= static_cast<float>(count) * params.frequency_penalty + params.presence_penalty;
    }
    for (size_t i = 0; i < edited.size(); ++i) {
      const TokenId id = static_cast<TokenId>(i);
      if (mask == nullptr || mask->Allows(id)) tokens_.push_back({edited[i], id});
    }
  }

  TokenId Sample(double uniform) {
    if (params_.top_k > 0 && static_cast<size_t>(params_.top_k) < all_) {
      SortByLogit();
      if (tokens_.size() > static_cast<size_t>(params_.top_k)) {
        tokens_.resize(static_cast<size_t>(params_.top_k));
      }
    }
    if (params_.typical_p < 1) Typical();
    if (params_.top_p < 1) Nucleus();
    if (params_.min_p > 0) Minimum();
    return params_.temperature == 0 ? Greedy() : Draw(uniform);
  }

  void set_vocabulary(size_t n) { all_ = n; }

 private:
  void SortByLogit() {
    std::sort(tokens_.begin(), tokens_.end(), [](const Token& a, const Token& b) {
      return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
    });
  }
  double Max() const {
    double max = -1e300;
    for (const Token& token : tokens_) max = std::max(max, token.logit);
    return max;
  }
  std::vector<double> Softmax(double temperature) const {
    std::vector<double> p;
    double sum = 0;
    for (const Token& token : tokens_) {
      p.push_back(std::exp((token.logit - Max()) / temperature));
      sum += p.back();
    }
    for (double& value : p) value /= sum;
    return p;
  }
  void Typical() {
    const std::vector<double> p = Softmax(1);
    double entropy = 0;
    for (double value : p) entropy -= value > 0 ? value * std::log(value) : 0;
    const auto distance = [&](size_t i) {
      return std::abs(-std::log(p[0]) + tokens_[0].logit - tokens_[i].logit - entropy);
    };
    std::vector<size_t> order(p.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      return distance(a) != distance(b) ? distance(a) < distance(b) : tokens_[a].id < tokens_[b].id;
    });
    std::vector<Token> kept;
    double sum = 0;
    for (size_t i : order) {
      kept.push_back(tokens_[i]);
      sum += p[i];
      if (sum > static_cast<double>(params_.typical_p)) break;
    }
    tokens_ = kept;
    SortByLogit();
  }
  void Nucleus() {
    SortByLogit();
    const std::vector<double> p = Softmax(1);
    double sum = 0;
    size_t n = 0;
    while (n < p.size()) {
      sum += p[n++];
      if (sum >= static_cast<double>(params_.top_p)) break;
    }
    tokens_.resize(n);
  }
  void Minimum() {
    const double max = Max();
    std::erase_if(tokens_, [&](const Token& token) {
      return std::exp(token.logit - max) < static_cast<double>(params_.min_p) * (1 - 1e-14);
    });
  }
  TokenId Greedy() {
    SortByLogit();
    return tokens_.front().id;
  }
  TokenId Draw(double uniform) {
    const std::vector<double> p = Softmax(params_.temperature);
    double passed = 0;
    for (size_t i = 0; i < p.size(); ++i) {
      passed += p[i];
      if (passed > uniform) return tokens_[i].id;
    }
    return tokens_.back().id;
  }

  SamplingParams params_;
  std::vector<Token> tokens_;
  size_t all_ = 0;
};

SamplingParams RandomParams(std::mt19937& random, int vocabulary) {
  const auto chance = [&](double p) { return std::bernoulli_distribution(p)(random); };
  const auto real = [&](float a, float b) {
    return std::uniform_real_distribution<float>(a, b)(random);
  };
  SamplingParams params = Off();
  params.temperature = chance(0.2) ? 0 : real(0.05F, 2);
  if (chance(0.5)) params.top_k = std::uniform_int_distribution<int>(1, 60)(random);
  if (chance(0.5)) params.top_p = real(0, 1);
  if (chance(0.5)) params.min_p = real(0, 0.5F);
  if (chance(0.3)) params.typical_p = real(0, 1);
  if (chance(0.5)) params.repeat_penalty = real(0.7F, 1.5F);
  if (chance(0.3)) params.presence_penalty = real(-2, 2);
  if (chance(0.3)) params.frequency_penalty = real(-2, 2);
  params.repeat_last_n = std::uniform_int_distribution<int>(-1, 80)(random);
  std::uniform_int_distribution<TokenId> id(0, vocabulary - 1);
  for (int i = std::uniform_int_distribution<int>(0, 3)(random); i > 0; --i) {
    params.logit_bias.emplace_back(id(random), real(-5, 5));
  }
  return params;
}

TEST(SamplerProperty, EqualsAPlainImplementation) {
  std::mt19937 random(20240607);
  for (int round = 0; round < 4000; ++round) {
    const int n = round % 50 == 0 ? 5000 : std::uniform_int_distribution<int>(1, 300)(random);
    const SamplingParams params = RandomParams(random, n);
    std::vector<float> logits(static_cast<size_t>(n));
    std::normal_distribution<float> normal(0, 4);
    for (float& logit : logits) logit = normal(random);
    if (round % 3 == 0) {  // ties: logits on a coarse grid
      for (float& logit : logits) logit = std::round(logit);
    }
    std::uniform_int_distribution<TokenId> id(0, n - 1);
    std::vector<TokenId> history(std::uniform_int_distribution<size_t>(0, 100)(random));
    for (TokenId& token : history) token = id(random);
    TokenMask mask(n);
    const bool masked = round % 4 == 0;
    mask.Allow(id(random));
    for (int i = 0; i < n / 2; ++i) mask.Allow(id(random));

    SampleInput input;
    std::vector<float> scratch = logits;
    input.logits = scratch;
    input.history = history;
    input.mask = masked ? &mask : nullptr;
    input.seed = static_cast<uint64_t>(round) * 977;
    input.choice = static_cast<uint32_t>(round % 5);
    input.position = static_cast<uint64_t>(round) * 31;
    Sampler sampler(n);
    const Result<TokenId> token = sampler.Sample(params, input);
    ASSERT_TRUE(token) << token.error().message;
    EXPECT_EQ(scratch, logits) << "logits must come back as they were";
    if (masked) EXPECT_TRUE(mask.Allows(*token));

    Reference reference(params, logits, history, input.mask);
    reference.set_vocabulary(static_cast<size_t>(n));
    EXPECT_EQ(*token, reference.Sample(UniformDraw(input.seed, input.choice, input.position)))
        << "round " << round;
    EXPECT_EQ(sampler.Sample(params, input).value(), *token) << "not reproducible";
  }
}

TEST(SamplerProperty, DrawsFollowTheDistribution) {
  const std::vector<double> p = {0.4, 0.3, 0.15, 0.1, 0.05};
  for (const double temperature : {0.5, 1.0, 2.0}) {
    for (const int top_k : {0, 4}) {  // walks by id, and likeliest first
      SamplingParams params = Off();
      params.temperature = static_cast<float>(temperature);
      params.top_k = top_k;
      const size_t n = top_k == 0 ? p.size() : static_cast<size_t>(top_k);
      std::vector<double> expected;
      double sum = 0;
      for (size_t i = 0; i < n; ++i) {
        expected.push_back(std::pow(p[i], 1 / temperature));
        sum += expected.back();
      }
      constexpr int kDraws = 50000;
      std::vector<int> counts(p.size(), 0);
      std::vector<float> logits = LogOf(p);
      Sampler sampler(static_cast<int>(logits.size()));
      for (int i = 0; i < kDraws; ++i) {
        SampleInput input;
        input.logits = logits;
        input.seed = 5;
        input.position = static_cast<uint64_t>(i);
        ++counts[static_cast<size_t>(sampler.Sample(params, input).value())];
      }
      double chi_square = 0;
      for (size_t i = 0; i < n; ++i) {
        const double mean = expected[i] / sum * kDraws;
        chi_square += (counts[i] - mean) * (counts[i] - mean) / mean;
      }
      EXPECT_LT(chi_square, 18.47) << temperature << " " << top_k;  // 4 degrees, p = 0.001
    }
  }
}

TEST(SamplerProperty, SeedAndChoiceChangeTheDraw) {
  const std::vector<float> flat(1000, 0.0F);
  std::set<TokenId> by_seed;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    by_seed.insert(SampleOne(Off(), flat, {}, nullptr, 3, seed));
  }
  EXPECT_GT(by_seed.size(), 40U);
}

TEST(ValidateParams, NamesTheParameterAndItsRange) {
  EXPECT_TRUE(Validate(SamplingParams{}));
  const auto message = [](auto change) {
    SamplingParams params;
    change(params);
    const Result<void> valid = Validate(params);
    return valid ? std::string("valid") : valid.error().message;
  };
  EXPECT_EQ(message([](auto& p) { p.temperature = -1; }),
            "temperature must be between 0 and 100, not -1");
  EXPECT_EQ(message([](auto& p) { p.top_p = 1.5F; }), "top_p must be between 0 and 1, not 1.5");
  EXPECT_EQ(message([](auto& p) { p.min_p = std::nanf(""); }),
            "min_p must be between 0 and 1, not nan");
  EXPECT_EQ(message([](auto& p) { p.typical_p = -0.5F; }),
            "typical_p must be between 0 and 1, not -0.5");
  EXPECT_EQ(message([](auto& p) { p.repeat_penalty = 0; }),
            "repeat_penalty must be between 0.01 and 100, not 0");
  EXPECT_EQ(message([](auto& p) { p.top_k = -2; }),
            "top_k must be between -1 and 1073741824, not -2");
  EXPECT_NE(message([](auto& p) { p.logit_bias = {{-5, 1}}; }).find("-5"), std::string::npos);
  EXPECT_NE(message([](auto& p) { p.logit_bias = {{7, kInfinity}}; }).find("token 7"),
            std::string::npos);
  EXPECT_EQ(message([](auto& p) { p.logit_bias = {{7, -kInfinity}}; }), "valid");
}

}  // namespace
}  // namespace bantam
