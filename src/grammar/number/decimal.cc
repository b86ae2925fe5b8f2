// Reads, compares, divides and writes exact decimal numbers.
#include "grammar/number/decimal.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "grammar/number/natural.h"

namespace bantam::grammar {
namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr size_t kSmallDigits = 18;  // 10^18 < 2^60
constexpr uint64_t kSmallEnd = 1'000'000'000'000'000'000;

size_t SkipDigits(std::string_view text, size_t at) {
  while (at < text.size() && IsAsciiDigit(text[at])) ++at;
  return at;
}

std::unexpected<Error> Malformed(size_t offset) {
  return Fail(ErrorCode::kInvalidArgument, "not a JSON number at offset " + std::to_string(offset));
}

std::unexpected<Error> TooBig() {
  return Fail(ErrorCode::kUnsupported, "a number beyond " + std::to_string(Decimal::kMaxDigits) +
                                           " digits or an exponent of " +
                                           std::to_string(Decimal::kMaxExponent));
}

uint64_t ReadSmall(std::string_view digits) {
  uint64_t value = 0;
  for (const char c : digits) value = value * 10 + static_cast<uint64_t>(c - '0');
  return value;
}

uint64_t PowerOfTen(size_t exponent) {
  uint64_t power = 1;
  for (size_t i = 0; i < exponent; ++i) power *= 10;
  return power;
}

// (value followed by `zeros` zeros) mod step, step < 10^18.
uint64_t RemainderBySmall(std::string_view value, int64_t zeros, uint64_t step) {
  uint64_t rest = 0;
  while (!value.empty()) {
    const std::string_view chunk = value.substr(0, kSmallDigits);
    const uint64_t part = ReadSmall(chunk);
    rest = rest == 0
               ? part % step
               : static_cast<uint64_t>((Uint128{rest} * PowerOfTen(chunk.size()) + part) % step);
    value.remove_prefix(chunk.size());
  }
  for (; zeros > 0 && rest > 0; zeros -= kSmallDigits) {
    const auto count = static_cast<size_t>(std::min<int64_t>(zeros, kSmallDigits));
    rest = rest < kSmallEnd / PowerOfTen(count)
               ? rest * PowerOfTen(count) % step
               : static_cast<uint64_t>(Uint128{rest} * PowerOfTen(count) % step);
  }
  return rest;
}

// The two as integers in units of 10^exponent.
struct Aligned {
  Natural left;
  Natural right;
  int64_t exponent;
};

Result<Aligned> Align(const Decimal& left, const Decimal& right) {
  int64_t exponent = std::min(left.exponent(), right.exponent());
  if (left.is_zero()) exponent = right.exponent();
  if (right.is_zero()) exponent = left.exponent();
  const int64_t left_zeros = left.is_zero() ? 0 : left.exponent() - exponent;
  const int64_t right_zeros = right.is_zero() ? 0 : right.exponent() - exponent;
  if (std::max(left_zeros, right_zeros) > Decimal::kMaxDigits) return TooBig();
  return Aligned{Natural::FromDigits(left.digits(), left_zeros),
                 Natural::FromDigits(right.digits(), right_zeros), exponent};
}

Result<Decimal> RoundToMultiple(const Decimal& value, const Decimal& step, bool up) {
  DCHECK(!step.is_zero() && !step.is_negative());
  if (value.IsMultipleOf(step)) return value;
  Aligned both = TRY(Align(value, step));
  Natural multiple = both.left - both.left % both.right;  // towards zero
  if (up != value.is_negative()) multiple += both.right;
  return Decimal::FromParts(value.is_negative(), multiple.ToDigits(), both.exponent);
}

}  // namespace

Result<Decimal> Decimal::Parse(std::string_view text) {
  size_t at = 0;
  const bool negative = text.starts_with('-');
  if (negative) ++at;
  const size_t integer = at;
  at = SkipDigits(text, at);
  if (at == integer || (text[integer] == '0' && at > integer + 1)) return Malformed(integer);
  std::string digits(text.substr(integer, at - integer));
  int64_t exponent = 0;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction = at + 1;
    at = SkipDigits(text, fraction);
    if (at == fraction) return Malformed(at);
    digits.append(text.substr(fraction, at - fraction));
    exponent -= static_cast<int64_t>(at - fraction);
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    const bool minus = at < text.size() && text[at] == '-';
    if (minus || (at < text.size() && text[at] == '+')) ++at;
    const size_t start = at;
    at = SkipDigits(text, at);
    if (at == start) return Malformed(at);
    int64_t written = 0;  // stops growing where no text could bring it back into the limits
    for (const char c : text.substr(start, at - start)) {
      if (written < int64_t{1} << 50) written = written * 10 + (c - '0');
    }
    exponent += minus ? -written : written;
  }
  if (at != text.size()) return Malformed(at);
  return FromParts(negative, digits, exponent);
}

