// The bounds move to their neighbours in float64.
#include "grammar/number/float_step.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>

#include "base/parse_double.h"

namespace bantam::grammar {
namespace {

constexpr double kClose = 1e-12;  // of the bounds' size

// Infinite if it is out of range.
double NearestTo(const Decimal& number) {
  return ParseDouble(number.ToString()).value_or(std::numeric_limits<double>::infinity());
}

Result<Decimal> ShortestOf(double value) {
  char text[40];
  const auto [end, error] = std::to_chars(text, text + sizeof(text), value);
  return Decimal::Parse(std::string_view(text, static_cast<size_t>(end - text)));
}

}  // namespace

NumberSet NumbersBetween(const Decimal& low, const Decimal& high) {
  const double from = NearestTo(low);
  const double to = NearestTo(high);
  if (!std::isfinite(from) || !std::isfinite(to) || from > to) return NumberSet::All();
  if (to - from > kClose * std::max(std::abs(from), std::abs(to))) return NumberSet::All();
  const double infinity = std::numeric_limits<double>::infinity();
  const double first = std::nextafter(from, infinity);
  const double last = std::nextafter(to, -infinity);
  if (first > last) return NumberSet::Integers();
  const Result<Decimal> least = ShortestOf(first);
  const Result<Decimal> most = ShortestOf(last);
  if (!least || !most) return NumberSet::All();
  const NumberSet between =
      NumberSet::AtLeast(*least, false).And(NumberSet::AtMost(*most, false)).value();
  return between.Or(NumberSet::Integers()).value();
}

}  // namespace bantam::grammar
