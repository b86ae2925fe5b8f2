// TokenShape: which part of a token's bytes is plain text (grammar/matcher.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "grammar/mask/text_class.h"

namespace bantam::grammar {

// Plain text is any sequence of whole UTF-8 characters (RFC 3629: no surrogates, nothing overlong,
// at most U+10FFFF) without control characters below U+0020, '"' and '\'. A tail is what is left
// of a token that ends inside a character of which plain text may consist.
struct TokenShape {
  size_t plain_prefix;  // bytes of whole plain characters that it begins with
  size_t tail;          // where the tail at the end begins; the token's size: there is none
  size_t plain_from;    // least position from which the rest is plain text and a tail, if any
  TextClasses classes;  // of the plain prefix, and kNotPlain if that is not the whole token
  TextClasses rest;     // classes of what follows the first byte
  size_t characters;    // bytes that begin a character or stand alone: all but 0x80 … 0xBF

  bool plain() const { return plain_from == 0; }
};

TokenShape ShapeOf(std::string_view bytes);

// Whether `bytes`, as far as its last three can tell, ends inside a character.
bool EndsInsideCharacter(std::string_view bytes);

inline bool IsContinuation(char byte) {
  return (static_cast<uint8_t>(byte) & 0xC0) == 0x80;
}

}  // namespace bantam::grammar
