// QuestionFrame: what kind of answer a question asks for: a way to do something, a time, a place, a
// yes or no. "How do I clean the oven?" and "How often do I clean the oven?" speak of the same and
// have other answers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/cache/chinese_traits.h"

namespace bantam::store {

enum class Modality : uint8_t { kNone, kMay, kMust, kShould };
enum class Tense : uint8_t { kUnknown, kPast, kPresent };

struct QuestionFrame {
  // Sorted, each once: "how", "when", "when:hour", "whether", … Empty for keywords and statements;
  // "?" for those with a question mark.
  std::vector<std::string> kinds;
  Modality modality = Modality::kNone;
  Tense tense = Tense::kUnknown;
  ChineseTraits chinese;
  std::u32string worded;  // the text, phrases that mean the same as one
  std::u32string rest;    // that, without what only says what is asked for

  bool Asks(std::string_view kind) const { return std::ranges::find(kinds, kind) != kinds.end(); }
};

// Of the QuestionClauses of a text in English or Chinese, `asked` if it has a question mark.
// Linear.
QuestionFrame FrameOf(std::u32string_view clauses, bool asked);

// Whether both ask for the same kind of answer. A text that names none ("oven cleaning") agrees
// with what such a text is written for: a way to do something, a remedy, or what something is; with
// a question mark ("gift wrap?"), yes or no as well.
bool FramesAgree(const QuestionFrame& a, const QuestionFrame& b);

}  // namespace bantam::store
