// JsonTestMatcher: RFC 8259 documents with free strings, as a matcher; for tests and benchmarks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/matcher.h"

namespace bantam::grammar {

// White space is legal wherever JSON has it, at most kMaxSpace bytes in a row; at most kMaxDepth
// open brackets.
class JsonTestMatcher final : public Matcher {
 public:
  static constexpr int kMaxSpace = 20;
  static constexpr uint32_t kMaxDepth = 200;

  JsonTestMatcher() : history_(1) {}

  bool Push(uint8_t byte) override {
    State next = history_.back();
    if (!Read(byte, next)) return false;
    history_.push_back(next);
    return true;
  }
  void Pop(size_t n) override { history_.resize(history_.size() - n); }
  size_t size() const override { return history_.size() - 1; }
  bool Accepting() const override { return FinishBytes() == 0; }
  uint32_t FinishBytes() const override {
    const State& now = history_.back();
    return Owed(now) + now.depth;
  }
  PlainText plain_text() const override {
    const bool free = history_.back().mode == kString && history_.back().left == 0;
    return free ? PlainText::kUniform : PlainText::kTry;
  }

  std::string Completion() const override {
    const State& now = history_.back();
    std::string text;
    switch (now.mode) {
      case kValue: text = "0"; break;
      case kArrayStart:
      case kObjectStart:
      case kAfter: break;
      case kKey: text = "\"\":0"; break;
      case kColon: text = ":0"; break;
      case kString:
        if (now.left > 0) text += static_cast<char>(now.low);
        for (int i = 1; i < now.left; ++i) text += '\x80';
        text += now.is_key ? "\":0" : "\"";
        break;
      case kEscape: text = now.is_key ? "n\":0" : "n\""; break;
      case kHex: text = std::string(now.left, '0') + (now.is_key ? "\":0" : "\""); break;
      case kLiteral: text = Literal(now).substr(now.left); break;
      case kMinus:
      case kPoint:
      case kExponent:
      case kExponentSign: text = "0"; break;
      case kZero:
      case kInteger:
      case kFraction:
      case kExponentDigits: break;
    }
    for (uint32_t i = 0; i < now.depth; ++i) {
      text += InObject(now, now.depth - 1 - i) ? '}' : ']';
    }
    return text;
  }

 private:
  enum Mode : uint8_t {
    kValue,
    kArrayStart,
    kObjectStart,
    kKey,
    kColon,
    kAfter,
    kString,
    kEscape,
    kHex,
    kLiteral,
    kMinus,
    kZero,
    kInteger,
    kPoint,
    kFraction,
    kExponent,
    kExponentSign,
    kExponentDigits
  };
  struct State {
    Mode mode = kValue;
    bool is_key = false;
    uint8_t spaces = 0;
    uint8_t left = 0;  // bytes of a character or escape to come; letters read of a literal
    uint8_t low = 0x80, high = 0xBF;  // of the next byte of a character
    char literal = 0;
    uint32_t depth = 0;
    uint64_t objects[(kMaxDepth + 63) / 64] = {};  // which of the open brackets are {
  };

  static bool InObject(const State& s, uint32_t level) {
    return (s.objects[level / 64] >> (level % 64) & 1) != 0;
  }
  static std::string Literal(const State& s) {
    return s.literal == 't' ? "true" : s.literal == 'f' ? "false" : "null";
  }

  static uint32_t Owed(const State& s) {
    const uint32_t key = s.is_key ? 2 : 0;
    switch (s.mode) {
      case kValue:
      case kMinus:
      case kPoint:
      case kExponent:
      case kExponentSign: return 1;
      case kKey: return 4;
      case kColon: return 2;
      case kString: return 1U + s.left + key;
      case kEscape: return 2 + key;
      case kHex: return 1U + s.left + key;
      case kLiteral: return (s.literal == 'f' ? 5U : 4U) - s.left;
      default: return 0;
    }
  }

