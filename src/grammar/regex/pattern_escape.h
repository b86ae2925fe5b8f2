// Escapes and character classes of patterns. Only for pattern.cc.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bantam/result.h"
#include "grammar/regex/code_point_set.h"

namespace bantam::grammar {

// Where the parser stands in the pattern.
struct PatternCursor {
  std::u32string_view text;
  size_t at;

  bool AtEnd() const { return at == text.size(); }
  char32_t Peek() const { return text[at]; }  // not at the end
  char32_t Take() { return text[at++]; }
  bool TakeIf(std::u32string_view expected) {
    if (!text.substr(at).starts_with(expected)) return false;
    at += expected.size();
    return true;
  }
};

// One character or a set such as \d.
struct ClassAtom {
  bool is_set = false;
  char32_t code_point = 0;  // surrogates too, when written alone
  CodePointSet set = {};
};

// "pattern, character 5: what"
std::unexpected<Error> PatternError(ErrorCode code, size_t offset, std::string what);

// What follows a backslash, assertions aside; `offset` is that of the backslash.
Result<ClassAtom> ParseEscape(PatternCursor& cursor, size_t offset, bool in_class);

// What follows a [ (at `offset`), up to its ].
Result<CodePointSet> ParseClass(PatternCursor& cursor, size_t offset);

}  // namespace bantam::grammar
