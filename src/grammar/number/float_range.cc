// Powers of two and five, multiplied out once.
#include "grammar/number/float_range.h"

#include "grammar/number/natural.h"

namespace bantam::grammar {
namespace {

Natural Power(uint64_t base, int exponent) {
  Natural power(1);
  for (int i = 0; i < exponent; ++i) power = power * Natural(base);
  return power;
}

}  // namespace

const Decimal& LeastInfinite() {
  static const Decimal bound =
      Decimal::FromParts(false, (Power(2, 1024) - Power(2, 970)).ToDigits(), 0).value();
  return bound;
}

const Decimal& GreatestVanishing() {
  static const Decimal bound =
      Decimal::FromParts(false, Power(5, 1075).ToDigits(), -1075).value();  // 2^-n = 5^n / 10^n
  return bound;
}

bool FitsFloat64(const Decimal& number) {
  if (number.is_zero()) return true;
  const Decimal size = number.is_negative() ? number.Negated() : number;
  return GreatestVanishing() < size && size < LeastInfinite();
}

}  // namespace bantam::grammar