  static bool Read(uint8_t c, State& s) {
    switch (s.mode) {
      case kString: return ReadString(c, s);
      case kEscape:
        if (c == 'u') {
          s.mode = kHex;
          s.left = 4;
          return true;
        }
        s.mode = kString;
        return std::string_view("\"\\/bfnrt").find(static_cast<char>(c)) != std::string_view::npos;
      case kHex:
        if (--s.left == 0) s.mode = kString;
        return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      case kLiteral: {
        const std::string text = Literal(s);
        if (c != static_cast<uint8_t>(text[s.left])) return false;
        if (++s.left == text.size()) End(s);
        return true;
      }
      case kMinus:
      case kZero:
      case kInteger:
      case kPoint:
      case kFraction:
      case kExponent:
      case kExponentSign:
      case kExponentDigits: return ReadNumber(c, s);
      default: break;
    }
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') return ++s.spaces <= kMaxSpace;
    s.spaces = 0;
    return ReadStructure(c, s);
  }

  static bool ReadStructure(uint8_t c, State& s) {
    switch (s.mode) {
      case kArrayStart: return c == ']' ? Close(s) : ReadValue(c, s);
      case kObjectStart: return c == '}' ? Close(s) : ReadKey(c, s);
      case kValue: return ReadValue(c, s);
      case kKey: return ReadKey(c, s);
      case kColon: s.mode = kValue; return c == ':';
      default: break;
    }
    if (s.depth == 0) return false;
    const bool object = InObject(s, s.depth - 1);
    if (c == ',') {
      s.mode = object ? kKey : kValue;
      return true;
    }
    return c == (object ? '}' : ']') && Close(s);
  }

  static bool ReadKey(uint8_t c, State& s) {
    s.mode = kString;
    s.is_key = true;
    return c == '"';
  }

  static bool ReadValue(uint8_t c, State& s) {
    s.is_key = false;
    s.left = 0;
    if (c == '[' || c == '{') {
      if (s.depth == kMaxDepth) return false;
      const uint64_t bit = uint64_t{1} << (s.depth % 64);
      if (c == '{')
        s.objects[s.depth / 64] |= bit;
      else
        s.objects[s.depth / 64] &= ~bit;
      ++s.depth;
      s.mode = c == '[' ? kArrayStart : kObjectStart;
    } else if (c == '"') {
      s.mode = kString;
    } else if (c == 't' || c == 'f' || c == 'n') {
      s.mode = kLiteral;
      s.literal = static_cast<char>(c);
      s.left = 1;
    } else if (c == '-') {
      s.mode = kMinus;
    } else {
      s.mode = c == '0' ? kZero : kInteger;
      return IsDigit(c);
    }
    return true;
  }

  static bool ReadString(uint8_t c, State& s) {
    if (s.left > 0) {
      const bool fits = c >= s.low && c <= s.high;
      s.low = 0x80;
      s.high = 0xBF;
      --s.left;
      return fits;
    }
    if (c == '"') {
      if (s.is_key)
        s.mode = kColon;
      else
        End(s);
    } else if (c == '\\') {
      s.mode = kEscape;
    } else if (c >= 0x80) {
      s.left = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
      s.low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
      s.high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
      return c >= 0xC2 && c <= 0xF4;
    }
    return c >= 0x20;
  }

  static bool ReadNumber(uint8_t c, State& s) {
    const bool digit = IsDigit(c);
    switch (s.mode) {
      case kMinus: s.mode = c == '0' ? kZero : kInteger; return digit;
      case kPoint: s.mode = kFraction; return digit;
      case kExponent:
        s.mode = digit ? kExponentDigits : kExponentSign;
        return digit || c == '+' || c == '-';
      case kExponentSign: s.mode = kExponentDigits; return digit;
      default: break;
    }
    if (digit) return s.mode != kZero;
    if (c == '.' && (s.mode == kZero || s.mode == kInteger)) {
      s.mode = kPoint;
      return true;
    }
    if ((c == 'e' || c == 'E') && s.mode != kExponentDigits) {
      s.mode = kExponent;
      return true;
    }
    End(s);
    return Read(c, s);
  }

  static void End(State& s) {
    s.mode = kAfter;
    s.left = 0;
    s.spaces = 0;
  }
  static bool Close(State& s) {
    --s.depth;
    End(s);
    return true;
  }
  static bool IsDigit(uint8_t c) { return c >= '0' && c <= '9'; }

  std::vector<State> history_;
};

}  // namespace bantam::grammar
