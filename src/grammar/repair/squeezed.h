// Feed: gives a JSON text to a matcher, white space between its tokens shortened: a matcher takes
// only so much of it, and what the schema says does not depend on it.
#pragma once

#include <cstddef>
#include <string_view>

#include "grammar/matcher.h"

namespace bantam::grammar {

// The offset of the first byte that the matcher refuses; text.size() if it takes all. White space
// around the document is not given at all.
inline size_t Feed(Matcher& matcher, std::string_view text) {
  bool in_string = false;
  bool escaped = false;
  bool space = false;  // that has not been given yet
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (!in_string && (c == ' ' || c == '\n' || c == '\t' || c == '\r')) {
      space = matcher.size() > 0;
      continue;
    }
    if (space && !matcher.Push(' ')) return at;
    space = false;
    if (!matcher.Push(static_cast<uint8_t>(c))) return at;
    if (in_string && !escaped && c == '\\') {
      escaped = true;
    } else {
      if (c == '"' && !escaped) in_string = !in_string;
      escaped = false;
    }
  }
  return text.size();
}

}  // namespace bantam::grammar
