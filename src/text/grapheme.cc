// A table for each property that Unicode's categories do not give; Hangul by its ranges.
#include "text/grapheme.h"

#include <algorithm>
#include <cstdint>
#include <span>

#include "text/grapheme_tables.h"
#include "text/piece_scanner.h"

namespace bantam {
namespace {

constexpr char32_t kZeroWidthJoiner = 0x200D;

bool IsIn(std::span<const unicode::Range> ranges, char32_t c) {
  const auto range = std::ranges::lower_bound(ranges, c, {}, &unicode::Range::last);
  return range != ranges.end() && range->first <= c;
}

bool IsBetween(char32_t c, char32_t first, char32_t last) {
  return first <= c && c <= last;
}

enum class Hangul : uint8_t { kNone, kLead, kVowel, kTail, kLeadVowel, kLeadVowelTail };

Hangul HangulOf(char32_t c) {
  if (IsBetween(c, 0x1100, 0x115F) || IsBetween(c, 0xA960, 0xA97C)) return Hangul::kLead;
  if (IsBetween(c, 0x1160, 0x11A7) || IsBetween(c, 0xD7B0, 0xD7C6)) return Hangul::kVowel;
  if (IsBetween(c, 0x11A8, 0x11FF) || IsBetween(c, 0xD7CB, 0xD7FB)) return Hangul::kTail;
  if (!IsBetween(c, 0xAC00, 0xD7A3)) return Hangul::kNone;
  constexpr char32_t kTails = 28;
  return (c - 0xAC00) % kTails == 0 ? Hangul::kLeadVowel : Hangul::kLeadVowelTail;
}

bool HangulJoins(char32_t before, char32_t after) {
  const Hangul next = HangulOf(after);
  switch (HangulOf(before)) {
    case Hangul::kNone: return false;
    case Hangul::kLead: return next != Hangul::kNone && next != Hangul::kTail;
    case Hangul::kVowel:
    case Hangul::kLeadVowel: return next == Hangul::kVowel || next == Hangul::kTail;
    case Hangul::kTail:
    case Hangul::kLeadVowelTail: return next == Hangul::kTail;
  }
  return false;
}

// Characters that stand alone whatever is around them.
bool IsControl(const scan::Char& c) {
  constexpr unicode::ClassSet kControls =
      unicode::Classes(unicode::kZl, unicode::kCf) | unicode::kLineBreaks |
      unicode::Classes(unicode::kControlSpace, unicode::kControlSpace);
  return c.In(kControls) && !IsIn(kJoining, c.code_point) && !IsIn(kPrepended, c.code_point);
}

}  // namespace

size_t GraphemeEnd(std::string_view text, size_t pos) {
  const auto is_ascii = [text](size_t at) { return static_cast<uint8_t>(text[at]) < 0x80; };
  // Most texts: of ASCII characters only a line break is held to what is before.
  if (is_ascii(pos) && text[pos] != '\r' && (pos + 1 == text.size() || is_ascii(pos + 1))) {
    return pos + 1;
  }
  scan::Char before = scan::CharAt(text, pos);
  pos += before.length;
  if (before.code_point == U'\r' && text.substr(pos).starts_with('\n')) return pos + 1;
  if (IsControl(before)) return pos;
  bool in_pictograph = IsIn(kPictographs, before.code_point);
  while (pos < text.size()) {
    const scan::Char c = scan::CharAt(text, pos);
    const bool is_pictograph = IsIn(kPictographs, c.code_point);
    const bool is_joining = IsIn(kJoining, c.code_point);
    const bool joins = is_joining || HangulJoins(before.code_point, c.code_point) ||
                       (IsIn(kPrepended, before.code_point) && !IsControl(c)) ||
                       (in_pictograph && is_pictograph && before.code_point == kZeroWidthJoiner);
    if (!joins) break;
    in_pictograph = is_pictograph || (in_pictograph && is_joining);
    before = c;
    pos += c.length;
  }
  return pos;
}

}  // namespace bantam
