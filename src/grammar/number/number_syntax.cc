// The transitions of the number automaton.
#include "grammar/number/number_syntax.h"

#include <algorithm>

#include "grammar/number/float_range.h"

namespace bantam::grammar {
namespace {

// Of ten, in the numbers of which some are held by float64 and some are not: it ends at 1.8e308 and
// begins at 2.5e-324.
constexpr int kLeastPower = -324;
constexpr int kMostPower = 308;

}  // namespace

NumberState Next(NumberState state, uint8_t byte) {
  using enum NumberState;
  const bool digit = byte >= '0' && byte <= '9';
  const bool exponent = byte == 'e' || byte == 'E';
  switch (state) {
    case kStart:
      if (byte == '-') return kMinus;
      [[fallthrough]];
    case kMinus: return !digit ? kDead : byte == '0' ? kZero : kInteger;
    case kInteger:
      if (digit) return kInteger;
      [[fallthrough]];
    case kZero: return byte == '.' ? kPoint : exponent ? kExponent : kDead;
    case kPoint: return digit ? kFraction : kDead;
    case kFraction: return digit ? kFraction : exponent ? kExponent : kDead;
    case kExponent:
      if (byte == '+' || byte == '-') return kExponentSign;
      [[fallthrough]];
    case kExponentSign:
    case kExponentDigits: return digit ? kExponentDigits : kDead;
    case kDead: return kDead;
  }
  return kDead;
}

bool IsWrittenNumber(std::string_view text) {
  if (text.size() > kMostNumberBytes) return false;
  const size_t e = text.find_first_of("eE");
  if (e == std::string_view::npos) return true;  // so few digits are no reason
  const size_t digit = text.substr(0, e).find_first_of("123456789");
  if (digit == std::string_view::npos) return true;  // 0, with any exponent
  const size_t point = std::min(text.substr(0, e).find('.'), e);
  // Of ten, in the first digit that is not 0.
  int power = static_cast<int>(point) - static_cast<int>(digit) - (digit < point ? 1 : 0);
  size_t at = e + 1;
  const bool negative = at < text.size() && text[at] == '-';
  if (at < text.size() && (negative || text[at] == '+')) ++at;
  int exponent = 0;
  for (; at < text.size(); ++at) exponent = std::min(exponent * 10 + (text[at] - '0'), 10'000);
  power += negative ? -exponent : exponent;
  if (exponent == 0 || (power > kLeastPower && power < kMostPower)) return true;
  if (power < kLeastPower || power > kMostPower) return false;
  const Result<Decimal> number = Decimal::Parse(text);
  return number && FitsFloat64(*number);
}

}  // namespace bantam::grammar
