// ExpectedNext: what may come next where a matcher stands, for people.
#pragma once

#include <string>
#include <vector>

#include "grammar/matcher.h"

namespace bantam::grammar {

// A text that must come, or the characters that may: "the end", "tab", "text", "a-z", … "what is
// beyond the limits of the search" stands among them where the matcher has given ways up. Tries
// every byte; the matcher is where it was afterwards.
std::vector<std::string> ExpectedNext(Matcher& matcher);

}  // namespace bantam::grammar
