// SmallFile: reads the one-page text files under /proc and /sys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bantam {

// The first 64 KiB of a file, or nothing if it cannot be read.
std::optional<std::string> ReadSmallFile(const std::string& path);

// The number a text starts with after blanks, or nothing; overflow gives nothing.
std::optional<uint64_t> ParseLeadingUint(std::string_view text);

// Cuts the next line off the front of `text`, without its newline.
std::string_view NextLine(std::string_view& text);

}  // namespace bantam
