// Folding of width, composition and case.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/unicode.h"
#include "base/utf8.h"
#include "store/cache/question_form.h"

namespace bantam::store {
namespace {

// U+FF65 … U+FF9F in full width; the last two are combining marks (Unicode's compatibility
// decompositions of the block).
constexpr std::u32string_view kHalfWidthKana =
    U"・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメ"
    U"モヤユヨ"
    U"ラリルレロワン\u3099\u309A";
static_assert(kHalfWidthKana.size() == 0xFF9F - 0xFF65 + 1);
// U+FFE0 … U+FFE6.
constexpr std::u32string_view kWideSigns = U"¢£¬¯¦¥₩";

bool IsInvisible(char32_t c) {
  return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || (c >= 0xFE00 && c <= 0xFE0F);
}

char32_t FoldWidth(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) return c - 0xFEE0;
  if (c == 0xFF61) return U'。';
  if (c == 0xFF62) return U'「';
  if (c == 0xFF63) return U'」';
  if (c == 0xFF64) return U'、';
  if (c >= 0xFF65 && c <= 0xFF9F) return kHalfWidthKana[c - 0xFF65];
  if (c >= 0xFFE0 && c <= 0xFFE6) return kWideSigns[c - 0xFFE0];
  if (c == 0x2018 || c == 0x2019 || c == 0x02BC) return U'\'';
  if (c == 0x2212) return U'-';  // minus sign
  return c;
}

// After decomposition few letters with accents are left.
char32_t FoldCase(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
  if (c >= 0xC0 && c <= 0xDE && c != 0xD7) return c + 0x20;
  if (c == 0x0110 || c == 0x0126 || c == 0x0131 || c == 0x0141 || c == 0x014A || c == 0x0152) {
    return c == 0x0131 ? c : c + 1;
  }
  if (c >= 0x0391 && c <= 0x03A9) return c + 0x20;
  if (c == 0x03C2) return 0x03C3;  // final sigma
  if (c >= 0x0410 && c <= 0x042F) return c + 0x20;
  if (c >= 0x0400 && c <= 0x040F) return c + 0x50;
  if (c >= 0x0531 && c <= 0x0556) return c + 0x30;
  return c;
}

// Words that are others in capitals keep a mark: "us" is not "US".
constexpr char32_t kCapitalsMark = 0xE003;
constexpr std::array<std::u32string_view, 5> kCapitals = {U"AIDS", U"IT", U"PIN", U"US", U"WHO"};

bool IsAsciiLetter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool IsCapitalsWord(std::u32string_view word) {
  return std::ranges::find(kCapitals, word) != kCapitals.end();
}

}  // namespace

std::u32string FoldCharacters(std::string_view bytes) {
  const std::string text = LossyUtf8(bytes);
  std::u32string wide;
  bool has_small = false;
  for (size_t at = 0; at < text.size();) {
    const DecodedChar decoded = DecodeUtf8(text, at);
    at += decoded.length;
    const char32_t c = FoldWidth(decoded.code_point);
    if (IsInvisible(c)) continue;
    has_small = has_small || (c >= 'a' && c <= 'z');
    const auto parts = unicode::CanonicalDecomposition(c);
    if (parts.empty()) {
      wide += c;
    } else {
      wide += parts;
    }
  }
  std::u32string out;
  out.reserve(wide.size());
  size_t word = 0;  // where the letters before `i` begin
  for (size_t i = 0; i <= wide.size(); ++i) {
    if (i == wide.size() || !IsAsciiLetter(wide[i])) {
      const std::u32string_view letters = std::u32string_view(wide).substr(word, i - word);
      if (has_small && IsCapitalsWord(letters)) out += kCapitalsMark;
      word = i + 1;
    }
    if (i < wide.size()) out += FoldCase(wide[i]);
  }
  return out;
}

bool IsUnspacedCharacter(char32_t c) {
  return (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3005 && c <= 0x3007) ||
         (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF) || c == 0x3099 ||
         c == 0x309A;
}

}  // namespace bantam::store
