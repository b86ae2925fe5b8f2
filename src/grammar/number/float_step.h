// NumbersBetween: numbers that float64 keeps apart from two bounds.
#pragma once

#include "grammar/number/number_set.h"

namespace bantam::grammar {

// All numbers but, where the bounds are so close that float64 hardly tells them apart, those that
// become a bound, or pass it, when they are read as float64: most programs read them so. Integers
// always stay: many read those exactly. To be intersected with the interval itself.
NumberSet NumbersBetween(const Decimal& low, const Decimal& high);

}  // namespace bantam::grammar
