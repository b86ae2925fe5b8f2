// FAQ files: questions with their answers, one JSON object a line (JSON Lines).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"

namespace bantam::store {

struct FaqItem {
  std::vector<std::string> questions;  // the question, then its rewordings
  std::string answer;
  size_t line = 0;
};

// Of a whole file, for those who hold one in memory; as much as a cache of the usual size keeps.
inline constexpr size_t kMaxFaqFileBytes = size_t{128} << 20;
inline constexpr size_t kMaxFaqItems = 100'000;
inline constexpr size_t kMaxFaqQuestionBytes = 1000;
inline constexpr size_t kMaxFaqAnswerBytes = size_t{64} << 10;
inline constexpr size_t kMaxFaqRewordings = 64;

// Reads {"question": …, "answer": …, "also": [rewordings]} a line; "also" may be absent, blank
// lines and a byte order mark are skipped. Fails with kCorrupt at the first line that is anything
// else, is over a limit above, or gives a question that stands above another answer (questions are
// the same where QuestionForm says so): `NAME:LINE: "field": what was expected`. Linear in the
// text.
Result<std::vector<FaqItem>> ReadFaq(std::string_view text, const std::string& name);

// One line of such a file, with its newline.
std::string FaqLine(const FaqItem& item);

}  // namespace bantam::store
