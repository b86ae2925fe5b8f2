// Strings, words, numbers, calls and regular expressions; and what lies between tokens.
#include <algorithm>

#include "base/utf8.h"
#include "grammar/repair/bare_value.h"
#include "grammar/repair/repairer.h"
#include "grammar/repair/string_text.h"

namespace bantam::grammar {

// Whitespace is kept, special whitespace becomes a space, comments and stray controls go. Where a
// `value` is due, #word is a value.
void Repairer::ReadGap(bool value) {
  const std::string_view text = text_.text();
  while (!text_.Ends(at_)) {
    const char c = text[at_];
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      draft_.Space(text.substr(at_, 1));
      ++at_;
      continue;
    }
    if (const size_t space = text_.SpaceLength(at_)) {
      edits_.Add(at_, "replaced special whitespace");
      draft_.Space(" ");
      at_ += space;
      continue;
    }
    if (value && c == '#' && text_.IsWord(at_ + 1)) return;
    if (const size_t comment = text_.CommentLength(at_, !frames_.empty())) {
      edits_.Add(at_, "removed a comment");
      at_ += comment;
      continue;
    }
    if (!frames_.empty() && text_.IsEscapedBracket(at_)) {
      edits_.Add(at_, "removed a backslash before a bracket");
      ++at_;
      continue;
    }
    if (text_.EscapedSpaceLength(at_) == 0) return;
    edits_.Add(at_, "removed escaped whitespace");
    at_ += 2;
  }
}

bool Repairer::QuotedAt(size_t at) const {
  while (text_.At(at) == '\\') ++at;
  return text_.IsQuote(at) && text_.FenceLength(at) == 0;
}

// A Python prefix such as r"…" or b'…': its length, or 0.
size_t Repairer::PrefixLength(size_t at) {
  constexpr std::string_view kLetters = "uUbBrRfF";
  size_t length = 0;
  while (length < 2 && !text_.Ends(at + length) &&
         kLetters.find(text_.At(at + length)) != std::string_view::npos) {
    ++length;
  }
  const char quote = text_.At(at + length);
  if (length == 0 || (quote != '"' && quote != '\'')) return 0;
  // b" may also end a word.
  const size_t after = text_.SkipGap(at + length + 1);
  const char c = text_.At(after);
  const bool ends = text_.Ends(after) || text_.ColonLength(after) > 0 ||
                    text_.CommaLength(after) > 0 || c == '}' || c == ']' || c == ')';
  return ends ? 0 : length;
}

// A name and its '(', with something in the brackets that looks like a value: the length up to
// and including the '('; 0: none.
size_t Repairer::CallLength(size_t at) {
  const size_t begin = at;
  if (text_.StartsWith(at, "new ")) at = text_.SkipSpace(at + 4);
  const auto c = static_cast<uint8_t>(text_.At(at));
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
  if (!letter) return 0;
  at = text_.SkipSpace(text_.SkipWord(at));
  if (text_.At(at) != '(') return 0;
  const size_t inside = text_.SkipGap(at + 1);
  const char first = text_.At(inside);
  const bool value = QuotedAt(inside) || first == '{' || first == '[' || first == ')' ||
                     first == '(' || first == '-' || (first >= '0' && first <= '9') ||
                     text_.ScalarAt(inside);
  return value ? at + 1 - begin : 0;
}

void Repairer::Value(StringRole role) {
  const char c = text_.At(at_);
  if (c == '{' || c == '[' || c == '(') {
    Push(c == '{' ? Kind::kObject : c == '[' ? Kind::kArray : Kind::kTuple, c);
    ++at_;
    return;
  }
  if (const size_t prefix = PrefixLength(at_)) {
    edits_.Add(at_, "removed the prefix of a string");
    at_ += prefix;
  }
  if (QuotedAt(at_)) {
    (frames_.empty() ? top_is_string_ : top().item_is_string) = true;
    return String(role);
  }
  if (const size_t call = CallLength(at_)) {
    edits_.Add(at_, "removed a function call around a value");
    Push(Kind::kCall, '(');
    at_ += call;
    return;
  }
  if (const size_t length = RegexLength(at_)) return Regex(length);
  Bare(role);
}

// A string and those that '+' joins to it.
void Repairer::String(StringRole role) {
  std::string& out = draft_.out();
  out += '"';
  for (;;) {
    const StringSpan span = string_end_.Find(at_, role, open_, due(')') > 0);
    if (span.odd != nullptr) edits_.Add(at_, span.odd);
    AppendStringText(text_.text(), span.begin, span.end, span.level, span.cut, &out, &edits_);
    at_ = span.next;
    const size_t plus = text_.SkipGap(at_);
    if (text_.At(plus) != '+') break;
    const size_t next = text_.SkipGap(plus + 1);
    if (!QuotedAt(next)) {
      if (!text_.Ends(next) && text_.At(next) != ']' && text_.At(next) != '}') break;
      edits_.Add(plus, "removed a '+' without a string");
      at_ = plus + 1;
      break;
    }
    edits_.Add(plus, "joined strings");
    at_ = next;
  }
  out += '"';
}

