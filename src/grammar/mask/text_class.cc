// Sets of characters as sets of classes.
#include "grammar/mask/text_class.h"

namespace bantam::grammar {

TextClasses ClassesTouched(const PlainSet& set) {
  TextClasses classes = 0;
  if (set.beyond_ascii) classes = BitOf(TextClass::kBeyondAscii) | BitOf(TextClass::kOther);
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
