// Search for the ending of a sequence in the sequence, and when to leave it.
#include "engine/lookup_draft.h"

#include <algorithm>

namespace bantam {
namespace {

constexpr int kShortest = 2;
constexpr int kLongestPause = 64;

}  // namespace

// From the end: of equally long occurrences the latest counts. Linear for all but repetitive
// tokens, and at most kMaxMatch times that.
int LookupDraft::FindEnding(std::span<const TokenId> tokens) {
  const int n = static_cast<int>(tokens.size());
  const auto at = [&](int i) { return tokens[static_cast<size_t>(i)]; };
  int best = -1;
  int best_length = kMinMatch - 1;
  for (int end = n - 2; end >= best_length; --end) {
    if (at(end) != at(n - 1) || at(end - best_length) != at(n - 1 - best_length)) continue;
    int length = 1;
    while (length < kMaxMatch && length <= end && at(end - length) == at(n - 1 - length)) ++length;
    if (length <= best_length) continue;
    best = end;
    best_length = length;
    if (length == kMaxMatch) break;
  }
  return best;
}

std::span<const TokenId> LookupDraft::Propose(std::span<const TokenId> tokens, int most) {
  draft_.clear();
  if (pause_ > 0) {
    --pause_;
    return draft_;
  }
  const int wanted = std::min({most, length_, kMaxTokens});
  if (wanted <= 0) return draft_;
  const int end = FindEnding(tokens);
  if (end < 0) return draft_;
  // What is short of tokens goes round: then the sequence repeats itself.
  const std::span<const TokenId> next = tokens.subspan(static_cast<size_t>(end) + 1);
  for (size_t i = 0; i < static_cast<size_t>(wanted); ++i) draft_.push_back(next[i % next.size()]);
  return draft_;
}

void LookupDraft::Judge(int n_right) {
  const int n = static_cast<int>(draft_.size());
  if (n == 0) return;
  if (n_right == 0) {
    ++failures_;
    pause_ = std::min(kLongestPause, 1 << std::min(failures_, 6));
    length_ = kShortest;
    return;
  }
  failures_ = 0;
  length_ = n_right == n ? std::min(2 * length_, kMaxTokens) : std::max(kShortest, n_right);
}

}  // namespace bantam
