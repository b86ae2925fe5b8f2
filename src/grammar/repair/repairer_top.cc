// What surrounds the document: prose, fences, several documents, none.
#include <algorithm>
#include <utility>

#include "grammar/repair/repairer.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMaxHops = 8;  // nested brackets looked into

// Whether quotes or the white space in the first bracket have a backslash: a document within a
// string, that was not read as one.
bool IsEscaped(std::string_view text) {
  const size_t quote = text.find('"');
  if (quote != std::string_view::npos && quote > 0 && text[quote - 1] == '\\') return true;
  const size_t bracket = std::min(text.find_first_of("{["), text.size());
  return text.substr(bracket).substr(0, 3).ends_with("\\n");
}

bool IsLineSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

Result<JsonRepair> Repairer::Run() {
  Begin();
  for (;;) {
    if (!frames_.empty()) {
      InnerStep();
    } else {
      ReadGap(false);
      if (text_.Ends(at_)) break;
      TopStep();
    }
    if (too_deep_) {
      return Fail(ErrorCode::kResourceExhausted, "more than " + std::to_string(kMaxJsonDepth) +
                                                     " nested arrays or objects at byte " +
                                                     std::to_string(at_));
    }
  }
  if (values_ == 0) {
    return Fail(ErrorCode::kCorrupt,
                "there is no JSON value in these " + std::to_string(text_.size()) + " bytes");
  }
  JsonRepair repair;
  repair.text = draft_.Take(values_);
  repair.edit_count = edits_.count();
  repair.edits = edits_.Take();
  return repair;
}

// Looks over the text: are there brackets that begin something, or only words and numbers?
void Repairer::Begin() {
  const std::string_view text = text_.text();
  text_.set_escaped(IsEscaped(text));
  size_t begin = text_.SkipGap(0);
  if (text_.StartsWith(begin, "<think>")) {
    if (const size_t end = text.find("</think>", begin); end != std::string_view::npos) {
      edits_.Add(begin, "removed text that is no JSON");
      at_ = begin = end + 8;
    }
  }
  const char first = text_.At(text_.SkipGap(begin));
  const bool bracket = first == '{' || first == '[';
  const size_t regex = RegexLength(begin);
  scalars_only_ = regex > 0 && text_.Ends(text_.SkipGap(begin + regex));
  if (scalars_only_ || bracket || FindStart(begin, false) < text.size()) return;
  weak_ = true;
  if (FindStart(begin, true) < text.size()) return;
  scalars_only_ = true;
}

void Repairer::TopStep() {
  if (text_.FenceLength(at_) > 0) return Fence();
  const char c = text_.At(at_);
  if (c == '}' || c == ']' || c == ')' || c == ';') {
    return Junk(std::string("removed an extra '") + c + "'");
  }
  if (const size_t comma = text_.CommaLength(at_)) {
    draft_.Comma(at_);
    at_ += comma;
    return;
  }
  const bool quote = text_.IsQuote(at_);
  if (CanReopen(Kind::kObject) && (quote || draft_.has_comma())) {
    const bool key = text_.KeyAt(at_) == TolerantText::Guess::kYes;
    if (key && SameFirstKey()) {
      // {"a": 1}, "a": 2}: another object.
    } else if (key || (quote && text_.IsQuote(Behind(at_)))) {
      return Reopen();
    }
  }  // {"a": 1}, "b": 2}
  if (text_.ColonLength(at_) > 0 && top_is_string_ && values_ > 0 && !draft_.has_comma()) {
    top_is_string_ = false;
    return WrapLastItem(top_item_);
  }
  if (scalars_only_ && values_ == 0 && !IsScalarList(at_)) return WholeText();
  if (!StartsValue()) return Prose();
  if (values_ > 0 && !draft_.has_newline() && !draft_.has_comma()) draft_.Space("\n");
  draft_.BeginItem(values_, at_);
  ++values_;
  top_item_ = draft_.size();
  top_is_string_ = false;
  fresh_ = false;
  adjacent_ = true;
  if (in_fence_) fenced_ = true;
  string_end_.set_in_fence(in_fence_);
  Value(StringRole::kTop);
}

// Whether the document, or another one, begins here.
bool Repairer::StartsValue() {
  if (fenced_ && !in_fence_) return false;
  const char c = text_.At(at_);
  if (scalars_only_) return true;
  if (c == '{' || c == '[') {
    // [```json is a fence.
    return fresh_ || Plausible(at_, weak_ || adjacent_);
  }
  const bool separate = fresh_ || draft_.has_comma() || draft_.has_newline();
  if (!separate || (values_ == 0 && !fresh_)) return false;
  if (c == '(') return fresh_ && in_fence_;
  if (QuotedAt(at_)) {
    return text_.At(at_) == '\\' || draft_.has_comma() || text_.WholeStringAt(at_, true) ||
           text_.KeyAt(at_) == TolerantText::Guess::kYes;
  }
  if (CallLength(at_) > 0) return fresh_;
  return text_.ScalarAt(at_);
}

