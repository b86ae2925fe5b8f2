// Host names of RFC 5890 to 5893, from inside: every rule that is not regular (length in Punycode,
// normal form) is replaced by a stricter one that is.
//
// Left out: labels already in Punycode ("xn--"), two hyphens in a row, two marks of non-zero
// combining class in a row, marks that NFC composes, labels of more than 12 characters (30 where
// no more than 4 of them are not ASCII) and more than three labels, unless all is ASCII.
#include "grammar/regex/idn.h"

#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/check.h"
#include "grammar/regex/property_tables.h"
#include "grammar/regex/regex_syntax.h"
#include "grammar/regex/unicode_property.h"

namespace bantam::grammar {
namespace {

class Names {
 public:
  explicit Names(RegexPool& pool) : pool_(pool) {}

  RegexId Any() {
    const RegexId dot = pool_.Class(Of({'.', 0x3002, 0xFF0E, 0xFF61}));
    const RegexId ascii = Parse("(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?");
    const RegexId all_ascii =
        pool_.Both(std::array{Joined(ascii, dot, RegexPool::kUnbounded), pool_.Length(1, 253)});
    const RegexId left_to_right = pool_.Either(std::array{ascii, LeftToRight()});
    // RFC 5893: beside a label from right to left, the others keep to its rules as well.
    const RegexId beside = Parse("(?!..--)[a-z](?:[a-z0-9-]{0,10}[a-z0-9])?");
    const RegexId with_rules = pool_.Either(std::array{beside, RightToLeft()});
    return pool_.Either(
        std::array{all_ascii, Joined(left_to_right, dot, 2), Joined(with_rules, dot, 2)});
  }

 private:
  static CodePointSet Of(std::initializer_list<char32_t> points) {
    CodePointSet set;
    for (const char32_t c : points) set.Add(c, c);
    return set;
  }
  static CodePointSet Kind(HostCharacter kind) {
    CodePointSet set;
    for (size_t i = 0; i < kHostRangesCount; ++i) {
      if (kHostRanges[i].value != static_cast<uint8_t>(kind)) continue;
      set.Add(kHostRanges[i].first, kHostRanges[i].last);
    }
    return set;
  }
  // Of those that the tables have.
  static CodePointSet Property(std::string_view expression) {
    const auto set = UnicodeProperty(expression);
    CHECK(set.has_value());
    return *set;
  }
  static CodePointSet ScriptLetters(std::string_view script) {  // in host names
    return Property("sc=" + std::string(script)).Intersect(Kind(HostCharacter::kOther));
  }

  RegexId Parse(std::string_view pattern) {
    return ParseRegex(pool_, pattern, Anchoring::kWhole).value_or(RegexPool::kNothing);
  }
  RegexId Optional(RegexId id) { return pool_.Repeat(id, 0, 1); }
  RegexId Many(RegexId id, uint64_t min) { return pool_.Repeat(id, min, RegexPool::kUnbounded); }
  RegexId Joined(RegexId label, RegexId dot, uint64_t more) {
    return pool_.Concat(
        std::array{label, pool_.Repeat(pool_.Concat(std::array{dot, label}), 0, more)});
  }
  RegexId Short(RegexId label) { return pool_.Both(std::array{label, pool_.Length(1, 12)}); }

  static CodePointSet Mark() {
    CodePointSet marks = Kind(HostCharacter::kMark);
    marks.Add(Kind(HostCharacter::kVirama));
    return marks;
  }

  // One mark at most; ZERO WIDTH JOINER and NON-JOINER after a virama (RFC 5892, A.1 and A.2).
  RegexId Marks() {
    const RegexId joined = pool_.Concat(
        std::array{pool_.Class(Kind(HostCharacter::kVirama)), pool_.Class(Of({0x200C, 0x200D}))});
    return Optional(pool_.Either(std::array{joined, pool_.Class(Mark())}));
  }

