// Sets of characters as sets of classes.
#include "grammar/mask/text_class.h"

#include <bitset>
#include <string>

#include "base/utf8.h"
#include "grammar/regex/property_tables.h"

namespace bantam::grammar {
namespace {

constexpr char32_t kBasicPlane = 0x10000;

bool IsWideLetter(char32_t c) {
  static const std::bitset<kBasicPlane> letters = [] {
    std::bitset<kBasicPlane> bits;
    for (const CodePointSet::Range& range : WideLetters().ranges()) {
      for (char32_t at = range.first; at <= range.last; ++at) bits.set(at);
    }
    return bits;
  }();
  return c < kBasicPlane && letters[c];
}

}  // namespace

const CodePointSet& WideLetters() {
  static const CodePointSet letters = [] {
    CodePointSet set;
    for (size_t i = 0; i < kHostRangesCount; ++i) {
      const PropertyRange& range = kHostRanges[i];
      if (range.value == static_cast<uint8_t>(HostCharacter::kOther)) {
        set.Add(range.first, range.last);
      }
    }
    CodePointSet wide = CodePointSet::Of(0xC0, 0x1FFF);  // of which the first bytes' class is that
    wide.Add(0x3000, 0xDFFF);
    return set.Intersect(wide);
  }();
  return letters;
}

TextClass ClassOfCharacter(char32_t c) {
  if (c < 0x80) return kAsciiClasses[c];
  if (IsWideLetter(c)) return TextClass::kWideLetter;
  std::string text;
  AppendUtf8(c, text);
  return ClassOf(static_cast<uint8_t>(text[0]));
}

TextClasses ClassesTouched(const PlainSet& set) {
  TextClasses classes = 0;
  if (set.beyond_ascii) {
    classes =
        BitOf(TextClass::kWideLetter) | BitOf(TextClass::kBeyondAscii) | BitOf(TextClass::kOther);
  }
  if (set.punctuation != PlainSet::kNone) classes |= BitOf(TextClass::kPunctuation);
  for (unsigned c = 0x20; c < 0x80; ++c) {
    if ((set.ascii[c / 64] >> (c % 64) & 1) != 0)
      classes |= BitOf(ClassOf(static_cast<uint8_t>(c)));
  }
  return classes & ~BitOf(TextClass::kNotPlain);
}

TextClasses ClassesInside(const PlainSet& set) {
  const PlainSet others = {{~set.ascii[0], ~set.ascii[1]},
                           !set.beyond_ascii,
                           set.punctuation == PlainSet::kAll ? PlainSet::kNone : PlainSet::kSome};
  return ClassesTouched(set) & ~ClassesTouched(others);
}

}  // namespace bantam::grammar
