// Words and numbers of other languages.
#include "grammar/repair/bare_value.h"

#include <charconv>
#include <cstdint>

#include "base/ascii.h"
#include "base/json_text.h"

namespace bantam::grammar {
namespace {

bool IsNumber(std::string_view word) {
  size_t bad = 0;
  return !word.empty() && JsonNumberLength(word, &bad) == word.size();
}

BareValue ReadLiteral(std::string_view word) {
  if (word == "true" || word == "false" || word == "null") return {std::string(word), nullptr};
  if (word.size() > 9) return {};
  const std::string lower = LowerCase(word);
  // As a word in the middle of prose "none" is text; only the spellings of programs count.
  const bool spelt = word == lower || (word[0] != lower[0] && word.substr(1) == lower.substr(1)) ||
                     word.find_first_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  if (lower == "true" || lower == "false") {
    return spelt ? BareValue{lower, "wrote a literal as in JSON"} : BareValue{};
  }
  if (lower == "null" || word == "None" || word == "NONE" || word == "nil" || word == "NULL") {
    return spelt ? BareValue{"null", "wrote a literal as in JSON"} : BareValue{};
  }
  if (word == "undefined") return {"null", "wrote null for undefined"};
  if (lower == "nan" && word != "Nan") return {"null", "wrote null for NaN"};
  const std::string_view name = word[0] == '-' || word[0] == '+' ? word.substr(1) : word;
  if (name == "Infinity" || name == "inf" || name == "Inf") {
    return {"null", "wrote null for an infinite number"};
  }
  return {};
}

// Underscores between digits, as in 1_000; other text comes back as it was.
std::string WithoutUnderscores(std::string_view word) {
  std::string out;
  for (size_t i = 0; i < word.size(); ++i) {
    const bool between =
        i > 0 && i + 1 < word.size() && IsAsciiDigit(word[i - 1]) && IsAsciiDigit(word[i + 1]);
    if (word[i] != '_' || !between) out += word[i];
  }
  return out;
}

// 0x1F, 0o17, 0b101 of at most 64 bits.
std::string FromOtherBase(std::string_view word) {
  const bool minus = word.starts_with('-');
  if (minus) word.remove_prefix(1);
  if (word.size() < 3 || word[0] != '0') return {};
  const int base = word[1] == 'x' || word[1] == 'X'   ? 16
                   : word[1] == 'o' || word[1] == 'O' ? 8
                   : word[1] == 'b' || word[1] == 'B' ? 2
                                                      : 0;
  if (base == 0) return {};
  uint64_t value = 0;
  const char* end = word.data() + word.size();
  const auto [last, error] = std::from_chars(word.data() + 2, end, value, base);
  if (error != std::errc() || last != end) return {};
  return (minus ? "-" : "") + std::to_string(value);
}

}  // namespace

BareValue ReadBareValue(std::string_view word, bool cut) {
  for (const std::string_view whole : {"true", "false", "null"}) {
    if (cut && !word.empty() && word.size() < whole.size() && whole.starts_with(word)) {
      return {std::string(whole), "finished a word"};
    }
  }
  if (IsNumber(word)) return {std::string(word), nullptr};
  if (BareValue literal = ReadLiteral(word); !literal.json.empty()) return literal;
  // A lone '-' is a number that was cut off.
  if (word != "-" && word.find_first_of("0123456789") == std::string_view::npos) return {};
  if (word.empty() ||
      !(IsAsciiDigit(word[0]) || word[0] == '-' || word[0] == '+' || word[0] == '.')) {
    return {};
  }
  std::string number = FromOtherBase(word);
  if (!number.empty()) return {number, "wrote a number in decimal"};
  number = WithoutUnderscores(word);
  if (number.starts_with('+')) number.erase(0, 1);
  const size_t sign = number.starts_with('-') ? 1 : 0;
  if (number.size() > sign && number[sign] == '.') number.insert(sign, "0");
  if (number.size() > sign + 1 && number.ends_with('n') &&
      IsAsciiDigit(number[number.size() - 2])) {
    number.pop_back();
  }
  if (const size_t dot = number.find('.'); dot != std::string::npos) {
    const char next = dot + 1 < number.size() ? number[dot + 1] : 'e';
    if (next == 'e' || next == 'E') number.insert(dot + 1, "0");
  }
  // 1e, 1e+ and - were cut off.
  const char last = number.empty() ? '\0' : number.back();
  const bool exponent = number.size() > sign && IsAsciiDigit(number[sign]) &&
                        (last == 'e' || last == 'E' || last == '+' || last == '-');
  if (exponent || number == "-") number += '0';
  if (!IsNumber(number)) return {};
  return {number, "repaired a number"};
}

}  // namespace bantam::grammar
