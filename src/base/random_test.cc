// Tests of the generator against the authors' known answers, and of the draws built on it.
#include "base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace bantam {
namespace {

using Words = std::array<uint32_t, 4>;

// From kat_vectors of the authors' Random123 library.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(Philox4x32({0, 0, 0, 0}, {0, 0}),
            (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(UniformDraw, DependsOnSeedChoiceAndPositionOnly) {
  const double draw = UniformDraw(7, 1, 42);
  EXPECT_EQ(draw, UniformDraw(7, 1, 42));
  EXPECT_NE(draw, UniformDraw(8, 1, 42));
  EXPECT_NE(draw, UniformDraw(7 + (uint64_t{1} << 32), 1, 42));
  EXPECT_NE(draw, UniformDraw(7, 2, 42));
  EXPECT_NE(draw, UniformDraw(7, 1, 43));
  EXPECT_NE(draw, UniformDraw(7, 1, 42 + (uint64_t{1} << 32)));
}

TEST(UniformDraw, FillsTheUnitIntervalEvenly) {
  constexpr int kDraws = 100000;
  constexpr int kBins = 64;
  std::vector<int> bins(kBins, 0);
  for (int i = 0; i < kDraws; ++i) {
    const double draw = UniformDraw(1234, 0, static_cast<uint64_t>(i));
    ASSERT_GE(draw, 0.0);
    ASSERT_LT(draw, 1.0);
    ++bins[static_cast<size_t>(draw * kBins)];
  }
  double chi_square = 0;
  constexpr double kExpected = static_cast<double>(kDraws) / kBins;
  for (int count : bins) chi_square += (count - kExpected) * (count - kExpected) / kExpected;
  EXPECT_LT(chi_square, 103.4);  // 63 degrees of freedom, p = 0.001
  EXPECT_GT(chi_square, 33.0);   // too even would be suspicious as well
}

TEST(SystemSeed, VariesAndStaysBelowTwoToThe53) {
  const uint64_t first = SystemSeed();
  const uint64_t second = SystemSeed();
  EXPECT_NE(first, second);
  EXPECT_LT(first, uint64_t{1} << 53);
  EXPECT_LT(second, uint64_t{1} << 53);
}

}  // namespace
}  // namespace bantam
