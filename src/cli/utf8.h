// UTF-8 checks and repairs for text that enters or leaves the program.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bantam::cli {

// One decoded character. `valid` is false for a byte sequence that is not UTF-8; `size` is then
// the length of the maximal part of an ill-formed sequence (Unicode 16, section 3.9).
struct Utf8Char {
  uint32_t code_point = 0xFFFD;
  size_t size = 0;
  bool valid = false;
};

// Decodes the character at the start of `text`, which must not be empty.
Utf8Char DecodeUtf8(std::string_view text);

bool IsValidUtf8(std::string_view text);

// `text` with control characters other than newline and tab made visible (^[, U+FFFD for C1), so
// that a model or a file cannot drive the user's terminal.
std::string TerminalSafe(std::string_view text);

}  // namespace bantam::cli
