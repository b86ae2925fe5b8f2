// Character properties as the reference tokenizers see them (Unicode 16.0), in constant time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/unicode_tables.h"

namespace bantam::unicode {

// General categories (UAX #44), in the order of the generator. The control characters that are
// whitespace are taken out of Cc, so that \s and \r\n are sets of classes too.
enum CharClass : uint8_t {
  kLu,
  kLl,
  kLt,
  kLm,
  kLo,
  kMn,
  kMc,
  kMe,
  kNd,
  kNl,
  kNo,
  kPc,
  kPd,
  kPs,
  kPe,
  kPi,
  kPf,
  kPo,
  kSm,
  kSc,
  kSk,
  kSo,
  kZs,
  kZl,
  kZp,
  kCc,
  kCf,
  kCs,
  kCo,
  kCn,
  kControlSpace,  // U+0009, U+000B, U+000C, U+0085
  kLineBreak,     // U+000A, U+000D
};

// A set of classes; bit i stands for class i.
using ClassSet = uint32_t;

constexpr ClassSet Classes(CharClass first, CharClass last) {
  return (~ClassSet{0} >> (31 - (last - first))) << first;
}

inline constexpr ClassSet kLetter = Classes(kLu, kLo);  // \p{L}
inline constexpr ClassSet kCapital = Classes(kLu, kLu) | Classes(kLt, kLt);
inline constexpr ClassSet kSmall = Classes(kLl, kLl);
inline constexpr ClassSet kMark = Classes(kMn, kMe);                      // \p{M}
inline constexpr ClassSet kNumber = Classes(kNd, kNo);                    // \p{N}
inline constexpr ClassSet kPunctuation = Classes(kPc, kPo);               // \p{P}
inline constexpr ClassSet kSymbol = Classes(kSm, kSo);                    // \p{S}
inline constexpr ClassSet kLineBreaks = Classes(kLineBreak, kLineBreak);  // [\r\n]
inline constexpr ClassSet kSpace = Classes(kZs, kZp) | Classes(kControlSpace, kLineBreak);  // \s

// The properties of one character.
class Properties {
 public:
  constexpr explicit Properties(uint8_t bits) : bits_(bits) {}
  constexpr bool In(ClassSet set) const { return ((set >> (bits_ & 31)) & 1) != 0; }
  constexpr bool IsDigit() const { return (bits_ & 0x20) != 0; }  // reference's "Digits"
  constexpr bool MattersToNfc() const { return (bits_ & 0x40) != 0; }

 private:
  uint8_t bits_;
};

// `c` must be at most U+10FFFF.
inline Properties PropertiesOf(char32_t c) {
  return Properties(kBlocks[size_t{kBlockIndex[c / kBlockSize]} * kBlockSize + c % kBlockSize]);
}

// Whether the reference's pre-tokeniser "Punctuation" splits at `c`.
bool IsReferencePunctuation(char32_t c);

// Canonical combining class; 0 for starters.
uint8_t CombiningClass(char32_t c);

// The full canonical decomposition of `c`, empty if it is its own. Hangul syllables excepted.
std::u32string_view CanonicalDecomposition(char32_t c);

// The primary composite of two characters, or 0. Hangul excepted.
char32_t Compose(char32_t first, char32_t second);

}  // namespace bantam::unicode
