// Elementary functions from IEEE additions, multiplications and divisions alone.
#include "base/math.h"

#include <bit>
#include <cstdint>
#include <limits>

namespace bantam {
namespace {

constexpr double kLn2High = 6.93147180369123816490e-01;     // ln 2 in 32 bits: n * this is exact
constexpr double kLn2Low = 1.90821492927058770002e-10;      // ln 2 - kLn2High
constexpr double kHalfPiHigh = 1.57079632673412561417e+00;  // pi/2 in 33 bits
constexpr double kHalfPiLow = 6.07710050650619224932e-11;   // pi/2 - kHalfPiHigh

// Nearest integer, ties to even, for |x| < 2^51.
double Nearest(double x) {
  constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52
  return (x + kShift) - kShift;
}

// x * 2^n for results in the normal range, in two steps so that n may reach ±1,074.
double ScaleByPowerOfTwo(double x, int n) {
  const int half = n / 2;
  const auto power = [](int e) {
    return std::bit_cast<double>(static_cast<uint64_t>(e + 1023) << 52);
  };
  return x * power(half) * power(n - half);
}

// sin and cos on [-pi/4, pi/4] by their Taylor series; the first omitted term is below 2^-57.
double SinKernel(double r) {
  const double z = r * r;
  double sum = 0;
  for (int k = 17; k >= 3; k -= 2) sum = (sum + 1) * (-z / (k * (k - 1)));
  return r + r * sum;
}

double CosKernel(double r) {
  const double z = r * r;
  double sum = 0;
  for (int k = 18; k >= 2; k -= 2) sum = (sum + 1) * (-z / (k * (k - 1)));
  return 1 + sum;
}

struct Reduced {
  double r;
  int quadrant;
};

Reduced ReduceHalfPi(double x) {
  const double n = Nearest(x * 0.63661977236758134308);  // 2 / pi
  return {(x - n * kHalfPiHigh) - n * kHalfPiLow, static_cast<int>(static_cast<int64_t>(n) & 3)};
}

}  // namespace

double Exp(double x) {
  if (!(x == x)) return x;
  if (x > 709.7) return std::numeric_limits<double>::infinity();
  if (x < -745.0) return 0;
  const double n = Nearest(x * 1.44269504088896340736);  // 1 / ln 2
  const double r = (x - n * kLn2High) - n * kLn2Low;     // |r| <= 0.347
  double sum = 1;
  for (int k = 14; k >= 1; --k) sum = 1 + sum * r / k;
  return ScaleByPowerOfTwo(sum, static_cast<int>(n));
}

double Log(double x) {
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (!(x > 0)) return std::numeric_limits<double>::quiet_NaN();
  if (x == std::numeric_limits<double>::infinity()) return x;
  int exponent = 0;
  if (x < std::numeric_limits<double>::min()) {
    x *= 18014398509481984.0;  // 2^54: lifts subnormals
    exponent = -54;
  }
  uint64_t bits = std::bit_cast<uint64_t>(x);
  exponent += static_cast<int>(bits >> 52) - 1023;
  bits = (bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL;
  double m = std::bit_cast<double>(bits);
  if (m > 1.41421356237309504880) {
    m *= 0.5;
    exponent += 1;
  }
  const double s = (m - 1) / (m + 1);  // log m = 2 atanh(s), |s| <= 0.172
  const double z = s * s;
  double sum = 0;
  for (int k = 25; k >= 3; k -= 2) sum = (sum + 1.0 / k) * z;
  return exponent * kLn2High + (2 * s + (2 * s * sum + exponent * kLn2Low));
}

double Sin(double x) {
  const Reduced a = ReduceHalfPi(x);
  const double value = (a.quadrant & 1) != 0 ? CosKernel(a.r) : SinKernel(a.r);
  return (a.quadrant & 2) != 0 ? -value : value;
}

double Cos(double x) {
  const Reduced a = ReduceHalfPi(x);
  const double value = (a.quadrant & 1) != 0 ? SinKernel(a.r) : CosKernel(a.r);
  return ((a.quadrant + 1) & 2) != 0 ? -value : value;
}

double Pow(double x, double y) {
  return Exp(y * Log(x));
}

}  // namespace bantam
