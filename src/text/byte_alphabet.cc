// Printable bytes stand for themselves (as Latin-1); the other 68, ascending, are U+0100 onwards.
#include "text/byte_alphabet.h"

#include <array>
#include <cstdint>

namespace bantam {
namespace {

constexpr int kSize = 0x100 + 68;  // code points up to the last of the alphabet

constexpr bool IsItself(int byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xFF && byte != 0xAD);
}

// kByteOf[code point] is the byte, or -1.
constexpr std::array<int16_t, kSize> MakeByteOf() {
  std::array<int16_t, kSize> byte_of{};
  byte_of.fill(-1);
  size_t next = 0x100;
  for (int byte = 0; byte < 0x100; ++byte) {
    byte_of[IsItself(byte) ? static_cast<size_t>(byte) : next++] = static_cast<int16_t>(byte);
  }
  return byte_of;
}

constexpr std::array<int16_t, kSize> kByteOf = MakeByteOf();

}  // namespace

bool AppendSpelledBytes(std::string_view token, std::string& bytes) {
  const size_t size_before = bytes.size();
  for (size_t i = 0; i < token.size(); ++i) {
    size_t c = static_cast<uint8_t>(token[i]);
    // The alphabet ends below U+0800: one or two bytes. Anything else maps to nothing.
    if (c >= 0xC2 && c <= 0xC5 && i + 1 < token.size() && (token[i + 1] & 0xC0) == 0x80) {
      c = ((c & 0x1F) << 6) | (static_cast<uint8_t>(token[++i]) & 0x3F);
    } else if (c >= 0x80) {
      c = kSize;
    }
    if (c >= kSize || kByteOf[c] < 0) {
      bytes.resize(size_before);
      return false;
    }
    bytes += static_cast<char>(kByteOf[c]);
  }
  return true;
}

}  // namespace bantam
