// Decimal: an exact decimal number, as JSON writes them.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::grammar {

// sign × digits × 10^exponent, normalised: no zeros at either end of the digits, so equal values
// are equal members. Immutable value.
class Decimal {
 public:
  static constexpr int kMaxDigits = 1'000;
  static constexpr int64_t kMaxExponent = 10'000;

  Decimal() = default;  // 0
  // A JSON number (RFC 8259, section 6). Fails with kInvalidArgument if it is none, kUnsupported
  // beyond the limits above, which hold for the normalised form. Linear.
  static Result<Decimal> Parse(std::string_view text);
  static Decimal Int(int64_t value);
  // The same from its parts; `digits` holds '0'..'9' only, zeros at the ends are fine.
  static Result<Decimal> FromParts(bool negative, std::string_view digits, int64_t exponent);

  bool is_zero() const { return digits_.empty(); }
  bool is_negative() const { return negative_; }
  bool IsInteger() const { return exponent_ >= 0; }
  // value = step × an integer? step > 0. Exact: division of digit strings, in time
  // (digits + 4 × digits of step) × digits of step at most.
  bool IsMultipleOf(const Decimal& step) const;

  Decimal Negated() const;
  const std::string& digits() const { return digits_; }  // "1".."9" at both ends; empty: zero
  int64_t exponent() const { return exponent_; }         // of the last digit
  // Exponent of the first digit: 10^magnitude ≤ |value| < 10^(magnitude + 1). Not for zero.
  int64_t magnitude() const { return exponent_ + static_cast<int64_t>(digits_.size()) - 1; }

  std::strong_ordering operator<=>(const Decimal& other) const;
  bool operator==(const Decimal& other) const = default;

  // Canonical: equal values give equal texts ("0", "-1.5", "1e20").
  std::string ToString() const;

 private:
  bool negative_ = false;
  std::string digits_;
  int64_t exponent_ = 0;
};

// The least positive number that is a multiple of both (0.5 and 0.3: 1.5); both > 0. Fails with
// kUnsupported where it, or the two written with one exponent, goes beyond Decimal's limits.
Result<Decimal> LeastCommonMultiple(const Decimal& left, const Decimal& right);

// The least multiple of step (> 0) that is at least value, or the greatest that is at most value.
// Fail likewise.
Result<Decimal> MultipleAtLeast(const Decimal& value, const Decimal& step);
Result<Decimal> MultipleAtMost(const Decimal& value, const Decimal& step);
// left + right; fails likewise.
Result<Decimal> Sum(const Decimal& left, const Decimal& right);

}  // namespace bantam::grammar
