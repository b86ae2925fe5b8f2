// Numbers as people read them: sizes, counts, rates, times.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bantam::cli {

std::string FormatBytes(uint64_t bytes);       // "468.6 MiB"
std::string FormatCount(uint64_t count);       // "32,768"
std::string FormatParameters(uint64_t count);  // "494.0 million"
std::string FormatFixed(double value, int digits);
std::string FormatSeconds(double seconds);  // "0.13 s", "2 min 05 s"
// `count` things in `seconds`: "35.3 tok/s", or "-" when there is nothing to divide.
std::string FormatRate(double count, double seconds);
// The shortest text that reads back as the same float32 or double; "null" if not finite.
std::string FormatFloat(float value);
std::string FormatDouble(double value);

// `text` padded with spaces to `width` characters (code points), left- or right-aligned.
std::string PadRight(std::string_view text, size_t width);
std::string PadLeft(std::string_view text, size_t width);

}  // namespace bantam::cli
