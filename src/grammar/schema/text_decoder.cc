// States of UTF-8 and of escapes, each with the code points that it can still lead to.
#include "grammar/schema/text_decoder.h"

#include <algorithm>

#include "base/hex.h"
#include "base/utf8.h"

namespace bantam::grammar {
namespace {

constexpr char32_t kLastPlane = 0x10FFFF;
constexpr char32_t kHighFirst = 0xD800;
constexpr char32_t kLowFirst = 0xDC00;
constexpr char32_t kLowLast = 0xDFFF;

char32_t FirstOfHigh(char32_t high) {
  return 0x10000 + ((high - kHighFirst) << 10);
}

constexpr std::array<std::array<char, 2>, 8> kEscapes = {{{'"', '"'},
                                                          {'\\', '\\'},
                                                          {'/', '/'},
                                                          {'b', '\b'},
                                                          {'f', '\f'},
                                                          {'n', '\n'},
                                                          {'r', '\r'},
                                                          {'t', '\t'}}};

std::string Hex(uint32_t unit, uint32_t digits) {
  std::string text;
  for (uint32_t i = digits; i-- > 0;) text += "0123456789abcdef"[unit >> (4 * i) & 15];
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
      return Utf8(PartialChar::Begin(byte));
    case Phase::kUtf8: return Utf8(range_.Next(byte));
    case Phase::kEscape: return Escape(byte);
    case Phase::kLow:
      if (byte != '\\') return Step::kRejected;
      phase_ = Phase::kLowEscape;
      return Step::kPartial;
    case Phase::kLowEscape:
      if (byte != 'u') return Step::kRejected;
      return StartUnit(Phase::kLowUnit);
    default: return Digit(byte);
  }
}

TextDecoder::Step TextDecoder::Complete(char32_t code_point) {
  phase_ = Phase::kPlain;
  range_ = {code_point, code_point, 0};
  return Step::kChar;
}

TextDecoder::Step TextDecoder::Utf8(std::optional<PartialChar> read) {
  if (!read) return Step::kRejected;
  if (read->left == 0) return Complete(read->first);
  phase_ = Phase::kUtf8;
  range_ = *read;
  return Step::kPartial;
}

TextDecoder::Step TextDecoder::Escape(uint8_t byte) {
  if (byte == 'u') {
    return StartUnit(Phase::kUnit);
  }
  for (const auto& [letter, meaning] : kEscapes) {
    if (byte == static_cast<uint8_t>(letter)) return Complete(static_cast<uint8_t>(meaning));
  }
  return Step::kRejected;
}

TextDecoder::Step TextDecoder::StartUnit(Phase phase) {
  phase_ = phase;
  range_ = {0, 0xFFFF, 4};
  return Step::kPartial;
}

TextDecoder::Step TextDecoder::Digit(uint8_t byte) {
  const int digit = HexDigit(static_cast<char>(byte));
  if (digit < 0) return Step::kRejected;
  const uint32_t shift = 4 * (range_.left - 1);
  const char32_t first = range_.first | static_cast<char32_t>(digit) << shift;
  const char32_t last = first | ((char32_t{1} << shift) - 1);
  const bool low = phase_ == Phase::kLowUnit;
  if (low ? last < kLowFirst || first > kLowLast : first >= kLowFirst && last <= kLowLast) {
    return Step::kRejected;
  }
  if (range_.left > 1) {
    range_ = {first, last, range_.left - 1};
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
    case Phase::kUtf8: return {CodePointRange{range_.first, range_.last}};
    case Phase::kEscape: return {CodePointRange{0, kLastPlane}};
    case Phase::kUnit: {
      // Below and above the surrogates, or the pairs that a high one begins; a range of units that
      // holds both sides holds them all.
      const CodePointRange below = Within(range_.first, range_.last, 0, kHighFirst - 1);
      const CodePointRange above = Within(range_.first, range_.last, kLowLast + 1, 0xFFFF);
      const CodePointRange high = Within(range_.first, range_.last, kHighFirst, kLowFirst - 1);
      if (!below.empty() && !above.empty()) return {CodePointRange{0, kLastPlane}};
      CodePointRange pairs;
      if (!high.empty()) pairs = {FirstOfHigh(high.first), FirstOfHigh(high.last) + 0x3FF};
      return {below.empty() ? above : below, pairs};
    }
    case Phase::kLow:
    case Phase::kLowEscape: return {CodePointRange{FirstOfHigh(high_), FirstOfHigh(high_) + 0x3FF}};
    case Phase::kLowUnit: {
      const CodePointRange low = Within(range_.first, range_.last, kLowFirst, kLowLast);
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
      std::string whole;
      AppendUtf8(c, whole);
      return whole.substr(whole.size() - range_.left);
    }
    case Phase::kEscape:
      for (const auto& [letter, meaning] : kEscapes) {
        if (c == static_cast<uint8_t>(meaning)) return {letter};
      }
      return "u" + Hex(high, 4) + (low.empty() ? "" : "\\u" + low);
    case Phase::kUnit: return Hex(high, range_.left) + (low.empty() ? "" : "\\u" + low);
    case Phase::kLow: return "\\u" + low;
    case Phase::kLowEscape: return "u" + low;
    case Phase::kLowUnit: return low.substr(low.size() - range_.left);
  }
  return "";
}

}  // namespace bantam::grammar
