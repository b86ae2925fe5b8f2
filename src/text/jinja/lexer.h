// The lexer: cuts a template into tokens, in linear time.
//
// Behaves as jinja2's lexer with trim_blocks and lstrip_blocks: the newline after a block or
// comment goes, blanks before one at the start of a line go, "-" strips all white space on its
// side and "+" keeps what would go.
#pragma once

#include <string_view>

#include "bantam/result.h"
#include "text/jinja/token.h"

namespace bantam::jinja {

// Fails with kCorrupt (line and column given).
Result<TokenList> Lex(std::string_view source);

}  // namespace bantam::jinja