// text[begin, end) as a string.
void Repairer::Text(size_t begin, size_t end) {
  draft_.Write('"');
  AppendStringText(text_.text(), begin, end, 0, false, &draft_.out(), &edits_);
  draft_.Write('"');
}

void Repairer::Key() {
  BeginItem(false);
  String(StringRole::kKey);
  top().state = State::kColon;
}

// A key without quotes, or a word that belongs to nothing.
void Repairer::BareKey() {
  if (const size_t prefix = PrefixLength(at_)) {
    edits_.Add(at_, "removed the prefix of a string");
    at_ += prefix;
    return Key();
  }
  const std::string_view text = text_.text();
  const size_t begin = at_;
  size_t end = at_;
  size_t next = 0;
  bool closing_quote = false;
  while (!text_.Ends(end)) {
    const char c = text[end];
    if (c == '{' || c == '}' || c == '[' || c == ']' || c == '\n' || c == '(' || c == ')' ||
        text_.ColonLength(end) > 0 || text_.CommaLength(end) > 0) {
      break;
    }
    size_t length = 0;
    if (text_.QuoteAt(end, &length) != Quote::kNone) {
      next = text_.SkipSpace(end + length);
      closing_quote = text_.ColonLength(next) > 0;
      if (!closing_quote && end > begin && text_.KeyAt(end) == TolerantText::Guess::kYes) {
        edits_.Add(begin, "removed words that belong to nothing");
        at_ = end;
        return;
      }
      if (closing_quote) next = end + length;
      break;
    }
    ++end;
  }
  if (!closing_quote) next = end;
  while (end > begin && text_.SpaceLength(end - 1) > 0) --end;
  const char after = text_.At(text_.SkipGap(next));
  const bool ends = after == '}' || after == ']' || after == ')' || text_.Ends(next);
  if (end == begin) {
    at_ = std::max(next, at_ + std::max<size_t>(1, Utf8CharLength(text, at_)));
    edits_.Add(begin, "removed characters that belong to nothing");
    return;
  }
  if (ends && top().items > 0 && !draft_.has_comma()) {  // {"a": "b" EXTRA}
    edits_.Add(begin, "removed words that belong to nothing");
    at_ = next;
    return;
  }
  BeginItem(false);
  edits_.Add(begin, closing_quote ? "added a missing opening quote" : "put a key in quotes");
  Text(begin, end);
  at_ = next;
  top().state = State::kColon;
}

void Repairer::Bare(StringRole role) {
  size_t next = 0;
  const size_t begin = at_;
  const size_t end = BareEnd(role, &next);
  const std::string_view text = text_.text();
  if (end == begin) {  // nothing that could be a word: a stray character as text
    const size_t length = std::max<size_t>(1, Utf8CharLength(text, at_));
    edits_.Add(begin, "put text in quotes");
    Text(begin, begin + length);
    at_ += length;
    return;
  }
  at_ = next;
  const bool quote = next > end && text_.IsQuote(end);
  const bool cut = end == text.size() && !frames_.empty();
  const BareValue value = ReadBareValue(text.substr(begin, end - begin), cut);
  if (!quote && !value.json.empty()) {
    if (value.what != nullptr) edits_.Add(begin, value.what);
    draft_.Write(value.json);
    return;
  }
  edits_.Add(begin, quote ? "added a missing opening quote" : "put text in quotes");
  Text(begin, end);
}

// Where text without quotes ends; `*next` is where reading goes on.
size_t Repairer::BareEnd(StringRole role, size_t* next) {
  const std::string_view text = text_.text();
  const size_t begin = at_;
  size_t depth = 0;
  size_t at = begin;
  size_t end = begin;  // behind the last character that is no space
  while (!text_.Ends(at)) {
    const char c = text[at];
    if (c == '\n' || c == '\r' || text_.FenceLength(at) > 0) break;
    if (text_.EscapedSpaceLength(at) > 0) break;
    if (text_.IsEscapedBracket(at) && depth == 0 && at > begin &&
        (text[at + 1] == ']' || text[at + 1] == '}')) {
      break;
    }
    if (const size_t space = text_.SpaceLength(at)) {
      if (BareStopsAtSpace(role, at)) break;
      at += space;
      continue;
    }
    size_t length = 1;
    if (c == '\\' && text_.IsQuote(at + 1)) {  // an escaped quote ends nothing
      at += 2;
      end = at;
      continue;
    }
    if (const size_t comma = text_.CommaLength(at)) {
      const bool inside = depth > 0 && c != ';';
      if (!inside && !CommaIsText(role, at + comma)) break;
      length = comma;
    } else if (c == '{' || c == '[' || c == '(') {
      if (c != '(' && (at == begin || text_.IsQuote(text_.SkipSpace(at + 1)))) break;
      ++depth;
    } else if (c == '}' || c == ']' || c == ')') {
      if (depth == 0 && BareStopsAtBracket(c, at)) break;
      if (depth > 0) --depth;
    } else if (text_.IsQuote(at) && at > begin) {
      if (BareStopsAtQuote(role, at, next)) {
        if (*next > at) return at;
        break;
      }
    } else if (at > begin && c == '/' && text[at - 1] != ':' && text[at - 1] != '/' &&
               text_.CommentLength(at, true) > 0) {
      break;
    }
    at += length;
    end = at;
  }
  *next = end;
  return end;
}

