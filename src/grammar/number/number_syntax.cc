// The transitions of the number automaton.
#include "grammar/number/number_syntax.h"

#include <algorithm>

namespace bantam::grammar {

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
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  if (e == text.size()) return true;  // so few digits are no reason
  const std::string_view mantissa = text.substr(text.starts_with('-') ? 1 : 0, e);
  const auto point = static_cast<int>(std::min(mantissa.find_first_of(".eE"), mantissa.size()));
  int power = point - 1;  // of ten, of the first digit that is not 0
  const size_t digit = mantissa.find_first_of("123456789");
  if (static_cast<int>(digit) > point) power = point - static_cast<int>(digit);
  size_t at = e + 1;
  const bool negative = at < text.size() && text[at] == '-';
  if (at < text.size() && (negative || text[at] == '+')) ++at;
  int exponent = 0;
  for (; at < text.size(); ++at) exponent = std::min(exponent * 10 + (text[at] - '0'), 10'000);
  power += negative ? -exponent : exponent;
  return exponent == 0 || (power >= -307 && power <= 307);
}

}  // namespace bantam::grammar
