// PartialChar: a character of which only some bytes are known.
//
// Well-formed UTF-8: The Unicode Standard 15, table 3-7.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace bantam::grammar {

// The characters that begin with the bytes read so far, and how many bytes they have left. All of
// them are scalar values; with nothing left there is one.
struct PartialChar {
  char32_t first = 0;
  char32_t last = 0;
  uint32_t left = 0;

  // Nothing: no character begins with this byte.
  static std::optional<PartialChar> Begin(uint8_t byte) {
    if (byte < 0x80) return PartialChar{byte, byte, 0};
    if (byte < 0xC2 || byte > 0xF4) return std::nullopt;
    const uint32_t left = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    const char32_t first = static_cast<char32_t>(byte & (0x3FU >> left)) << (6 * left);
    const char32_t last = first + (char32_t{1} << (6 * left)) - 1;
    constexpr char32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
    const char32_t most = byte == 0xED ? 0xD7FF : 0x10FFFF;  // no surrogates
    return PartialChar{std::max(first, kLeast[left]), std::min(last, most), left};
  }

  // With one more byte; left > 0.
  std::optional<PartialChar> Next(uint8_t byte) const {
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    const uint32_t bits = 6 * (left - 1);
    const char32_t block = first >> (bits + 6) << (bits + 6);
    const char32_t begin = block + (static_cast<char32_t>(byte & 0x3F) << bits);
    const char32_t end = begin + (char32_t{1} << bits) - 1;
    const PartialChar next = {std::max(first, begin), std::min(last, end), left - 1};
    if (next.first > next.last) return std::nullopt;
    return next;
  }
};

}  // namespace bantam::grammar
