// The layout of the generated tables in bert_tables.cc; use them through bert_normalizer.h.
#pragma once

#include <array>
#include <cstdint>

#include "base/unicode.h"

namespace bantam {

// The characters first, first + stride, … last become others that are `delta` further.
struct CaseRun {
  char32_t first;
  char32_t last;
  uint8_t stride;
  int32_t delta;
};

// All sorted by code point.
extern const std::array<unicode::Range, 25> kBertRemoved;   // by clean_text
extern const std::array<unicode::Range, 266> kBertAccents;  // after decomposition
extern const std::array<CaseRun, 185> kLowerCase;           // U+0130 aside

}  // namespace bantam
