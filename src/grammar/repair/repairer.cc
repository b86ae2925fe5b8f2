// Arrays and objects: brackets, commas and colons that are missing, extra or mistaken.
#include "grammar/repair/repairer.h"

#include <utility>

#include "base/check.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMaxKeyBytes = 256;  // of keys that are compared
constexpr size_t kMaxIndent = 256;
constexpr size_t kMaxShift = 65536;  // bytes of the draft moved for a bracket
constexpr int kMaxListAhead = 64;    // items looked at

}  // namespace

void Repairer::InnerStep() {
  ReadGap(top().state == State::kValue);
  if (text_.Ends(at_)) return CloseAll();
  if (text_.FenceLength(at_) > 0) {
    // [```json … ```] is a fence in brackets; elsewhere a fence ends the document.
    if (frames_.size() == 1 && top().items == 0 && values_ == 1) {
      edits_.Add(at_, "removed a bracket around a fence");
      draft_.out().resize(top().open);
      draft_.DropGap();
      --due(open_.back());
      open_.pop_back();
      frames_.pop_back();
      values_ = 0;
      fresh_ = true;
      return;
    }
    return CloseAll();
  }
  if (top().kind != Kind::kObject) return ArrayItem();
  switch (top().state) {
    case State::kItem: return ObjectItem();
    case State::kColon: return Colon();
    case State::kValue: return MemberValue();
  }
}

// What may stand between items of all kinds; false: none of it is here.
bool Repairer::Punctuation() {
  const char c = text_.At(at_);
  if (const size_t comma = text_.CommaLength(at_)) {
    if (c != ',') edits_.Add(at_, "wrote a ','");
    draft_.Comma(at_);
    top().comma = true;
    at_ += comma;
    return true;
  }
  if (c == '}' || c == ']' || c == ')') {
    CloseBracket(c);
    return true;
  }
  if (const size_t dots = text_.EllipsisLength(at_)) {
    edits_.Add(at_, "removed an ellipsis");
    at_ += dots;
    return true;
  }
  return false;
}

void Repairer::ObjectItem() {
  if (Punctuation()) return;
  const char c = text_.At(at_);
  if (c == '{' || c == '[') return ObjectBracket(c);
  if (top().implicit && text_.KeyAt(at_, true) != TolerantText::Guess::kYes) {
    return Close(false);
  }
  if (const size_t colon = text_.ColonLength(at_)) {
    if (top().value_is_string && !draft_.has_comma()) return WrapLastItem(top().value);
    const size_t next = text_.SkipGap(at_ + colon);
    const char after = text_.At(next);
    if (top().items > 0 || text_.Ends(next) || after == '}' || after == ']' || after == ',') {
      return Junk("removed an extra ':'");
    }
    BeginItem(false);
    edits_.Add(at_, "added an empty key");
    draft_.Write("\"\"");
    top().state = State::kColon;
    return;
  }
  if (QuotedAt(at_)) return Key();
  BareKey();
}

// A bracket where a key should be.
void Repairer::ObjectBracket(char bracket) {
  const bool in_array = frames_.size() > 1 && frames_[frames_.size() - 2].kind != Kind::kObject;
  if (bracket == '[' && CanReopen(Kind::kArray)) {
    // "key": ["a"], ["b"]: the first array was closed too early.
    Reopen();
    const bool rows =
        top().first_is_array && top().scalars > 0 && text_.At(text_.SkipGap(at_ + 1)) != '[';
    if (!rows) return Junk("removed a '[' in the middle of an array");
    edits_.Add(at_, "added a missing '['");
    draft_.out().insert(top().scalars, 1, '[');
    draft_.Write(']');
    top().scalars = 0;
    return;
  }
  if (in_array || top().implicit) return Close(false);  // [{"a": 1, {"b": 2}]
  if (bracket == '{' && closed_ && CanReopen(Kind::kObject) && draft_.has_comma() &&
      draft_.size() - closed_->open < kMaxShift) {
    edits_.Add(at_, "added a missing '['");  // {"a": {"b": 1}, {"b": 2}], …
    return InsertArray(closed_->open);
  }
  Junk(bracket == '{' ? "removed an extra '{'" : "removed an extra '['");
}

