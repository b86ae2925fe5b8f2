// The exponential of non-positive numbers without branches, so that loops over a vocabulary become
// vector code: about ten times as fast as base/math.h, with the same bits on every machine.
#pragma once

#include <bit>
#include <cstdint>

namespace bantam {

// e^x for x ≤ 0, within a few units in the last place; 0 below -708 (where doubles would become
// subnormal). NaN gives NaN. Cody-Waite reduction by ln 2, Taylor series to r^13 / 13!: the first
// term left out is below 2^-57 for |r| ≤ ln 2 / 2.
inline double ExpNonPositive(double x) {
  constexpr double kLowest = -708;
  constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
  constexpr double kLn2High = 6.93147180369123816490e-01;  // 32 bits: n * kLn2High is exact
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  const double clamped = x < kLowest ? kLowest : x;
  const double shifted = clamped * 1.4426950408889634 + kShift;
  const double n = shifted - kShift;
  const double r = (clamped - n * kLn2High) - n * kLn2Low;
  double series = 1.0 / 6227020800;
  series = series * r + 1.0 / 479001600;
  series = series * r + 1.0 / 39916800;
  series = series * r + 1.0 / 3628800;
  series = series * r + 1.0 / 362880;
  series = series * r + 1.0 / 40320;
  series = series * r + 1.0 / 5040;
  series = series * r + 1.0 / 720;
  series = series * r + 1.0 / 120;
  series = series * r + 1.0 / 24;
  series = series * r + 1.0 / 6;
  series = series * r + 0.5;
  series = series * r + 1;
  series = series * r + 1;
  // The low bits of `shifted` hold n: moved to the exponent they make 2^n.
  const double power = std::bit_cast<double>((std::bit_cast<uint64_t>(shifted) + 1023) << 52);
  return x < kLowest ? 0 : series * power;
}

}  // namespace bantam
