// Look-ups in the generated character tables.
#include "text/jinja/characters.h"

#include <algorithm>

#include "base/utf8.h"

namespace bantam::jinja {
namespace {

void AppendMapped(uint32_t c, const CaseRange* ranges, size_t range_count,
                  const SpecialCase* special, size_t special_count, std::string* out) {
  const CaseRange* range =
      std::upper_bound(ranges, ranges + range_count, c,
                       [](uint32_t value, const CaseRange& r) { return value < r.first; });
  if (range != ranges) {
    --range;
    if (c <= range->last && (c - range->first) % range->stride == 0) {
      AppendUtf8(static_cast<uint32_t>(static_cast<int32_t>(c) + range->delta), *out);
      return;
    }
  }
  const SpecialCase* row =
      std::lower_bound(special, special + special_count, c,
                       [](const SpecialCase& s, uint32_t value) { return s.code_point < value; });
  if (row != special + special_count && row->code_point == c) {
    *out += row->text;
  } else {
    AppendUtf8(c, *out);
  }
}

}  // namespace

uint16_t FlagsOf(uint32_t c) {
  const FlagRange* range =
      std::upper_bound(kFlagRanges, kFlagRanges + kFlagRangeCount, c,
                       [](uint32_t value, const FlagRange& r) { return value < r.first; });
  return range[-1].flags;  // the first range begins at 0
}

Character CharacterBefore(std::string_view text, size_t end) {
  return CharacterAt(text, PreviousChar(text, end));
}

void AppendUpper(uint32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c));
    return;
  }
  AppendMapped(c, kUpperRanges, kUpperRangeCount, kUpperSpecial, kUpperSpecialCount, out);
}

void AppendLower(uint32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c));
    return;
  }
  AppendMapped(c, kLowerRanges, kLowerRangeCount, kLowerSpecial, kLowerSpecialCount, out);
}

void AppendTitle(uint32_t c, std::string* out) {
  if (c < 0x80) return AppendUpper(c, out);
  AppendMapped(c, kTitleRanges, kTitleRangeCount, kTitleSpecial, kTitleSpecialCount, out);
}

}  // namespace bantam::jinja
