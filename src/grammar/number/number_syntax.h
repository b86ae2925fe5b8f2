// The grammar of a JSON number (RFC 8259, section 6) as an automaton over bytes, and its limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bantam::grammar {

enum class NumberState : uint8_t {
  kStart,
  kMinus,           // "-"
  kZero,            // "0": no digit may follow
  kInteger,         // "12"
  kPoint,           // "1."
  kFraction,        // "1.5"
  kExponent,        // "1e"
  kExponentSign,    // "1e-"
  kExponentDigits,  // "1e-7"
  kDead,            // no number begins so
};

// The state after one more byte. Pure.
NumberState Next(NumberState state, uint8_t byte);

// Whether what has been read is a whole number.
constexpr bool IsComplete(NumberState state) {
  return state == NumberState::kZero || state == NumberState::kInteger ||
         state == NumberState::kFraction || state == NumberState::kExponentDigits;
}

// In which of the ways that JSON has for it a number is written.
enum class NumberSpelling : uint8_t {
  kAny,
  kDecimal,  // no exponent; with a point at most kMostDecimalDigits digits
  kDigits,   // no point either
};
// So many significant digits float64 keeps apart, and on their side of a bound.
inline constexpr int kMostDecimalDigits = 15;

// Longer numbers are neither read nor written.
inline constexpr size_t kMostNumberBytes = 300;

// Whether a number, or what begins one, is within the limits of those that are read and written:
// short enough, and held by float64 (FitsFloat64), as most programs read numbers. A beginning is
// exactly if a number that begins so is and there is room for another byte: an exponent that is
// written on leads only farther away. Pure.
bool IsWrittenNumber(std::string_view text);

}  // namespace bantam::grammar
