// The byte-level alphabet of GPT-2: vocabularies spell each byte as one printable character.
#pragma once

#include <string>
#include <string_view>

namespace bantam {

// Appends the bytes that `token` spells. False, with `bytes` as before, if a character of `token`
// is outside the alphabet (or `token` is no UTF-8): then it spells itself.
bool AppendSpelledBytes(std::string_view token, std::string& bytes);

}  // namespace bantam
