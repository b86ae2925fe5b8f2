// TextClasses: which kinds of characters a text has, as a set of bits.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "grammar/matcher.h"
#include "grammar/regex/code_point_set.h"

namespace bantam::grammar {

// A bit for each letter of ASCII and each kind of other plain characters (matcher.h), fine enough
// for what patterns and formats usually tell apart, and one for everything else: quotes,
// backslashes, control characters, ill-formed bytes and characters that are not whole.
using TextClasses = uint64_t;

enum class TextClass : uint8_t {
  kLower = 0,   // 'a'; 'b' is the next, and so on
  kUpper = 26,  // 'A'
  kDigit = 52,
  kSpace,
  kDash,
  kUnderscore,
  kDot,
  kSlash,  // and ':'
  kAtOrPlus,
  kOther,        // the rest of ASCII, U+0080 … U+00BF and from U+E000 on
  kPunctuation,  // U+2000 … U+2FFF
  kWideLetter,   // all else: letters that host names may have, written from left to right, …
  kBeyondAscii,  // … and others, such as capitals and marks
  kNotPlain
};
inline constexpr int kTextClasses = 64;
inline constexpr TextClasses kAllText = ~TextClasses{0};

constexpr TextClasses BitOf(TextClass text_class) {
  return TextClasses{1} << static_cast<unsigned>(text_class);
}

constexpr TextClass Letter(TextClass first, int n) {
  return static_cast<TextClass>(static_cast<int>(first) + n);
}

constexpr TextClass AsciiClassOf(uint8_t c) {
  if (c >= 'a' && c <= 'z') return Letter(TextClass::kLower, c - 'a');
  if (c >= 'A' && c <= 'Z') return Letter(TextClass::kUpper, c - 'A');
  if (c >= '0' && c <= '9') return TextClass::kDigit;
  switch (c) {
    case ' ': return TextClass::kSpace;
    case '-': return TextClass::kDash;
    case '_': return TextClass::kUnderscore;
    case '.': return TextClass::kDot;
    case '/':
    case ':': return TextClass::kSlash;
    case '@':
    case '+': return TextClass::kAtOrPlus;
    default: return c < 0x20 || c == '"' || c == '\\' ? TextClass::kNotPlain : TextClass::kOther;
  }
}

inline constexpr std::array<TextClass, 128> kAsciiClasses = [] {
  std::array<TextClass, 128> classes{};
  for (size_t c = 0; c < classes.size(); ++c) classes[c] = AsciiClassOf(static_cast<uint8_t>(c));
  return classes;
}();

// Of the byte that begins a character, or stands alone. kBeyondAscii may mean kWideLetter, too.
inline TextClass ClassOf(uint8_t byte) {
  if (byte < 0x80) return kAsciiClasses[byte];
  if (byte == 0xE2) return TextClass::kPunctuation;
  return byte == 0xC2 || byte >= 0xEE ? TextClass::kOther : TextClass::kBeyondAscii;
}

// Of a character. Cheap: a look into a table of bits.
TextClass ClassOfCharacter(char32_t c);
const CodePointSet& WideLetters();

// With fewer characters of many tokens in a set of classes, trying all tokens is as fast.
constexpr bool HasManyTokens(TextClasses classes) {
  constexpr TextClasses kLetters = BitOf(TextClass::kDigit) - 1;
  constexpr int kFewLetters = 6;
  return std::popcount(classes & kLetters) >= kFewLetters ||
         (classes & (BitOf(TextClass::kWideLetter) | BitOf(TextClass::kBeyondAscii))) != 0;
}

// The classes of which the set has every character, and those of which it has any.
TextClasses ClassesInside(const PlainSet& set);
TextClasses ClassesTouched(const PlainSet& set);

}  // namespace bantam::grammar
