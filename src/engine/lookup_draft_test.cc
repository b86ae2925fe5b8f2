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

TEST(LookupDraft, ProposesWhatFollowedTheSameEnding) {
  LookupDraft lookup;
  EXPECT_EQ(Proposed(lookup, {1, 2, 3, 10, 11, 12, 13, 14, 1, 2, 3}), (Tokens{10, 11, 12, 13}));
  EXPECT_EQ(Proposed(lookup, {1, 2, 3, 10, 11, 12, 13, 14, 1, 2, 3}, 2), (Tokens{10, 11}));
}

TEST(LookupDraft, NeedsThreeTokensThatOccurredBefore) {
  LookupDraft lookup;
  EXPECT_TRUE(Proposed(lookup, {}).empty());
  EXPECT_TRUE(Proposed(lookup, {1}).empty());
  EXPECT_TRUE(Proposed(lookup, {1, 1, 1}).empty());
  EXPECT_TRUE(Proposed(lookup, {9, 2, 3, 10, 8, 2, 3}).empty());
  EXPECT_TRUE(Proposed(lookup, {1, 2, 3, 4, 5, 6, 7}).empty());
  EXPECT_EQ(Proposed(lookup, {1, 2, 3, 4, 1, 2, 3}, 1), Tokens{4});
}

TEST(LookupDraft, PrefersTheLongestThenTheLatestMatch) {
  LookupDraft lookup;
  EXPECT_EQ(Proposed(lookup, {7, 1, 2, 3, 20, 8, 1, 2, 3, 30, 7, 1, 2, 3}, 1), Tokens{20});
  EXPECT_EQ(Proposed(lookup, {6, 1, 2, 3, 20, 8, 1, 2, 3, 30, 7, 1, 2, 3}, 1), Tokens{30});
}

TEST(LookupDraft, GoesRoundInARepetition) {
  LookupDraft lookup;
  EXPECT_EQ(Proposed(lookup, {5, 6, 5, 6, 5, 6, 5}), (Tokens{6, 5, 6, 5}));
  EXPECT_EQ(Proposed(lookup, {4, 4, 4, 4}), (Tokens{4, 4, 4, 4}));
}

TEST(LookupDraft, GuessesMoreWithSuccess) {
  LookupDraft lookup;
  const Tokens tokens(40, 1);
  size_t length = 4;
  for (int i = 0; i < 4; ++i, length = std::min<size_t>(2 * length, LookupDraft::kMaxTokens)) {
    EXPECT_EQ(Proposed(lookup, tokens).size(), length);
    lookup.Judge(static_cast<int>(length));
  }
  lookup.Judge(5);
  EXPECT_EQ(Proposed(lookup, tokens).size(), 5U);
}

TEST(LookupDraft, PausesLongerAfterEveryFailure) {
  LookupDraft lookup;
  const Tokens tokens(40, 1);
  for (const int pause : {2, 4, 8, 16, 32, 64, 64}) {
    EXPECT_FALSE(Proposed(lookup, tokens).empty());
    lookup.Judge(0);
    for (int i = 0; i < pause; ++i) EXPECT_TRUE(Proposed(lookup, tokens).empty()) << pause;
  }
  EXPECT_EQ(Proposed(lookup, tokens).size(), 2U);
  lookup.Judge(2);
  EXPECT_EQ(Proposed(lookup, tokens).size(), 4U) << "success ends the pauses";
}

TEST(LookupDraft, StepsWithoutADraftAreNotJudged) {
  LookupDraft lookup;
  EXPECT_TRUE(Proposed(lookup, {1, 2}).empty());
  lookup.Judge(0);
  EXPECT_FALSE(Proposed(lookup, Tokens(9, 1)).empty());
}

}  // namespace
}  // namespace bantam
