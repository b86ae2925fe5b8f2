// Decimals for tests.
#pragma once

#include <string_view>

#include "base/check.h"
#include "grammar/number/decimal.h"

namespace bantam::grammar {

// The number that `text`, a JSON number, is.
inline Decimal D(std::string_view text) {
  const Result<Decimal> value = Decimal::Parse(text);
  CHECK(value.has_value());
  return *value;
}

}  // namespace bantam::grammar
