// The ends of what float64 holds, exactly.
#pragma once

#include "grammar/number/decimal.h"

namespace bantam::grammar {

// The least positive number that is read as infinity: 2^1024 - 2^970, which lies halfway between
// the greatest double and the next there would be (IEEE 754, round to nearest, ties to even).
// Thread-safe.
const Decimal& LeastInfinite();

// The greatest number that is read as 0: 2^-1075, half of the least positive double. Thread-safe.
const Decimal& GreatestVanishing();

// Whether float64 holds the number: it is read neither as infinity nor, unless it is that, as 0.
bool FitsFloat64(const Decimal& number);

}  // namespace bantam::grammar
