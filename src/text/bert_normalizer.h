// What BERT's tokenizer does to text first: cleaning, spaces around ideographs, accents, case.
#pragma once

#include <string>
#include <string_view>

namespace bantam {

struct BertStyle {
  bool clean_text = true;            // drop control characters; every whitespace is a space
  bool handle_chinese_chars = true;  // spaces around CJK ideographs
  bool strip_accents = true;         // decompose (NFD) and drop marks
  bool lowercase = true;
};

// `text` must be valid UTF-8. Linear but for sorting long runs of marks.
std::string NormalizeForBert(std::string_view text, const BertStyle& style);

// Lower case, character by character and without regard to language.
std::string ToLower(std::string_view text);

}  // namespace bantam
