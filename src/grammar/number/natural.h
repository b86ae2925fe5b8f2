// Natural: a non-negative integer of any size, for the few steps of decimal arithmetic that need
// one.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bantam::grammar {

// Limbs of nine decimal digits, so that digit strings and powers of ten come and go cheaply.
// Schoolbook arithmetic (Knuth, TAOCP 2, 4.3.1): meant for a few thousand digits; the callers bound
// them. Value.
class Natural {
 public:
  Natural() = default;  // 0
  explicit Natural(uint64_t value);
  // `digits` ('0'..'9') followed by `zeros` zeros.
  static Natural FromDigits(std::string_view digits, int64_t zeros = 0);
  static Natural PowerOfTen(int64_t exponent) { return FromDigits("1", exponent); }

  std::string ToDigits() const;  // no leading zeros; "" for zero
  bool is_zero() const { return limbs_.empty(); }

  std::strong_ordering operator<=>(const Natural& other) const;
  bool operator==(const Natural& other) const = default;
  Natural& operator+=(const Natural& other);
  Natural& operator-=(const Natural& other);  // other ≤ *this
  friend Natural operator+(Natural left, const Natural& right) { return left += right; }
  friend Natural operator-(Natural left, const Natural& right) { return left -= right; }
  friend Natural operator*(const Natural& left, const Natural& right);
  // The divisor is not zero.
  friend Natural operator/(const Natural& left, const Natural& right);
  friend Natural operator%(const Natural& left, const Natural& right);

 private:
  static constexpr uint32_t kBase = 1'000'000'000;
  struct Division;
  static Division Divide(const Natural& left, const Natural& right);
  uint32_t DivideBySmall(uint32_t divisor);  // in place; gives the remainder
  void MultiplyBySmall(uint32_t factor);
  void Trim();

  std::vector<uint32_t> limbs_;  // least first; the last is not 0
};

Natural GreatestCommonDivisor(Natural left, Natural right);

}  // namespace bantam::grammar
