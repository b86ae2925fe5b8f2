// The families whose tokenizer.json is a sequence of splits: every pass cuts each piece of the
// pass before, so that a later pattern also cuts inside what an earlier one matched.
#include <algorithm>
#include <array>
#include <utility>

#include "text/piece_scanner.h"

namespace bantam::scan {
namespace {

using unicode::ClassSet;
using unicode::kLetter;
using unicode::kLineBreaks;
using unicode::kMark;
using unicode::kNumber;
using unicode::kPunctuation;
using unicode::kSpace;
using unicode::kSymbol;
using unicode::Range;

// Cuts every piece of `text` that `ends` describes once more.
template <typename Pass>
void Refine(std::string_view text, std::vector<size_t>& ends, Pass pass) {
  std::vector<size_t> refined;
  refined.reserve(ends.size());
  size_t begin = 0;
  for (const size_t end : ends) {
    pass(text.substr(begin, end - begin), begin, refined);
    begin = end;
  }
  ends = std::move(refined);
}

template <typename Match>
void RefineAround(std::string_view text, std::vector<size_t>& ends, Match match) {
  Refine(text, ends, [match](std::string_view piece, size_t base, std::vector<size_t>& out) {
    Isolate(piece, base, out, match);
  });
}

template <size_t kSize>
bool InRanges(const std::array<Range, kSize>& ranges, char32_t c) {
  const auto it = std::partition_point(ranges.begin(), ranges.end(),
                                       [c](const Range& range) { return range.last < c; });
  return it != ranges.end() && it->first <= c;
}

// The matches of `\s?X+` for a set X given as a predicate.
template <typename Predicate>
size_t MatchSpaced(std::string_view text, size_t pos, Predicate predicate) {
  const Char c = CharAt(text, pos);
  const size_t second = pos + c.length;
  if (c.In(kSpace) && second < text.size() && predicate(CharAt(text, second))) {
    return SkipIf(text, second, predicate);
  }
  return SkipIf(text, pos, predicate);
}

size_t MatchLineBreak(std::string_view text, size_t pos) {
  return StartsWith(text, pos, kLineBreaks) ? pos + 1 : pos;
}

size_t MatchDigit(std::string_view text, size_t pos) {
  const Char c = CharAt(text, pos);
  return c.properties.IsDigit() ? pos + c.length : pos;
}

// [一-龥ࠀ-一가-퟿]+: as published, far more than the ideographs and syllables it names.
size_t MatchDeepSeekCjk(std::string_view text, size_t pos) {
  return SkipIf(text, pos, [](const Char& c) {
    return (c.code_point >= 0x800 && c.code_point <= 0x9FA5) ||
           (c.code_point >= 0xAC00 && c.code_point <= 0xD7FF);
  });
}

// The cased letters that DeepSeek LLM's pattern lists.
constexpr std::array kDeepSeekLetters = std::to_array<Range>({
    {0x0041, 0x005A},   {0x0061, 0x007A},   {0x00B5, 0x00B5},   {0x00C0, 0x00D6},
    {0x00D8, 0x00F6},   {0x00F8, 0x01BA},   {0x01BC, 0x01BF},   {0x01C4, 0x0293},
    {0x0295, 0x02AF},   {0x0370, 0x0373},   {0x0376, 0x0376},   {0x0377, 0x0377},
    {0x037B, 0x037D},   {0x037F, 0x037F},   {0x0386, 0x0386},   {0x0388, 0x038A},
    {0x038C, 0x038C},   {0x038E, 0x03A1},   {0x03A3, 0x03F5},   {0x03F7, 0x0481},
    {0x048A, 0x052F},   {0x0531, 0x0556},   {0x10A0, 0x10C5},   {0x13A0, 0x13F5},
    {0x13F8, 0x13FD},   {0x1C90, 0x1CBA},   {0x1CBD, 0x1CBF},   {0x1D00, 0x1D2B},
    {0x1D6B, 0x1D77},   {0x1D79, 0x1D9A},   {0x1E00, 0x1F15},   {0x1F18, 0x1F1D},
    {0x1F20, 0x1F45},   {0x1F48, 0x1F4D},   {0x1F50, 0x1F57},   {0x1F59, 0x1F59},
    {0x1F5B, 0x1F5B},   {0x1F5D, 0x1F5D},   {0x1F5F, 0x1F7D},   {0x1F80, 0x1FB4},
    {0x1FB6, 0x1FBC},   {0x1FBE, 0x1FBE},   {0x1FC2, 0x1FC4},   {0x1FC6, 0x1FCC},
    {0x1FD0, 0x1FD3},   {0x1FD6, 0x1FDB},   {0x1FE0, 0x1FEC},   {0x1FF2, 0x1FF4},
    {0x1FF6, 0x1FFC},   {0x2102, 0x2102},   {0x2107, 0x2107},   {0x210A, 0x2113},
    {0x2115, 0x2115},   {0x2119, 0x211D},   {0x2124, 0x2124},   {0x2126, 0x2126},
    {0x2128, 0x2128},   {0x212A, 0x212D},   {0x212F, 0x2134},   {0x2139, 0x2139},
    {0x213C, 0x213F},   {0x2145, 0x2149},   {0x214E, 0x214E},   {0x2183, 0x2183},
    {0x2184, 0x2184},   {0x2C00, 0x2C7B},   {0x2C7E, 0x2CE4},   {0x2CEB, 0x2CEE},
    {0x2CF2, 0x2CF2},   {0x2CF3, 0x2CF3},   {0xA640, 0xA66D},   {0xA680, 0xA69B},
    {0xA722, 0xA76F},   {0xA771, 0xA787},   {0xA78B, 0xA78E},   {0xAB70, 0xABBF},
    {0xFB00, 0xFB06},   {0xFB13, 0xFB17},   {0xFF21, 0xFF3A},   {0xFF41, 0xFF5A},
    {0x10400, 0x1044F}, {0x104B0, 0x104D3}, {0x104D8, 0x104FB}, {0x10C80, 0x10CB2},
    {0x10CC0, 0x10CF2}, {0x118A0, 0x118DF}, {0x1E900, 0x1E943},
});

bool IsDeepSeekLetter(const Char& c) {
  return InRanges(kDeepSeekLetters, c.code_point);
}

// [!-/:-~！-／：-～‘-‟　-。], sorted. It holds the letters of ASCII too: as published.
constexpr std::array kDeepSeekPunctuation = std::to_array<Range>({{0x21, 0x2F},
                                                                  {0x3A, 0x7E},
                                                                  {0x2018, 0x201F},
                                                                  {0x3000, 0x3002},
                                                                  {0xFF01, 0xFF0F},
                                                                  {0xFF1A, 0xFF5E}});

bool IsDeepSeekPunctuation(const Char& c) {
  return InRanges(kDeepSeekPunctuation, c.code_point);
}

// `\s+$`; line breaks are pieces of their own by now, so that only the end of a piece counts.
void CutTrailingSpace(std::string_view piece, size_t base, std::vector<size_t>& ends) {
  size_t trailing = 0;
  for (size_t pos = 0; pos < piece.size();) {
    const Char c = CharAt(piece, pos);
    pos += c.length;
    if (!c.In(kSpace)) trailing = pos;
  }
  if (trailing > 0) ends.push_back(base + trailing);
  if (trailing < piece.size()) ends.push_back(base + piece.size());
}

bool IsAsciiLetter(const Char& c) {
  return (c.code_point >= 'a' && c.code_point <= 'z') ||
         (c.code_point >= 'A' && c.code_point <= 'Z');
}

// [!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+ | [^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+
// | ?[\p{P}\p{S}]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+
size_t MatchDeepSeekV3Word(std::string_view text, size_t pos) {
  constexpr ClassSet kWord = kLetter | kMark;
  constexpr ClassSet kSign = kPunctuation | kSymbol;
  const Char c = CharAt(text, pos);
  const size_t second = pos + c.length;
  if (c.In(kWord)) return Skip(text, second, kWord);
  if (c.code_point < 0x80 && c.In(kSign)) {
    const size_t end = SkipIf(text, second, IsAsciiLetter);
    if (end > second) return end;
  }
  if (!c.In(kLineBreaks | kSign) && StartsWith(text, second, kWord)) {
    return Skip(text, second, kWord);
  }
  const size_t sign = c.code_point == ' ' ? second : pos;
  if (StartsWith(text, sign, kSign)) return Skip(text, Skip(text, sign, kSign), kLineBreaks);
  return c.In(kSpace) ? WhitespaceOrLinesPiece(text, pos) : pos;
}

// \p{N}{1,3}
size_t MatchUpToThreeNumbers(std::string_view text, size_t pos) {
  for (int i = 0; i < 3 && StartsWith(text, pos, kNumber); ++i) pos += CharAt(text, pos).length;
  return pos;
}

// [一-龥぀-ゟ゠-ヿ]+
size_t MatchCjkAndKana(std::string_view text, size_t pos) {
  return SkipIf(text, pos, [](const Char& c) {
    return (c.code_point >= 0x4E00 && c.code_point <= 0x9FA5) ||
           (c.code_point >= 0x3040 && c.code_point <= 0x30FF);
  });
}

// Runs of punctuation, as the pre-tokeniser "Punctuation" (contiguous) finds them.
size_t MatchPunctuation(std::string_view text, size_t pos) {
  return SkipIf(text, pos,
                [](const Char& c) { return unicode::IsReferencePunctuation(c.code_point); });
}

// After its byte-level step the reference sees bytes as characters: ² ³ ¹ ¼ ½ ¾ are numbers then,
// wherever these bytes come from.
bool IsDigitByte(char c) {
  const auto byte = static_cast<uint8_t>(c);
  return (byte >= '0' && byte <= '9') || byte == 0xB2 || byte == 0xB3 || byte == 0xB9 ||
         (byte >= 0xBC && byte <= 0xBE);
}

// Cuts runs of digit bytes from the rest, and [0-9][0-9][0-9] out of those runs.
void CutDigitBytes(std::string_view piece, size_t base, std::vector<size_t>& ends) {
  const auto is_ascii = [piece](size_t i) {
    return i < piece.size() && piece[i] < ':' && piece[i] >= '0';
  };
  size_t done = 0;
  const auto cut = [&](size_t end) {
    if (end > done) ends.push_back(base + end);
    done = end;
  };
  for (size_t pos = 0; pos < piece.size();) {
    if (pos > 0 && IsDigitByte(piece[pos]) != IsDigitByte(piece[pos - 1])) cut(pos);
    if (is_ascii(pos) && is_ascii(pos + 1) && is_ascii(pos + 2)) {
      cut(pos);
      pos += 3;
      cut(pos);
    } else {
      ++pos;
    }
  }
  cut(piece.size());
}

}  // namespace

void CutFalcon(std::string_view text, std::vector<size_t>& ends) {
  Isolate(text, 0, ends, MatchPunctuation);
  Refine(text, ends, [](std::string_view piece, size_t base, std::vector<size_t>& out) {
    Cut(piece, base, out, Gpt2Piece);
  });
  Refine(text, ends, CutDigitBytes);
}

void CutDeepSeekLlm(std::string_view text, std::vector<size_t>& ends) {
  Isolate(text, 0, ends, MatchLineBreak);
  RefineAround(text, ends, [](std::string_view piece, size_t pos) {
    return MatchSpaced(piece, pos, IsDeepSeekLetter);
  });
  RefineAround(text, ends, [](std::string_view piece, size_t pos) {
    return MatchSpaced(piece, pos, IsDeepSeekPunctuation);
  });
  Refine(text, ends, CutTrailingSpace);
  RefineAround(text, ends, MatchDeepSeekCjk);
  RefineAround(text, ends, MatchDigit);
}

void CutDeepSeekCoder(std::string_view text, std::vector<size_t>& ends) {
  const auto spaced = [](ClassSet set) {
    return [set](std::string_view piece, size_t pos) {
      return MatchSpaced(piece, pos, [set](const Char& c) { return c.In(set); });
    };
  };
  Isolate(text, 0, ends, MatchLineBreak);
  RefineAround(text, ends, spaced(kLetter));
  RefineAround(text, ends, spaced(kPunctuation));
  RefineAround(text, ends, MatchDeepSeekCjk);
  RefineAround(text, ends, MatchDigit);
}

void CutDeepSeekV3(std::string_view text, std::vector<size_t>& ends) {
  Isolate(text, 0, ends, MatchUpToThreeNumbers);
  RefineAround(text, ends, MatchCjkAndKana);
  RefineAround(text, ends, MatchDeepSeekV3Word);
}

}  // namespace bantam::scan
