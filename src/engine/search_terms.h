// SearchTerms: the words of a text by which passages are found, in any language.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace bantam {

// Hashes of the text's terms, in their order, as often as they occur. Words in lower case without
// accents, English ones reduced to a stem; where a script writes no spaces (Chinese, Japanese, Thai
// and the like), every two neighbouring characters. Function words of English and Chinese carry no
// meaning and are left out. Linear; `text` may be any bytes.
std::vector<uint64_t> SearchTerms(std::string_view text);

}  // namespace bantam
