// Politeness: greetings, requests and thanks around a question.
#pragma once

#include <string_view>

namespace bantam::store {

// Marks in the text of TrimPoliteness, in place of what stood there.
inline constexpr char32_t kGap = 0xE001;    // punctuation between parts of sentences
inline constexpr char32_t kQuote = 0xE002;  // a quotation mark

// `text` without polite words at its beginning and end. Folded (FoldCharacters), without blanks or
// gaps at its ends. Words stay where they are what the text is about: between quotation marks,
// before "in", after "say" and the like; greetings only go where a gap or a question word follows.
// What would leave nothing stays.
std::u32string_view TrimPoliteness(std::u32string_view text);

}  // namespace bantam::store
