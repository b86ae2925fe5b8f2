// textwrap.wrap for one line of text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bantam/result.h"
#include "text/jinja/interpreter.h"

namespace bantam::jinja {

struct WrapStyle {
  int64_t width = 79;
  bool break_long_words = true;
  bool break_on_hyphens = true;
};

// The lines that `line` becomes; none if it is empty.
Result<std::vector<std::string>> WrapLine(Interpreter& in, std::string_view line,
                                          const WrapStyle& style);

}  // namespace bantam::jinja
