// UTF-8 validation after table 3-7 of the Unicode standard.
#include "base/utf8.h"

#include <algorithm>
#include <cstring>

namespace bantam {
namespace {

bool IsContinuation(uint8_t byte) {
  return (byte & 0xC0) == 0x80;
}

// The bytes a sequence with this lead has, and what its second byte may be; 0 if no lead.
struct Lead {
  uint8_t length;
  uint8_t second_min;
  uint8_t second_max;
};

Lead LeadOf(uint8_t byte) {
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};  // no surrogates
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};  // up to U+10FFFF
  return {0, 0, 0};
}

}  // namespace

Utf8Prefix ScanUtf8(std::string_view text) {
  const auto first = static_cast<uint8_t>(text[0]);
  if (first < 0x80) return {Utf8Prefix::kValid, 1};
  const Lead lead = LeadOf(first);
  if (lead.length == 0) return {Utf8Prefix::kInvalid, 1};
  if (text.size() < 2) return {Utf8Prefix::kIncomplete, 1};
  const auto second = static_cast<uint8_t>(text[1]);
  if (second < lead.second_min || second > lead.second_max) return {Utf8Prefix::kInvalid, 1};
  for (size_t i = 2; i < lead.length; ++i) {
    if (i == text.size()) return {Utf8Prefix::kIncomplete, i};
    if (!IsContinuation(static_cast<uint8_t>(text[i]))) return {Utf8Prefix::kInvalid, i};
  }
  return {Utf8Prefix::kValid, lead.length};
}

size_t Utf8CharLength(std::string_view text, size_t at) {
  const Utf8Prefix prefix = ScanUtf8(text.substr(at));
  return prefix.kind == Utf8Prefix::kValid ? prefix.length : 0;
}

size_t ValidUtf8Prefix(std::string_view text) {
  size_t pos = 0;
  while (pos < text.size()) {
    uint64_t word = 0;
    if (text.size() - pos >= sizeof(word)) {
      std::memcpy(&word, text.data() + pos, sizeof(word));
      if ((word & 0x8080808080808080u) == 0) {
        pos += sizeof(word);
        continue;
      }
    }
    const Utf8Prefix prefix = ScanUtf8(text.substr(pos));
    if (prefix.kind != Utf8Prefix::kValid) return pos;
    pos += prefix.length;
  }
  return pos;
}

std::string LossyUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const size_t valid = ValidUtf8Prefix(text);
    out += text.substr(0, valid);
    text.remove_prefix(valid);
    if (text.empty()) return out;
    out += kReplacementCharacter;
    text.remove_prefix(ScanUtf8(text).length);
  }
}

size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & '\xC0') != '\x80'; }));
}

void AppendUtf8(char32_t c, std::string& out) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

std::string ToUtf8(std::u32string_view characters) {
  std::string out;
  for (const char32_t c : characters) AppendUtf8(c, out);
  return out;
}

}  // namespace bantam
