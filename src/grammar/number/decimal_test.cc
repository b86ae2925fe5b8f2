// Decimal against values worked out by hand and against 64-bit integer arithmetic.
#include "grammar/number/decimal.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "grammar/number/test_decimal.h"

namespace bantam::grammar {
namespace {

TEST(Decimal, ReadsJsonNumbersOnly) {
  for (const char* text : {"0", "-0", "1", "-1.50", "0.001", "1e5", "1E+05", "2.5e-3", "1e0000"}) {
    EXPECT_TRUE(Decimal::Parse(text).has_value()) << text;
  }
  for (const char* text :
       {"",   "-",  "+1",  "01",   "-01", ".5",  "1.",    "1.e5", "1e",    "1e+",
        "1 ", " 1", "0x1", "1..2", "NaN", "--1", "1e5.0", "00",   "1e5e5", "1-"}) {
    const auto value = Decimal::Parse(text);
    ASSERT_FALSE(value.has_value()) << text;
    EXPECT_EQ(value.error().code, ErrorCode::kInvalidArgument) << text;
  }
}

TEST(Decimal, LimitsHoldForTheNormalisedForm) {
  EXPECT_TRUE(Decimal::Parse(std::string(1'000, '9')).has_value());
  EXPECT_EQ(Decimal::Parse(std::string(1'001, '9')).error().code, ErrorCode::kUnsupported);
  EXPECT_TRUE(Decimal::Parse("1" + std::string(9'000, '0')).has_value());
  EXPECT_TRUE(Decimal::Parse("0." + std::string(20'000, '0') + "1e20000").has_value());
  EXPECT_TRUE(Decimal::Parse("1e10000").has_value());
  EXPECT_EQ(Decimal::Parse("1e10001").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(Decimal::Parse("1e-10001").error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(Decimal::Parse("1e" + std::string(100, '9')).error().code, ErrorCode::kUnsupported);
  EXPECT_TRUE(D("0e" + std::string(100, '9')).is_zero());
}

TEST(Decimal, WritesOneTextPerValue) {
  EXPECT_EQ(D("-0.0e7").ToString(), "0");
  EXPECT_EQ(D("-1.50").ToString(), "-1.5");
  EXPECT_EQ(D("100000000000000000000").ToString(), "1e20");
  EXPECT_EQ(D("1e20").ToString(), "1e20");
  EXPECT_EQ(D("12e3").ToString(), "12000");
  EXPECT_EQ(D("0.00012").ToString(), "0.00012");
  EXPECT_EQ(D("1.2e-300").ToString(), "12e-301");
  EXPECT_EQ(Decimal::Int(INT64_MIN).ToString(), "-9223372036854775808");
  for (const char* text :
       {"0", "-7", "1e300", "1e-300", "3.25", "-0.5", "123456789012345678901234"}) {
    EXPECT_EQ(D(D(text).ToString()), D(text)) << text;
  }
}

TEST(Decimal, OrdersByValue) {
  const std::vector<std::string> ascending = {"-1e300",   "-20", "-19.5",  "-2",   "-1.51", "-1.5",
                                              "-1e-300",  "0",   "1e-300", "0.9",  "0.95",  "1",
                                              "1.000001", "10",  "1e300",  "2e300"};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(D(ascending[i]) <=> D(ascending[j]), i <=> j)
          << ascending[i] << ' ' << ascending[j];
    }
  }
}

TEST(Decimal, MultiplesByHand) {
  EXPECT_TRUE(D("4.5").IsMultipleOf(D("1.5")));
  EXPECT_FALSE(D("35").IsMultipleOf(D("1.5")));
  EXPECT_TRUE(D("0.0075").IsMultipleOf(D("0.0001")));
  EXPECT_FALSE(D("0.00751").IsMultipleOf(D("0.0001")));
  EXPECT_TRUE(D("0").IsMultipleOf(D("7")));
  EXPECT_TRUE(D("1e308").IsMultipleOf(D("0.123456789e-3")) == false);
  EXPECT_TRUE(D("1e10000").IsMultipleOf(D("1e-10000")));
  EXPECT_TRUE(D("12345678901234567890123").IsMultipleOf(D("4115226300411522630041")));
  EXPECT_FALSE(D("12345678901234567890124").IsMultipleOf(D("4115226300411522630041")));
  EXPECT_TRUE(D("-1e400").IsMultipleOf(D("1024")));
  EXPECT_FALSE(D("1e9").IsMultipleOf(D("1024")));
  EXPECT_TRUE(D("1e18").IsMultipleOf(D("262144")));  // 2^18
  EXPECT_FALSE(D("1e17").IsMultipleOf(D("262144")));
  std::string power = "1";  // 2^2000, a divisor of 10^2000 and of no less
  for (int i = 0; i < 2'000; ++i) {
    int carry = 0;
    for (size_t j = power.size(); j-- > 0;) {
      const int twice = 2 * (power[j] - '0') + carry;
      power[j] = static_cast<char>('0' + twice % 10);
      carry = twice / 10;
    }
    if (carry > 0) power.insert(0, 1, '1');
  }
  EXPECT_TRUE(D("1e2000").IsMultipleOf(D(power)));
  EXPECT_FALSE(D("1e1999").IsMultipleOf(D(power)));
  EXPECT_TRUE(D("1e9999").IsMultipleOf(D(power)));
}

TEST(Decimal, AgreesWithIntegers) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const int64_t a = static_cast<int64_t>(random() >> (random() % 60 + 4));
    const int64_t b = static_cast<int64_t>(random() >> (random() % 30 + 34)) + 1;
    const std::string scale = "e" + std::to_string(static_cast<int>(random() % 40) - 20);
    const Decimal left = D((random() % 2 ? "-" : "") + std::to_string(a) + scale);
    const Decimal right = D(std::to_string(b) + scale);
    EXPECT_EQ(left.IsMultipleOf(right), a % b == 0) << a << ' ' << b;
    EXPECT_EQ(Decimal::Int(a) <=> Decimal::Int(b), a <=> b);
    EXPECT_EQ(*Sum(Decimal::Int(a), Decimal::Int(-b)), Decimal::Int(a - b));
    EXPECT_EQ(*Sum(Decimal::Int(-a), Decimal::Int(b)), Decimal::Int(b - a));
    EXPECT_EQ(*MultipleAtLeast(Decimal::Int(a), Decimal::Int(b)),
              Decimal::Int((a + b - 1) / b * b));
    EXPECT_EQ(*MultipleAtMost(Decimal::Int(-a), Decimal::Int(b)),
              Decimal::Int(-((a + b - 1) / b * b)));
    EXPECT_EQ(*MultipleAtMost(Decimal::Int(a), Decimal::Int(b)), Decimal::Int(a / b * b));
    const int64_t c = a % 1'000'000 + 1;
    EXPECT_EQ(*LeastCommonMultiple(D(std::to_string(c) + scale), right),
              D(std::to_string(std::lcm(c, b)) + scale));
  }
}

TEST(Decimal, LeastCommonMultiples) {
  EXPECT_EQ(*LeastCommonMultiple(D("0.5"), D("0.3")), D("1.5"));
  EXPECT_EQ(*LeastCommonMultiple(D("1"), D("1e-300")), D("1"));
  EXPECT_EQ(*LeastCommonMultiple(D("2e300"), D("3")), D("6e300"));
  const std::string nines(900, '9'), ones = std::string(899, '9') + "7";
  EXPECT_EQ(LeastCommonMultiple(D(nines), D(ones)).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(LeastCommonMultiple(D("3e9000"), D("7e-9000")).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace bantam::grammar
