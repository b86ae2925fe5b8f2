// Numbers as Python writes and compares them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "text/jinja/value.h"

namespace bantam::jinja {

// repr(float): the shortest digits that read back equal; 1e+16, 1e-05, 5.0, inf, nan.
std::string FloatRepr(double value);

// Exact, also between 64-bit integers and floats. Both are numbers (bools included).
std::partial_ordering CompareNumbers(const Value& a, const Value& b);

// A number as a float.
double ToDouble(const Value& number);

// A float without its fraction, if it fits in 64 bits.
std::optional<int64_t> TruncateToInt(double value);

// int(text, base) and float(text): white space around, underscores between digits. Nothing if it
// is no number; for integers that are too large an error.
Result<std::optional<int64_t>> ParseInt(std::string_view text, int64_t base);
std::optional<double> ParseFloat(std::string_view text);

// round(value, digits): half to even, exactly.
double RoundFloat(double value, int64_t digits);

// `value` with that many digits after the point ('f'), or in scientific notation ('e').
std::string FormatFixed(double value, int64_t precision);
std::string FormatScientific(double value, int64_t precision);

}  // namespace bantam::jinja
