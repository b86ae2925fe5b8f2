// ASCII, most of most texts, is handled apart in each pass.
#include "text/bert_normalizer.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/ascii.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "text/bert_tables.h"
#include "text/normalize.h"

namespace bantam {
namespace {

using unicode::Range;

// The ideographs of the reference, with the gap it has.
constexpr std::array<Range, 7> kIdeographs = {{{0x3400, 0x4DBF},
                                               {0x4E00, 0x9FFF},
                                               {0xF900, 0xFAFF},
                                               {0x20000, 0x2A6DF},
                                               {0x2A700, 0x2B81F},
                                               {0x2B920, 0x2CEAF},
                                               {0x2F800, 0x2FA1F}}};

template <size_t kSize>
bool InRanges(const std::array<Range, kSize>& ranges, char32_t c) {
  const auto it = std::partition_point(ranges.begin(), ranges.end(),
                                       [c](const Range& range) { return range.last < c; });
  return it != ranges.end() && it->first <= c;
}

char32_t LowerOf(char32_t c) {
  const auto it = std::partition_point(kLowerCase.begin(), kLowerCase.end(),
                                       [c](const CaseRun& run) { return run.last < c; });
  if (it == kLowerCase.end() || it->first > c || (c - it->first) % it->stride != 0) return c;
  return static_cast<char32_t>(static_cast<int32_t>(c) + it->delta);
}

// Appends to a new text what `append(c, chars, out)` does for each character of `text`; `chars` are
// its bytes.
template <typename Append>
std::string Map(std::string_view text, Append append) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (size_t pos = 0; pos < text.size();) {
    const DecodedChar c = DecodeUtf8(text, pos);
    append(c.code_point, text.substr(pos, c.length), out);
    pos += c.length;
  }
  return out;
}

void AppendClean(char32_t c, std::string_view chars, std::string& out) {
  if (c == '\t' || c == '\n' || c == '\r') {
    out += ' ';
  } else if (c < 0x7F) {
    if (c >= 0x20) out += static_cast<char>(c);
  } else if (unicode::PropertiesOf(c).In(unicode::Classes(unicode::kZs, unicode::kZp))) {
    out += ' ';
  } else if (!InRanges(kBertRemoved, c)) {
    out += chars;
  }
}

void AppendSpaced(char32_t c, std::string_view chars, std::string& out) {
  const bool spaced = c >= kIdeographs[0].first && InRanges(kIdeographs, c);
  if (spaced) out += ' ';
  out += chars;
  if (spaced) out += ' ';
}

void AppendUnlessAccent(char32_t c, std::string_view chars, std::string& out) {
  if (c < kBertAccents[0].first || !InRanges(kBertAccents, c)) out += chars;
}

void AppendLower(char32_t c, std::string_view chars, std::string& out) {
  if (c < 0x80) {
    out += LowerCase(static_cast<char>(c));
  } else if (c == 0x130) {
    out += "i\xCC\x87";  // İ is the one that becomes two: i and a dot above
  } else {
    const char32_t lower = LowerOf(c);
    if (lower == c) {
      out += chars;
    } else {
      AppendUtf8(lower, out);
    }
  }
}

}  // namespace

std::string NormalizeForBert(std::string_view text, const BertStyle& style) {
  std::string out(text);
  if (style.clean_text) out = Map(out, AppendClean);
  if (style.handle_chinese_chars) out = Map(out, AppendSpaced);
  if (style.strip_accents) out = Map(ToNfd(out), AppendUnlessAccent);
  if (style.lowercase) out = Map(out, AppendLower);
  return out;
}

std::string ToLower(std::string_view text) {
  return Map(text, AppendLower);
}

}  // namespace bantam
