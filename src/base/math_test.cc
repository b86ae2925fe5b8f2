// Tests of the elementary functions against libm.
#include "base/math.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bantam {
namespace {

TEST(Math, ExpAgreesWithLibm) {
  for (double x = -740; x < 709; x += 0.37) {
    EXPECT_NEAR(Exp(x) / std::exp(x), 1.0, x < -708 ? 1e-2 : 1e-14) << x;
  }
  EXPECT_EQ(Exp(0), 1);
  EXPECT_EQ(Exp(-1e9), 0);
  EXPECT_TRUE(std::isinf(Exp(1e9)));
}

TEST(Math, LogAgreesWithLibm) {
  for (double x = 1e-300; x < 1e300; x *= 1.7) EXPECT_NEAR(Log(x), std::log(x), 2e-13) << x;
  for (double x = 0.5; x < 2; x += 0.001) EXPECT_NEAR(Log(x), std::log(x), 3e-16) << x;
  EXPECT_TRUE(std::isinf(Log(0)));
  EXPECT_TRUE(std::isnan(Log(-1)));
}

TEST(Math, SinAndCosAgreeWithLibm) {
  for (double x = -140000; x < 140000; x += 1.2345) {
    EXPECT_NEAR(Sin(x), std::sin(x), 2e-14) << x;
    EXPECT_NEAR(Cos(x), std::cos(x), 2e-14) << x;
  }
}

TEST(Math, PowAgreesWithLibm) {
  for (double y = -1; y <= 0; y += 1.0 / 64) {
    EXPECT_NEAR(Pow(1e6, y) / std::pow(1e6, y), 1.0, 1e-14) << y;
  }
}

}  // namespace
}  // namespace bantam
