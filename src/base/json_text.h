// The text side of JSON shared by its reader and writer: UTF-8, number syntax, quoting.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bantam {

// Length in bytes (1 to 4) of the well-formed UTF-8 character (Unicode 15, table 3-7) that begins
// at text[at]; 0 when the bytes there are none. at < text.size().
size_t Utf8CharLength(std::string_view text, size_t at);

// Appends a code point (not a surrogate, at most U+10FFFF) as UTF-8.
void AppendUtf8(uint32_t code_point, std::string* out);

// Length of the longest JSON number (RFC 8259, section 6) at the start of `text`; 0: there is
// none. On failure `*bad` is the offset of the character that does not fit.
size_t JsonNumberLength(std::string_view text, size_t* bad);

// Appends `text` as a JSON string literal with its quotes, as JsonQuote does.
void AppendJsonQuoted(std::string_view text, std::string* out);

}  // namespace bantam