Result<Decimal> Decimal::FromParts(bool negative, std::string_view digits, int64_t exponent) {
  const size_t first = digits.find_first_not_of('0');
  if (first == std::string_view::npos) return Decimal();
  const size_t end = digits.find_last_not_of('0') + 1;
  exponent += static_cast<int64_t>(digits.size() - end);
  if (end - first > kMaxDigits || exponent > kMaxExponent || exponent < -kMaxExponent) {
    return TooBig();
  }
  Decimal result;
  result.negative_ = negative;
  result.digits_ = digits.substr(first, end - first);
  result.exponent_ = exponent;
  return result;
}

Decimal Decimal::Int(int64_t value) {
  const uint64_t size =
      value < 0 ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
  auto result = FromParts(value < 0, std::to_string(size), 0);
  CHECK(result.has_value());
  return *std::move(result);
}

bool Decimal::IsMultipleOf(const Decimal& step) const {
  DCHECK(!step.is_zero() && !step.is_negative());
  if (is_zero()) return true;
  // No zeros at the end of the digits: a number finer than its divisor is no multiple of it.
  if (exponent_ < step.exponent_) return false;
  // 10^n holds all twos and fives that a divisor below 10^(n/4) can have (2^4 > 10).
  const auto enough = static_cast<int64_t>(4 * step.digits_.size());
  const int64_t zeros = std::min(exponent_ - step.exponent_, enough);
  if (step.digits_.size() <= kSmallDigits) {
    return RemainderBySmall(digits_, zeros, ReadSmall(step.digits_)) == 0;
  }
  return (Natural::FromDigits(digits_, zeros) % Natural::FromDigits(step.digits_)).is_zero();
}

Decimal Decimal::Negated() const {
  Decimal result = *this;
  result.negative_ = !is_zero() && !negative_;
  return result;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const {
  if (negative_ != other.negative_) return other.negative_ <=> negative_;
  if (is_zero() || other.is_zero()) return !is_zero() <=> !other.is_zero();
  const Decimal& small = negative_ ? other : *this;
  const Decimal& great = negative_ ? *this : other;
  if (const auto order = small.magnitude() <=> great.magnitude(); order != 0) return order;
  return small.digits_.compare(great.digits_) <=> 0;
}

std::string Decimal::ToString() const {
  if (is_zero()) return "0";
  constexpr int64_t kMaxPlain = 20;  // digits before the point, unless all are significant
  constexpr int64_t kMaxZeros = 6;   // zeros directly after the point
  std::string text = negative_ ? "-" : "";
  const int64_t point = magnitude() + 1;  // digits before the point
  if (exponent_ == 0 || (exponent_ > 0 && point <= kMaxPlain)) {
    text.append(digits_).append(static_cast<size_t>(exponent_), '0');
  } else if (exponent_ < 0 && point > 0) {
    text.append(digits_, 0, static_cast<size_t>(point)).append(1, '.');
    text.append(digits_, static_cast<size_t>(point), std::string::npos);
  } else if (exponent_ < 0 && point >= -kMaxZeros) {
    text.append("0.").append(static_cast<size_t>(-point), '0').append(digits_);
  } else {
    text.append(digits_).append(1, 'e').append(std::to_string(exponent_));
  }
  return text;
}

Result<Decimal> LeastCommonMultiple(const Decimal& left, const Decimal& right) {
  if (left.IsMultipleOf(right)) return left;
  if (right.IsMultipleOf(left)) return right;
  Aligned both = TRY(Align(left, right));
  const Natural factor = both.left / GreatestCommonDivisor(both.left, both.right);
  return Decimal::FromParts(false, (factor * both.right).ToDigits(), both.exponent);
}

Result<Decimal> MultipleAtLeast(const Decimal& value, const Decimal& step) {
  return RoundToMultiple(value, step, true);
}

Result<Decimal> MultipleAtMost(const Decimal& value, const Decimal& step) {
  return RoundToMultiple(value, step, false);
}

Result<Decimal> Sum(const Decimal& left, const Decimal& right) {
  Aligned both = TRY(Align(left, right));
  if (left.is_negative() == right.is_negative()) {
    const Natural sum = both.left + both.right;
    return Decimal::FromParts(left.is_negative(), sum.ToDigits(), both.exponent);
  }
  const bool left_greater = both.left > both.right;
  const Natural sum = left_greater ? both.left - both.right : both.right - both.left;
  const bool negative = left_greater ? left.is_negative() : right.is_negative();
  return Decimal::FromParts(negative, sum.ToDigits(), both.exponent);
}

}  // namespace bantam::grammar
