// UTF-8, number syntax and quoting for JSON.
#include "base/json_text.h"

namespace bantam {
namespace {

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

// Skips digits from `at` on and returns the offset after them.
size_t SkipDigits(std::string_view text, size_t at) {
  while (at < text.size() && IsDigit(text[at])) ++at;
  return at;
}

// The allowed range of the second byte after a lead byte; the later bytes are 80..BF.
struct Lead {
  size_t length;
  uint8_t low;
  uint8_t high;
};

Lead LeadOf(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};  // no overlong forms
  if (byte == 0xED) return {3, 0x80, 0x9F};  // no surrogates
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};  // nothing above U+10FFFF
  return {0, 0, 0};
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

size_t Utf8CharLength(std::string_view text, size_t at) {
  const Lead lead = LeadOf(static_cast<uint8_t>(text[at]));
  if (lead.length <= 1) return lead.length;
  if (text.size() - at < lead.length) return 0;
  const auto second = static_cast<uint8_t>(text[at + 1]);
  if (second < lead.low || second > lead.high) return 0;
  for (size_t i = 2; i < lead.length; ++i) {
    if ((static_cast<uint8_t>(text[at + i]) & 0xC0) != 0x80) return 0;
  }
  return lead.length;
}

void AppendUtf8(uint32_t code_point, std::string* out) {
  const auto add = [out](uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    add(code_point);
  } else if (code_point < 0x800) {
    add(0xC0 | (code_point >> 6));
    add(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    add(0xE0 | (code_point >> 12));
    add(0x80 | ((code_point >> 6) & 0x3F));
    add(0x80 | (code_point & 0x3F));
  } else {
    add(0xF0 | (code_point >> 18));
    add(0x80 | ((code_point >> 12) & 0x3F));
    add(0x80 | ((code_point >> 6) & 0x3F));
    add(0x80 | (code_point & 0x3F));
  }
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
