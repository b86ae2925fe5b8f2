// Search for the ending of a sequence in the sequence, and how many tokens to take from there.
#include "engine/lookup_draft.h"

#include <algorithm>

namespace bantam {
namespace {

// What each further token of a step costs, as a share of a step of one: measured 0.09 to 0.17.
constexpr float kTokenCost = 0.12F;
constexpr float kDraftCost = 0.05F;
// The weight that odds keep at every guess, and what they lose to the usual ones at every step in
// which nothing was guessed.
constexpr float kKept = 0.98F;
constexpr float kForgotten = 0.005F;

}  // namespace

// From the end: of equally long occurrences the latest counts. Linear for all but repetitive
// tokens, and at most kMaxMatch times that.
LookupDraft::Match LookupDraft::FindEnding(std::span<const TokenId> tokens) {
  const int n = static_cast<int>(tokens.size());
  const auto at = [&](int i) { return tokens[static_cast<size_t>(i)]; };
  Match best = {-1, kMinMatch - 1};
  for (int end = n - 2; end >= best.length; --end) {
    if (at(end) != at(n - 1) || at(end - best.length) != at(n - 1 - best.length)) continue;
    int length = 1;
    while (length < kMaxMatch && length <= end && at(end - length) == at(n - 1 - length)) ++length;
    if (length <= best.length) continue;
    best = {end, length};
    if (length == kMaxMatch) break;
  }
  return best;
}

size_t LookupDraft::KindOf(int match_length) {
  if (match_length <= 3) return static_cast<size_t>(match_length) - 1;
  return match_length <= 5 ? 3 : match_length <= 8 ? 4 : 5;
}

int LookupDraft::BestLength(int match_length) const {
  float best = 1;  // tokens for the cost of a step without a draft
  int best_length = 0;
  float expected = 1;
  float all_right = 1;
  for (int n = 1; n <= kMaxTokens; ++n) {
    const Odds& odds = odds_[KindOf(match_length + n - 1)];
    all_right *= odds.right / odds.all;
    expected += all_right;
    const float gain = expected / (1 + kDraftCost + kTokenCost * static_cast<float>(n));
    if (gain <= best) continue;
    best = gain;
    best_length = n;
  }
  return best_length;
}

std::span<const TokenId> LookupDraft::Propose(std::span<const TokenId> tokens, int most) {
  draft_.clear();
  match_ = FindEnding(tokens);
  if (match_.end < 0) return draft_;
  const int n = std::min(BestLength(match_.length), most);
  if (n <= 0) {
    const size_t kind = KindOf(match_.length);
    odds_[kind].right += (kUsual[kind].right - odds_[kind].right) * kForgotten;
    odds_[kind].all += (kUsual[kind].all - odds_[kind].all) * kForgotten;
    return draft_;
  }
  // What is short of tokens goes round: then the sequence repeats itself.
  const std::span<const TokenId> next = tokens.subspan(static_cast<size_t>(match_.end) + 1);
  for (size_t i = 0; i < static_cast<size_t>(n); ++i) draft_.push_back(next[i % next.size()]);
  return draft_;
}

void LookupDraft::Judge(int n_right) {
  const int n_judged = std::min(n_right + 1, static_cast<int>(draft_.size()));
  for (int i = 0; i < n_judged; ++i) {
    Odds& odds = odds_[KindOf(match_.length + i)];
    odds.right = odds.right * kKept + (i < n_right ? 1.0F : 0.0F);
    odds.all = odds.all * kKept + 1;
  }
}

}  // namespace bantam
