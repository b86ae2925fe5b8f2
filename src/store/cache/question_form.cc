// Punctuation and blanks: what divides, what belongs to a number or name, what is nothing.
#include "store/cache/question_form.h"

#include <algorithm>
#include <string>

#include "base/ascii.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "store/cache/politeness.h"

namespace bantam::store {
namespace {

constexpr std::u32string_view kAlwaysDividing = U"。、，；：？！…‥·・～〜—–―‖¿¡";
constexpr std::u32string_view kQuotes = U"\"“”„‟«»‹›「」『』《》〈〉〝〞`";
constexpr std::u32string_view kSometimesDividing = U".,;:?!'";

bool IsBlank(char32_t c) {
  return unicode::PropertiesOf(c).In(unicode::kSpace);
}

// Letters, digits and signs that a mark beside them may belong to.
bool IsSolid(char32_t c) {
  return c < 0x80 && c > ' ' && !kSometimesDividing.contains(c) && c != '"' && c != '`';
}

class FormWriter {
 public:
  explicit FormWriter(std::u32string folded) : in_(std::move(folded)) {}

  std::string Write() {
    if (!std::ranges::any_of(in_, IsOfWords)) return {};
    return Finish(Mark());
  }

  std::u32string WriteClauses() {
    std::u32string out;
    for (const char32_t c : Mark()) {
      if (c == kGap || c == kColon) out += c == kGap ? U", " : U": ";
      if (c == kGap || c == kColon) continue;
      out += c == kQuote ? U'"' : c;
    }
    return out;
  }

 private:
  // The text with its breaks marked, without politeness.
  std::u32string_view Mark() {
    for (size_t i = 0; i < in_.size();) i = Take(i);
    std::u32string_view text = marked_;
    while (!text.empty() && IsBreak(text.back())) text.remove_suffix(1);
    return TrimPoliteness(Unquoted(text));
  }

  // Whether it is more than blanks and punctuation.
  static bool IsOfWords(char32_t c) {
    return !IsBlank(c) && c != '-' && !kAlwaysDividing.contains(c) && !kQuotes.contains(c) &&
           !kSometimesDividing.contains(c);
  }

  char32_t At(size_t i) const { return i < in_.size() ? in_[i] : U' '; }
  char32_t Before(size_t i) const { return i == 0 ? U' ' : in_[i - 1]; }

  // The nearest characters around [begin, end) that are not blank.
  bool IsBetweenNumbers(size_t begin, size_t end) const {
    while (begin > 0 && IsBlank(in_[begin - 1])) --begin;
    while (end < in_.size() && IsBlank(in_[end])) ++end;
    return IsAsciiDigit(Before(begin)) && IsAsciiDigit(At(end));
  }

  bool IsQuoted(size_t begin, size_t end) const {
    return kQuotes.contains(Before(begin)) && kQuotes.contains(At(end));
  }

  // How many of the marks [begin, end), which may divide, belong to what they stand at: all that
  // stand between solid characters ("3.14", "10:30", "a?.b") or before one ("!x", ".5"), and all
  // that the question speaks of ("what does ?? do").
  size_t CountKept(size_t begin, size_t end) const {
    const std::u32string_view marks = std::u32string_view(in_).substr(begin, end - begin);
    const char32_t before = Before(begin);
    const char32_t after = At(end);
    if (IsSolid(before) && IsSolid(after)) return marks.size();
    if (marks == U"'") return 0;
    const bool alone = IsBlank(before) && IsBlank(after);
    const bool ends = end == in_.size() && marks == U"?";  // "Comment ça va ?"
    if ((alone && !ends) || IsQuoted(begin, end)) return marks.size();
    if (IsSolid(after)) {
      const bool attached = !IsUnspacedCharacter(before) || marks[0] == '!' || marks[0] == '.';
      return attached ? marks.size() : 0;
    }
    const bool lone = IsAsciiLetter(before) && (begin < 2 || !IsSolid(in_[begin - 2]));
    if (!IsAsciiDigit(before) && !lone) return 0;
    return std::min(marks.find_first_not_of('!'), marks.size());  // factorials
  }