// {"note": wait, what?}: a comma that no member follows is part of the text.
bool Repairer::CommaIsText(StringRole role, size_t behind) {
  // Nor in {"a": 1, 2, 3]: an array that lacks its '['.
  return role == StringRole::kMember && !ListEndsAhead(text_.SkipGap(behind)) &&
         !text_.Ends(text_.SkipGap(behind)) && text_.MemberAt(behind) == TolerantText::Guess::kNo;
}

// A ')' that closes nothing is text, but not behind a number.
bool Repairer::BareStopsAtBracket(char bracket, size_t at) {
  if (bracket != ')' || due(')') > 0) return true;
  const std::string_view word = text_.text().substr(at_, std::min<size_t>(at - at_, 40));
  return !ReadBareValue(word).json.empty();
}

// A quote in text without quotes: its closing quote, of which the opening one is missing, or the
// beginning of the next string.
bool Repairer::BareStopsAtQuote(StringRole role, size_t at, size_t* next) {
  size_t length = 0;
  text_.QuoteAt(at, &length);
  const size_t after = text_.SkipGap(at + length);
  const char c = text_.At(after);
  *next = at;
  if (text_.Ends(after) || text_.CommaLength(after) > 0 || c == '}' || c == ']' || c == ')') {
    *next = at + length;
    return true;
  }
  const bool space = text_.SpaceLength(at - 1) > 0;
  if (role == StringRole::kMember) return text_.KeyAt(at) == TolerantText::Guess::kYes;
  return role == StringRole::kItem && space && text_.WholeStringAt(at);
}

// Whether a number or literal ends at a space because the next item or member follows it.
bool Repairer::BareStopsAtSpace(StringRole role, size_t at) {
  const size_t word_end = text_.SkipSpace(at);
  const char mark = text_.At(word_end);
  if (mark == '#' || (mark == '/' && text_.CommentLength(word_end, true) > 0)) return true;
  const size_t next = text_.SkipGap(at);
  const char c = text_.At(next);
  if (at - at_ > 40) return false;
  const std::string_view word = text_.text().substr(at_, at - at_);
  if (ReadBareValue(word).json.empty()) return false;
  if (role == StringRole::kMember) return text_.KeyAt(next) == TolerantText::Guess::kYes;
  return (c >= '0' && c <= '9') || c == '-' || c == '{' || c == '[' || text_.IsQuote(next) ||
         text_.ScalarWord(next) > 0;
}

// /pattern/flags on one line, and then a delimiter: its length, or 0.
size_t Repairer::RegexLength(size_t begin) {
  const std::string_view text = text_.text();
  if (text_.At(begin) != '/') return 0;
  size_t at = begin + 1;
  while (!text_.Ends(at) && text[at] != '/' && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
  if (text_.At(at) != '/') return 0;
  ++at;
  while (text_.At(at) >= 'a' && text_.At(at) <= 'z') ++at;
  const size_t after = text_.SkipGap(at);
  const char c = text_.At(after);
  const bool ends = text_.Ends(after) || text_.CommaLength(after) > 0 || c == '}' || c == ']' ||
                    c == ')' || text_.Find('\n', at) < after;
  return ends ? at - begin : 0;
}

// A regular expression becomes a string; its backslashes are text, all of them.
void Repairer::Regex(size_t length) {
  edits_.Add(at_, "put a regular expression in quotes");
  draft_.Write('"');
  for (size_t end = at_ + length; at_ < end; ++at_) {
    if (text_.At(at_) == '\\') {
      draft_.Write("\\\\");
      continue;
    }
    const size_t begin = at_;
    while (at_ + 1 < end && text_.At(at_ + 1) != '\\') ++at_;
    AppendStringText(text_.text(), begin, at_ + 1, 0, false, &draft_.out(), &edits_);
  }
  draft_.Write('"');
}

}  // namespace bantam::grammar
