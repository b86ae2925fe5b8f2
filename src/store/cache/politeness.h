// Politeness: greetings, requests and thanks around a question.
#pragma once

#include <string_view>

namespace bantam::store {

// Marks in the text of TrimPoliteness, in place of what stood there.
inline constexpr char32_t kGap = 0xE001;    // punctuation between parts of sentences
inline constexpr char32_t kQuote = 0xE002;  // a quotation mark
inline constexpr char32_t kColon = 0xE004;  // as kGap, with a colon in it

inline bool IsBreak(char32_t c) {
  return c == U' ' || c == kGap || c == kColon;
}

// `text` without polite words at its beginning and end. Folded (FoldCharacters), without blanks or
// gaps at its ends. Words stay where they are what the text is about: between quotation marks,
// before "in", after "say" and the like; at the end after a colon; and, beyond a gap, where the
// text asks for something to be done with words ("translate"). Greetings only go where a gap or a
// question word follows. What would leave nothing stays.
std::u32string_view TrimPoliteness(std::u32string_view text);

}  // namespace bantam::store
