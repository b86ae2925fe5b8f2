// BareValue: what a word without quotes means as a JSON value.
#pragma once

#include <string>
#include <string_view>

namespace bantam::grammar {

struct BareValue {
  std::string json;            // a number or word of JSON; empty: it is text, to be quoted
  const char* what = nullptr;  // what was changed; nullptr: `json` is the word itself
};

// `word` has no whitespace around it. Literals of JavaScript and Python (True, None, undefined,
// NaN, …) become JSON's; numbers are repaired if no digit is lost: +1, .5, 5., 1e, 1_000, 0x1F,
// 12n. Others (dates, versions, leading zeros, fractions) are text.
// `cut`: the end of the text may have cut it off: tr, fal and nul are finished.
BareValue ReadBareValue(std::string_view word, bool cut = false);

}  // namespace bantam::grammar
