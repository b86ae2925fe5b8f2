// Base64 (RFC 4648, section 4): bytes as they stand in JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bantam {

// The bytes that `text` stands for, nothing if it has other characters or is not padded to a
// multiple of four. Bits that stand for no byte may be any.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace bantam
