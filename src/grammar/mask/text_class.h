// TextClasses: which kinds of characters a text has, as a set of bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "grammar/matcher.h"

namespace bantam::grammar {

// A bit for each kind of plain character (matcher.h), fine enough for what patterns usually tell
// apart, and one for everything else: quotes, backslashes, control characters, ill-formed bytes and
// characters that are not whole.
using TextClasses = uint16_t;

enum class TextClass : uint8_t {
  kLowerHex,
  kLower,
  kUpperHex,
  kUpper,
  kDigit,
  kSpace,
  kDash,
  kUnderscore,
  kDot,
  kSlash,
  kColon,
  kAt,
  kPlus,
  kPunctuation,
  kBeyondAscii,
  kNotPlain
};
inline constexpr int kTextClasses = 16;
inline constexpr TextClasses kAllText = 0xFFFF;

constexpr TextClasses BitOf(TextClass text_class) {
  return static_cast<TextClasses>(1U << static_cast<unsigned>(text_class));
}

constexpr TextClass AsciiClassOf(uint8_t c) {
  if (c >= 'a' && c <= 'z') return c <= 'f' ? TextClass::kLowerHex : TextClass::kLower;
  if (c >= 'A' && c <= 'Z') return c <= 'F' ? TextClass::kUpperHex : TextClass::kUpper;
  if (c >= '0' && c <= '9') return TextClass::kDigit;
  switch (c) {
    case ' ': return TextClass::kSpace;
    case '-': return TextClass::kDash;
    case '_': return TextClass::kUnderscore;
    case '.': return TextClass::kDot;
    case '/': return TextClass::kSlash;
    case ':': return TextClass::kColon;
    case '@': return TextClass::kAt;
    case '+': return TextClass::kPlus;
    default:
      return c < 0x20 || c == '"' || c == '\\' ? TextClass::kNotPlain : TextClass::kPunctuation;
  }
}

inline constexpr std::array<TextClass, 128> kAsciiClasses = [] {
  std::array<TextClass, 128> classes{};
  for (size_t c = 0; c < classes.size(); ++c) classes[c] = AsciiClassOf(static_cast<uint8_t>(c));
  return classes;
}();

// Of the byte that begins a character, or stands alone.
inline TextClass ClassOf(uint8_t byte) {
  return byte < 0x80 ? kAsciiClasses[byte] : TextClass::kBeyondAscii;
}

// The classes of which the set has every character, and those of which it has any.
TextClasses ClassesInside(const PlainSet& set);
TextClasses ClassesTouched(const PlainSet& set);

}  // namespace bantam::grammar
