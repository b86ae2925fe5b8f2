// Folding of width, composition and case.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/ascii.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "store/cache/english_words.h"
#include "store/cache/question_form.h"
#include "store/cache/question_words.h"

namespace bantam::store {
namespace {

// U+FF65 … U+FF9F in full width; the last two are combining marks (Unicode's compatibility
// decompositions of the block).
constexpr std::u32string_view kHalfWidthKana =
    U"・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメ"
    U"モヤユヨ"
    U"ラリルレロワン\u3099\u309A";
static_assert(kHalfWidthKana.size() == 0xFF9F - 0xFF65 + 1);
// U+FFE0 … U+FFE6.
constexpr std::u32string_view kWideSigns = U"¢£¬¯¦¥₩";

bool IsInvisible(char32_t c) {
  return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || (c >= 0xFE00 && c <= 0xFE0F);
}

char32_t FoldWidth(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
  if (c == 0xFF61) return U'。';
  if (c == 0xFF62) return U'「';
  if (c == 0xFF63) return U'」';
  if (c == 0xFF64) return U'、';
  if (c >= 0xFF65 && c <= 0xFF9F) return kHalfWidthKana[c - 0xFF65];
  if (c >= 0xFFE0 && c <= 0xFFE6) return kWideSigns[c - 0xFFE0];
  if (c == 0x2018 || c == 0x2019 || c == 0x02BC) return U'\'';
  if (c == 0x2212) return U'-';  // minus sign
  return c;
}

// After decomposition few letters with accents are left.
char32_t FoldCase(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;
  if (c == 0x0110 || c == 0x0126 || c == 0x0131 || c == 0x0141 || c == 0x014A || c == 0x0152) {
    return c == 0x0131 ? c : c + 1;
  }
  if (c >= 0x0391 && c <= 0x03A9) return c + 0x20;
  if (c == 0x03C2) return 0x03C3;  // final sigma
  if (c >= 0x0410 && c <= 0x042F) return c + 0x20;
  if (c >= 0x0400 && c <= 0x040F) return c + 0x50;
  if (c >= 0x0531 && c <= 0x0556) return c + 0x30;
  return c;
}

// Words that are others in capitals keep a mark: "us" is not "US".
constexpr char32_t kCapitalsMark = 0xE003;
constexpr std::array<std::u32string_view, 5> kCapitals = {U"AIDS", U"IT", U"PIN", U"US", U"WHO"};

bool IsGreek(char32_t c) {
  return c >= 0x0391 && c <= 0x03C9;
}

bool IsBlank(char32_t c) {
  return unicode::PropertiesOf(c).In(unicode::kSpace);
}

bool IsCapitalsWord(std::u32string_view word) {
  return std::ranges::find(kCapitals, word) != kCapitals.end();
}

// What may follow a letter that is spoken of, but no article.
bool FollowsALetter(std::string_view word) {
  return HasWord("in of is as and or than vs equals means", word);
}

// Tells which letters mean something else in capitals: those that stand alone ("the code of A"),
// and words with capitals inside (mW, iPhone) or, within a sentence, of two letters (Mb).
class CaseReader {
 public:
  explicit CaseReader(std::u32string_view text) : text_(text) {
    for (size_t begin = 0; begin < text_.size();) {
      const size_t end = EndOf(begin);
      const bool small = end >= begin + 2 && IsAsciiLower(text_[begin]) && IsBlank(At(begin, -1));
      has_small_words_ = has_small_words_ || small;
      begin = std::max(end, begin + 1);
    }
  }

  // Where the letters end that begin there.
  size_t EndOf(size_t begin) const {
    size_t end = begin;
    while (end < text_.size() && IsAsciiLetter(text_[end])) ++end;
    return end == begin && end < text_.size() && IsGreek(text_[end]) ? end + 1 : end;
  }

  // Where a unit after a number ends whose capitals tell it apart, in other letters: MΩ, мВт, МВт.
  size_t EndOfUnit(size_t begin) const {
    constexpr size_t kLongest = 4;
    const bool numbered =
        IsAsciiDigit(At(begin, -1)) || (IsBlank(At(begin, -1)) && IsAsciiDigit(At(begin, -2)));
    if (!numbered) return begin;
    size_t end = begin;
    bool ascii = true;
    for (; end < text_.size() && IsLetter(text_[end]) && !IsUnspacedCharacter(text_[end]); ++end) {
      ascii = ascii && text_[end] < 0x80;
    }
    return ascii || end > begin + kLongest ? begin : end;
  }

  bool KeepsCase(size_t begin, size_t end) const {
    const std::u32string_view word = text_.substr(begin, end - begin);
    if (word.size() == 1) return StandsAlone(begin, end) && !IsArticle(begin);
    for (size_t i = 1; i < word.size(); ++i) {
      if (IsAsciiLower(word[i - 1]) && IsAsciiUpper(word[i])) return true;
    }
    return word.size() == 2 && IsAsciiUpper(word[0]) && IsAsciiLower(word[1]) && has_small_words_ &&
           StandsAlone(begin, end) && IsWithinSentence(begin) && !IsFunctionWord(word);
  }

