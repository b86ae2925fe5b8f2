// Which quote ends a string, judged by what stands before and after it.
#include "grammar/repair/string_end.h"

#include <algorithm>

namespace bantam::grammar {
namespace {

constexpr size_t kMaxKeyBytes = 128;  // of a value that is taken for a key
constexpr size_t kMaxJunkBytes = 128;
constexpr size_t kMaxHops = 16;  // brackets looked at behind a string

bool IsBracketEnd(char c) {
  return c == '}' || c == ']' || c == ')';
}

}  // namespace

StringSpan StringEnd::Find(size_t at, StringRole role, const std::string& open, bool round) {
  role_ = role;
  round_ = round;
  open_ = &open;
  inner_ = 0;
  braces_ = squares_ = 0;
  mixed_ = 0;
  sure_end_ = colon_ = 0;
  escapes_ = false;
  ReadOpening(at);
  if (!Scan()) FallBack();
  return span_;
}

// The opening quote: `\"` in escaped documents, doubled or tripled by programs that meant well.
void StringEnd::ReadOpening(size_t at) {
  span_ = {};
  if (text_.At(at) == '\\') span_.level = 1;
  while (text_.At(at) == '\\') ++at;
  quote_ = text_.QuoteAt(at, &quote_length_);
  span_.begin = at + quote_length_;
  if (quote_ != Quote::kDouble) span_.odd = "replaced quotes by double quotes";
  if (span_.level > 0) span_.odd = "took one level of escaping away";
  doubled_ = false;
  size_t length = 0;
  if (text_.QuoteAt(span_.begin, &length) != quote_ || span_.level > 0) return;
  const size_t second = span_.begin + length;
  if (text_.QuoteAt(second, &length) == quote_) {  // """ as in Python
    if (quote_ != Quote::kDouble && quote_ != Quote::kSingle) return;
    size_t closing = second + length;
    const char mark = text_.At(at);
    while (!text_.Ends(closing = text_.Find(mark, closing)) && text_.At(closing + 1) != mark) {
      ++closing;
    }
    if (text_.Ends(closing) || text_.At(closing + 2) != mark) return;
    span_.begin = second + quote_length_;
  } else {
    // "" is the empty string, unless text follows at once, ""like this"" or ""like this".
    if (!text_.IsWord(second)) return;
    const size_t closing = text_.ClosingQuote(span_.begin);
    const size_t behind = closing + quote_length_;
    const size_t after = text_.SkipGap(behind);
    const bool ends = text_.Ends(closing) || text_.QuoteAt(behind, &length) == quote_ ||
                      text_.Ends(after) || text_.CommaLength(after) > 0 ||
                      text_.ColonLength(after) > 0 || IsEnd(text_.At(after));
    if (!ends) return;
    span_.begin = second;
  }
  doubled_ = true;
  span_.odd = "removed doubled quotes";
}

bool StringEnd::Scan() {
  size_t at = span_.begin;
  const bool limited = fuel_ == 0;
  const std::string_view text = text_.text();
  while (at < text.size()) {
    const char c = text[at];
    if (fuel_ > 0) --fuel_;
    if (limited && (c == '\n' || c == ',' || IsBracketEnd(c))) {
      EndAt(at, at, "added a missing closing quote");
      return true;
    }
    if (c == '\\') {
      escapes_ = true;
      size_t run = 1;
      while (text_.At(at + run) == '\\') ++run;
      size_t length = 0;
      const Quote quote = text_.QuoteAt(at + run, &length);
      const bool escaped = span_.level > 0 ? run > 1 : run % 2 == 1;
      if (quote == Quote::kNone || escaped) {
        at += run + (escaped ? std::max<size_t>(1, length) : 0);
        continue;
      }
      if (span_.level > 0 && TolerantText::Closes(quote_, quote) &&
          Judge(at + run, length) == Verdict::kEnd) {
        EndAt(at, at + run + length, span_.odd);
        span_.closed = true;
        return true;
      }
      at += run;
      continue;
    }
    size_t length = 0;
    const Quote quote = text_.QuoteAt(at, &length);
    if (quote == Quote::kNone) {
      Count(at);
      ++at;
      continue;
    }
    if (!TolerantText::Closes(quote_, quote)) {
      const size_t after = text_.SkipSpace(at + length);
      if (mixed_ == 0 && role_ == StringRole::kKey && text_.At(after) == ':') mixed_ = at;
      at += length;
      continue;
    }
    const Verdict verdict = Judge(at, length);
    if (verdict == Verdict::kOpens) return true;
    if (verdict == Verdict::kEnd) {
      size_t second = 0;
      const bool twice = doubled_ && text_.QuoteAt(at + length, &second) == quote_;
      size_t next = at + length + (twice ? second : 0);
      while (twice && text_.QuoteAt(next, &second) == quote_ && next < at + 3 * length) {
        next += second;
      }
      EndAt(at, next, span_.odd);
      span_.closed = true;
      return true;
    }
    const bool apostrophe = at > span_.begin && text_.IsWord(at - 1) && text_.IsWord(at + length);
    if (!apostrophe) ++inner_;
    at += length;
  }
  return false;
}

void StringEnd::Count(size_t at) {
  const char c = text_.text()[at];
  if (c == ':' && colon_ == 0) colon_ = at;
  if (c == '{') ++braces_;
  if (c == '}' && braces_ > 0) --braces_;
  if (c == '[') ++squares_;
  if (c == ']' && squares_ > 0) --squares_;
}

StringEnd::Verdict StringEnd::Judge(size_t quote, size_t length) {
  size_t second = 0;
  if (doubled_ && text_.QuoteAt(quote + length, &second) == quote_) return Verdict::kEnd;
  if (quote == sure_end_) return Verdict::kEnd;
  const size_t after = text_.SkipGap(quote + length);
  if (text_.Ends(after) || text_.FenceLength(after) > 0) return Verdict::kEnd;
  if (text_.At(after) == '+' && text_.IsQuote(text_.SkipGap(after + 1))) return Verdict::kEnd;
  switch (role_) {
    case StringRole::kKey: return JudgeKey(quote, after);
    case StringRole::kMember:
    case StringRole::kItem: return JudgeValue(quote, after);
    case StringRole::kTop: return JudgeTop(quote, after);
  }
  return Verdict::kInside;
}

StringEnd::Verdict StringEnd::JudgeKey(size_t quote, size_t after) {
  const char c = text_.At(after);
  if (text_.ColonLength(after) > 0 || text_.CommaLength(after) > 0 || IsEnd(c) || c == '{' ||
      c == '[' || text_.ScalarAt(after)) {
    return Verdict::kEnd;
  }
  // {"key: "value"}, {"key: ["value"]}, {"key: 1, "other": 2}
  const size_t before = Before(quote);
  constexpr std::string_view kStructure = ":,[{";
  if (colon_ > 0 && kStructure.find(text_.At(before - 1)) != std::string_view::npos) {
    if (mixed_ > 0 && mixed_ < colon_) {  // {'key": 1, 'other": 2}
      EndAtMixed();
    } else {
      EndAt(Before(colon_), colon_, "added a missing closing quote");
    }
    return Verdict::kOpens;
  }
  // A value whose colon is missing; but "" between words is a quote inside.
  return text_.IsQuote(after) ? Verdict::kEnd : Verdict::kInside;
}

StringEnd::Verdict StringEnd::JudgeTop(size_t quote, size_t after) {
  const char c = text_.At(after);
  if (text_.ColonLength(after) > 0) return Verdict::kEnd;
  if (IsBracketEnd(c)) {  // too many brackets behind it, but nothing else
    size_t at = after;
    while (IsBracketEnd(text_.At(at))) at = text_.SkipSpace(at + 1);
    return text_.Ends(at) ? Verdict::kEnd : Verdict::kInside;
  }
  if (OpensAt(quote)) return Verdict::kOpens;
  if (text_.CommaLength(after) > 0) {
    return text_.ItemAt(after + 1) == TolerantText::Guess::kNo ? Verdict::kInside : Verdict::kEnd;
  }
  if (text_.IsQuote(after)) {
    size_t length = 0;
    text_.QuoteAt(after, &length);
    const size_t next = text_.SkipGap(after + length);
    return text_.Ends(next) ? Verdict::kInside : Verdict::kEnd;
  }
  return c == '{' || c == '[' || text_.ScalarAt(after) ? Verdict::kEnd : Verdict::kInside;
}

StringEnd::Verdict StringEnd::JudgeValue(size_t quote, size_t after) {
  using Guess = TolerantText::Guess;
  const char c = text_.At(after);
  bool end = false;
  if (IsEnd(c)) {
    end = EndsBeforeBracket(after);
  } else if (const size_t comma = text_.CommaLength(after)) {
    const Guess next = InMember() ? text_.MemberAt(after + comma) : text_.ItemAt(after + comma);
    end = next == Guess::kYes || (next == Guess::kMaybe && !Doubtful());
  } else if (text_.IsQuote(after)) {
    end = EndsBeforeQuote(quote, after);
  } else if (text_.ColonLength(after) > 0) {
    end = inner_ == 0 && !escapes_ &&
          quote - span_.begin <= kMaxKeyBytes;  // ["key": …, {"a": "key": …
  } else if (InMember()) {
    const bool line = text_.Find('\n', quote) < after;
    const bool space = after > quote + quote_length_;
    end = space && (line || inner_ % 2 == 0) && text_.KeyAt(after) == Guess::kYes &&
          (line || KeyAndValueAt(after));
    end = end || EndsBeforeJunk(quote, after);
  } else {
    end = c == '{' || c == '[' || text_.ScalarAt(after) || EndsBeforeJunk(quote, after);
  }
  if (end) return Verdict::kEnd;
  return OpensAt(quote) ? Verdict::kOpens : Verdict::kInside;
}

// {"a": "b" c": …, {"a": "b" c: 1: a key that lacks quotes, on the line of the candidate. If
// both quotes are missing, a value must follow its colon, and no quotes be inside so far.
bool StringEnd::KeyAndValueAt(size_t key) {
  const size_t next = text_.SkipGap(text_.SkipWord(key));
  if (text_.IsQuote(next)) return true;
  const size_t value = text_.SkipGap(next + text_.ColonLength(next));
  const char c = text_.At(value);
  return inner_ == 0 &&
         (text_.IsQuote(value) || c == '{' || c == '[' || text_.ScalarWord(value) > 0);
}

// A quote right behind the candidate: does the next string begin there?
bool StringEnd::EndsBeforeQuote(size_t quote, size_t second) {
  using Guess = TolerantText::Guess;
  if (InMember() && text_.KeyAt(second) == Guess::kYes) return true;
  size_t length = 0;
  text_.QuoteAt(second, &length);
  const size_t next = text_.SkipGap(second + length);
  const bool second_ends = text_.Ends(next) || IsEnd(text_.At(next)) || text_.CommaLength(next) > 0;
  if (second_ends) {
    // The second one closes; this one is inside, as in "72"", or doubles it.
    sure_end_ = second;
    return false;
  }
  if (InMember()) return false;
  return second > quote + quote_length_ || text_.WholeStringAt(second);
}

// A closing bracket behind the candidate. If the quotes or brackets inside do not match, what
// follows the bracket must be what can follow it in the document.
bool StringEnd::EndsBeforeBracket(size_t after) {
  using Guess = TolerantText::Guess;
  const bool matches =
      (text_.At(after) == '}' && braces_ > 0) || (text_.At(after) == ']' && squares_ > 0);
  if (inner_ % 2 == 0 && !matches) return true;
  size_t left = open_->size();
  size_t at = after;
  for (size_t hop = 0; hop < kMaxHops; ++hop) {
    while (left > 0 && (*open_)[left - 1] != text_.At(at)) --left;
    if (left > 0) --left;
    at = text_.SkipGap(at + 1);
    if (text_.Ends(at) || text_.FenceLength(at) > 0) return true;
    if (!IsBracketEnd(text_.At(at))) break;
  }
  if (IsBracketEnd(text_.At(at))) return true;
  const size_t comma = text_.CommaLength(at);
  if (left == 0) return comma > 0 && text_.ItemAt(at + comma) == Guess::kYes;
  const bool member = (*open_)[left - 1] == '}';
  if (comma == 0) return member ? text_.KeyAt(at) == Guess::kYes : text_.At(at) == '{';
  return (member ? text_.MemberAt(at + comma) : text_.ItemAt(at + comma)) == Guess::kYes;
}

// Words that belong to nothing stand between the candidate and a bracket: "value" EXTRA }
bool StringEnd::EndsBeforeJunk(size_t quote, size_t after) {
  if (inner_ % 2 == 1) return false;
  const char due = open_->empty() ? '}' : open_->back();
  if (due != '}' && due != ']') return false;
  const size_t bracket = text_.Find(due, after);
  if (bracket == text_.size() || bracket - after > kMaxJunkBytes) return false;
  const bool word = quote_ != Quote::kDouble && text_.At(quote + quote_length_) != ' ';
  if (word) return false;  // an apostrophe
  for (size_t at = after; at < bracket; ++at) {
    size_t length = 0;
    constexpr std::string_view kNoJunk = "\n:,{}[]()";
    if (kNoJunk.find(text_.text()[at]) != std::string_view::npos ||
        TolerantText::Closes(quote_, text_.QuoteAt(at, &length))) {
      return false;
    }
  }
  return true;
}

// Where the text before `at` ends, without whitespace.
size_t StringEnd::Before(size_t at) const {
  const std::string_view text = text_.text();
  while (at > span_.begin && (text[at - 1] == ' ' || text[at - 1] == '\n' || text[at - 1] == '\r' ||
                              text[at - 1] == '\t')) {
    --at;
  }
  return at;
}

// Whether the candidate seems to open the next string: the closing quote before it is missing.
bool StringEnd::OpensAt(size_t quote) {
  size_t before = Before(quote);
  if (before <= span_.begin) return false;
  const char c = text_.At(before - 1);
  if (c == '+' && inner_ == 0 && text_.WholeStringAt(quote)) {  // "a + "b"
    EndAt(Before(before - 1), before - 1, "added a missing closing quote");
    return true;
  }
  if (role_ == StringRole::kTop) return false;
  if (c == '/') return OpensBehindComment(quote, before);
  if (c == ':' && InMember()) return OpensBehindBareKey(quote, before - 1);
  if (OpensBehindBrackets(quote)) return true;
  const bool comma = c == ',';
  if (!comma && text_.Find('\n', before) >= quote) return false;
  const bool opens = InMember() ? text_.KeyAt(quote) == TolerantText::Guess::kYes
                                : inner_ % 2 == 0 && text_.WholeStringAt(quote);
  if (!opens) return false;
  if (comma) --before;
  EndAt(before, before, "added a missing closing quote");
  return true;
}

// {"a": "b}, {"c": …, {"a": ["b], "c": …: brackets that the string has not opened end it.
bool StringEnd::OpensBehindBrackets(size_t quote) {
  if (inner_ > 0) return false;
  const std::string_view text = text_.text();
  constexpr std::string_view kStructure = " \t\r\n,{}[]";
  size_t begin = quote;
  char last = '\0';  // what stands before the candidate
  while (begin > span_.begin && kStructure.find(text[begin - 1]) != std::string_view::npos) {
    --begin;
    if (last == '\0' && text[begin] > ' ') last = text[begin];
  }
  const size_t first = text.find_first_not_of(" \t\r\n", begin);
  if (begin == span_.begin || (text[first] != '}' && text[first] != ']')) return false;
  if (text.substr(first, quote - first).find(',') == std::string_view::npos) return false;
  long balance = 0;
  for (const char c : text.substr(span_.begin, begin - span_.begin)) {
    balance += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
  }
  const bool key = text_.KeyAt(quote) == TolerantText::Guess::kYes;
  if (balance > 0 || !(key || (last != '{' && text_.WholeStringAt(quote)))) return false;
  EndAt(begin, begin, "added a missing closing quote");
  return true;
}

// ["a, /* comment */ "b"]
bool StringEnd::OpensBehindComment(size_t quote, size_t before) {
  const std::string_view text = text_.text();
  constexpr size_t kMaxCommentBytes = 256;
  const size_t begin = std::max(span_.begin, before - std::min(before, kMaxCommentBytes));
  const std::string_view window = text.substr(begin, before - begin);
  if (!window.ends_with("*/") || inner_ > 0 || !text_.WholeStringAt(quote)) return false;
  const size_t comment = window.rfind("/*");
  if (comment == std::string_view::npos) return false;
  const size_t mark = Before(begin + comment);
  const char c = text_.At(mark - 1);
  if (mark == span_.begin || (c != ',' && c != '+')) return false;
  EndAt(Before(mark - 1), mark - 1, "added a missing closing quote");
  return true;
}

// {"a": "first, b: "second"}
bool StringEnd::OpensBehindBareKey(size_t quote, size_t colon) {
  if (inner_ > 0 || !text_.WholeStringAt(quote)) return false;
  size_t word = colon;
  while (word > span_.begin && colon - word < 64 && text_.IsWord(word - 1)) --word;
  if (word == colon) return false;
  const size_t before = Before(word);
  if (before <= span_.begin || text_.At(before - 1) != ',') return false;
  EndAt(before - 1, before - 1, "added a missing closing quote");
  return true;
}

void StringEnd::EndAt(size_t end, size_t next, const char* odd) {
  span_.end = end;
  span_.next = next;
  span_.odd = odd;
}

void StringEnd::EndAtMixed() {
  size_t length = 0;
  text_.QuoteAt(mixed_, &length);
  EndAt(mixed_, mixed_ + length, "replaced quotes by double quotes");
  span_.closed = true;
}

// Nothing ended the string up to the end of the text.
void StringEnd::FallBack() {
  if (mixed_ > 0) return EndAtMixed();
  limit_ = text_.size();
  if (in_fence_) limit_ = std::min(limit_, text_.text().find("\n```", span_.begin));
  const size_t tail = TailBrackets();
  EndAt(tail, tail, "added a missing closing quote");
  if (role_ == StringRole::kKey) {
    FallBackKey();
  } else if (role_ != StringRole::kTop && tail < limit_) {
    FallBackValue(tail);
  }
  span_.cut = span_.end == text_.size();
  span_.end = span_.next = Before(span_.end);
}

// {"key: value}
void StringEnd::FallBackKey() {
  const size_t colon = text_.text().find(':', span_.begin);
  if (colon != std::string_view::npos) span_.end = std::min(span_.end, colon);
}

// The text is complete, as it ends with brackets: find where the next member or item begins.
void StringEnd::FallBackValue(size_t tail) {
  size_t at = span_.begin;
  while (at < tail) {
    const char c = text_.text()[at];
    const bool comma = c == ',';
    if (comma && !InMember()) break;
    if ((comma || c == '\n') && InMember()) {
      const size_t next = text_.SkipGap(at + 1);
      const bool quoted = text_.IsQuote(next);
      if (next < tail && text_.KeyAt(next) == TolerantText::Guess::kYes && !quoted) break;
    }
    if (c == '\n' && IsBracketEnd(text_.At(text_.SkipSpace(at)))) break;
    ++at;
  }
  span_.end = std::min(at, tail);
  const size_t before = Before(span_.end);
  if (before > span_.begin && text_.At(before - 1) == ',') span_.end = before - 1;
}

// Where the brackets begin that the text ends with and that close something outside the string;
// the end of the text if there are none.
size_t StringEnd::TailBrackets() {
  const std::string_view text = text_.text().substr(0, limit_);
  size_t at = text.size();
  size_t first = at;  // of the brackets, from the left
  size_t brackets = 0;
  while (at > span_.begin) {
    const char c = text[at - 1];
    if (IsBracketEnd(c)) {
      first = at - 1;
      ++brackets;
    } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t' && c != '`' && c != ';') {
      break;
    }
    --at;
  }
  if (brackets == 0 || open_->empty()) return text.size();
  // Brackets that the string itself has opened stay in it.
  braces_ = squares_ = 0;
  for (size_t i = span_.begin; i < first; ++i) Count(i);
  for (; first < text.size(); ++first) {
    long& inside = text[first] == '}' ? braces_ : squares_;
    if (!IsBracketEnd(text[first]) || text[first] == ')') continue;
    if (inside == 0) break;
    --inside;
  }
  return first;
}

}  // namespace bantam::grammar
