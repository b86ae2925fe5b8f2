// NumberPiece: one convex part of a NumberSet, thinned out by multiples and single values.
#pragma once

#include <optional>
#include <vector>

#include "bantam/result.h"
#include "grammar/number/decimal.h"

namespace bantam::grammar {

// The numbers of an interval that are multiples of `step`, multiples of none of `not_steps` and
// none of `left_out`. Value.
struct NumberPiece {
  static constexpr size_t kMaxNotSteps = 64;
  static constexpr size_t kMaxLeftOut = 5'000;

  std::optional<Decimal> low, high;  // none: without end
  bool low_open = false, high_open = false;
  std::optional<Decimal> step;     // > 0
  std::vector<Decimal> not_steps;  // > 0
  std::vector<Decimal> left_out;   // ascending

  bool Has(const Decimal& value) const { return InInterval(value) && Allows(value); }
  bool InInterval(const Decimal& value) const;
  bool Allows(const Decimal& value) const;  // all but the interval
  // The value, if there is but one in the interval; null.
  const Decimal* point() const { return low && high && *low == *high ? &*low : nullptr; }
  bool is_point() const { return point() != nullptr; }
  bool is_all() const;

  // Brings the piece to its normal form: ends that belong to it (with a step) or open ones, no
  // condition that says nothing, a single value without conditions. False if it is empty. Exact but
  // where an end of the interval could not be written within Decimal's limits, or more than
  // kMaxScan multiples in a row are struck out: those count as not empty.
  static constexpr size_t kMaxScan = 4'000;
  bool Normalise();

  // Whether every member of `other` is one of this; may miss some cases. Both normal.
  bool Covers(const NumberPiece& other) const;
  // Takes in all of `other` if the union is one piece again; may miss some cases. Both normal.
  bool Absorb(const NumberPiece& other);
  // Takes in those members of `other` that only fill this one's holes and open ends.
  bool FillFrom(const NumberPiece& other);

 private:
  enum class Tightened { kYes, kEmpty, kUnknown };
  Tightened TightenLow();
  Tightened TightenHigh();
  bool NormaliseConditions();
  bool AbsorbOverlap(const NumberPiece& other);
};

// The numbers that are in both; none if there are none. Fails with kUnsupported where the two steps
// have no common multiple within Decimal's limits, kResourceExhausted beyond the limits above.
Result<std::optional<NumberPiece>> Intersect(const NumberPiece& left, const NumberPiece& right);

}  // namespace bantam::grammar
