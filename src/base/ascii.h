// Ascii: letters and digits of ASCII, whatever the locale; other bytes are left as they are.
#pragma once

#include <string>
#include <string_view>

namespace bantam {

constexpr bool IsAsciiUpper(char32_t c) {
  return c >= 'A' && c <= 'Z';
}

constexpr bool IsAsciiLower(char32_t c) {
  return c >= 'a' && c <= 'z';
}

constexpr bool IsAsciiLetter(char32_t c) {
  return IsAsciiUpper(c) || IsAsciiLower(c);
}

constexpr char LowerCase(char c) {
  return IsAsciiUpper(static_cast<unsigned char>(c)) ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = LowerCase(c);
  return lower;
}

constexpr bool IsAsciiDigit(char32_t c) {
  return c >= '0' && c <= '9';
}

constexpr bool IsAsciiAlphanumeric(char c) {
  return IsAsciiLetter(static_cast<unsigned char>(c)) ||
         IsAsciiDigit(static_cast<unsigned char>(c));
}

}  // namespace bantam
