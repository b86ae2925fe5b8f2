// The layout of the generated tables in character_tables.cc; use them through characters.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bantam::jinja {

enum CharacterFlag : uint16_t {
  kAlpha = 1,
  kDecimal = 2,
  kDigit = 4,
  kNumeric = 8,
  kPrintable = 16,
  kUpper = 32,  // upper or title case
  kLower = 64,
  kIgnorable = 128,  // for the case of a sigma
  kInName = 256,     // may stand inside an identifier
};

struct FlagRange {
  uint32_t first;  // up to the next range's first
  uint16_t flags;
};

struct CaseRange {
  uint32_t first;
  uint32_t last;
  uint32_t stride;
  int32_t delta;
};

struct SpecialCase {
  uint32_t code_point;
  const char* text;
};

// All sorted by code point.
extern const FlagRange kFlagRanges[];
extern const size_t kFlagRangeCount;
extern const CaseRange kUpperRanges[];
extern const size_t kUpperRangeCount;
extern const SpecialCase kUpperSpecial[];
extern const size_t kUpperSpecialCount;
extern const CaseRange kLowerRanges[];
extern const size_t kLowerRangeCount;
extern const SpecialCase kLowerSpecial[];
extern const size_t kLowerSpecialCount;
extern const CaseRange kTitleRanges[];
extern const size_t kTitleRangeCount;
extern const SpecialCase kTitleSpecial[];
extern const size_t kTitleSpecialCount;

}  // namespace bantam::jinja
