// NFC by rewriting only the stretches around characters that matter to it; the rest is copied.
#include "text/normalize.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "base/unicode.h"
#include "base/utf8.h"

namespace bantam {
namespace {

// Hangul syllables compose by arithmetic (the Unicode standard, §3.12).
constexpr char32_t kSBase = 0xAC00;
constexpr char32_t kLBase = 0x1100;
constexpr char32_t kVBase = 0x1161;
constexpr char32_t kTBase = 0x11A7;
constexpr char32_t kLCount = 19;
constexpr char32_t kVCount = 21;
constexpr char32_t kTCount = 28;
constexpr char32_t kSCount = kLCount * kVCount * kTCount;

struct Mark {
  char32_t code_point;
  uint8_t combining_class;
  size_t position;  // keeps marks of one class in order
};

void AppendDecomposed(char32_t c, std::vector<Mark>& out) {
  const auto append = [&out](char32_t part, uint8_t combining_class) {
    out.push_back({part, combining_class, out.size()});
  };
  if (c >= kSBase && c < kSBase + kSCount) {
    const char32_t index = c - kSBase;
    append(kLBase + index / (kVCount * kTCount), 0);
    append(kVBase + index / kTCount % kVCount, 0);
    if (index % kTCount != 0) append(kTBase + index % kTCount, 0);
    return;
  }
  const std::u32string_view parts = unicode::CanonicalDecomposition(c);
  if (parts.empty()) append(c, unicode::CombiningClass(c));
  for (const char32_t part : parts) append(part, unicode::CombiningClass(part));
}

// Sorts each run of marks by class; starters stay where they are.
void ReorderMarks(std::vector<Mark>& chars) {
  auto it = chars.begin();
  while (it != chars.end()) {
    const auto is_starter = [](const Mark& mark) { return mark.combining_class == 0; };
    it = std::find_if_not(it, chars.end(), is_starter);
    const auto end = std::find_if(it, chars.end(), is_starter);
    std::sort(it, end, [](const Mark& a, const Mark& b) {
      return std::tie(a.combining_class, a.position) < std::tie(b.combining_class, b.position);
    });
    it = end;
  }
}

char32_t ComposePair(char32_t first, char32_t second) {
  if (first >= kLBase && first < kLBase + kLCount) {
    if (second < kVBase || second >= kVBase + kVCount) return 0;
    return kSBase + ((first - kLBase) * kVCount + (second - kVBase)) * kTCount;
  }
  if (first >= kSBase && first < kSBase + kSCount && (first - kSBase) % kTCount == 0 &&
      second > kTBase && second < kTBase + kTCount) {
    return first + (second - kTBase);
  }
  return unicode::Compose(first, second);
}

// Replaces starters and following marks by composites, in place.
void ComposeAll(std::vector<Mark>& chars) {
  size_t starter = SIZE_MAX;  // index in the output
  size_t size = 0;
  for (const Mark& next : chars) {
    if (starter != SIZE_MAX) {
      const bool adjacent = starter + 1 == size;
      if (adjacent || chars[size - 1].combining_class < next.combining_class) {
        const char32_t composite = ComposePair(chars[starter].code_point, next.code_point);
        if (composite != 0) {
          chars[starter].code_point = composite;
          continue;
        }
      }
    }
    if (next.combining_class == 0) starter = size;
    chars[size++] = next;
  }
  chars.resize(size);
}

// The offset of the first character at or after `pos` that matters to NFC, or the text's size.
// `previous` becomes the offset of the character before it (`pos` if there is none).
size_t FindMattering(std::string_view text, size_t pos, size_t& previous) {
  previous = pos;
  while (pos < text.size()) {
    const DecodedChar c = DecodeUtf8(text, pos);
    if (unicode::PropertiesOf(c.code_point).MattersToNfc()) return pos;
    previous = pos;
    pos += c.length;
  }
  return pos;
}

}  // namespace

bool IsSurelyNfc(std::string_view text) {
  size_t previous = 0;
  return FindMattering(text, 0, previous) == text.size();
}

std::string ToNfc(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::vector<Mark> chars;
  size_t done = 0;  // everything before is in `out`
  while (true) {
    size_t begin = 0;
    size_t pos = FindMattering(text, done, begin);
    if (pos == text.size()) break;
    // The character before may compose with what follows; no character before that can.
    out += text.substr(done, begin - done);
    chars.clear();
    if (begin != pos) AppendDecomposed(DecodeUtf8(text, begin).code_point, chars);
    while (pos < text.size()) {
      const DecodedChar c = DecodeUtf8(text, pos);
      if (!unicode::PropertiesOf(c.code_point).MattersToNfc()) break;
      AppendDecomposed(c.code_point, chars);
      pos += c.length;
    }
    ReorderMarks(chars);
    ComposeAll(chars);
    for (const Mark& mark : chars) AppendUtf8(mark.code_point, out);
    done = pos;
  }
  out += text.substr(done);
  return out;
}

std::string ToNfd(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::vector<Mark> chars;
  const auto flush = [&] {
    ReorderMarks(chars);
    for (const Mark& mark : chars) AppendUtf8(mark.code_point, out);
    chars.clear();
  };
  for (size_t pos = 0; pos < text.size();) {
    const DecodedChar c = DecodeUtf8(text, pos);
    pos += c.length;
    AppendDecomposed(c.code_point, chars);
    // A starter at the end lets everything before it go; order changes only among marks.
    if (chars.size() >= 256 && chars.back().combining_class == 0) flush();
  }
  flush();
  return out;
}

}  // namespace bantam
