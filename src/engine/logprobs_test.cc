// Tests of log-probabilities on distributions worked by hand.
#include "engine/logprobs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/exp_inl.h"

namespace bantam {
namespace {

TEST(ExpNonPositive, IsAccurateToTheLastPlaces) {
  for (double x = 0; x > -708; x -= 0.00917) {
    const double expected = std::exp(x);
    EXPECT_NEAR(ExpNonPositive(x), expected, 4e-16 * expected) << x;
  }
  EXPECT_EQ(ExpNonPositive(0), 1);
  EXPECT_EQ(ExpNonPositive(-708.5), 0);
  EXPECT_EQ(ExpNonPositive(-1e308), 0);
  EXPECT_EQ(ExpNonPositive(-std::numeric_limits<double>::infinity()), 0);
  EXPECT_TRUE(std::isnan(ExpNonPositive(std::nan(""))));
}

TEST(LogSumExp, IsExactEnoughAndDoesNotOverflow) {
  EXPECT_NEAR(LogSumExp(std::vector<float>{0, 0, 0, 0}), std::log(4.0), 1e-15);
  EXPECT_NEAR(LogSumExp(std::vector<float>{1000, 999}), 1000 + std::log1p(std::exp(-1.0)), 1e-12);
  EXPECT_NEAR(LogSumExp(std::vector<float>{-1000, -1000}), -1000 + std::log(2.0), 1e-12);
  EXPECT_EQ(LogSumExp(std::vector<float>{-std::numeric_limits<float>::infinity(), 3}), 3);
}

TEST(LogSumExp, ImpossibleLogitsGiveNan) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isnan(LogSumExp(std::vector<float>{1, std::nanf("")})));
  EXPECT_TRUE(std::isnan(LogSumExp(std::vector<float>{1, kInfinity})));
  EXPECT_TRUE(std::isnan(LogSumExp(std::vector<float>{-kInfinity, -kInfinity})));
}

TEST(TopLogprobs, LikeliestFirstEqualsById) {
  const std::vector<float> logits = {std::log(0.125F), std::log(0.5F), std::log(0.125F),
                                     std::log(0.25F)};
  std::vector<Candidate> work;
  std::vector<std::pair<TokenId, float>> top;
  TopLogprobs(logits, LogSumExp(logits), 3, work, top);
  ASSERT_EQ(top.size(), 3U);
  EXPECT_EQ(top[0].first, 1);
  EXPECT_NEAR(top[0].second, std::log(0.5), 1e-6);
  EXPECT_EQ(top[1].first, 3);
  EXPECT_EQ(top[2].first, 0);
  EXPECT_NEAR(top[2].second, std::log(0.125), 1e-6);
  TopLogprobs(logits, LogSumExp(logits), 0, work, top);
  EXPECT_TRUE(top.empty());
  TopLogprobs(logits, LogSumExp(logits), 100, work, top);
  EXPECT_EQ(top.size(), 4U);
}

}  // namespace
}  // namespace bantam