 private:
  // The character that lies so far from `at`.
  char32_t At(size_t at, int distance) const {
    const auto place = static_cast<int64_t>(at) + distance;
    return place >= 0 && place < std::ssize(text_) ? text_[static_cast<size_t>(place)] : U' ';
  }

  static bool Joins(char32_t c) { return c == '\'' || c == '-' || c == '_' || IsAsciiLetter(c); }

  // Not so "don't", "Wi-Fi", "a.m.", H2O.
  bool StandsAlone(size_t begin, size_t end) const {
    const char32_t before = At(begin, -1);
    const char32_t after = text_.size() > end ? text_[end] : U' ';
    const bool joined = (Joins(before) && IsPartOfWord(begin - 1)) ||
                        (after == '\'' && IsAsciiLetter(At(end, 1))) ||
                        (Joins(after) && IsPartOfWord(end));
    const bool short_form = (before == '.' && IsAsciiLetter(At(begin, -2))) ||
                            (after == '.' && IsAsciiLetter(At(end, 1)));
    const bool of_language = At(begin, 0) == 'C' || At(begin, 0) == 'c';
    const bool named = of_language && (after == '#' || (after == '+' && At(end, 1) == '+'));
    const bool accented = unicode::PropertiesOf(after).In(unicode::kMark) ||
                          (after >= 0x80 && !IsUnspacedCharacter(after) && IsLetter(after)) ||
                          (before >= 0x80 && !IsUnspacedCharacter(before) && IsLetter(before));
    return !joined && !short_form && !named && !accented && !IsAsciiDigit(after);
  }

  static bool IsLetter(char32_t c) { return unicode::PropertiesOf(c).In(unicode::kLetter); }

  // Whether the character at `at` joins a letter to a word, not to another letter ("x-y").
  bool IsPartOfWord(size_t at) const {
    if (IsAsciiLetter(text_[at])) return true;
    const bool before = IsAsciiLetter(At(at, -1)) && IsAsciiLetter(At(at, -2));
    const bool after = IsAsciiLetter(At(at, 1)) && IsAsciiLetter(At(at, 2));
    return before || after;
  }

  std::string WordAt(size_t begin) const {
    std::string word;
    for (size_t i = begin; i < text_.size() && IsAsciiLetter(text_[i]); ++i) {
      word += static_cast<char>(FoldCase(text_[i]));
    }
    return word;
  }

  // "a" and "I" before a word, and "am I".
  bool IsArticle(size_t at) const {
    const char32_t c = FoldCase(text_[at]);
    if (c != 'a' && c != 'i') return false;
    const std::string next = IsBlank(At(at, 1)) ? WordAt(SkipBlanks(at + 1)) : "";
    if (!next.empty() && !FollowsALetter(next)) return true;
    return c == 'i' && at >= 3 && FoldCase(text_[at - 3]) == 'a' && FoldCase(text_[at - 2]) == 'm';
  }

  size_t SkipBlanks(size_t at) const {
    while (at < text_.size() && IsBlank(text_[at])) ++at;
    return at;
  }

  bool IsWithinSentence(size_t begin) const {
    const char32_t before = At(begin, -2);
    return IsAsciiDigit(At(begin, -1)) || (begin >= 2 && IsBlank(At(begin, -1)) &&
                                           (IsAsciiLetter(before) || IsAsciiDigit(before)));
  }

  bool IsFunctionWord(std::u32string_view word) const {
    const std::string folded = {static_cast<char>(FoldCase(word[0])), static_cast<char>(word[1])};
    return std::ranges::binary_search(kFunctionWords, std::string_view(folded));
  }

  const std::u32string_view text_;
  bool has_small_words_ = false;
};

}  // namespace

std::u32string FoldCharacters(std::string_view bytes) {
  const std::string text = LossyUtf8(bytes);
  std::u32string wide;
  bool has_small = false;
  for (size_t at = 0; at < text.size();) {
    const DecodedChar decoded = DecodeUtf8(text, at);
    at += decoded.length;
    const char32_t c = FoldWidth(decoded.code_point);
    if (IsInvisible(c)) continue;
    has_small = has_small || IsAsciiLower(c);
    const auto parts = unicode::CanonicalDecomposition(c);
    if (parts.empty()) {
      wide += c;
    } else {
      wide += parts;
    }
  }
  std::u32string out;
  out.reserve(wide.size());
  const CaseReader reader(wide);
  for (size_t begin = 0; begin < wide.size();) {
    if (const size_t unit = reader.EndOfUnit(begin); unit > begin) {
      out += wide.substr(begin, unit - begin);
      begin = unit;
      continue;
    }
    const size_t end = reader.EndOf(begin);
    const bool keeps = end > begin && reader.KeepsCase(begin, end);
    const size_t next = std::max(end, begin + 1);
    for (size_t i = begin; i < next; ++i) out += keeps ? wide[i] : FoldCase(wide[i]);
    const std::u32string_view word = std::u32string_view(wide).substr(begin, end - begin);
    if (has_small && IsCapitalsWord(word)) out += kCapitalsMark;
    begin = next;
  }
  return out;
}

bool IsUnspacedCharacter(char32_t c) {
  return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3005 && c <= 0x3007) ||
         (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF) || c == 0x3099 ||
         c == 0x309A;
}

}  // namespace bantam::store
