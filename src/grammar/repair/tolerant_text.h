// TolerantText: looks ahead in text that is almost JSON: gaps, quotes, and what seems to begin
// where. Knows characters, never the state of the repair.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bantam::grammar {

// Which quotes close a string that this one opens.
enum class Quote : uint8_t {
  kNone,
  kDouble,      // "
  kSingle,      // '
  kDoubleLike,  // “ ” „ ‟ « » ＂
  kSingleLike,  // ‘ ’ ‚ ‛ ` ´ ＇
};

// Not thread-safe: searches remember where they found what, so that all of them together take
// linear time as long as they go forward in the text, give or take a few tokens.
class TolerantText {
 public:
  explicit TolerantText(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }
  size_t size() const { return text_.size(); }
  // The byte there; 0 beyond the end.
  char At(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  bool Ends(size_t at) const { return at >= text_.size(); }
  bool StartsWith(size_t at, std::string_view what) const {
    return text_.substr(at < text_.size() ? at : text_.size(), what.size()) == what;
  }

  // The offset of the next `c`, one of " ' \n ] }, at or after `from`; size() if there is none.
  size_t Find(char c, size_t from);

  // Length of a whitespace character (Unicode's, byte order mark and control characters too); 0.
  size_t SpaceLength(size_t at) const;
  // The whole document is escaped, as the inside of a string.
  void set_escaped(bool escaped) { escaped_ = escaped; }
  // In escaped documents: length of \n, \r or \t outside strings: whitespace that was escaped with
  // the document; or 0.
  size_t EscapedSpaceLength(size_t at) const;
  // A bracket or brace that is escaped as in Markdown, outside strings: \[ \] \{ \}.
  bool IsEscapedBracket(size_t at) const {
    const char c = At(at + 1);
    return At(at) == '\\' && (c == '{' || c == '}' || c == '[' || c == ']');
  }
  // Length of a comment; `inside` is whether brackets are open, which may end a comment without
  // a newline. A '#' counts if `hash`.
  size_t CommentLength(size_t at, bool inside);
  // Over whitespace, and over comments too.
  size_t SkipSpace(size_t at) const;
  size_t SkipGap(size_t at);

  // The quote at `at` and its length in bytes.
  Quote QuoteAt(size_t at, size_t* length) const;
  bool IsQuote(size_t at) const;
  // Whether `quote` ends a string that `opening` began.
  static bool Closes(Quote opening, Quote quote);
  // The first unescaped quote after the one at `at` that could close it; size() if none.
  size_t ClosingQuote(size_t at);

  // A character of words: letters, digits, '_', '$', '-', '.', and all beyond ASCII that is no
  // quote, space or punctuation of JSON.
  bool IsWord(size_t at) const;
  size_t SkipWord(size_t at) const;
  // ':' or what people write for it ('=', '=>', full-width): its length, or 0.
  size_t ColonLength(size_t at) const;
  // ',' or what people write for it (';', full-width): its length, or 0.
  size_t CommaLength(size_t at) const;
  size_t EllipsisLength(size_t at) const;  // "..." or '…'; 0: none
  size_t FenceLength(size_t at) const;     // three or more '`' or '~'; 0: none

  // Does a key with its colon stand at `at`? kMaybe: something that could be one, colon missing.
  enum class Guess : uint8_t { kNo, kMaybe, kYes };
  // `cut`: the end of the text right behind it counts as a colon.
  Guess KeyAt(size_t at, bool cut = false);
  // After the comma behind a member: a key, the end, a closing bracket?
  Guess MemberAt(size_t at);
  // After the comma behind an item: the beginning of another, the end, a closing bracket?
  Guess ItemAt(size_t at);
  // A number, or a word such as true, that a delimiter follows.
  bool ScalarAt(size_t at);
  // Length of a word that begins as a number does, or of a literal; 0: neither.
  size_t ScalarWord(size_t at) const;
  // A quoted string that a delimiter or the end follows; if `newline`, a newline is one.
  bool WholeStringAt(size_t at, bool newline = false);

 private:
  struct Found {
    size_t from = 1;
    size_t at = 0;  // from > at: nothing known yet
  };

  bool DelimiterFollows(size_t at, bool newline);

  std::string_view text_;
  bool escaped_ = false;
  std::array<Found, 5> found_;
  bool no_comment_end_ = false;
  size_t no_comment_end_from_ = 0;  // there is no "*/" at or after this
};

}  // namespace bantam::grammar
