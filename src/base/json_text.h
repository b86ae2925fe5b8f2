// The text side of JSON shared by those who read and write it: number syntax, quoting, messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bantam {

// A hash of a key (FNV-1a); collisions cost comparisons, nothing else.
uint64_t HashOfKey(std::string_view key);

// The character at text[at] for a message: quoted, as a byte, or "the end of the text".
std::string DescribeCharacter(std::string_view text, size_t at);

// A key as a step of a JSON Pointer (RFC 6901): "~" → "~0", "/" → "~1".
std::string PointerStep(std::string_view key);

// Length of the longest JSON number (RFC 8259, section 6) at the start of `text`; 0: there is
// none. On failure `*bad` is the offset of the character that does not fit.
size_t JsonNumberLength(std::string_view text, size_t* bad);

// Appends `text` as a JSON string literal with its quotes, as JsonQuote does.
void AppendJsonQuoted(std::string_view text, std::string* out);

}  // namespace bantam
