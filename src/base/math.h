// Elementary functions with the same result on every machine: plain IEEE arithmetic, no libm.
//
// Accurate to a few units in the last place of a double. Argument reduction and series follow
// Muller, "Elementary Functions" (3rd ed.), chapters 3 and 11.
#pragma once

namespace bantam {

double Exp(double x);
double Log(double x);            // x > 0; Log(0) = -inf, negative: NaN
double Sin(double x);            // |x| < 2^20
double Cos(double x);            // |x| < 2^20
double Pow(double x, double y);  // x > 0; relative error about 1e-16 (1 + |y Log(x)|)

}  // namespace bantam
