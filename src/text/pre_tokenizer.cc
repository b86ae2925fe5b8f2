// The families that cut in one pass, and the table of names.
#include "text/pre_tokenizer.h"

#include <array>

#include "base/ascii.h"
#include "text/piece_scanner.h"

namespace bantam {
namespace {

using scan::Char;
using unicode::ClassSet;
using unicode::kLetter;
using unicode::kLineBreaks;
using unicode::kMark;
using unicode::kNumber;
using unicode::kSpace;

using Kind = PreTokenizerKind;

struct Name {
  std::string_view name;
  PreTokenizerSpec spec;
};

// A model file without the key, or with "default", is from before the key existed: GPT-2.
constexpr std::array kNames = {
    Name{"default", {Kind::kGpt2, false, false, false}},
    Name{"gpt-2", {Kind::kGpt2, false, false, false}},
    Name{"phi-2", {Kind::kGpt2, false, false, false}},
    Name{"jais", {Kind::kGpt2, false, false, false}},
    Name{"mpt", {Kind::kGpt2, true, false, false}},
    Name{"olmo", {Kind::kGpt2, true, false, false}},
    Name{"starcoder", {Kind::kDigitsGpt2, false, false, false}},
    Name{"refact", {Kind::kDigitsGpt2, false, false, false}},
    Name{"codeshell", {Kind::kDigitsGpt2, false, false, false}},
    Name{"smollm", {Kind::kDigitsGpt2, false, false, false}},
    Name{"command-r", {Kind::kDigitsGpt2, true, false, false}},
    Name{"qwen2", {Kind::kQwen2, true, false, false}},
    Name{"deepseek-r1-qwen", {Kind::kQwen2, true, false, false}},
    Name{"megrez", {Kind::kQwen2, true, false, false}},
    Name{"stablelm2", {Kind::kQwen2, true, false, false}},
    Name{"qwen35", {Kind::kQwen35, true, false, false}},
    Name{"llama3", {Kind::kLlama3, false, true, true}},
    Name{"llama-v3", {Kind::kLlama3, false, true, true}},
    Name{"llama-bpe", {Kind::kLlama3, false, true, true}},
    Name{"lfm2", {Kind::kLlama3, false, true, true}},
    Name{"smaug-bpe", {Kind::kLlama3, false, true, false}},
    Name{"glm4", {Kind::kLlama3, false, true, false}},
    Name{"chatglm-bpe", {Kind::kLlama3, false, false, false}},
    Name{"dbrx", {Kind::kLlama3, false, false, false}},
    Name{"gpt-4o", {Kind::kGpt4o, false, false, false}},
    Name{"llama4", {Kind::kGpt4o, false, false, false}},
    Name{"tekken", {Kind::kTekken, false, true, true}},
    Name{"falcon", {Kind::kFalcon, false, false, false}},
    Name{"deepseek-llm", {Kind::kDeepSeekLlm, false, false, false}},
    Name{"deepseek-coder", {Kind::kDeepSeekCoder, false, false, false}},
    Name{"deepseek-v3", {Kind::kDeepSeekV3, false, false, false}},
    Name{"hunyuan-dense", {Kind::kDeepSeekV3, false, false, false}},
};

// The length of 's|'t|'re|'ve|'m|'ll|'d in any case at `pos`, where there must be an apostrophe;
// 0 if none. The long s (U+017F) is an s in another case.
size_t ContractionLength(std::string_view text, size_t pos) {
  const auto lower = [text, pos](size_t i) {
    return pos + i < text.size() ? LowerCase(text[pos + i]) : '\0';
  };
  switch (lower(1)) {
    case 's':
    case 't':
    case 'm':
    case 'd': return 2;
    case 'r':
    case 'v': return lower(2) == 'e' ? 3 : 0;
    case 'l': return lower(2) == 'l' ? 3 : 0;
    case '\xC5': return lower(2) == '\xBF' ? 3 : 0;
    default: return 0;
  }
}

// The end of \p{N}{0,max}.
size_t SkipNumbers(std::string_view text, size_t pos, int max) {
  for (int i = 0; i < max && scan::StartsWith(text, pos, kNumber); ++i) {
    pos += scan::CharAt(text, pos).length;
  }
  return pos;
}

struct WordStyle {
  ClassSet letters;  // what words are made of
  int max_numbers;   // how many \p{N} one piece may hold
};

constexpr WordStyle kQwen2Style = {kLetter, 1};
constexpr WordStyle kQwen35Style = {kLetter | kMark, 1};
constexpr WordStyle kLlama3Style = {kLetter, 3};

// (?i:'s|'t|'re|'ve|'m|'ll|'d) | [^\r\n\p{L}\p{N}]?LETTERS+ | \p{N}{1,MAX}
// | ?[^\s LETTERS \p{N}]+[\r\n]* | \s*[\r\n]+ | \s+(?!\S) | \s+
template <WordStyle kStyle>
size_t WordPiece(std::string_view text, size_t pos) {
  const Char c = scan::CharAt(text, pos);
  if (c.code_point == '\'') {
    const size_t length = ContractionLength(text, pos);
    if (length != 0) return pos + length;
  }
  const size_t second = pos + c.length;
  if (c.In(kStyle.letters)) return scan::Skip(text, second, kStyle.letters);
  if (c.In(kNumber)) return SkipNumbers(text, pos, kStyle.max_numbers);
  if (!c.In(kLineBreaks) && scan::StartsWith(text, second, kStyle.letters)) {
    return scan::Skip(text, second, kStyle.letters);
  }
  constexpr ClassSet kOther = ~(kSpace | kStyle.letters | kNumber);
  const size_t other = c.code_point == ' ' ? second : pos;
  if (scan::StartsWith(text, other, kOther)) {
    return scan::Skip(text, scan::Skip(text, other, kOther), kLineBreaks);
  }
  return scan::WhitespaceOrLinesPiece(text, pos);
}

struct CasedStyle {
  int max_numbers;
  bool contractions;  // 's and the like belong to the word before
};

constexpr CasedStyle kGpt4oStyle = {3, true};
constexpr CasedStyle kTekkenStyle = {1, false};

// The end of UPPER*LOWER+ at `pos`, or else of UPPER+; `pos` if there is neither. UPPER is
// [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], LOWER is [\p{Ll}\p{Lm}\p{Lo}\p{M}]: many are both.
size_t SkipCasedWord(std::string_view text, size_t pos, bool& has_lower) {
  constexpr ClassSet kUpper = (kLetter | kMark) & ~unicode::kSmall;
  constexpr ClassSet kLower = (kLetter | kMark) & ~unicode::kCapital;
  size_t end = pos;
  size_t after_lower = pos;  // where UPPER* has to step back to if no LOWER follows it
  while (end < text.size()) {
    const Char c = scan::CharAt(text, end);
    if (!c.In(kUpper)) break;
    end += c.length;
    if (c.In(kLower)) after_lower = end;
  }
  has_lower = true;
  if (scan::StartsWith(text, end, kLower)) return scan::Skip(text, end, kLower);
  if (after_lower > pos) return after_lower;
  has_lower = false;
  return end;
}

// [^\r\n\p{L}\p{N}]?UPPER*LOWER+(?i:'s|…)? | [^\r\n\p{L}\p{N}]?UPPER+LOWER*(?i:'s|…)?
// | \p{N}{1,MAX} | ?[^\s\p{L}\p{N}]+[\r\n/]* | \s*[\r\n]+ | \s+(?!\S) | \s+
template <CasedStyle kStyle>
size_t CasedPiece(std::string_view text, size_t pos) {
  const Char c = scan::CharAt(text, pos);
  const size_t second = pos + c.length;
  bool has_lower = false;
  size_t end = pos;
  if (!c.In(kLetter | kNumber | kLineBreaks)) {
    end = SkipCasedWord(text, second, has_lower);
    if (end == second) end = pos;
  }
  // Without the leading character, if that is a mark and only so the first pattern matches.
  if (!has_lower && c.In(kLetter | kMark)) {
    const size_t whole = SkipCasedWord(text, pos, has_lower);
    if (has_lower || end == pos) end = whole;
  }
  if (end > pos) {
    const bool apostrophe = kStyle.contractions && end < text.size() && text[end] == '\'';
    return apostrophe ? end + ContractionLength(text, end) : end;
  }
  if (c.In(kNumber)) return SkipNumbers(text, pos, kStyle.max_numbers);
  constexpr ClassSet kOther = ~(kSpace | kLetter | kNumber);
  const size_t other = c.code_point == ' ' ? second : pos;
  if (scan::StartsWith(text, other, kOther)) {
    end = scan::Skip(text, other, kOther);
    while (end < text.size() && (text[end] == '\r' || text[end] == '\n' || text[end] == '/')) ++end;
    return end;
  }
  return scan::WhitespaceOrLinesPiece(text, pos);
}

// Every digit is a piece; GPT-2's pattern sees each stretch between digits as a text of its own.
void CutDigitsGpt2(std::string_view text, std::vector<size_t>& ends) {
  size_t done = 0;
  for (size_t pos = 0; pos < text.size();) {
    const Char c = scan::CharAt(text, pos);
    const size_t next = pos + c.length;
    if (c.properties.IsDigit()) {
      scan::Cut(text.substr(done, pos - done), done, ends, scan::Gpt2Piece);
      ends.push_back(next);
      done = next;
    }
    pos = next;
  }
  scan::Cut(text.substr(done), done, ends, scan::Gpt2Piece);
}

}  // namespace

std::optional<PreTokenizerSpec> FindPreTokenizer(std::string_view name) {
  for (const Name& known : kNames) {
    if (known.name == name) return known.spec;
  }
  return std::nullopt;
}

void PreTokenize(PreTokenizerKind kind, std::string_view text, std::vector<size_t>& ends) {
  switch (kind) {
    case Kind::kGpt2: return scan::Cut(text, 0, ends, scan::Gpt2Piece);
    case Kind::kDigitsGpt2: return CutDigitsGpt2(text, ends);
    case Kind::kQwen2: return scan::Cut(text, 0, ends, WordPiece<kQwen2Style>);
    case Kind::kQwen35: return scan::Cut(text, 0, ends, WordPiece<kQwen35Style>);
    case Kind::kLlama3: return scan::Cut(text, 0, ends, WordPiece<kLlama3Style>);
    case Kind::kGpt4o: return scan::Cut(text, 0, ends, CasedPiece<kGpt4oStyle>);
    case Kind::kTekken: return scan::Cut(text, 0, ends, CasedPiece<kTekkenStyle>);
    case Kind::kFalcon: return scan::CutFalcon(text, ends);
    case Kind::kDeepSeekLlm: return scan::CutDeepSeekLlm(text, ends);
    case Kind::kDeepSeekCoder: return scan::CutDeepSeekCoder(text, ends);
    case Kind::kDeepSeekV3: return scan::CutDeepSeekV3(text, ends);
  }
}

}  // namespace bantam
