// The sets that \p{…} names.
#pragma once

#include <optional>
#include <string_view>

#include "grammar/regex/code_point_set.h"

namespace bantam::grammar {

// `expression` is what stands between the braces, as ECMA-262 (2024) has it in its tables of
// properties: a general category ("L", "Letter", "gc=Lu"), one of the common binary properties
// ("ASCII", "Alphabetic") or scripts ("sc=Greek", "Script=Grek"; not scx=). Nothing for a name that
// is not known. Unicode 16.0.
std::optional<CodePointSet> UnicodeProperty(std::string_view expression);

}  // namespace bantam::grammar
