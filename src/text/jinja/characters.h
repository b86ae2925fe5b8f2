// Characters as Python's str sees them: classes and case, and UTF-8 taken apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

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
  const auto byte = [&](size_t i) { return uint32_t{static_cast<uint8_t>(text[at + i])}; };
  const uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {((lead & 0x1F) << 6) | (byte(1) & 0x3F), 2};
  if (lead < 0xF0) {
    return {((lead & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F), 3};
  }
  return {
      ((lead & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F),
      4};
}
// The character that ends at `end` > 0.
Character CharacterBefore(std::string_view text, size_t end);

// Appends the case mapping of one character (which may be several).
void AppendUpper(uint32_t c, std::string* out);
void AppendLower(uint32_t c, std::string* out);  // a capital sigma needs LowerText
void AppendTitle(uint32_t c, std::string* out);

}  // namespace bantam::jinja
