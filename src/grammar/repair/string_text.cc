// Escapes: those of JSON kept, those of other languages translated, stray backslashes kept as text.
#include "grammar/repair/string_text.h"

#include <algorithm>
#include <cstdint>

#include "base/hex.h"
#include "base/utf8.h"

namespace bantam::grammar {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

class Writer {
 public:
  Writer(std::string_view text, size_t begin, int level, bool cut, std::string* out,
         EditList* edits)
      : text_(text), level_(level), cut_(cut), out_(out), edits_(edits), at_(begin) {}

  void Write() {
    while (at_ < text_.size()) {
      const auto byte = static_cast<uint8_t>(text_[at_]);
      if (byte == '\\') {
        WriteBackslashes();
      } else if (byte < 0x20) {
        WriteControl(byte);
        Changed("escaped a control character in a string");
        ++at_;
      } else if (byte == '"') {
        *out_ += "\\\"";
        Changed("escaped a quote inside a string");
        ++at_;
      } else if (byte < 0x80) {
        *out_ += text_[at_++];
      } else if (const size_t length = Utf8CharLength(text_, at_)) {
        out_->append(text_.substr(at_, length));
        at_ += length;
      } else {
        *out_ += kReplacement;
        Changed("replaced bytes that are not UTF-8 by U+FFFD");
        ++at_;
      }
    }
  }

 private:
  void Changed(const char* what) { edits_->Add(at_, what); }

  char At(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  void WriteControl(uint32_t byte) {
    constexpr std::string_view kShort = "btnvfr";  // from 8 on; JSON has no \v
    if (byte >= 8 && byte <= 13 && byte != 11) {
      *out_ += '\\';
      *out_ += kShort[byte - 8];
      return;
    }
    *out_ += "\\u00";
    *out_ += kHexDigits[byte >> 4];
    *out_ += kHexDigits[byte & 15];
  }

  // A character by its number, escaped where JSON wants that.
  void WriteCodePoint(uint32_t code_point) {
    if (code_point < 0x20) {
      WriteControl(code_point);
    } else if (code_point == '"' || code_point == '\\') {
      *out_ += '\\';
      *out_ += static_cast<char>(code_point);
    } else if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) {
      *out_ += kReplacement;
    } else {
      AppendUtf8(code_point, *out_);
    }
  }

  void WriteBackslashes() {
    size_t run = 0;
    while (At(at_ + run) == '\\') ++run;
    at_ += run;
    if (level_ > 0) {  // escaped once more than it means
      Changed("took one level of escaping away");
      run = std::max<size_t>(1, run / 2);
    }
    for (size_t i = 0; i + 1 < run; i += 2) *out_ += "\\\\";
    if (run % 2 == 1) WriteEscape();
  }

  // One backslash has been read, the character after it has not.
  void WriteEscape() {
    if (at_ >= text_.size()) {
      Changed("removed a backslash at the end of a string");
      return;
    }
    const char c = text_[at_];
    constexpr std::string_view kValid = "\"/bfnrt";
    if (kValid.find(c) != std::string_view::npos) {
      *out_ += '\\';
      *out_ += c;
      ++at_;
      return;
    }
    if (c == 'u' && WriteUnicode()) return;
    Changed("repaired an escape that JSON does not have");
    // A quote that needed no escape; in escaped documents any character.
    if (c == '\'' || c == '`' || level_ > 0 || text_.substr(at_, 2) == "\xE2\x80") return;
    if (c == '\n' || c == '\r') {  // a line continued: the newline was meant
      at_ += c == '\r' && At(at_ + 1) == '\n' ? 2 : 1;
      *out_ += "\\n";
      return;
    }
    if (c == '0' && HexDigit(At(at_ + 1)) < 0) return WriteNumbered(1, 0, 0);
    if (c == 'v') return WriteNumbered(1, 0, 11);
    if (c == 'x' && HexLength(at_ + 1, 2) == 2) return WriteNumbered(3, 2, 0);
    if (c == 'U' && HexLength(at_ + 1, 8) == 8) return WriteNumbered(9, 8, 0);
    const size_t digits = c == 'u' && At(at_ + 1) == '{' ? HexLength(at_ + 2, 6) : 0;
    if (digits > 0 && At(at_ + 2 + digits) == '}') {
      uint32_t value = 0;
      for (size_t i = 0; i < digits; ++i) value = value * 16 + Digit(at_ + 2 + i);
      at_ += digits + 3;
      return WriteCodePoint(value);
    }
    *out_ += "\\\\";
  }

  uint32_t Digit(size_t at) const { return static_cast<uint32_t>(HexDigit(text_[at])); }

  size_t HexLength(size_t at, size_t most) const {
    size_t length = 0;
    while (length < most && HexDigit(At(at + length)) >= 0) ++length;
    return length;
  }

  // An escape of `length` characters after the backslash; `digits` of them, the last, are its
  // number in hexadecimal.
  void WriteNumbered(size_t length, size_t digits, uint32_t value) {
    for (size_t i = length - digits; i < length; ++i) value = value * 16 + Digit(at_ + i);
    at_ += length;
    WriteCodePoint(value);
  }

  // \uNNNN, or a pair of them, that is valid or cut off by the end; false: neither.
  bool WriteUnicode() {
    const size_t digits = HexLength(at_ + 1, 4);
    if (digits < 4) {
      if (!cut_ || at_ + 1 + digits < text_.size()) return false;
      at_ = text_.size();
      Changed("removed an escape that was cut off");
      return true;
    }
    const uint32_t unit = Unit(at_);
    if (unit < 0xD800 || unit >= 0xE000) {
      out_->append("\\").append(text_.substr(at_, 5));
      at_ += 5;
      return true;
    }
    if (unit < 0xDC00 && At(at_ + 5) == '\\' && At(at_ + 6) == 'u' && HexLength(at_ + 7, 4) == 4) {
      const uint32_t low = Unit(at_ + 6);
      if (low >= 0xDC00 && low < 0xE000) {
        out_->append("\\").append(text_.substr(at_, 11));
        at_ += 11;
        return true;
      }
    }
    *out_ += kReplacement;
    Changed("replaced half of a surrogate pair by U+FFFD");
    at_ += 5;
    return true;
  }

  uint32_t Unit(size_t at) const {  // at the 'u'
    uint32_t value = 0;
    for (size_t i = 1; i <= 4; ++i) value = value * 16 + Digit(at + i);
    return value;
  }

  std::string_view text_;
  int level_;
  bool cut_;
  std::string* out_;
  EditList* edits_;
  size_t at_;
};

}  // namespace

void AppendStringText(std::string_view text, size_t begin, size_t end, int level, bool cut,
                      std::string* out, EditList* edits) {
  Writer(text.substr(0, end), begin, level, cut, out, edits).Write();
}

}  // namespace bantam::grammar
