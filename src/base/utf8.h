// UTF-8: decoding of trusted text, and lossy repair of untrusted bytes (Unicode 16.0, §3.9).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bantam {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

// What the bytes at the start of `text` are, under the maximal-subpart rule.
struct Utf8Prefix {
  enum Kind : uint8_t {
    kValid,       // a whole character
    kInvalid,     // bytes to be replaced by one U+FFFD
    kIncomplete,  // the text ends inside a character that more bytes could complete
  };
  Kind kind;
  size_t length;  // bytes, 1 to 4
};

// `text` must not be empty.
Utf8Prefix ScanUtf8(std::string_view text);

// Length in bytes (1 to 4) of the well-formed character that begins at text[at]; 0 when the bytes
// there are none. at < text.size().
size_t Utf8CharLength(std::string_view text, size_t at);

// The length of the longest valid prefix; the whole text if it is valid UTF-8.
size_t ValidUtf8Prefix(std::string_view text);

// Replaces every maximal subpart of an ill-formed sequence by U+FFFD, as Rust's from_utf8_lossy
// and Python's errors="replace" do.
std::string LossyUtf8(std::string_view text);

// The characters that begin in `text`; continuation bytes alone count for nothing.
size_t CountCharacters(std::string_view text);

void AppendUtf8(char32_t c, std::string& out);
std::string ToUtf8(std::u32string_view characters);

struct DecodedChar {
  char32_t code_point;
  size_t length;
};

// The character at `pos` of valid UTF-8; `pos` must be on a boundary inside `text`.
inline DecodedChar DecodeUtf8(std::string_view text, size_t pos) {
  const auto byte = [&](size_t i) {
    return static_cast<char32_t>(static_cast<uint8_t>(text[pos + i]));
  };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {((lead & 0x1F) << 6) | (byte(1) & 0x3F), 2};
  if (lead < 0xF0) {
    return {((lead & 0x0F) << 12) | ((byte(1) & 0x3F) << 6) | (byte(2) & 0x3F), 3};
  }
  return {
      ((lead & 0x07) << 18) | ((byte(1) & 0x3F) << 12) | ((byte(2) & 0x3F) << 6) | (byte(3) & 0x3F),
      4};
}

// The offset of the character of valid UTF-8 that ends at `end`, which must not be 0.
inline size_t PreviousChar(std::string_view text, size_t end) {
  size_t begin = end - 1;
  while ((static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) --begin;
  return begin;
}

}  // namespace bantam