void Repairer::Colon() {
  const char c = text_.At(at_);
  if (const size_t colon = text_.ColonLength(at_)) {
    if (colon > 1 || c != ':') edits_.Add(at_, "wrote a ':'");
    draft_.WriteSpace();
    draft_.Write(':');
    at_ += colon;
    top().state = State::kValue;
    return;
  }
  const size_t comma = text_.CommaLength(at_);
  if (comma == 0 && c != '}' && c != ']' && c != ')') {
    edits_.Add(at_, "added a missing ':'");
    draft_.Write(':');
    top().state = State::kValue;
    return;
  }
  const size_t next = text_.SkipGap(at_ + comma);
  const bool set = top().items == 1 && !top().implicit &&
                   (c == '}' || (comma > 0 && !text_.Ends(next) &&
                                 text_.KeyAt(next) != TolerantText::Guess::kYes));
  if (set) return ToArray();
  const bool list = top().items > 1 && !top().implicit && c != '}' && c != ')';
  if (list && top().value > 0 && ListEndsAhead(top().item_offset)) return WrapList();
  edits_.Add(at_, "wrote null for a missing value");
  draft_.Write(":null");
  top().state = State::kItem;
  top().value = 0;
  top().value_is_string = false;
}

void Repairer::MemberValue() {
  const char c = text_.At(at_);
  if (text_.At(at_) == ':') return Junk("removed an extra ':'");
  // A key on the next line: the value is missing, or, if that line is indented, its '{'.
  const bool next_key = draft_.has_newline() && text_.IsQuote(at_) &&
                        Indent(at_) <= Indent(top().item_offset) &&
                        text_.KeyAt(at_) == TolerantText::Guess::kYes;
  const size_t dots = text_.EllipsisLength(at_);
  if (c == ']') {  // {"a": ], "b": 1}: its '[' is missing
    const size_t next = text_.SkipGap(at_ + 1);
    if (text_.At(next) == '}' || text_.CommaLength(next) > 0) {
      edits_.Add(at_, "added a missing '['");
      draft_.WriteSpace();
      draft_.Write("[]");
      ++at_;
      top().state = State::kItem;
      top().value = 0;
      top().value_is_string = false;
      return;
    }
  }
  if (next_key || dots > 0 || text_.CommaLength(at_) > 0 || c == '}' || c == ']' || c == ')') {
    edits_.Add(at_, "wrote null for a missing value");
    draft_.Write("null");
    at_ += dots;
    top().state = State::kItem;
    top().value = 0;
    top().value_is_string = false;
    return;
  }
  draft_.WriteSpace();
  top().state = State::kItem;
  const bool scalar = c != '{' && c != '[' && c != '(';
  top().value = scalar ? draft_.size() : 0;
  top().value_is_string = scalar && QuotedAt(at_);
  Value(StringRole::kMember);
}

// {"a": 1, 2, 3]: whether what was read as a key at `at` belongs to a list that a ']' ends.
bool Repairer::ListEndsAhead(size_t at) {
  for (int items = 0; items < kMaxListAhead; ++items) {
    if (QuotedAt(at)) {
      size_t length = 0;
      at = text_.ClosingQuote(at);
      text_.QuoteAt(at, &length);
      at += length;
    } else if (const size_t word = text_.ScalarWord(at)) {
      at += word;
    } else {
      return false;
    }
    at = text_.SkipGap(at);
    if (text_.At(at) == ']') return true;
    const size_t comma = text_.CommaLength(at);
    if (comma == 0) return false;
    at = text_.SkipGap(at + comma);
  }
  return false;
}

// The last member's value and the key behind it turn out to be items of an array without its '['.
void Repairer::WrapList() {
  Frame& object = top();
  edits_.Add(object.item_offset, "added a missing '['");
  at_ = object.item_offset;
  draft_.out().resize(object.before_item);
  draft_.DropGap();
  draft_.Comma(at_);
  draft_.Space(" ");
  --object.items;
  object.state = State::kItem;
  object.value_is_string = false;
  InsertArray(std::exchange(object.value, 0));
}

// Opens an array in the draft, around the one value written since.
void Repairer::InsertArray(size_t at) {
  draft_.out().insert(at, 1, '[');
  Frame frame;
  frame.kind = Kind::kArray;
  frame.open = at;
  frame.items = 1;
  frames_.push_back(frame);
  open_ += ']';
  ++due(']');
  closed_.reset();
}

// How far the line of `at` is indented, if nothing stands before it there; else 0.
size_t Repairer::Indent(size_t at) const {
  size_t indent = 0;
  while (indent < at && indent < kMaxIndent) {
    const char c = text_.At(at - indent - 1);
    if (c == '\n') return indent;
    if (c != ' ' && c != '\t') return 0;
    ++indent;
  }
  return 0;
}

