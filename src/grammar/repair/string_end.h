// StringEnd: where a string ends whose quotes may be missing, doubled or inside it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "grammar/repair/tolerant_text.h"

namespace bantam::grammar {

// What the string is, which decides what may follow it.
enum class StringRole : uint8_t { kKey, kMember, kItem, kTop };

// Between its quotes stands [begin, end); reading goes on at `next`.
struct StringSpan {
  size_t begin = 0;
  size_t end = 0;
  size_t next = 0;
  int level = 0;              // 1: the quote was written \"
  bool closed = false;        // there was a closing quote
  bool cut = false;           // the end of the text ended it
  const char* odd = nullptr;  // what was odd about its quotes, if anything
};

// Not thread-safe. A quote ends the string if what follows can follow it there; quotes inside
// count in pairs, brackets inside are matched. A string that no quote ends is cut where the next
// member or item seems to begin. All calls together look at most kFuel bytes per byte of the text
// ahead; after that strings without an obvious end stop at the next delimiter.
class StringEnd {
 public:
  static constexpr size_t kFuel = 16;

  explicit StringEnd(TolerantText* text) : text_(*text), fuel_(kFuel * (text->size() + 64)) {}

  // The string whose quote (backslashes before it allowed) stands at `at`. `open` holds the
  // closing brackets that are due, innermost last.
  // `round`: whether one of them is ')'.
  StringSpan Find(size_t at, StringRole role, const std::string& open, bool round);

  // Whether the document stands in a fence, which ends with a line ```.
  void set_in_fence(bool in_fence) { in_fence_ = in_fence; }

 private:
  enum class Verdict : uint8_t { kEnd, kInside, kOpens };

  void ReadOpening(size_t at);
  bool Scan();
  void Count(size_t at);
  Verdict Judge(size_t quote, size_t length);
  Verdict JudgeKey(size_t quote, size_t after);
  Verdict JudgeValue(size_t quote, size_t after);
  Verdict JudgeTop(size_t quote, size_t after);
  bool OpensAt(size_t quote);
  bool OpensBehindComment(size_t quote, size_t before);
  bool OpensBehindBareKey(size_t quote, size_t before);
  bool IsEnd(char c) const { return c == '}' || c == ']' || (c == ')' && round_); }
  bool KeyAndValueAt(size_t key);
  bool EndsBeforeQuote(size_t quote, size_t second);
  bool EndsBeforeBracket(size_t after);
  bool EndsBeforeJunk(size_t quote, size_t after);
  bool OpensBehindBrackets(size_t quote);
  bool InMember() const { return role_ == StringRole::kMember; }
  bool Doubtful() const { return inner_ % 2 == 1 || braces_ > 0 || squares_ > 0; }
  size_t Before(size_t at) const;
  void EndAt(size_t end, size_t next, const char* odd);
  void EndAtMixed();
  void FallBack();
  void FallBackKey();
  void FallBackValue(size_t tail);
  size_t TailBrackets();

  TolerantText& text_;
  size_t fuel_;
  // The string being looked at.
  StringRole role_ = StringRole::kTop;
  const std::string* open_ = nullptr;
  bool round_ = false;
  Quote quote_ = Quote::kNone;
  size_t quote_length_ = 0;
  bool doubled_ = false;
  StringSpan span_;
  size_t colon_ = 0;  // the first inside; 0: none
  size_t inner_ = 0;  // quotes inside so far
  long braces_ = 0;   // open ones inside
  long squares_ = 0;
  size_t sure_end_ = 0;  // a quote known to end it; 0: none
  size_t limit_ = 0;     // where the text, or the fence around the document, ends
  bool in_fence_ = false;
  bool escapes_ = false;  // there was a backslash inside
  size_t mixed_ = 0;      // a quote of another kind that would end it well; 0: none
};

}  // namespace bantam::grammar
