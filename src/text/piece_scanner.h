// The building blocks of the pre-tokenisers: sets of characters, runs of them, and pieces.
//
// Scanners work on valid UTF-8 and know positions as byte offsets.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/unicode.h"
#include "base/utf8.h"

namespace bantam::scan {

struct Char {
  char32_t code_point;
  size_t length;  // bytes
  unicode::Properties properties;

  bool In(unicode::ClassSet set) const { return properties.In(set); }
};

inline Char CharAt(std::string_view text, size_t pos) {
  const DecodedChar c = DecodeUtf8(text, pos);
  return {c.code_point, c.length, unicode::PropertiesOf(c.code_point)};
}

// Whether there is a character at `pos` and it is in `set`.
inline bool StartsWith(std::string_view text, size_t pos, unicode::ClassSet set) {
  return pos < text.size() && CharAt(text, pos).In(set);
}

// The end of the run of characters for which `predicate` holds.
template <typename Predicate>
size_t SkipIf(std::string_view text, size_t pos, Predicate predicate) {
  while (pos < text.size()) {
    const Char c = CharAt(text, pos);
    if (!predicate(c)) break;
    pos += c.length;
  }
  return pos;
}

inline size_t Skip(std::string_view text, size_t pos, unicode::ClassSet set) {
  return SkipIf(text, pos, [set](const Char& c) { return c.In(set); });
}

// The end of a match of `\s+(?!\S)|\s+` at `pos`, where there must be whitespace: the whole run at
// the end of the text; otherwise its last character is left to lead the next piece.
size_t WhitespacePiece(std::string_view text, size_t pos);

// The same for `\s*[\r\n]+|\s+(?!\S)|\s+`: up to the last line break of the run if there is one.
size_t WhitespaceOrLinesPiece(std::string_view text, size_t pos);

// The end of a piece at `pos` of GPT-2's regular expression.
size_t Gpt2Piece(std::string_view text, size_t pos);

// Cuts `text` into pieces with `next(text, pos)`, which gives the end of the piece at `pos`, and
// appends their ends, counted from `base`.
template <typename Next>
void Cut(std::string_view text, size_t base, std::vector<size_t>& ends, Next next) {
  for (size_t pos = 0; pos < text.size();) {
    pos = next(text, pos);
    ends.push_back(base + pos);
  }
}

// Cuts `text` around the matches of a pattern; what lies between two matches is one piece too.
// `match(text, pos)` gives the end of a match that starts at `pos`, or `pos` if there is none.
template <typename Match>
void Isolate(std::string_view text, size_t base, std::vector<size_t>& ends, Match match) {
  size_t done = 0;
  size_t pos = 0;
  while (pos < text.size()) {
    const size_t end = match(text, pos);
    if (end == pos) {
      pos += DecodeUtf8(text, pos).length;
      continue;
    }
    if (done < pos) ends.push_back(base + pos);
    ends.push_back(base + end);
    done = pos = end;
  }
  if (done < text.size()) ends.push_back(base + text.size());
}

// The families that cut in several passes, each pass within the pieces of the one before.
void CutFalcon(std::string_view text, std::vector<size_t>& ends);
void CutDeepSeekLlm(std::string_view text, std::vector<size_t>& ends);
void CutDeepSeekCoder(std::string_view text, std::vector<size_t>& ends);
void CutDeepSeekV3(std::string_view text, std::vector<size_t>& ends);

}  // namespace bantam::scan
