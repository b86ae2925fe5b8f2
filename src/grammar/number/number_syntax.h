// The grammar of a JSON number (RFC 8259, section 6) as an automaton over bytes.
#pragma once

#include <cstdint>

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

}  // namespace bantam::grammar
