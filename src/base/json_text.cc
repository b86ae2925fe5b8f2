// Number syntax, quoting and messages for JSON.
#include "base/json_text.h"

#include "base/ascii.h"
#include "base/utf8.h"

namespace bantam {
namespace {

// Skips digits from `at` on and returns the offset after them.
size_t SkipDigits(std::string_view text, size_t at) {
  while (at < text.size() && IsAsciiDigit(text[at])) ++at;
  return at;
}

void AppendEscaped(char c, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"': *out += "\\\""; return;
    case '\\': *out += "\\\\"; return;
    case '\b': *out += "\\b"; return;
    case '\f': *out += "\\f"; return;
    case '\n': *out += "\\n"; return;
    case '\r': *out += "\\r"; return;
    case '\t': *out += "\\t"; return;
    default: break;
  }
  *out += "\\u00";
  *out += kHex[static_cast<uint8_t>(c) >> 4];
  *out += kHex[static_cast<uint8_t>(c) & 15];
}

}  // namespace

uint64_t HashOfKey(std::string_view key) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : key) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001B3u;
  return hash;
}

std::string PointerStep(std::string_view key) {
  std::string step;
  for (const char c : key) {
    if (c == '~' || c == '/') {
      step += c == '~' ? "~0" : "~1";
    } else {
      step += c;
    }
  }
  return step;
}

std::string DescribeCharacter(std::string_view text, size_t at) {
  if (at >= text.size()) return "the end of the text";
  const size_t length = Utf8CharLength(text, at);
  const auto byte = static_cast<uint8_t>(text[at]);
  if (length > 0 && byte >= 0x20 && byte != 0x7F) {
    return std::string(1, '\'').append(text.substr(at, length)).append("'");
  }
  constexpr char kHex[] = "0123456789abcdef";
  return std::string("byte 0x") + kHex[byte >> 4] + kHex[byte & 15];
}

size_t JsonNumberLength(std::string_view text, size_t* bad) {
  size_t at = 0;
  if (at < text.size() && text[at] == '-') ++at;
  size_t end = SkipDigits(text, at);
  *bad = end;
  if (end == at) return 0;
  if (text[at] == '0' && end > at + 1) {  // no leading zeros
    *bad = at + 1;
    return 0;
  }
  at = end;
  if (at < text.size() && text[at] == '.') {
    end = SkipDigits(text, at + 1);
    *bad = end;
    if (end == at + 1) return 0;
    at = end;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    end = SkipDigits(text, at);
    *bad = end;
    if (end == at) return 0;
    at = end;
  }
  return at;
}

void AppendJsonQuoted(std::string_view text, std::string* out) {
  out->push_back('"');
  size_t begin = 0;  // of the run not yet copied
  size_t at = 0;
  while (at < text.size()) {
    const auto byte = static_cast<uint8_t>(text[at]);
    if (byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\') {
      ++at;
      continue;
    }
    const size_t length = byte < 0x80 ? 0 : Utf8CharLength(text, at);
    if (length > 0) {
      at += length;
      continue;
    }
    out->append(text.substr(begin, at - begin));
    if (byte < 0x80) {
      AppendEscaped(text[at], out);
    } else {
      *out += "\xEF\xBF\xBD";
    }
    begin = ++at;
  }
  out->append(text.substr(begin));
  out->push_back('"');
}

}  // namespace bantam
