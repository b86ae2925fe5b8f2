// Membership, normal form, intersection and merging of pieces.
#include "grammar/number/number_piece.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bantam::grammar {
namespace {

// Where an interval begins: -1, 0, 1 as left begins before, with, after right.
int CompareLow(const NumberPiece& left, const NumberPiece& right) {
  if (!left.low || !right.low) return (left.low ? 1 : 0) - (right.low ? 1 : 0);
  const auto order = *left.low <=> *right.low;
  if (order != 0) return order < 0 ? -1 : 1;
  return (left.low_open ? 1 : 0) - (right.low_open ? 1 : 0);
}

int CompareHigh(const NumberPiece& left, const NumberPiece& right) {
  if (!left.high || !right.high) return (right.high ? 1 : 0) - (left.high ? 1 : 0);
  const auto order = *left.high <=> *right.high;
  if (order != 0) return order < 0 ? -1 : 1;
  return (right.high_open ? 1 : 0) - (left.high_open ? 1 : 0);
}

bool IsMultipleOfAny(const Decimal& value, const std::vector<Decimal>& steps) {
  return std::ranges::any_of(steps, [&](const Decimal& n) { return value.IsMultipleOf(n); });
}

// Sorted lists, one into the other.
void MergeInto(std::vector<Decimal>& target, const std::vector<Decimal>& more) {
  if (more.empty()) return;
  std::vector<Decimal> both;
  both.reserve(target.size() + more.size());
  std::ranges::set_union(target, more, std::back_inserter(both));
  target = std::move(both);
}

}  // namespace

bool NumberPiece::InInterval(const Decimal& value) const {
  if (low) {
    const auto order = value <=> *low;
    if (order < 0 || (order == 0 && low_open)) return false;
  }
  if (high) {
    const auto order = value <=> *high;
    if (order > 0 || (order == 0 && high_open)) return false;
  }
  return true;
}

bool NumberPiece::Allows(const Decimal& value) const {
  if (step && !value.IsMultipleOf(*step)) return false;
  if (IsMultipleOfAny(value, not_steps)) return false;
  return !std::ranges::binary_search(left_out, value);
}

bool NumberPiece::is_all() const {
  return !low && !high && !step && not_steps.empty() && left_out.empty();
}

// The first member, or the place where the members begin to come close.
NumberPiece::Tightened NumberPiece::TightenLow() {
  if (!low) return Tightened::kUnknown;
  if (!step) {
    low_open = low_open || !Allows(*low);
    return Tightened::kYes;
  }
  auto first = MultipleAtLeast(*low, *step);
  for (size_t i = 0; first && i < kMaxScan; ++i) {
    if (high && *first > *high) return Tightened::kEmpty;
    if (Has(*first)) {
      low = *std::move(first);
      low_open = false;
      return Tightened::kYes;
    }
    first = Sum(*first, *step);
  }
  return Tightened::kUnknown;
}

NumberPiece::Tightened NumberPiece::TightenHigh() {
  if (!high) return Tightened::kUnknown;
  if (!step) {
    high_open = high_open || !Allows(*high);
    return Tightened::kYes;
  }
  auto last = MultipleAtMost(*high, *step);
  const Decimal down = step->Negated();
  for (size_t i = 0; last && i < kMaxScan; ++i) {
    if (low && *last < *low) return Tightened::kEmpty;
    if (Has(*last)) {
      high = *std::move(last);
      high_open = false;
      return Tightened::kYes;
    }
    last = Sum(*last, down);
  }
  return Tightened::kUnknown;
}

// Drops what says nothing; false if nothing can satisfy all conditions.
bool NumberPiece::NormaliseConditions() {
  std::ranges::sort(not_steps);
  std::vector<Decimal> kept;  // no multiple of 2: then none of 4 either
  for (Decimal& n : not_steps) {
    if (!IsMultipleOfAny(n, kept)) kept.push_back(std::move(n));
  }
  not_steps = std::move(kept);
  return !step || !IsMultipleOfAny(*step, not_steps);
}

bool NumberPiece::Normalise() {
  if (!low) low_open = false;
  if (!high) high_open = false;
  if (low && high) {
    const auto order = *low <=> *high;
    if (order > 0) return false;
    if (order == 0) {
      if (low_open || high_open || !Allows(*low)) return false;
      step.reset();
      not_steps.clear();
      left_out.clear();
      return true;
    }
  }
  if (!NormaliseConditions()) return false;
  if (TightenLow() == Tightened::kEmpty || TightenHigh() == Tightened::kEmpty) return false;
  std::vector<Decimal> holes = std::exchange(left_out, {});
  std::erase_if(holes, [&](const Decimal& value) { return !Has(value); });  // no members anyway
  left_out = std::move(holes);
  return !is_point() || Normalise();
}

bool NumberPiece::Covers(const NumberPiece& other) const {
  if (const Decimal* value = other.point()) return Has(*value);
  if (CompareLow(*this, other) > 0 || CompareHigh(*this, other) < 0) return false;
  if (step && !(other.step && other.step->IsMultipleOf(*step))) return false;
  for (const Decimal& n : not_steps) {
    if (!IsMultipleOfAny(n, other.not_steps)) return false;
  }
  return std::ranges::none_of(left_out, [&](const Decimal& v) { return other.Has(v); });
}

