// Tests of 16-bit float conversions: exhaustive over all halves and the midpoints between them.
#include "base/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace bantam {
namespace {

// The value of an F16 straight from the definition of the format.
double ValueOf(uint16_t half) {
  const int exponent = half >> 10 & 31;
  const int mantissa = half & 1023;
  const double sign = half & 0x8000 ? -1 : 1;
  if (exponent == 0) return sign * std::ldexp(mantissa, -24);
  return sign * std::ldexp(1024 + mantissa, exponent - 25);
}

bool IsFinite(uint16_t half) {
  return (half & 0x7c00) != 0x7c00;
}

TEST(Half, EveryF16WidensToItsValue) {
  for (uint32_t h = 0; h < 65536; ++h) {
    const auto half = static_cast<uint16_t>(h);
    const float wide = F16ToF32(half);
    EXPECT_EQ(std::signbit(wide), (half & 0x8000) != 0) << h;
    if (IsFinite(half)) {
      ASSERT_EQ(static_cast<double>(wide), ValueOf(half)) << h;
    } else if ((half & 0x03ff) == 0) {
      ASSERT_TRUE(std::isinf(wide)) << h;
    } else {
      ASSERT_TRUE(std::isnan(wide)) << h;
      ASSERT_TRUE(std::bit_cast<uint32_t>(wide) & 0x0040'0000) << "signalling NaN from " << h;
    }
  }
}

TEST(Half, EveryF16ComesBackFromF32) {
  for (uint32_t h = 0; h < 65536; ++h) {
    const auto half = static_cast<uint16_t>(h);
    const bool is_nan = !IsFinite(half) && (half & 0x03ff) != 0;
    ASSERT_EQ(F32ToF16(F16ToF32(half)), is_nan ? half | 0x0200 : half) << h;
  }
}

TEST(Half, F32RoundsToTheNearestF16AndTiesToEven) {
  for (uint16_t lower = 0; lower < 0x7bff; ++lower) {
    const auto upper = static_cast<uint16_t>(lower + 1);
    const auto middle = static_cast<float>((ValueOf(lower) + ValueOf(upper)) / 2);
    const uint16_t even = lower % 2 == 0 ? lower : upper;
    ASSERT_EQ(F32ToF16(middle), even) << lower;
    ASSERT_EQ(F32ToF16(-middle), even | 0x8000) << lower;
    ASSERT_EQ(F32ToF16(std::nextafter(middle, 0.0f)), lower) << lower;
    ASSERT_EQ(F32ToF16(std::nextafter(middle, 1e9f)), upper) << lower;
  }
}

TEST(Half, F32BeyondTheRangeBecomesInfinityOrZero) {
  EXPECT_EQ(F32ToF16(std::nextafter(65520.0f, 0.0f)), 0x7bff);
  EXPECT_EQ(F32ToF16(65520.0f), 0x7c00);
  EXPECT_EQ(F32ToF16(std::numeric_limits<float>::infinity()), 0x7c00);
  EXPECT_EQ(F32ToF16(-std::numeric_limits<float>::max()), 0xfc00);
  EXPECT_EQ(F32ToF16(0x1p-25f), 0);
  EXPECT_EQ(F32ToF16(std::numeric_limits<float>::denorm_min()), 0);
  EXPECT_EQ(F32ToF16(-0.0f), 0x8000);
}

TEST(Half, Bf16WidensAndComesBack) {
  for (uint32_t b = 0; b < 65536; ++b) {
    const float wide = Bf16ToF32(static_cast<uint16_t>(b));
    ASSERT_EQ(F32ToBf16(wide), std::isnan(wide) ? b | 0x0040 : b) << b;
  }
}

TEST(Half, F32RoundsToTheNearestBf16AndTiesToEven) {
  EXPECT_EQ(F32ToBf16(std::bit_cast<float>(0x3f80'8000u)), 0x3f80);
  EXPECT_EQ(F32ToBf16(std::bit_cast<float>(0x3f81'8000u)), 0x3f82);
  EXPECT_EQ(F32ToBf16(std::bit_cast<float>(0x3f80'8001u)), 0x3f81);
  EXPECT_EQ(F32ToBf16(std::bit_cast<float>(0x3f81'7fffu)), 0x3f81);
  EXPECT_EQ(F32ToBf16(std::numeric_limits<float>::max()), 0x7f80);
}

}  // namespace
}  // namespace bantam
