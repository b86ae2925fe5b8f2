// Python's arithmetic: floor division, float division of integers, repetition, formatting.
#include "text/jinja/arithmetic.h"

#include <cmath>
#include <limits>
#include <string>

#include "base/check.h"
#include "base/math.h"
#include "text/jinja/format.h"
#include "text/jinja/numbers.h"
#include "text/jinja/print.h"
#include "text/jinja/text.h"
#include "text/jinja/types.h"

namespace bantam::jinja {
namespace {

std::unexpected<Error> Overflow() {
  return Invalid("integer overflow (64 bits)");
}

const char* SymbolOf(ExprKind op) {
  switch (op) {
    case ExprKind::kAdd: return "+";
    case ExprKind::kSubtract: return "-";
    case ExprKind::kMultiply: return "*";
    case ExprKind::kDivide: return "/";
    case ExprKind::kFloorDivide: return "//";
    case ExprKind::kModulo: return "%";
    default: return "** or pow()";
  }
}

std::unexpected<Error> NoOperation(ExprKind op, const Value& a, const Value& b) {
  if (a.IsUndefined()) return UseOfUndefined(a);
  if (b.IsUndefined()) return UseOfUndefined(b);
  std::string message = "unsupported operand type(s) for ";
  message += SymbolOf(op);
  message += ": '";
  message += TypeName(a);
  message += "' and '";
  message += TypeName(b);
  message += '\'';
  return Invalid(std::move(message));
}

double PowerOf(double base, double exponent) {
  const double whole = std::trunc(exponent);
  if (whole == exponent && std::fabs(exponent) <= 1024) {  // by squaring: exact for small results
    double result = 1;
    double square = base;
    for (auto n = static_cast<int64_t>(std::fabs(exponent)); n > 0; n >>= 1) {
      if ((n & 1) != 0) result *= square;
      square *= square;
    }
    return exponent < 0 ? 1 / result : result;
  }
  if (exponent == 0.5) return std::sqrt(base);
  if (base == 0) return exponent > 0 ? 0 : std::numeric_limits<double>::infinity();
  if (base > 0) return Pow(base, exponent);
  const bool odd = std::fmod(whole, 2) != 0;
  return odd ? -Pow(-base, exponent) : Pow(-base, exponent);
}

Result<Value> IntPower(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) return Invalid("0.0 cannot be raised to a negative power");
    return Value::Float(PowerOf(static_cast<double>(base), static_cast<double>(exponent)));
  }
  int64_t result = 1;
  for (int64_t n = exponent; n > 0;) {
    if ((n & 1) != 0 && __builtin_mul_overflow(result, base, &result)) return Overflow();
    n >>= 1;
    if (n > 0 && __builtin_mul_overflow(base, base, &base)) return Overflow();
  }
  return Value::Int(result);
}

Result<Value> IntArithmetic(ExprKind op, int64_t a, int64_t b) {
  int64_t result = 0;
  switch (op) {
    case ExprKind::kAdd:
      if (__builtin_add_overflow(a, b, &result)) return Overflow();
      return Value::Int(result);
    case ExprKind::kSubtract:
      if (__builtin_sub_overflow(a, b, &result)) return Overflow();
      return Value::Int(result);
    case ExprKind::kMultiply:
      if (__builtin_mul_overflow(a, b, &result)) return Overflow();
      return Value::Int(result);
    case ExprKind::kPower: return IntPower(a, b);
    default: break;
  }
  if (b == 0) return Invalid("division by zero");
  if (op == ExprKind::kDivide) {
    return Value::Float(static_cast<double>(a) / static_cast<double>(b));
  }
  if (b == -1) {  // the one division that can overflow
    if (op == ExprKind::kModulo) return Value::Int(0);
    if (__builtin_sub_overflow(int64_t{0}, a, &result)) return Overflow();
    return Value::Int(result);
  }
  const int64_t rest = a % b;
  const bool floor = rest != 0 && (rest < 0) != (b < 0);
  if (op == ExprKind::kModulo) return Value::Int(floor ? rest + b : rest);
  return Value::Int(a / b - (floor ? 1 : 0));
}

// Python's float // and %: the quotient is floored, the rest has the divisor's sign.
void DivMod(double a, double b, double* quotient, double* rest) {
  double mod = std::fmod(a, b);
  double div = (a - mod) / b;
  if (mod != 0) {
    if ((b < 0) != (mod < 0)) {
      mod += b;
      div -= 1;
    }
  } else {
    mod = std::copysign(0.0, b);
  }
  if (div != 0) {
    double floor = std::floor(div);
    if (div - floor > 0.5) floor += 1;
    *quotient = floor;
  } else {
    *quotient = std::copysign(0.0, a / b);
  }
  *rest = mod;
}

