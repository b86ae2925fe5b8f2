// The order BM25 gives.
#include "engine/passage_ranking.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bantam {
namespace {

TEST(PassageRankingTest, EqualsTheFormula) {
  // Two passages of four and two terms, one of them with the term twice.
  const PassageRanking ranking({{1, 2, 1, 3}, {4, 5}});
  const std::vector<WeightedTerm> question = {{1, 1}, {1, 0.5}};
  const std::vector<double> scores = ranking.Scores(question);
  const double idf = std::log(1 + (2 - 1 + 0.5) / (1 + 0.5));
  const double norm = 1.2 * (1 - 0.75 + 0.75 * 4 / 3.0);
  EXPECT_NEAR(scores[0], idf * 2 * 2.2 / (2 + norm), 1e-12);
  EXPECT_EQ(scores[1], 0);
}

TEST(PassageRankingTest, RareTermsCountMore) {
  const PassageRanking ranking({{1, 7}, {1, 8}, {1, 9}, {2, 9}});
  const std::vector<double> scores = ranking.Scores(std::vector<WeightedTerm>{{1, 1}, {8, 1}});
  EXPECT_GT(scores[1], scores[0]);
  EXPECT_EQ(scores[0], scores[2]);
  EXPECT_EQ(scores[3], 0);
}

TEST(PassageRankingTest, OfNothingIsNothing) {
  EXPECT_TRUE(PassageRanking({}).Scores(std::vector<WeightedTerm>{{1, 1}}).empty());
  EXPECT_EQ(PassageRanking(std::vector<std::vector<uint64_t>>(1)).Scores({}),
            std::vector<double>{0});
}

}  // namespace
}  // namespace bantam
