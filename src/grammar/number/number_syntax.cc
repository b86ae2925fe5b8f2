// The transitions of the number automaton.
#include "grammar/number/number_syntax.h"

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

}  // namespace bantam::grammar
