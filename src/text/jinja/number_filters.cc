// Filters on numbers.
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/check.h"
#include "text/jinja/arguments.h"
#include "text/jinja/arithmetic.h"
#include "text/jinja/filters.h"
#include "text/jinja/numbers.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

using Arguments = CallArguments;

std::unexpected<Error> NotANumber(const Value& value) {
  if (value.IsUndefined()) return UseOfUndefined(value);
  return Invalid("expected a number, not " + std::string(TypeName(value)));
}

Result<Value> Absolute(Interpreter& in, const Value& input, const Arguments& arguments) {
  TRY(Bind(arguments, "abs", {}));
  if (input.Is(Kind::kFloat)) return Value::Float(std::fabs(input.AsFloat()));
  if (!input.IsIntegral()) return NotANumber(input);
  return Negate(in, input, input.AsInt() < 0);
}

Result<Value> ToInt(Interpreter&, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "int", {"default", "base"}));
  const Value fallback = bound.Has(0) ? bound[0] : Value::Int(0);
  const int64_t base = TRY(bound.Int(1, 10));
  if (input.IsUndefined()) return UseOfUndefined(input);
  if (input.IsIntegral()) return Value::Int(input.AsInt());
  if (input.Is(Kind::kBigInt)) return input;
  double real = 0;
  if (input.IsString()) {
    const std::optional<int64_t> integer = TRY(ParseInt(TextOf(input), base));
    if (integer) return Value::Int(*integer);
    const std::optional<double> parsed = ParseFloat(TextOf(input));
    if (!parsed || !std::isfinite(*parsed)) return fallback;
    real = *parsed;
  } else if (input.Is(Kind::kFloat)) {
    real = input.AsFloat();
    if (std::isnan(real)) return fallback;
    if (std::isinf(real)) return Invalid("cannot convert float infinity to integer");
  } else {
    return fallback;
  }
  const std::optional<int64_t> whole = TruncateToInt(real);
  if (!whole) return Invalid("an integer that does not fit in 64 bits");
  return Value::Int(*whole);
}

Result<Value> ToFloat(Interpreter&, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "float", {"default"}));
  if (input.IsUndefined()) return UseOfUndefined(input);
  if (input.IsNumber()) return Value::Float(ToDouble(input));
  if (input.IsString() || input.Is(Kind::kBigInt)) {
    if (const std::optional<double> parsed = ParseFloat(TextOf(input))) {
      return Value::Float(*parsed);
    }
  }
  return bound.Has(0) ? bound[0] : Value::Float(0);
}

// Half to even among the integers with that many zeros at the end.
Result<Value> RoundInt(int64_t value, int64_t digits) {
  if (digits >= 0) return Value::Int(value);
  if (digits < -18) return Value::Int(0);
  int64_t unit = 1;
  for (int64_t i = digits; i < 0; ++i) unit *= 10;
  int64_t quotient = value / unit;
  const int64_t rest = std::abs(value % unit);
  const bool up = rest > unit / 2 || (rest == unit / 2 && quotient % 2 != 0);
  if (up) quotient += value < 0 ? -1 : 1;
  int64_t result = 0;
  if (__builtin_mul_overflow(quotient, unit, &result)) {
    return Invalid("integer overflow (64 bits)");
  }
  return Value::Int(result);
}

// ceil or floor of value * 10**precision, divided by that again.
Result<Value> RoundTo(Interpreter& in, const Value& input, const Value& precision, bool up) {
  const Value scale = TRY(Arithmetic(in, ExprKind::kPower, Value::Int(10), precision));
  const Value scaled = TRY(Arithmetic(in, ExprKind::kMultiply, input, scale));
  Value whole = scaled;
  if (scaled.Is(Kind::kFloat)) {
    const double value = scaled.AsFloat();
    if (!std::isfinite(value)) return Invalid("cannot convert float infinity or NaN to integer");
    const double rounded = up ? std::ceil(value) : std::floor(value);
    const std::optional<int64_t> integer = TruncateToInt(rounded);
    whole = integer ? Value::Int(*integer) : Value::Float(rounded);
  }
  return Arithmetic(in, ExprKind::kDivide, whole, scale);
}

Result<Value> Round(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "round", {"precision", "method"}));
  const int64_t precision = TRY(bound.Int(0, 0));
  const std::string_view method = TRY(bound.String(1, "common"));
  if (method != "common" && method != "ceil" && method != "floor") {
    return Invalid("method must be common, ceil or floor");
  }
  if (!input.IsNumber()) return NotANumber(input);
  if (method != "common") return RoundTo(in, input, Value::Int(precision), method == "ceil");
  if (input.IsIntegral()) return RoundInt(input.AsInt(), precision);
  const double value = input.AsFloat();
  return Value::Float(RoundFloat(value, precision));
}

Result<Value> FileSize(Interpreter& in, const Value& input, const Arguments& arguments) {
  const Bound bound = TRY(Bind(arguments, "filesizeformat", {"binary"}));
  const bool binary = bound.Flag(0, false);
  std::optional<double> bytes;
  if (input.IsNumber()) bytes = ToDouble(input);
  if (input.IsString()) bytes = ParseFloat(TextOf(input));
  if (!bytes) return NotANumber(input);
  const double base = binary ? 1024 : 1000;
  if (*bytes == 1) return in.String("1 Byte");
  if (*bytes < base) {
    const std::optional<int64_t> whole = TruncateToInt(*bytes);
    if (!whole) return Invalid("cannot convert this float to an integer");
    return in.String(std::to_string(*whole) + " Bytes");
  }
  if (std::isnan(*bytes)) return in.String(std::string("nan Y") + (binary ? "iB" : "B"));
  // From the square of the base on; powers of 1000 that are no doubles are rounded once.
  constexpr double kDecimalUnits[] = {1e6, 1e9, 1e12, 1e15, 1e18, 1e21, 1e24, 1e27};
  constexpr std::string_view kPrefixes = "kMGTPEZY";
  double unit = 1024;
  for (size_t i = 0; i < kPrefixes.size(); ++i) {
    unit = binary ? unit * 1024 : kDecimalUnits[i];
    if (*bytes >= unit && i + 1 < kPrefixes.size()) continue;
    std::string out = FormatFixed(base * *bytes / unit, 1) + " ";
    out += binary && i == 0 ? 'K' : kPrefixes[i];
    return in.String(out + (binary ? "iB" : "B"));
  }
  return Value::None();
}

constexpr FilterEntry kFilters[] = {
    {"abs", &Absolute},
    {"int", &ToInt},
    {"float", &ToFloat},
    {"round", &Round},
    {"filesizeformat", &FileSize},
};

}  // namespace

std::span<const FilterEntry> NumberFilters() {
  return kFilters;
}

}  // namespace bantam::jinja
