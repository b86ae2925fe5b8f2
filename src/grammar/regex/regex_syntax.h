// ParseRegex: a pattern as people write it → an expression of a pool.
//
// ECMA-262 (2024) patterns with the u flag, as JSON Schema asks for; what other dialects write
// besides (possessive quantifiers aside) is taken where it can mean one thing only.
#pragma once

#include <string_view>

#include "bantam/result.h"
#include "grammar/regex/regex_pool.h"

namespace bantam::grammar {

enum class Anchoring : uint8_t {
  kSearch,  // JSON Schema: the pattern may match anywhere; ^ and $ hold it to the ends
  kWhole,   // the whole text must match
};

// Lazy quantifiers, groups and their names do not change what is matched. ^, $, \b, \B and
// look-ahead are exact wherever they stand outside repeats; inside, they are exact in repeats of up
// to 100 times, ^ and $ in any, and look-ahead in ((?!…)x)* at the end of a pattern. Look-behind
// for anything but ^, \w and \W, back references, possessive quantifiers and flags fail with
// kUnsupported, mistakes with kInvalidArgument, what has more than 2 MiB, is nested more than 600
// deep (groups that only group do not count) or does not fit into the pool with kResourceExhausted;
// the message gives the offset in characters and what was expected. Time and memory are linear in
// the pattern; counted repeats are kept as counters.
Result<RegexId> ParseRegex(RegexPool& pool, std::string_view pattern, Anchoring anchoring);

}  // namespace bantam::grammar
