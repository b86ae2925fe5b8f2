// ParseDouble: decimal text to the nearest double, the same on every standard library.
#pragma once

#include <optional>
#include <string_view>

namespace bantam {

// The double nearest to all of `text`, a decimal number ("-1.5e3") without spaces or a leading plus
// sign. Nothing if it is something else, or too large or too small for a double. Thread-safe.
std::optional<double> ParseDouble(std::string_view text);

}  // namespace bantam