void Repairer::ArrayItem() {
  if (Punctuation()) return;
  if (const size_t colon = text_.ColonLength(at_)) {
    const bool call = top().kind == Kind::kCall || top().kind == Kind::kTuple;
    if (top().item_is_string && !draft_.has_comma() && !call) return WrapLastItem(top().item);
    at_ += colon;
    edits_.Add(at_ - colon, "removed an extra ':'");
    return;
  }
  if (QuotedAt(at_) && top().items > 0 && text_.KeyAt(at_) == TolerantText::Guess::kYes) {
    // A key: of the next object, its '{' missing; of the object around this array, its ']'
    // missing; or of the last object, its '}' too early.
    const bool next = CanReopen(Kind::kObject) && SameFirstKey();
    const bool member = frames_.size() > 1 && frames_[frames_.size() - 2].kind == Kind::kObject;
    if (!next && member) return Close(false);
    if (!next && CanReopen(Kind::kObject)) return Reopen();
  }
  const char c = text_.At(at_);
  if (c == '[' && RowEnds()) return Close(false);
  BeginItem(c == '[' || c == '(');
  Value(StringRole::kItem);
}

// [[1, 2], [3, 4, [5, 6]]: this row is as long as the one before and the next one begins.
bool Repairer::RowEnds() const {
  if (frames_.size() < 2) return false;
  const Frame& row = frames_.back();
  const Frame& rows = frames_[frames_.size() - 2];
  return rows.kind == Kind::kArray && row.kind == Kind::kArray && rows.items > 1 &&
         row.items == rows.row_items && row.items > 1 && !row.first_is_array &&
         row.item_bracket == '\0';
}

void Repairer::BeginItem(bool array) {
  Frame& frame = top();
  frame.before_item = draft_.size();
  draft_.BeginItem(frame.items, at_);
  if (frame.items == 0) frame.first_is_array = array;
  ++frame.items;
  frame.item = draft_.size();
  frame.item_offset = at_;
  frame.item_is_string = false;
  frame.item_bracket = '\0';
  if (frame.items == 1) frame.first_key = at_;
  if (array) {
    frame.scalars = 0;
  } else if (frame.first_is_array && frame.scalars == 0) {
    frame.scalars = frame.item;
  }
}

// {"a", "b"}: a set. Its first item was read as a key and is read again.
void Repairer::ToArray() {
  Frame& frame = top();
  edits_.Add(frame.item_offset, "made an array of a set");
  at_ = frame.item_offset;
  draft_.out().resize(frame.item);
  draft_.DropGap();
  draft_.out()[frame.open] = '[';
  frame.kind = Kind::kArray;
  frame.state = State::kItem;
  frame.items = 0;
}

// ["key": 1]: the last item turns out to be a key of an object without brackets.
void Repairer::WrapLastItem(size_t item) {
  edits_.Add(at_, "added a missing '{'");
  draft_.out().insert(item, 1, '{');
  Frame frame;
  frame.implicit = true;
  frame.open = item;
  frame.items = 1;
  frame.state = State::kColon;
  frame.item = item + 1;
  if (!frames_.empty()) {
    frame.first_key = top().item_offset;
    top().item_is_string = top().value_is_string = false;
    top().item_bracket = '{';
  }
  frames_.push_back(frame);
  open_ += '}';
  ++due('}');
}

bool Repairer::CanReopen(Kind kind) const {
  return closed_ && closed_->kind == kind && closed_size_ == draft_.size() && at_ != reopened_at_;
}

// The container closed last was closed too early.
void Repairer::Reopen() {
  CHECK(closed_.has_value());
  const bool object = closed_->kind == Kind::kObject;
  edits_.Add(at_,
             object ? "removed a '}' that came too early" : "removed a ']' that came too early");
  draft_.out().pop_back();
  frames_.push_back(*closed_);
  frames_.back().state = State::kItem;
  open_ += object ? '}' : ']';
  ++due(open_.back());
  closed_.reset();
  reopened_at_ = at_;
}

void Repairer::Push(Kind kind, char bracket) {
  if (frames_.size() >= kMaxJsonDepth) {
    too_deep_ = true;
    return;
  }
  if (!frames_.empty()) top().item_bracket = bracket;
  Frame frame;
  frame.kind = kind;
  frame.open = draft_.size();
  draft_.Write(kind == Kind::kTuple || kind == Kind::kCall ? Draft::kMarker : bracket);
  frames_.push_back(frame);
  open_ += bracket == '{' ? '}' : bracket == '[' ? ']' : ')';
  ++due(open_.back());
}

// A closing bracket stands here: the innermost one, that of an outer container, or a mistake.
void Repairer::CloseBracket(char bracket) {
  if (due(bracket) == 0) {
    if (frames_.size() < 2 || top().items == 0) {
      return Junk(std::string("removed an extra '") + bracket + "'");
    }
    edits_.Add(at_, "wrote another closing bracket");
    ++at_;
    return Close(true);
  }
  if (open_.back() != bracket && MistakenBracket(bracket)) return;
  while (open_.back() != bracket) Close(false);
  // [[1, 2], 3, 4]]: a row without its '[', and brackets that say so.
  const Frame& frame = top();
  if (bracket == ']' && frame.first_is_array && frame.scalars > 0 && due(']') == 1 &&
      text_.At(text_.SkipGap(at_ + 1)) == ']') {
    edits_.Add(at_, "added a missing '['");
    draft_.WriteSpace();
    draft_.out().insert(frame.scalars, 1, '[');
    draft_.Write(']');
    top().scalars = 0;
    ++at_;
    return;
  }
  ++at_;
  Close(true);
}

