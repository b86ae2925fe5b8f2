// Tests of the vocabulary scans against plain sorting, at every length around the block size.
#include "engine/candidates.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <random>

namespace bantam {
namespace {

std::vector<Candidate> Sorted(const std::vector<float>& logits, const TokenMask* mask) {
  std::vector<Candidate> all;
  for (size_t i = 0; i < logits.size(); ++i) {
    const TokenId id = static_cast<TokenId>(i);
    if (!std::isinf(logits[i]) && (mask == nullptr || mask->Allows(id))) {
      all.push_back({logits[i], id});
    }
  }
  std::sort(all.begin(), all.end(), Likelier);
  return all;
}

bool Same(const std::vector<Candidate>& a, const std::vector<Candidate>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.id == y.id && x.logit == y.logit;
  });
}

TEST(Candidates, SelectionsEqualSorting) {
  std::mt19937 random(3);
  for (size_t n = 1; n < 700; n += n < 200 ? 1 : 37) {
    for (const bool ties : {false, true}) {
      std::vector<float> logits(n);
      std::normal_distribution<float> normal(0, 3);
      for (float& logit : logits) logit = ties ? std::round(normal(random)) : normal(random);
      if (n % 3 == 0) logits[n / 2] = -std::numeric_limits<float>::infinity();
      TokenMask mask(static_cast<int>(n));
      for (size_t i = 0; i < n; ++i) {
        if (random() % 2 == 0) mask.Allow(static_cast<TokenId>(i));
      }
      for (const TokenMask* m :
           {static_cast<const TokenMask*>(nullptr), static_cast<const TokenMask*>(&mask)}) {
        const std::vector<Candidate> sorted = Sorted(logits, m);
        EXPECT_EQ(Likeliest(logits, m), sorted.empty() ? -1 : sorted.front().id);
        std::vector<Candidate> out;
        for (const size_t k : {size_t{1}, size_t{2}, size_t{40}, n, n + 5}) {
          SelectTop(logits, m, static_cast<int>(k), out);
          std::vector<Candidate> expected = sorted;
          expected.resize(std::min(expected.size(), k));
          EXPECT_TRUE(Same(out, expected)) << n << " " << k;
        }
        SelectAll(logits, m, out);
        EXPECT_TRUE(std::is_sorted(out.begin(), out.end(),
                                   [](const auto& a, const auto& b) { return a.id < b.id; }));
        std::sort(out.begin(), out.end(), Likelier);
        EXPECT_TRUE(Same(out, sorted));
      }
    }
  }
}

TEST(Candidates, FindBadLogitNamesTheFirst) {
  std::vector<float> logits(300, -5.0F);
  EXPECT_EQ(FindBadLogit(logits), -1);
  logits[5] = -std::numeric_limits<float>::infinity();
  EXPECT_EQ(FindBadLogit(logits), -1);
  logits[299] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(FindBadLogit(logits), 299);
  logits[70] = std::nanf("");
  EXPECT_EQ(FindBadLogit(logits), 70);
}

TEST(LazySort, EveryRankIsRightInAnyOrderOfAsking) {
  std::mt19937 random(9);
  std::vector<int> values(2000);
  for (int& value : values) value = static_cast<int>(random() % 1000);
  std::vector<int> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  LazySort lazy{std::span<int>(values), std::less<int>{}};
  for (const size_t rank : {size_t{3}, size_t{0}, size_t{127}, size_t{128}, size_t{129},
                            size_t{511}, size_t{600}, size_t{1999}, size_t{5}}) {
    EXPECT_EQ(lazy[rank], sorted[rank]);
  }
  EXPECT_EQ(values, sorted);
}

TEST(TokenMask, UnusedBitsStayZero) {
  TokenMask mask(70);
  mask.AllowAll();
  EXPECT_EQ(mask.words().back(), 63U);
  EXPECT_TRUE(mask.Allows(69));
  EXPECT_FALSE(mask.Allows(70));
  EXPECT_FALSE(mask.Allows(-1));
  mask.Allow(70);
  mask.Forbid(0);
  EXPECT_EQ(mask.words().back(), 63U);
  EXPECT_FALSE(mask.Allows(0));
  mask.ForbidAll();
  EXPECT_FALSE(mask.Allows(1));
  TokenMask whole(64);
  whole.AllowAll();
  EXPECT_TRUE(whole.Allows(63));
}

}  // namespace
}  // namespace bantam
