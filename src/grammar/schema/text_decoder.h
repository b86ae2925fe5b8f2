// TextDecoder: the inside of a JSON string, byte by byte → code points.
//
// RFC 8259, section 7 (escapes; surrogates only in pairs) and RFC 3629 (UTF-8).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "grammar/partial_char.h"

namespace bantam::grammar {

struct CodePointRange {
  char32_t first = 1;
  char32_t last = 0;  // < first: empty
  bool empty() const { return last < first; }
};

// A few bytes of plain data: copied freely.
class TextDecoder {
 public:
  enum class Step : uint8_t {
    kRejected,  // no JSON string goes on so; nothing has changed
    kPartial,   // in the middle of a character
    kChar,      // code_point() is complete
    kEnd,       // the closing quote
  };
  Step Push(uint8_t byte);

  bool partial() const { return phase_ != Phase::kPlain; }
  char32_t code_point() const { return range_.first; }

  // What the partial character may become.
  std::array<CodePointRange, 2> Candidates() const;
  // The bytes that make it `code_point`, one of the candidates; the fewest.
  std::string Rest(char32_t code_point) const;

 private:
  enum class Phase : uint8_t {
    kPlain,
    kUtf8,       // in range_
    kEscape,     // after a backslash
    kUnit,       // range_ bounds the UTF-16 unit, left counts hexadecimal digits
    kLow,        // after the high surrogate high_: the backslash of the low one
    kLowEscape,  // … its u
    kLowUnit,    // … its digits
  };
  Step Utf8(std::optional<PartialChar> read);
  Step Escape(uint8_t byte);
  Step Digit(uint8_t byte);
  Step StartUnit(Phase phase);
  Step Complete(char32_t code_point);

  Phase phase_ = Phase::kPlain;
  uint16_t high_ = 0;
  PartialChar range_;  // of one code point once it is complete
};

}  // namespace bantam::grammar
