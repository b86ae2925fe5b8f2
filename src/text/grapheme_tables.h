// The layout of the generated tables in grapheme_tables.cc; use them through grapheme.h.
#pragma once

#include <array>

#include "base/unicode.h"

namespace bantam {

// All sorted by code point.
extern const std::array<unicode::Range, 334> kJoining;  // join what is before: marks, ZWJ
extern const std::array<unicode::Range, 15> kPrepended;
extern const std::array<unicode::Range, 156> kPictographs;

}  // namespace bantam
