// The layout of the generated tables in property_tables.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bantam::grammar {

struct PropertyRange {
  char32_t first;
  char32_t last;
  uint8_t value;
};

struct PropertyName {
  std::string_view name;
  uint8_t value;
};

// Scripts: values are those of the names.
extern const PropertyName kScriptNames[];
extern const size_t kScriptNamesCount;
extern const PropertyRange kScriptRanges[];
extern const size_t kScriptRangesCount;

// Binary properties: where they differ from the categories that unicode_property.cc starts from.
extern const PropertyName kBinaryNames[];
extern const size_t kBinaryNamesCount;
extern const PropertyRange kBinaryRanges[];
extern const size_t kBinaryRangesCount;

// Characters that host names may have (RFC 5892, PVALID and digits), but for those that NFC
// composes with the one before.
enum class HostCharacter : uint8_t {
  kOther,         // letters and digits written from left to right
  kSpacingMark,   // marks of combining class 0
  kMark,          // marks of other classes but
  kVirama,        // those of class 9
  kRightToLeft,   // letters of bidirectional class R or AL
  kArabicNumber,  // digits of class AN
};
extern const PropertyRange kHostRanges[];  // values: HostCharacter
extern const size_t kHostRangesCount;

}  // namespace bantam::grammar