bool NumberPiece::Absorb(const NumberPiece& other) {
  if (Covers(other)) return true;
  if (other.Covers(*this)) {
    *this = other;
    return true;
  }
  if (is_point() && other.is_point()) return false;
  if (const Decimal* value = is_point() ? point() : other.point()) {
    // A single value takes on the conditions of the other, if it fulfils them.
    const NumberPiece& wide = is_point() ? other : *this;
    const bool at_end = (wide.low && *value == *wide.low) || (wide.high && *value == *wide.high);
    if (!wide.step && !at_end && !wide.InInterval(*value)) return false;
    if ((wide.step && !value->IsMultipleOf(*wide.step)) ||
        IsMultipleOfAny(*value, wide.not_steps)) {
      return false;
    }
    NumberPiece single = is_point() ? *this : other;
    single.step = wide.step;
    single.not_steps = wide.not_steps;
    NumberPiece merged = wide;
    if (!merged.AbsorbOverlap(single)) return false;
    *this = std::move(merged);
    return true;
  }
  return step == other.step && not_steps == other.not_steps && AbsorbOverlap(other);
}

// Both have the same conditions, but for the values left out.
bool NumberPiece::AbsorbOverlap(const NumberPiece& other) {
  const bool first = CompareLow(*this, other) <= 0;
  const NumberPiece& left = first ? *this : other;
  const NumberPiece& right = first ? other : *this;
  std::vector<Decimal> hole;
  if (left.high && right.low) {
    if (*left.high < *right.low) {
      const auto next = step ? Sum(*left.high, *step) : Result<Decimal>(*left.high);
      if (!next || *next != *right.low || left.high_open || right.low_open) return false;
    } else if (*left.high == *right.low && left.high_open && right.low_open) {
      const bool member = !step || left.high->IsMultipleOf(*step);
      if (member && !IsMultipleOfAny(*left.high, not_steps)) hole.push_back(*left.high);
    }
  }
  for (const Decimal& value : left.left_out) {
    if (!right.Has(value)) hole.push_back(value);
  }
  for (const Decimal& value : right.left_out) {
    if (!left.Has(value)) hole.push_back(value);
  }
  std::ranges::sort(hole);
  const auto doubles = std::ranges::unique(hole);
  hole.erase(doubles.begin(), doubles.end());
  if (hole.size() > kMaxLeftOut) return false;
  NumberPiece merged = left;
  if (CompareHigh(left, right) < 0) {
    merged.high = right.high;
    merged.high_open = right.high_open;
  }
  merged.left_out = std::move(hole);
  *this = std::move(merged);
  return true;
}

bool NumberPiece::FillFrom(const NumberPiece& other) {
  bool changed = std::erase_if(left_out, [&](const Decimal& v) { return other.Has(v); }) > 0;
  if (low && low_open && Allows(*low) && other.Has(*low)) {
    low_open = false;
    changed = true;
  }
  if (high && high_open && Allows(*high) && other.Has(*high)) {
    high_open = false;
    changed = true;
  }
  // Beside all multiples of n in reach, "no multiple of n" says nothing.
  if (other.step && other.not_steps.empty() && other.left_out.empty() &&
      CompareLow(other, *this) <= 0 && CompareHigh(other, *this) >= 0) {
    changed = std::erase(not_steps, *other.step) > 0 || changed;
  }
  return changed;
}

Result<std::optional<NumberPiece>> Intersect(const NumberPiece& left, const NumberPiece& right) {
  const std::optional<NumberPiece> none;
  const bool left_first = CompareLow(left, right) <= 0;
  const NumberPiece& early = left_first ? left : right;
  const NumberPiece& late = left_first ? right : left;
  if (early.high && late.low && *early.high < *late.low) return none;
  if (const Decimal* value = left.point()) return right.Has(*value) ? std::optional(left) : none;
  if (const Decimal* value = right.point()) return left.Has(*value) ? std::optional(right) : none;
  NumberPiece both;
  both.low = late.low;
  both.low_open = late.low_open;
  const NumberPiece& lower = CompareHigh(left, right) <= 0 ? left : right;
  both.high = lower.high;
  both.high_open = lower.high_open;
  if (left.step && right.step) {
    both.step = TRY(LeastCommonMultiple(*left.step, *right.step));
  } else {
    both.step = left.step ? left.step : right.step;
  }
  both.not_steps = left.not_steps;
  both.not_steps.insert(both.not_steps.end(), right.not_steps.begin(), right.not_steps.end());
  both.left_out = left.left_out;
  MergeInto(both.left_out, right.left_out);
  if (!both.Normalise()) return none;
  if (both.not_steps.size() > NumberPiece::kMaxNotSteps) {
    return Fail(ErrorCode::kResourceExhausted, "more than " +
                                                   std::to_string(NumberPiece::kMaxNotSteps) +
                                                   " numbers not to be a multiple of");
  }
  if (both.left_out.size() > NumberPiece::kMaxLeftOut) {
    return Fail(
        ErrorCode::kResourceExhausted,
        "more than " + std::to_string(NumberPiece::kMaxLeftOut) + " numbers left out of a range");
  }
  return std::optional(std::move(both));
}

}  // namespace bantam::grammar
