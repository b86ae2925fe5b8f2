// Reading format specifications, and numbers formatted by them.
#include "text/jinja/format_spec.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/utf8.h"
#include "text/jinja/characters.h"
#include "text/jinja/interpreter.h"
#include "text/jinja/numbers.h"
#include "text/jinja/text.h"

namespace bantam::jinja {
namespace {

constexpr int64_t kMaxWidth = 1 << 20;

bool IsAlign(char c) {
  return c == '<' || c == '>' || c == '^' || c == '=';
}

Result<int64_t> TakeInt(std::string_view text, size_t* at) {
  int64_t value = 0;
  while (*at < text.size() && text[*at] >= '0' && text[*at] <= '9') {
    value = value * 10 + (text[*at] - '0');
    if (value > kMaxWidth) {
      return Fail(ErrorCode::kResourceExhausted,
                  "a field of more than " + std::to_string(kMaxWidth) + " characters");
    }
    ++*at;
  }
  return value;
}

std::string Digits(uint64_t value, unsigned base, bool upper) {
  const char* digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  do {
    out.insert(out.begin(), digits[value % base]);
    value /= base;
  } while (value > 0);
  return out;
}

// Separators between groups of the digits before the point.
std::string Grouped(std::string text, char separator, size_t size) {
  size_t end = text.find_first_of(".e");
  if (end == std::string::npos) end = text.size();
  for (size_t at = end; at > size; at -= size) text.insert(at - size, 1, separator);
  return text;
}

// 'g': `precision` digits, in whichever notation is shorter; without trailing zeros.
std::string FormatGeneral(double value, int64_t precision, bool keep_zeros, bool point) {
  const int64_t digits = precision == 0 ? 1 : precision;
  std::string scientific = FormatScientific(value, digits - 1);
  const size_t e = scientific.find('e');
  if (e == std::string::npos) return scientific;  // inf, nan
  int exponent = 0;
  const char* digits_of_exponent = scientific.data() + e + (scientific[e + 1] == '+' ? 2 : 1);
  std::from_chars(digits_of_exponent, scientific.data() + scientific.size(), exponent);
  const bool fixed = exponent >= -4 && exponent < digits - (point ? 1 : 0);
  std::string text = fixed ? FormatFixed(value, digits - 1 - exponent) : scientific.substr(0, e);
  if (!keep_zeros && text.find('.') != std::string::npos) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  if (!fixed) return text + scientific.substr(e);
  return point && text.find('.') == std::string::npos ? text + ".0" : text;
}

// The absolute value of a float by its type.
Result<std::string> FloatText(double value, const FormatSpec& spec) {
  const int64_t precision = spec.precision < 0 ? 6 : spec.precision;
  const char type = static_cast<char>(spec.type | 32);
  std::string text;
  switch (spec.type == '\0' || spec.type == '%' ? spec.type : type) {
    case '\0':
      text = spec.precision < 0 ? FloatRepr(value) : FormatGeneral(value, precision, false, true);
      break;
    case 'e': text = FormatScientific(value, precision); break;
    case 'f': text = FormatFixed(value, precision); break;
    case 'g':
    case 'n': text = FormatGeneral(value, precision, spec.alternate, false); break;
    case '%': text = FormatFixed(value * 100, precision) + "%"; break;
    default: return Invalid(std::string("unknown format code '") + spec.type + "' for a float");
  }
  if (spec.type == 'E' || spec.type == 'G' || spec.type == 'F') text = UpperText(text);
  return text;
}

Result<std::string> IntText(uint64_t magnitude, const FormatSpec& spec) {
  switch (spec.type) {
    case '\0':
    case 'd':
    case 'n': return Digits(magnitude, 10, false);
    case 'b': return (spec.alternate ? "0b" : "") + Digits(magnitude, 2, false);
    case 'o': return (spec.alternate ? "0o" : "") + Digits(magnitude, 8, false);
    case 'x': return (spec.alternate ? "0x" : "") + Digits(magnitude, 16, false);
    case 'X': return (spec.alternate ? "0X" : "") + Digits(magnitude, 16, true);
    default: return Invalid(std::string("unknown format code '") + spec.type + "' for an integer");
  }
}

}  // namespace

Result<FormatSpec> ParseFormatSpec(std::string_view text) {
  FormatSpec spec;
  size_t at = 0;
  if (!text.empty()) {
    const size_t first = CharacterAt(text, 0).length;
    if (first < text.size() && IsAlign(text[first])) {
      spec.fill = text.substr(0, first);
      spec.align = text[first];
      at = first + 1;
    } else if (IsAlign(text[0])) {
      spec.align = text[0];
      at = 1;
    }
  }
  const auto next = [&] { return at < text.size() ? text[at] : '\0'; };
  if (next() == '+' || next() == '-' || next() == ' ') spec.sign = text[at++];
  if (next() == '#') {
    spec.alternate = true;
    ++at;
  }
  if (next() == '0') {
    if (spec.align == '\0') {
      spec.fill = "0";
      spec.align = '=';
    }
    ++at;
  }
  spec.width = TRY(TakeInt(text, &at));
  if (next() == ',' || next() == '_') spec.grouping = text[at++];
  if (next() == '.') {
    const size_t digits = ++at;
    spec.precision = TRY(TakeInt(text, &at));
    if (at == digits) return Invalid("format specifier missing precision");
  }
  if (at < text.size()) spec.type = text[at++];
  if (at < text.size()) return Invalid("invalid format specifier");
  return spec;
}

Result<std::string> FormatNumber(const Value& number, const FormatSpec& spec) {
  constexpr std::string_view kFloatTypes = "eEfFgG%";
  const bool as_float = number.Is(Kind::kFloat) ||
                        (spec.type != '\0' && kFloatTypes.find(spec.type) != kFloatTypes.npos);
  if (!as_float && spec.type == 'c') {
    const int64_t c = number.AsInt();
    if (c < 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) {
      return Invalid("%c arg not in range(0x110000)");
    }
    std::string out;
    AppendUtf8(static_cast<uint32_t>(c), out);
    return out;
  }
  bool negative = false;
  std::string text;
  if (as_float) {
    const double value = ToDouble(number);
    negative = std::signbit(value) && value == value;
    text = TRY(FloatText(std::fabs(value), spec));
  } else {
    if (spec.precision >= 0) return Invalid("precision not allowed in integer format specifier");
    const int64_t value = number.AsInt();
    negative = value < 0;
    const auto bits = static_cast<uint64_t>(value);
    text = TRY(IntText(negative ? uint64_t{0} - bits : bits, spec));
  }
  if (spec.grouping != '\0') {
    const bool power = spec.type == 'b' || spec.type == 'o' || spec.type == 'x' || spec.type == 'X';
    text = Grouped(std::move(text), spec.grouping, power ? 4 : 3);
  }
  if (negative) return "-" + text;
  return spec.sign == '-' ? text : spec.sign + text;
}

std::string PadTo(const FormatSpec& spec, std::string text, char default_align) {
  const auto length = static_cast<int64_t>(CountCharacters(text));
  if (length >= spec.width) return text;
  const int64_t missing = spec.width - length;
  const char align = spec.align == '\0' ? default_align : spec.align;
  const int64_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  std::string out;
  size_t sign = 0;
  if (align == '=' && !text.empty() && (text[0] == '-' || text[0] == '+' || text[0] == ' ')) {
    sign = 1;
  }
  if (align == '=' && text.size() > sign + 1 && text[sign] == '0' && spec.alternate) sign += 2;
  out += text.substr(0, sign);
  for (int64_t i = 0; i < left; ++i) out += spec.fill;
  out += text.substr(sign);
  for (int64_t i = left; i < missing; ++i) out += spec.fill;
  return out;
}

}  // namespace bantam::jinja