Result<Value> FloatArithmetic(ExprKind op, double a, double b) {
  switch (op) {
    case ExprKind::kAdd: return Value::Float(a + b);
    case ExprKind::kSubtract: return Value::Float(a - b);
    case ExprKind::kMultiply: return Value::Float(a * b);
    case ExprKind::kPower:
      if (a == 0 && b < 0) return Invalid("0.0 cannot be raised to a negative power");
      if (a < 0 && std::trunc(b) != b) return Invalid("complex numbers are not supported");
      return Value::Float(PowerOf(a, b));
    default: break;
  }
  if (b == 0) return Invalid("float division by zero");
  if (op == ExprKind::kDivide) return Value::Float(a / b);
  double quotient = 0;
  double rest = 0;
  DivMod(a, b, &quotient, &rest);
  return Value::Float(op == ExprKind::kModulo ? rest : quotient);
}

Result<Value> AddValues(Interpreter& in, const Value& a, const Value& b) {
  if (a.IsString() && b.IsString()) {
    const bool markup = IsMarkup(a) || IsMarkup(b);
    const auto part = [markup](const Value& v) {
      return markup && !IsMarkup(v) ? EscapeHtml(TextOf(v)) : std::string(TextOf(v));
    };
    return in.Text(part(a) + part(b), markup);
  }
  if (a.kind() != b.kind() || !a.IsSequence()) return NoOperation(ExprKind::kAdd, a, b);
  std::vector<Value> items = ItemsOf(a);
  items.insert(items.end(), ItemsOf(b).begin(), ItemsOf(b).end());
  TRY(in.Work(items.size()));
  return a.Is(Kind::kList) ? in.List(std::move(items)) : in.Tuple(std::move(items));
}

Result<Value> Repeat(Interpreter& in, const Value& what, int64_t times) {
  const size_t count = times < 0 ? 0 : static_cast<size_t>(times);
  size_t total = 0;
  if (what.IsString()) {
    const std::string_view text = TextOf(what);
    if (__builtin_mul_overflow(text.size(), count, &total)) total = SIZE_MAX;
    TRY(in.CheckSize(total));
    std::string out;
    out.reserve(total);
    if (!text.empty()) {
      for (size_t i = 0; i < count; ++i) out += text;
    }
    return in.Text(std::move(out), IsMarkup(what));
  }
  const std::vector<Value>& items = ItemsOf(what);
  if (__builtin_mul_overflow(items.size(), count, &total)) total = SIZE_MAX;
  TRY(in.CheckSize(total > SIZE_MAX / sizeof(Value) ? SIZE_MAX : total * sizeof(Value)));
  TRY(in.Work(total));
  std::vector<Value> out;
  out.reserve(total);
  for (size_t i = 0; total > 0 && i < count; ++i) out.insert(out.end(), items.begin(), items.end());
  return what.Is(Kind::kList) ? in.List(std::move(out)) : in.Tuple(std::move(out));
}

}  // namespace

Result<Value> Arithmetic(Interpreter& in, ExprKind op, const Value& a, const Value& b) {
  if (a.IsIntegral() && b.IsIntegral()) return IntArithmetic(op, a.AsInt(), b.AsInt());
  if (a.IsNumber() && b.IsNumber()) return FloatArithmetic(op, ToDouble(a), ToDouble(b));
  if (a.IsUndefined()) return UseOfUndefined(a);
  if (op == ExprKind::kModulo && a.IsString()) return FormatPercent(in, a, b);
  if (b.IsUndefined()) return UseOfUndefined(b);
  if (op == ExprKind::kAdd) return AddValues(in, a, b);
  if (op == ExprKind::kMultiply) {
    const auto repeatable = [](const Value& v) { return v.IsString() || v.IsSequence(); };
    if (repeatable(a) && b.IsIntegral()) return Repeat(in, a, b.AsInt());
    if (repeatable(b) && a.IsIntegral()) return Repeat(in, b, a.AsInt());
  }
  return NoOperation(op, a, b);
}

Result<Value> Negate(Interpreter&, const Value& value, bool negative) {
  if (value.IsUndefined()) return UseOfUndefined(value);
  if (value.Is(Kind::kFloat)) {
    return Value::Float(negative ? -value.AsFloat() : value.AsFloat());
  }
  if (value.IsIntegral()) {
    int64_t result = value.AsInt();
    if (negative && __builtin_sub_overflow(int64_t{0}, value.AsInt(), &result)) return Overflow();
    return Value::Int(result);
  }
  std::string message = "bad operand type for unary ";
  message += negative ? "-: '" : "+: '";
  message += TypeName(value);
  return Invalid(message + "'");
}

}  // namespace bantam::jinja
