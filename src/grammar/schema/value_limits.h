// How many values one list may have: an enum, or an anyOf or oneOf of nothing but such.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include "base/json.h"
#include "grammar/number/number_set.h"

namespace bantam::grammar {

// What there is too much of, and the limit: "5001 numbers, at most 5000"; empty: nothing.
inline std::string TooManyValues(std::span<const Json> values) {
  constexpr size_t kMostValues = 200'000;
  constexpr size_t kMostNested = 5'000;
  const auto excess = [](size_t count, const char* what, size_t most) {
    if (count <= most) return std::string();
    return std::to_string(count) + what + ", at most " + std::to_string(most);
  };
  const auto count = [&](auto is) {
    return static_cast<size_t>(std::ranges::count_if(values, is));
  };
  std::string found = excess(values.size(), " values", kMostValues);
  if (found.empty()) found = excess(count(&Json::is_number), " numbers", NumberSet::kMaxPieces);
  if (!found.empty()) return found;
  const auto nested = [](const Json& value) { return value.is_object() || value.is_array(); };
  return excess(count(nested), " objects and arrays", kMostNested);
}

}  // namespace bantam::grammar