// What follows the string that seems to begin at `at`.
size_t Repairer::Behind(size_t at) {
  size_t length = 0;
  const size_t closing = text_.ClosingQuote(at);
  text_.QuoteAt(closing, &length);
  return text_.SkipGap(closing + length);
}

// Whether the bracket at `at` begins JSON rather than an aside in prose. `weak`: even {}, [1], [a].
bool Repairer::Plausible(size_t at, bool weak) {
  for (size_t hop = 0; hop < kMaxHops; ++hop) {
    const bool object = text_.At(at) == '{';
    const size_t next = text_.SkipGap(at + 1);
    const char c = text_.At(next);
    if (text_.Ends(next) || QuotedAt(next)) return true;
    if (c == '{' || c == '[') {
      at = next;
      continue;
    }
    if (c == '}' || c == ']' || text_.CommaLength(next) > 0 || text_.EllipsisLength(next) > 0) {
      return weak;
    }
    if (object) return text_.KeyAt(next) == TolerantText::Guess::kYes;
    if (!text_.ScalarAt(next)) return weak && text_.IsWord(next);
    const size_t after = text_.SkipGap(text_.SkipWord(next));
    return weak || text_.At(after) != ']';
  }
  return true;
}

// The next place where a document may begin, or a fence.
size_t Repairer::FindStart(size_t at, bool weak) {
  const bool only_fences = fenced_ && !in_fence_;
  const std::string_view text = text_.text();
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if ((c == '{' || c == '[') && !only_fences && Plausible(at, weak)) return at;
    if ((c == '`' || c == '~') && text_.FenceLength(at) > 0) return at;
  }
  return text.size();
}

void Repairer::Prose() {
  edits_.Add(at_, "removed text that is no JSON");
  if (values_ == 0) prose_first_ = true;
  fresh_ = adjacent_ = false;
  draft_.DropGap();
  at_ = FindStart(at_ + 1, weak_);
}

// ``` opens a fence if JSON follows it, with or without the name of a language; else it closes one.
void Repairer::Fence() {
  edits_.Add(at_, "removed a fence");
  at_ += text_.FenceLength(at_);
  if (in_fence_) {
    in_fence_ = false;
    fresh_ = false;
    return;
  }
  const size_t inside = text_.SkipSpace(text_.SkipWord(at_));
  const char c = text_.At(inside);
  const bool json = c == '{' || c == '[' || c == '(' || QuotedAt(inside) || text_.ScalarAt(inside);
  if (!json && values_ > 0) return;
  if (json && prose_first_ && !fenced_ && values_ > 0) {
    edits_.Add(at_, "removed brackets in the text before the fence");
    draft_.out().clear();
    draft_.DropGap();
    values_ = 0;
    closed_.reset();
  }
  in_fence_ = true;
  fresh_ = true;
  at_ = inside;
}

// Where the text ends without whitespace and a closing fence.
size_t Repairer::TextEnd() const {
  const std::string_view text = text_.text();
  size_t end = text.size();
  while (end > at_ && (IsLineSpace(text[end - 1]) || (in_fence_ && text[end - 1] == '`'))) --end;
  return end;
}

// Without brackets: values separated by commas or newlines (1, 2, "x"), rather than a sentence?
bool Repairer::IsScalarList(size_t at) {
  const std::string_view text = text_.text();
  const char first = text_.At(at);
  const size_t end = TextEnd();
  if (QuotedAt(at) || PrefixLength(at) > 0 || first == '/') return true;
  if (first == '(') return text[end - 1] == ')' || text.find(')', at) == std::string_view::npos;
  if (CallLength(at) > 0) return true;
  while (at < end) {
    at = text_.SkipSpace(at);
    if (QuotedAt(at)) {
      if (!text_.WholeStringAt(at)) return false;
      size_t length = 0;
      at = text_.ClosingQuote(at);
      text_.QuoteAt(at, &length);
      at += length;
    }
    while (at < end && text[at] != ',' && text[at] != '\n' && text_.SpaceLength(at) == 0) ++at;
    while (at < end && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) ++at;
    if (at < end && text[at] != ',' && text[at] != '\n') return false;
    ++at;
  }
  return true;
}

// A sentence is one string.
void Repairer::WholeText() {
  edits_.Add(at_, "put the text in quotes");
  draft_.BeginItem(0, at_);
  const size_t end = TextEnd();
  Text(at_, end);
  at_ = end;
  values_ = 1;
  fresh_ = false;
}

}  // namespace bantam::grammar
