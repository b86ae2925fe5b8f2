// Base64 (RFC 4648, section 4): bytes as they stand in JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bantam {

std::string EncodeBase64(std::span<const uint8_t> bytes);

// The bytes that `text` stands for, nothing if it has other characters or is not padded to a
// multiple of four. Bits that stand for no byte may be any.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace bantam
