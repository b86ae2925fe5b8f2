// strftime for UTC, in the "C" locale, without the C library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bantam::jinja {

// Seconds since 1970 as text. Conversions as in Python on Linux: the C standard's, and the GNU
// flags - _ 0 ^ # before them. %f is 000000, %z and %Z are empty (a naive datetime); unknown
// conversions stay as they are.
std::string FormatTime(std::string_view format, int64_t seconds);

}  // namespace bantam::jinja