// The bracket fits an outer container. But what follows may say that this one goes on, so that the
// bracket is extra, or that its parent does, so that another bracket was meant.
bool Repairer::MistakenBracket(char bracket) {
  const Frame& frame = top();
  size_t comma = text_.SkipGap(at_ + 1);
  const bool own = text_.At(comma) == open_.back();  // {"a": [1]]}, {…
  if (own) comma = text_.SkipGap(comma + 1);
  if (text_.CommaLength(comma) == 0 || frames_.size() < 2 || frame.state != State::kItem) {
    return false;
  }
  const size_t next = text_.SkipGap(comma + text_.CommaLength(comma));
  const char c = text_.At(next);
  const Kind parent = frames_[frames_.size() - 2].kind;
  bool extra = own && parent == Kind::kArray && c == '{' && frame.kind == Kind::kObject;
  bool meant = false;
  if (own) {
    // Looked at above.
  } else if (frame.kind == Kind::kArray && bracket == '}') {
    extra = (c == '{' || c == '[') && c == frame.item_bracket;  // [{…}}, {…}]
    meant = c == '[' && parent == Kind::kArray;                 // [[1}, [2]]
  } else if (frame.kind == Kind::kObject && bracket == ']') {
    const bool key = text_.KeyAt(next) == TolerantText::Guess::kYes;
    meant = parent == Kind::kArray ? c == '{' : key;  // [{…], {…}], {"a": {…], "b": …}
    // [{"a": 1], "b": 2}]; but in {"x": [{"a": 1], "b": 2} the '}' is missing.
    const bool member = frames_.size() > 2 && frames_[frames_.size() - 3].kind == Kind::kObject;
    extra = parent == Kind::kArray && key && !member;
  }
  if (!extra && !meant) return false;
  if (extra) {
    Junk(std::string("removed an extra '") + bracket + "'");
  } else {
    edits_.Add(at_, "wrote another closing bracket");
    ++at_;
    Close(true);
  }
  return true;
}

// Whether the key here is that with which the object closed last began: then it begins another.
bool Repairer::SameFirstKey() const {
  CHECK(closed_.has_value());
  const std::string_view text = text_.text();
  const size_t first = closed_->first_key;
  if (text[first] != text[at_]) return false;
  const size_t end = text.find(text[first], first + 1);
  if (end == std::string_view::npos || end - first > kMaxKeyBytes) return false;
  return text.substr(at_, end + 1 - first) == text.substr(first, end + 1 - first);
}

// Ends the innermost container. `given`: its bracket was there.
void Repairer::Close(bool given) {
  const Frame frame = top();
  if (frame.kind == Kind::kObject && frame.state != State::kItem) {
    edits_.Add(at_, "wrote null for a missing value");
    draft_.Write(frame.state == State::kColon ? ":null" : "null");
  }
  if (given) draft_.WriteSpace();
  const bool list = frame.items != 1 || frame.comma;
  if (frame.kind == Kind::kObject || frame.kind == Kind::kArray) {
    draft_.Write(frame.kind == Kind::kObject ? '}' : ']');
    if (!given) {
      edits_.Add(at_, frame.kind == Kind::kObject ? "added a missing '}'" : "added a missing ']'");
    }
    closed_ = frame;
    closed_size_ = draft_.size();
    if (open_.back() == '}' && frame.kind == Kind::kArray) closed_.reset();  // a set
  } else if (frame.kind == Kind::kCall && frame.items == 0) {
    draft_.Write("null");
  } else if (list) {
    draft_.out()[frame.open] = '[';
    draft_.Write(']');
    if (frame.kind == Kind::kTuple) edits_.Add(at_, "made an array of a tuple");
  } else if (frame.kind == Kind::kTuple) {
    edits_.Add(at_, "removed the brackets around a value");
  }
  --due(open_.back());
  open_.pop_back();
  frames_.pop_back();
  if (!frames_.empty()) top().row_items = frame.first_is_array ? 0 : frame.items;
}

void Repairer::CloseAll() {
  while (!frames_.empty()) Close(false);
}

// Drops a character that belongs to nothing.
void Repairer::Junk(std::string_view what) {
  edits_.Add(at_, what);
  ++at_;
}

}  // namespace bantam::grammar
