// Tests of guessing by lookup.
#include "engine/lookup_draft.h"

#include <gtest/gtest.h>

namespace bantam {
namespace {

using Tokens = std::vector<TokenId>;

Tokens Proposed(LookupDraft& lookup, const Tokens& tokens, int most = 15) {
  const std::span<const TokenId> draft = lookup.Propose(tokens, most);
  return Tokens(draft.begin(), draft.end());
}

// What a draft begins with: how long it is depends on the odds.
Tokens First(const Tokens& tokens, size_t n = 1) {
  LookupDraft lookup;
  Tokens draft = Proposed(lookup, tokens);
  EXPECT_GE(draft.size(), n);
  draft.resize(n);
  return draft;
}

TEST(LookupDraft, ProposesWhatFollowedTheSameEnding) {
  EXPECT_EQ(First({1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 1, 2, 3, 4, 5}, 3), (Tokens{10, 11, 12}));
  LookupDraft lookup;
  EXPECT_EQ(Proposed(lookup, {1, 2, 3, 4, 5, 10, 11, 12, 1, 2, 3, 4, 5}, 2), (Tokens{10, 11}));
  EXPECT_TRUE(Proposed(lookup, {1, 2, 3, 4, 5, 10, 11, 12, 1, 2, 3, 4, 5}, 0).empty());
  EXPECT_TRUE(Proposed(lookup, {1, 2, 3, 4, 5, 10, 11, 12, 1, 2, 3, 4, 5}, -1).empty());
}

TEST(LookupDraft, NeedsTwoTokensThatOccurredBefore) {
  LookupDraft lookup;
  EXPECT_TRUE(Proposed(lookup, {}).empty());
  EXPECT_TRUE(Proposed(lookup, {1}).empty());
  EXPECT_TRUE(Proposed(lookup, {1, 1}).empty());
  EXPECT_TRUE(Proposed(lookup, {9, 3, 10, 8, 3}).empty());
  EXPECT_TRUE(Proposed(lookup, {1, 2, 3, 4, 5, 6, 7}).empty());
  EXPECT_EQ(First({2, 3, 4, 2, 3}), Tokens{4});
}

TEST(LookupDraft, PrefersTheLongestThenTheLatestMatch) {
  EXPECT_EQ(First({7, 1, 2, 3, 20, 8, 1, 2, 3, 30, 7, 1, 2, 3}), Tokens{20});
  EXPECT_EQ(First({6, 1, 2, 3, 20, 8, 1, 2, 3, 30, 7, 1, 2, 3}), Tokens{30});
}

TEST(LookupDraft, GoesRoundInARepetition) {
  EXPECT_EQ(First({5, 6, 5, 6, 5, 6, 5}, 3), (Tokens{6, 5, 6}));
  EXPECT_EQ(First({4, 4, 4, 4, 4}, 2), (Tokens{4, 4}));
}

TEST(LookupDraft, GuessesMoreAfterLongerMatches) {
  size_t before = 0;
  for (const int match : {2, 3, 5, 8, 12}) {
    LookupDraft lookup;
    Tokens tokens;
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < match; ++i) tokens.push_back(100 + i);
      if (round == 0) {
        for (int i = 0; i < 20; ++i) tokens.push_back(i);
      }
    }
    const size_t n = Proposed(lookup, tokens).size();
    EXPECT_GE(n, before) << match;
    before = n;
  }
  EXPECT_GE(before, 5U);
}

TEST(LookupDraft, SuccessMakesDraftsLongerFailureEndsThem) {
  LookupDraft lookup;
  const Tokens tokens(40, 1);
  for (int i = 0; i < 20; ++i) lookup.Judge(static_cast<int>(Proposed(lookup, tokens).size()));
  EXPECT_EQ(Proposed(lookup, tokens).size(), 15U);
  int failures = 0;
  for (; failures < 300 && !Proposed(lookup, tokens).empty(); ++failures) lookup.Judge(0);
  EXPECT_LT(failures, 150);
  int steps = 0;
  for (; steps < 1000 && Proposed(lookup, tokens).empty(); ++steps) lookup.Judge(0);
  EXPECT_GT(steps, 3) << "tries again at once";
  EXPECT_LT(steps, 500) << "never tries again";
}

TEST(LookupDraft, OneThatFailsAtOnceIsSoonGivenUp) {
  LookupDraft lookup;
  const Tokens tokens = {1, 2, 3, 9, 1, 2};
  int failures = 0;
  for (; failures < 100 && !Proposed(lookup, tokens).empty(); ++failures) lookup.Judge(0);
  EXPECT_LE(failures, 6);
}

}  // namespace
}  // namespace bantam
