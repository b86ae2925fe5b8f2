// String literals of templates: their escapes, which are those of Python.
#pragma once

#include <string>
#include <string_view>

#include "bantam/result.h"

namespace bantam::jinja {

// The value of the text between the quotes. Unknown escapes stay as they are. Fails with kCorrupt
// (message only) for unfinished \x, \u and \U, for surrogates, and for \N{…}, which would need the
// names of all characters.
Result<std::string> DecodeStringLiteral(std::string_view text);

}  // namespace bantam::jinja
