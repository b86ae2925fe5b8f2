// NFC and NFD: canonical composition and decomposition (UAX #15), with the reference's tables.
#pragma once

#include <string>
#include <string_view>

namespace bantam {

// Whether `text` (valid UTF-8) holds no character that NFC could change. False is no promise that
// it will.
bool IsSurelyNfc(std::string_view text);

// The NFC of `text`, which must be valid UTF-8. O(n log n) in the longest run of marks, else
// linear.
std::string ToNfc(std::string_view text);

// The NFD of `text`, likewise.
std::string ToNfd(std::string_view text);

}  // namespace bantam
