// Tests of ParseDouble.
#include "base/parse_double.h"

#include <gtest/gtest.h>

#include <limits>

namespace bantam {
namespace {

TEST(ParseDouble, ReadsTheNearestDouble) {
  EXPECT_EQ(ParseDouble("0.1"), 0.1);
  EXPECT_EQ(ParseDouble("-1.5e3"), -1500.0);
  EXPECT_EQ(ParseDouble("9007199254740993"), 9007199254740992.0);  // halfway: to even
  EXPECT_EQ(ParseDouble("1.7976931348623157e308"), std::numeric_limits<double>::max());
  EXPECT_EQ(ParseDouble("0e999"), 0.0);
}

TEST(ParseDouble, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "x", "1x", "1 ", " 1", "+1", "1e", "inf", "nan", "0x10", "--1"}) {
    EXPECT_FALSE(ParseDouble(text).has_value()) << text;
  }
}

TEST(ParseDouble, RefusesWhatDoesNotFit) {
  EXPECT_FALSE(ParseDouble("1e999").has_value());
  EXPECT_FALSE(ParseDouble("1e-999").has_value());
}

}  // namespace
}  // namespace bantam
