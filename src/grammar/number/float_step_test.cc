// Bounds that float64 hardly tells apart.
#include "grammar/number/float_step.h"

#include <gtest/gtest.h>

#include <charconv>
#include <string>

namespace bantam::grammar {
namespace {

NumberSet Between(const char* low, const char* high) {
  return NumbersBetween(*Decimal::Parse(low), *Decimal::Parse(high));
}

TEST(FloatStep, NoFractionIsBetweenNeighbours) {
  EXPECT_TRUE(Between("1", "1.0000000000000002").HasIntegersOnly());
  EXPECT_TRUE(Between("-1.0000000000000002", "-1").HasIntegersOnly());
  EXPECT_TRUE(Between("1e300", "1.0000000000000001e300").HasIntegersOnly());
  const NumberSet large = Between("9007199254740992", "9007199254740994");
  EXPECT_TRUE(large.Has(*Decimal::Parse("9007199254740993")));
  EXPECT_FALSE(large.Has(*Decimal::Parse("9007199254740992.5")));
}

TEST(FloatStep, WhatIsFoundIsBetweenInFloat64) {
  const auto bounds = NumberSet::AtLeast(Decimal::Int(1), true)
                          .And(NumberSet::AtMost(*Decimal::Parse("1.0000000000000004"), true));
  const auto text = Between("1", "1.0000000000000004").And(*bounds)->Complete("");
  ASSERT_TRUE(text.has_value());
  double value = 0;
  std::from_chars(text->data(), text->data() + text->size(), value);
  EXPECT_GT(value, 1.0);
  EXPECT_LT(value, 1.0000000000000004);
}

TEST(FloatStep, OtherBoundsStayAsTheyAre) {
  EXPECT_TRUE(Between("0", "1").is_all());
  EXPECT_TRUE(Between("0", "1e-320").is_all());
  EXPECT_TRUE(Between("1", "1.000001").is_all());
  EXPECT_TRUE(Between("2", "1").is_all());
}

}  // namespace
}  // namespace bantam::grammar
