// Characters as Python's str sees them: classes and case, and UTF-8 taken apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "text/jinja/character_tables.h"

namespace bantam::jinja {

// The CharacterFlag bits of a code point.
uint16_t FlagsOf(uint32_t c);

inline bool IsSpace(uint32_t c) {  // str.isspace, also \s of Python's regular expressions
  if (c < 0x80) return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}
inline bool IsLineEnd(uint32_t c) {  // of str.splitlines
  return (c >= 10 && c <= 13) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
         c == 0x2029;
}
inline bool IsWordCharacter(uint32_t c) {  // \w
  return c == '_' || (FlagsOf(c) & (kAlpha | kDecimal | kDigit | kNumeric)) != 0;
}

// The character at `at` of valid UTF-8.
struct Character {
  uint32_t code_point;
  size_t length;
};
inline Character CharacterAt(std::string_view text, size_t at) {
  const DecodedChar c = DecodeUtf8(text, at);
  return {c.code_point, c.length};
}
// The character that ends at `end` > 0.
Character CharacterBefore(std::string_view text, size_t end);

// Appends the case mapping of one character (which may be several).
void AppendUpper(uint32_t c, std::string* out);
void AppendLower(uint32_t c, std::string* out);  // a capital sigma needs LowerText
void AppendTitle(uint32_t c, std::string* out);

}  // namespace bantam::jinja
