// Candidates: the tokens still in play while the next one is chosen.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "base/token_mask.h"
#include "base/vocabulary.h"

namespace bantam {

struct Candidate {
  float logit;
  TokenId id;
};

// The one order of candidates: likelier first, equals by id. Total, so that every selection
// below has exactly one outcome.
inline bool Likelier(const Candidate& a, const Candidate& b) {
  return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

// The first id whose logit is NaN or +inf (no model gives these), or -1.
TokenId FindBadLogit(std::span<const float> logits);

// Each of the following looks at the tokens that `mask` allows (all, if it is null) and whose
// logit is above -inf. `logits` must hold no NaN; a mask must have the size of `logits`.

// The likeliest token, or -1 if there is none.
TokenId Likeliest(std::span<const float> logits, const TokenMask* mask);

// The k likeliest tokens, likeliest first; fewer if there are fewer. Keeps `out`'s memory.
void SelectTop(std::span<const float> logits, const TokenMask* mask, int k,
               std::vector<Candidate>& out);

// All tokens by ascending id.
void SelectAll(std::span<const float> logits, const TokenMask* mask, std::vector<Candidate>& out);

// Sorts a range from its front as far as somebody looks: most filters need only the first few
// of 150,000 candidates.
template <typename Item, typename Less>
class LazySort {
 public:
  LazySort(std::span<Item> items, Less less) : items_(items), less_(less) {}

  // The item of that rank.
  const Item& operator[](size_t rank) {
    if (rank >= sorted_) SortTo(std::max(rank + 1, std::max(kFirst, kGrowth * sorted_)));
    return items_[rank];
  }

 private:
  static constexpr size_t kFirst = 128;
  static constexpr size_t kGrowth = 4;

  void SortTo(size_t end) {
    end = std::min(end, items_.size());
    const auto begin = items_.begin() + static_cast<ptrdiff_t>(sorted_);
    const auto middle = items_.begin() + static_cast<ptrdiff_t>(end);
    if (end < items_.size()) std::nth_element(begin, middle, items_.end(), less_);
    std::sort(begin, middle, less_);
    sorted_ = end;
  }

  std::span<Item> items_;
  Less less_;
  size_t sorted_ = 0;
};

}  // namespace bantam