  RegexId LeftToRight() {
    CodePointSet letters = Kind(HostCharacter::kOther);
    CodePointSet all = letters;
    all.Add(Kind(HostCharacter::kSpacingMark));
    const RegexId middle_dots = Parse("l(?:\\u00B7l)+");  // A.3
    const RegexId keraia = pool_.Concat(                  // A.4
        std::array{pool_.Literal("\u0375"), pool_.Class(ScriptLetters("Greek"))});
    const auto unit = [&](const CodePointSet& set) {
      return pool_.Concat(
          std::array{pool_.Either(std::array{pool_.Class(set), middle_dots, keraia}), Marks()});
    };
    const RegexId next = pool_.Concat(std::array{Optional(pool_.Literal("-")), unit(all)});
    const RegexId label = pool_.Concat(std::array{unit(letters), Many(next, 0)});
    return pool_.Either(std::array{Short(label), Latin(letters), Kana()});
  }

  // Longer ones, of which few characters are not ASCII.
  RegexId Latin(const CodePointSet& letters) {
    const RegexId other =
        pool_.Class(letters.Intersect(CodePointSet::Of(0x80, CodePointSet::kLast)));
    const RegexId ascii = Parse("[a-z0-9]*");
    const RegexId some =
        pool_.Concat(std::array{ascii, pool_.Repeat(pool_.Concat(std::array{other, ascii}), 1, 4)});
    return pool_.Both(std::array{some, pool_.Length(1, 30)});
  }

  // KATAKANA MIDDLE DOT with a letter of the scripts it belongs to (A.7).
  RegexId Kana() {
    CodePointSet letters = ScriptLetters("Hiragana");
    letters.Add(ScriptLetters("Katakana"));
    letters.Add(ScriptLetters("Han"));
    CodePointSet before = CodePointSet::Of('a', 'z');
    before.Add('0', '9');
    before.Add(0x30FB, 0x30FB);
    CodePointSet all = before;
    all.Add(letters);
    return Short(pool_.Concat(
        std::array{Many(pool_.Class(before), 0), pool_.Class(letters), Many(pool_.Class(all), 0)}));
  }

  // RFC 5893, 2: begins with a letter, ends with a letter or digit, and has digits of one kind
  // (RFC 5892, A.8 and A.9).
  RegexId RightToLeft() {
    const CodePointSet letters = Kind(HostCharacter::kRightToLeft);
    const RegexId hebrew =  // A.5 and A.6: GERESH and GERSHAYIM after a Hebrew letter
        pool_.Concat(std::array{pool_.Class(Property("sc=Hebrew").Intersect(letters)),
                                Many(pool_.Class(Of({0x5F3, 0x5F4})), 1)});
    // A.1: NON-JOINER between letters that join on both sides, some of them.
    CodePointSet joining = Of({0x628, 0x64A, 0x67E, 0x686, 0x6A9, 0x6AF, 0x6CC});
    joining.Add(0x62A, 0x62E);
    joining.Add(0x633, 0x63A);
    joining.Add(0x641, 0x647);
    const RegexId join = pool_.Class(joining);
    const RegexId joined = pool_.Concat(
        std::array{join, Many(pool_.Concat(std::array{pool_.Literal("\u200C"), join}), 1)});
    const CodePointSet marks = Mark().Intersect(Property("Mn"));  // of class NSM
    const RegexId unit =
        pool_.Concat(std::array{pool_.Either(std::array{pool_.Class(letters), hebrew, joined}),
                                Optional(pool_.Class(marks))});
    CodePointSet european = CodePointSet::Of('0', '9');
    european.Add(0x6F0, 0x6F9);
    std::vector<RegexId> labels;
    for (const CodePointSet& digits : {european, Kind(HostCharacter::kArabicNumber)}) {
      const RegexId next = pool_.Concat(std::array{
          Optional(pool_.Literal("-")), pool_.Either(std::array{unit, pool_.Class(digits)})});
      labels.push_back(Short(pool_.Concat(std::array{unit, Many(next, 0)})));
    }
    return pool_.Either(labels);
  }

  RegexPool& pool_;
};

}  // namespace

RegexId IdnHostname(RegexPool& pool) {
  return Names(pool).Any();
}

}  // namespace bantam::grammar
