// States of UTF-8 and of escapes, each with the code points that it can still lead to.
#include "grammar/schema/text_decoder.h"

#include <algorithm>

namespace bantam::grammar {
namespace {

constexpr char32_t kLastPlane = 0x10FFFF;
constexpr char32_t kHighFirst = 0xD800;
constexpr char32_t kLowFirst = 0xDC00;
constexpr char32_t kLowLast = 0xDFFF;

char32_t FirstOfHigh(char32_t high) {
  return 0x10000 + ((high - kHighFirst) << 10);
}

int HexValue(uint8_t byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

constexpr std::array<std::array<char, 2>, 8> kEscapes = {{{'"', '"'},
                                                          {'\\', '\\'},
                                                          {'/', '/'},
                                                          {'b', '\b'},
                                                          {'f', '\f'},
                                                          {'n', '\n'},
                                                          {'r', '\r'},
                                                          {'t', '\t'}}};

std::string Hex(uint32_t unit, int digits) {
  std::string text;
  for (int i = digits - 1; i >= 0; --i) text += "0123456789abcdef"[unit >> (4 * i) & 15];
  return text;
}

std::string Utf8(char32_t c) {
  if (c < 0x80) return {static_cast<char>(c)};
  std::string text;
  int shift = c < 0x800 ? 6 : c < 0x10000 ? 12 : 18;
  const uint32_t lead = shift == 6 ? 0xC0 : shift == 12 ? 0xE0 : 0xF0;
  text += static_cast<char>(lead | c >> shift);
  while (shift > 0) {
    shift -= 6;
    text += static_cast<char>(0x80 | (c >> shift & 0x3F));
  }
  return text;
}

CodePointRange Within(char32_t first, char32_t last, char32_t low, char32_t high) {
  return {std::max(first, low), std::min(last, high)};
}

}  // namespace

TextDecoder::Step TextDecoder::Push(uint8_t byte) {
  switch (phase_) {
    case Phase::kPlain:
      if (byte == '"') return Step::kEnd;
      if (byte == '\\') {
        phase_ = Phase::kEscape;
        return Step::kPartial;
      }
      if (byte < 0x20) return Step::kRejected;
      if (byte < 0x80) return Complete(byte);
      return StartUtf8(byte);
    case Phase::kUtf8: return Continue(byte);
    case Phase::kEscape: return Escape(byte);
    case Phase::kLow:
      if (byte != '\\') return Step::kRejected;
      phase_ = Phase::kLowEscape;
      return Step::kPartial;
    case Phase::kLowEscape:
      if (byte != 'u') return Step::kRejected;
      StartUnit(Phase::kLowUnit, 0, 0xFFFF);
      return Step::kPartial;
    default: return Digit(byte);
  }
}

TextDecoder::Step TextDecoder::Complete(char32_t code_point) {
  phase_ = Phase::kPlain;
  first_ = last_ = code_point;
  return Step::kChar;
}

TextDecoder::Step TextDecoder::StartUtf8(uint8_t byte) {
  if (byte < 0xC2 || byte > 0xF4) return Step::kRejected;
  if (byte < 0xE0) {
    left_ = 1;
    first_ = static_cast<char32_t>(byte & 0x1F) << 6;
    last_ = first_ | 0x3F;
  } else if (byte < 0xF0) {
    left_ = 2;
    first_ = static_cast<char32_t>(byte & 0x0F) << 12;
    last_ = first_ | 0xFFF;
    if (byte == 0xE0) first_ = 0x800;
    if (byte == 0xED) last_ = kHighFirst - 1;
  } else {
    left_ = 3;
    first_ = static_cast<char32_t>(byte & 0x07) << 18;
    last_ = first_ | 0x3FFFF;
    if (byte == 0xF0) first_ = 0x10000;
    if (byte == 0xF4) last_ = kLastPlane;
  }
  phase_ = Phase::kUtf8;
  return Step::kPartial;
}

TextDecoder::Step TextDecoder::Continue(uint8_t byte) {
  if ((byte & 0xC0) != 0x80) return Step::kRejected;
  const int shift = 6 * (left_ - 1);
  // first_ and last_ agree above the bits of this byte, but where they were cut to valid ones.
  const char32_t above = last_ >> (shift + 6) << (shift + 6);
  const char32_t first = above | static_cast<char32_t>(byte & 0x3F) << shift;
  const char32_t last = first | ((char32_t{1} << shift) - 1);
  if (last < first_ || first > last_) return Step::kRejected;
  if (--left_ == 0) return Complete(first);
  first_ = std::max(first_, first);
  last_ = std::min(last_, last);
  return Step::kPartial;
}

TextDecoder::Step TextDecoder::Escape(uint8_t byte) {
  if (byte == 'u') {
    StartUnit(Phase::kUnit, 0, 0xFFFF);
    return Step::kPartial;
  }
  for (const auto& [letter, meaning] : kEscapes) {
    if (byte == static_cast<uint8_t>(letter)) return Complete(static_cast<uint8_t>(meaning));
  }
  return Step::kRejected;
}

void TextDecoder::StartUnit(Phase phase, uint32_t first, uint32_t last) {
  phase_ = phase;
  left_ = 4;
  first_ = first;
  last_ = last;
}

TextDecoder::Step TextDecoder::Digit(uint8_t byte) {
  const int digit = HexValue(byte);
  if (digit < 0) return Step::kRejected;
  const int shift = 4 * (left_ - 1);
  const char32_t first = first_ | static_cast<char32_t>(digit) << shift;
  const char32_t last = first | ((char32_t{1} << shift) - 1);
  const bool low = phase_ == Phase::kLowUnit;
  if (low ? last < kLowFirst || first > kLowLast : first >= kLowFirst && last <= kLowLast) {
    return Step::kRejected;
  }
  if (--left_ > 0) {
    first_ = first;
    last_ = last;
    return Step::kPartial;
  }
  if (low) return Complete(FirstOfHigh(high_) + (first - kLowFirst));
  if (first < kHighFirst || first > kLowLast) return Complete(first);
  high_ = static_cast<uint16_t>(first);
  phase_ = Phase::kLow;
  return Step::kPartial;
}

std::array<CodePointRange, 2> TextDecoder::Candidates() const {
  switch (phase_) {
    case Phase::kPlain: return {};
    case Phase::kUtf8: return {CodePointRange{first_, last_}};
    case Phase::kEscape: return {CodePointRange{0, kLastPlane}};
    case Phase::kUnit: {
      // Below and above the surrogates, or the pairs that a high one begins; a range of units that
      // holds both sides holds them all.
      const CodePointRange below = Within(first_, last_, 0, kHighFirst - 1);
      const CodePointRange above = Within(first_, last_, kLowLast + 1, 0xFFFF);
      const CodePointRange high = Within(first_, last_, kHighFirst, kLowFirst - 1);
      if (!below.empty() && !above.empty()) return {CodePointRange{0, kLastPlane}};
      CodePointRange pairs;
      if (!high.empty()) pairs = {FirstOfHigh(high.first), FirstOfHigh(high.last) + 0x3FF};
      return {below.empty() ? above : below, pairs};
    }
    case Phase::kLow:
    case Phase::kLowEscape: return {CodePointRange{FirstOfHigh(high_), FirstOfHigh(high_) + 0x3FF}};
    case Phase::kLowUnit: {
      const CodePointRange low = Within(first_, last_, kLowFirst, kLowLast);
      const char32_t base = FirstOfHigh(high_);
      return {CodePointRange{base + (low.first - kLowFirst), base + (low.last - kLowFirst)}};
    }
  }
  return {};
}

std::string TextDecoder::Rest(char32_t c) const {
  const char32_t high = c < 0x10000 ? c : kHighFirst + ((c - 0x10000) >> 10);
  const std::string low = c < 0x10000 ? "" : Hex(kLowFirst + ((c - 0x10000) & 0x3FF), 4);
  switch (phase_) {
    case Phase::kPlain: return "";
    case Phase::kUtf8: {
      const std::string whole = Utf8(c);
      return whole.substr(whole.size() - left_);
    }
    case Phase::kEscape:
      for (const auto& [letter, meaning] : kEscapes) {
        if (c == static_cast<uint8_t>(meaning)) return {letter};
      }
      return "u" + Hex(high, 4) + (low.empty() ? "" : "\\u" + low);
    case Phase::kUnit: return Hex(high, left_) + (low.empty() ? "" : "\\u" + low);
    case Phase::kLow: return "\\u" + low;
    case Phase::kLowEscape: return "u" + low;
    case Phase::kLowUnit: return low.substr(low.size() - left_);
  }
  return "";
}

}  // namespace bantam::grammar