  // Of 6' and 6", feet and inches: no quotation that was begun before ends there.
  bool IsMeasure(size_t i) const {
    const char32_t c = in_[i];
    if ((c != '"' && c != '\'') || !IsAsciiDigit(Before(i)) || IsAsciiLetter(At(i + 1)))
      return false;
    for (size_t k = 0; k < i; ++k) {
      if (in_[k] == c && IsBlank(Before(k))) return false;
    }
    return true;
  }

  // Takes what begins at `i`, and says where the next begins.
  size_t Take(size_t i) {
    const char32_t c = in_[i];
    if (IsMeasure(i)) {
      marked_ += c == '"' ? U'″' : U'′';
      return i + 1;
    }
    if (kSometimesDividing.contains(c)) return TakeMarks(i);
    if (IsBlank(c)) {
      Break(U' ');
    } else if (kAlwaysDividing.contains(c)) {
      TakeDividing(i);
    } else {
      marked_ += kQuotes.contains(c) ? kQuote : c;
    }
    return i + 1;
  }

  size_t TakeMarks(size_t begin) {
    const size_t end = std::min(in_.find_first_not_of(kSometimesDividing, begin), in_.size());
    const size_t kept = CountKept(begin, end);
    marked_ += in_.substr(begin, kept);
    for (size_t i = begin + kept; i < end; ++i) Break(in_[i] == ':' ? kColon : kGap);
    return end;
  }

  void TakeDividing(size_t i) {
    const char32_t c = in_[i];
    const bool dash = c == U'—' || c == U'–' || c == U'～' || c == U'〜';
    const bool between = IsAsciiDigit(Before(i)) && IsAsciiDigit(At(i + 1));
    if (between || (dash && IsBetweenNumbers(i, i + 1))) {
      marked_ += dash ? U'-' : U',';
    } else if (IsQuoted(i, i + 1)) {
      marked_ += c;
    } else {
      Break(kGap);
    }
  }

  // Of several breaks in a row the one that says most is left.
  void Break(char32_t mark) {
    if (marked_.empty()) return;
    if (!IsBreak(marked_.back())) {
      marked_ += mark;
    } else if (mark == kColon || (mark == kGap && marked_.back() != kColon)) {
      marked_.back() = mark;
    }
  }

  // Without quotation marks around the whole.
  static std::u32string_view Unquoted(std::u32string_view text) {
    if (text.size() < 3 || text.front() != kQuote || text.back() != kQuote) return text;
    std::u32string_view inner = text.substr(1, text.size() - 2);
    if (inner.contains(kQuote)) return text;
    while (!inner.empty() && IsBreak(inner.back())) inner.remove_suffix(1);
    while (!inner.empty() && IsBreak(inner.front())) inner.remove_prefix(1);
    return inner;
  }

  // Blanks stay between words of scripts that write them, and between numbers.
  static std::string Finish(std::u32string_view text) {
    std::string out;
    char32_t last = 0;
    bool blank = false;
    for (const char32_t c : text) {
      if (IsBreak(c) || c == kQuote) {
        blank = true;
        continue;
      }
      const bool joined = IsUnspacedCharacter(last) || IsUnspacedCharacter(c);
      if (blank && last != 0 && !joined) out += ' ';
      blank = false;
      AppendUtf8(c, out);
      last = c;
    }
    return out;
  }

  std::u32string in_;
  std::u32string marked_;
};

}  // namespace

// Programs are told by these, and by calls ("f(x)"), line breaks within the text aside.
bool CountsAsWritten(std::string_view text) {
  const auto is_of_name = [](char c) { return IsAsciiLetter(c) || IsAsciiDigit(c) || c == '_'; };
  const size_t begin = text.find_first_not_of(" \t\r\n");
  const size_t end = text.find_last_not_of(" \t\r\n");
  for (size_t i = begin; i <= end && i < text.size(); ++i) {
    const char c = text[i];
    if (std::string_view("\r\n`{}[]=<>\\_").contains(c)) return true;
    if (c == '(' && i > begin && is_of_name(text[i - 1])) return true;
  }
  return false;
}

std::u32string QuestionClauses(std::string_view text) {
  std::u32string folded = FoldCharacters(text);
  return CountsAsWritten(text) ? folded : FormWriter(std::move(folded)).WriteClauses();
}

std::string QuestionForm(std::string_view text) {
  if (text.size() > kMaxQuestionBytes) return {};
  if (CountsAsWritten(text)) return std::string(text);
  return FormWriter(FoldCharacters(text)).Write();
}

}  // namespace bantam::store
