// Escapes in string literals.
#include "text/jinja/string_literal.h"

#include <cstdint>

#include "base/check.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "text/jinja/characters.h"

namespace bantam::jinja {
namespace {

Result<uint32_t> HexEscape(std::string_view text, size_t at, size_t digits) {
  uint32_t value = 0;
  for (size_t i = 0; i < digits; ++i) {
    const int digit = at + i < text.size() ? HexDigit(text[at + i]) : -1;
    if (digit < 0) return Fail(ErrorCode::kCorrupt, "an unfinished \\x, \\u or \\U escape");
    value = value * 16 + static_cast<uint32_t>(digit);
  }
  if (value > 0x10FFFF) return Fail(ErrorCode::kCorrupt, "an escape beyond U+10FFFF");
  if (value >= 0xD800 && value < 0xE000) {
    return Fail(ErrorCode::kCorrupt, "a surrogate in a string, which UTF-8 cannot hold");
  }
  return value;
}

// A backslash before a character outside ASCII: jinja2 turns the character into an escape before
// it looks for escapes, so that both stay, the character spelled out.
void AppendSpelledOut(uint32_t c, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  const int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
  *out += '\\';
  *out += digits == 2 ? 'x' : digits == 4 ? 'u' : 'U';
  for (int i = digits - 1; i >= 0; --i) *out += kHex[(c >> (4 * i)) & 15];
}

}  // namespace

Result<std::string> DecodeStringLiteral(std::string_view text) {
  constexpr std::string_view kShort = "\\'\"abfnrtv";
  constexpr std::string_view kMeaning = "\\'\"\a\b\f\n\r\t\v";
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    if (text[at] != '\\' || at + 1 >= text.size()) {
      out += text[at++];
      continue;
    }
    const char c = text[++at];
    if (const size_t i = kShort.find(c); i != std::string_view::npos) {
      out += kMeaning[i];
      ++at;
    } else if (c == '\n') {
      ++at;
    } else if (c >= '0' && c <= '7') {
      uint32_t value = 0;
      for (int n = 0; n < 3 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++n) {
        value = value * 8 + static_cast<uint32_t>(text[at++] - '0');
      }
      AppendUtf8(value, out);
    } else if (c == 'x' || c == 'u' || c == 'U') {
      const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      const uint32_t value = TRY(HexEscape(text, at + 1, digits));
      AppendUtf8(value, out);
      at += 1 + digits;
    } else if (c == 'N') {
      return Fail(ErrorCode::kCorrupt, "\\N escapes are not supported");
    } else if (static_cast<uint8_t>(c) >= 0x80) {
      const Character character = CharacterAt(text, at);
      AppendSpelledOut(character.code_point, &out);
      at += character.length;
    } else {
      out += '\\';
      out += c;
      ++at;
    }
  }
  return out;
}

}  // namespace bantam::jinja
