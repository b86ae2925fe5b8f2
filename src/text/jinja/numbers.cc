// Reading, writing and comparing numbers.
#include "text/jinja/numbers.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/json.h"
#include "base/json_text.h"
#include "base/parse_double.h"
#include "text/jinja/text.h"

namespace bantam::jinja {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;

std::string NonFinite(double value) {
  if (std::isnan(value)) return "nan";
  return value < 0 ? "-inf" : "inf";
}

// Digits with underscores between them taken out; nothing if an underscore stands elsewhere.
std::optional<std::string> WithoutUnderscores(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      continue;
    }
    const auto is_digit = [&](size_t at) {
      return at < text.size() && text[at] != '_' && text[at] != '.' && text[at] != '-';
    };
    if (i == 0 || !is_digit(i - 1) || !is_digit(i + 1)) return std::nullopt;
  }
  return out;
}

}  // namespace

std::string FloatRepr(double value) {
  if (!std::isfinite(value)) return NonFinite(value);
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<size_t>(end.ptr - buffer));  // -d.ddde-dd
  const size_t e = text.find('e');
  int exponent = 0;
  const char* digits_of_exponent = buffer + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(digits_of_exponent, end.ptr, exponent);
  if (exponent < -4 || exponent >= 16) return std::string(text);
  std::string out(text[0] == '-' ? "-" : "");
  std::string digits;
  for (const char c : text.substr(0, e)) {
    if (c != '-' && c != '.') digits += c;
  }
  const auto count = static_cast<int>(digits.size());
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-exponent - 1), '0');
    return out + digits;
  }
  if (exponent + 1 >= count) {
    out += digits;
    out.append(static_cast<size_t>(exponent + 1 - count), '0');
    return out + ".0";
  }
  const auto whole = static_cast<size_t>(exponent + 1);
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

double ToDouble(const Value& number) {
  return number.Is(Kind::kFloat) ? number.AsFloat() : static_cast<double>(number.AsInt());
}

std::partial_ordering CompareNumbers(const Value& a, const Value& b) {
  if (a.IsIntegral() && b.IsIntegral()) return a.AsInt() <=> b.AsInt();
  if (!a.IsIntegral() && !b.IsIntegral()) return a.AsFloat() <=> b.AsFloat();
  if (!a.IsIntegral()) return 0 <=> CompareNumbers(b, a);
  const double real = b.AsFloat();
  if (std::isnan(real)) return std::partial_ordering::unordered;
  if (real >= kTwo63) return std::partial_ordering::less;
  if (real < -kTwo63) return std::partial_ordering::greater;
  const double whole = std::trunc(real);
  const auto order = a.AsInt() <=> static_cast<int64_t>(whole);
  return order != 0 ? order : std::partial_ordering(0.0 <=> real - whole);
}

std::optional<int64_t> TruncateToInt(double value) {
  const double whole = std::trunc(value);
  if (!(whole >= -kTwo63 && whole < kTwo63)) return std::nullopt;
  return static_cast<int64_t>(whole);
}

Result<std::optional<int64_t>> ParseInt(std::string_view text, int64_t base) {
  text = Strip(text, Side::kBoth);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const char letter = text.size() > 2 && text[0] == '0' ? static_cast<char>(text[1] | 32) : '\0';
  const int prefix = letter == 'b' ? 2 : letter == 'o' ? 8 : letter == 'x' ? 16 : 0;
  if (prefix != 0 && (base == prefix || base == 0)) {
    text.remove_prefix(2);
    if (text[0] == '_') text.remove_prefix(1);
    base = prefix;
  } else if (base == 0) {
    base = 10;
    if (text.size() > 1 && text[0] == '0' && text.find_first_not_of("0_") != text.npos) {
      return std::optional<int64_t>();  // 007
    }
  }
  if (base < 2 || base > 36) return std::optional<int64_t>();
  const std::optional<std::string> digits = WithoutUnderscores(text);
  if (!digits || digits->empty() || (*digits)[0] == '-') return std::optional<int64_t>();
  const std::string signed_digits = (negative ? "-" : "") + *digits;
  int64_t value = 0;
  const char* end = signed_digits.data() + signed_digits.size();
  const auto parsed = std::from_chars(signed_digits.data(), end, value, static_cast<int>(base));
  if (parsed.ptr != end) return std::optional<int64_t>();
  if (parsed.ec != std::errc()) {
    return Fail(ErrorCode::kInvalidArgument, "an integer that does not fit in 64 bits");
  }
  return std::optional(value);
}

std::optional<double> ParseFloat(std::string_view text) {
  text = Strip(text, Side::kBoth);
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const std::string lower = LowerText(text);
  double value = 0;
  if (lower == "inf" || lower == "infinity") {
    value = std::numeric_limits<double>::infinity();
  } else if (lower == "nan") {
    value = std::numeric_limits<double>::quiet_NaN();
  } else {
    std::optional<std::string> digits = WithoutUnderscores(lower);
    if (!digits || digits->empty()) return std::nullopt;
    if (digits->find_first_not_of("0123456789.e+-") != std::string::npos) return std::nullopt;
    if ((*digits)[0] == '-' || (*digits)[0] == '+') return std::nullopt;
    if ((*digits)[0] == '.') digits->insert(0, "0");
    const std::optional<double> parsed = ParseDouble(*digits);
    if (parsed) {
      value = *parsed;
    } else {  // too large, too small, or no number
      size_t bad = 0;
      if (JsonNumberLength(*digits, &bad) != digits->size()) return std::nullopt;
      value = Json::NumberText(*digits).AsDouble();
    }
  }
  return negative ? -value : value;
}

std::string FormatFixed(double value, int64_t precision) {
  if (!std::isfinite(value)) return NonFinite(value);
  std::string buffer(static_cast<size_t>(330 + precision), '\0');
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::fixed, static_cast<int>(precision));
  buffer.resize(static_cast<size_t>(end.ptr - buffer.data()));
  return buffer;
}

std::string FormatScientific(double value, int64_t precision) {
  if (!std::isfinite(value)) return NonFinite(value);
  std::string buffer(static_cast<size_t>(40 + precision), '\0');
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::scientific, static_cast<int>(precision));
  buffer.resize(static_cast<size_t>(end.ptr - buffer.data()));
  return buffer;
}

double RoundFloat(double value, int64_t digits) {
  if (!std::isfinite(value) || digits > 330) return value;
  if (digits < -330) return std::copysign(0.0, value);
  if (digits >= 0) {
    // The fixed format rounds the exact binary value; ties go to even.
    const std::string text = FormatFixed(value, digits);
    return ParseDouble(text).value_or(value);
  }
  // Tens and above are rounded on the digits of the integer part, the fraction breaking ties.
  const auto drop = static_cast<size_t>(-digits);
  std::string whole = FormatFixed(std::trunc(std::fabs(value)), 0);
  if (whole.size() < drop) return std::copysign(0.0, value);
  const std::string tail = whole.substr(whole.size() - drop);
  std::string head = whole.substr(0, whole.size() - drop);
  const std::string half = "5" + std::string(drop - 1, '0');
  const bool fraction = std::trunc(value) != value;
  const bool odd = !head.empty() && (head.back() - '0') % 2 != 0;
  const bool up = tail > half || (tail == half && (fraction || odd));
  if (head.empty()) head = "0";
  double rounded = ParseDouble(head + "e" + std::to_string(drop)).value_or(value);
  if (up) rounded += ParseDouble("1e" + std::to_string(drop)).value_or(0);
  return std::copysign(rounded, value);
}

}  // namespace bantam::jinja
