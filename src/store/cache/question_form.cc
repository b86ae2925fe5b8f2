// Punctuation and blanks: what divides, what belongs to a number or name, what is nothing.
#include "store/cache/question_form.h"

#include <string>

#include "base/unicode.h"
#include "base/utf8.h"
#include "store/cache/politeness.h"

namespace bantam::store {
namespace {

constexpr std::u32string_view kAlwaysDividing = U"。、，；：？！…‥·・～〜—–―‖¿¡";
constexpr std::u32string_view kQuotes = U"\"“”„‟«»‹›「」『』《》〈〉〝〞`";
constexpr std::u32string_view kSometimesDividing = U".,;:?!'";

bool IsDigit(char32_t c) {
  return c >= '0' && c <= '9';
}

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
    for (size_t i = 0; i < in_.size(); ++i) Take(i);
    std::u32string_view text = marked_;
    while (!text.empty() && IsBreak(text.back())) text.remove_suffix(1);
    text = Unquoted(text);
    return Finish(TrimPoliteness(text));
  }

 private:
  static bool IsBreak(char32_t c) { return c == U' ' || c == kGap; }
  char32_t At(size_t i) const { return i < in_.size() ? in_[i] : U' '; }

  // Whether a mark that may divide does: between solid characters it belongs to them ("3.14",
  // "node.js", "10:30"), before one it may begin it (".5", "!x").
  bool Divides(size_t i) const {
    const char32_t before = i == 0 ? U' ' : in_[i - 1];
    const char32_t after = At(i + 1);
    if (IsSolid(before) && IsSolid(after)) return false;
    if (in_[i] == '.' && IsBlank(before) && IsSolid(after)) return false;
    return !(in_[i] == '!' && IsDigit(before));  // a factorial
  }

  void Take(size_t i) {
    const char32_t c = in_[i];
    if (IsBlank(c)) return Break(U' ');
    if (kAlwaysDividing.contains(c)) {
      const bool between = i > 0 && IsDigit(in_[i - 1]) && IsDigit(At(i + 1));
      if (!between) return Break(kGap);
      marked_ += c == U'—' || c == U'–' || c == U'～' || c == U'〜' ? U'-' : U',';
      return;
    }
    if (kQuotes.contains(c)) return (void)(marked_ += kQuote);
    if (kSometimesDividing.contains(c) && Divides(i)) return Break(kGap);
    // A hyphen alone is a dash.
    if (c == '-' && (i == 0 || IsBlank(in_[i - 1])) && !IsSolid(At(i + 1))) return Break(kGap);
    marked_ += c;
  }

  void Break(char32_t mark) {
    if (marked_.empty()) return;
    if (!IsBreak(marked_.back())) {
      marked_ += mark;
    } else if (mark == kGap) {
      marked_.back() = kGap;
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

std::string QuestionForm(std::string_view text) {
  if (text.size() > kMaxQuestionBytes) return {};
  return FormWriter(FoldCharacters(text)).Write();
}

}  // namespace bantam::store
