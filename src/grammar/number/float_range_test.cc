// The ends of float64 against the conversion of the standard library.
#include "grammar/number/float_range.h"

#include <gtest/gtest.h>

#include <string>

#include "base/parse_double.h"
#include "grammar/number/number_syntax.h"
#include "grammar/number/test_decimal.h"

namespace bantam::grammar {
namespace {

// The last digit of a number one more or one less.
std::string Neighbour(const Decimal& number, int by) {
  std::string digits = number.digits();
  digits.back() = static_cast<char>(digits.back() + by);
  return digits + "e" + std::to_string(number.exponent());
}

TEST(FloatRange, EndsWhereReadingDoes) {
  EXPECT_FALSE(FitsFloat64(LeastInfinite()));
  EXPECT_FALSE(ParseDouble(LeastInfinite().ToString()));
  const std::string greatest = Neighbour(LeastInfinite(), -1);
  EXPECT_TRUE(FitsFloat64(D(greatest)));
  EXPECT_EQ(ParseDouble(greatest), 1.7976931348623157e308);

  EXPECT_FALSE(FitsFloat64(GreatestVanishing()));
  EXPECT_EQ(ParseDouble(GreatestVanishing().ToString()).value_or(0), 0);
  const std::string least = Neighbour(GreatestVanishing(), 1);
  EXPECT_TRUE(FitsFloat64(D(least)));
  EXPECT_EQ(ParseDouble(least), 5e-324);
  EXPECT_TRUE(FitsFloat64(Decimal()));
}

TEST(FloatRange, IsThatOfWrittenNumbers) {
  for (const std::string text :
       {"1e308", "1.7976931348623157e308", "1.7976931348623158e308", "17976931348623158e292",
        "5e-324", "2.5e-324", "2.2250738585072014e-308", "0.00025E-320", "0e400", "0.0e-99999",
        "0e99999999999999999999", "1e", "1e-", "-", "0.", "", "1e0000000308"}) {
    EXPECT_TRUE(IsWrittenNumber(text)) << text;
    EXPECT_TRUE(IsWrittenNumber("-" + text)) << text;
  }
  for (const std::string text :
       {"1.7976931348623159e308", "1e309", "2e308", "2.4e-324", "1e-324", "0.1e-323", "1e-400",
        "1e400", "1e99999999999999999999", "-1e-99999999999999999999"}) {
    EXPECT_FALSE(IsWrittenNumber(text)) << text;
  }
  EXPECT_TRUE(IsWrittenNumber(std::string(297, '9') + "e11"));
  EXPECT_FALSE(IsWrittenNumber(std::string(297, '9') + "e12"));
  EXPECT_TRUE(IsWrittenNumber(std::string(300, '9')));
  EXPECT_FALSE(IsWrittenNumber(std::string(301, '9')));
}

}  // namespace
}  // namespace bantam::grammar
