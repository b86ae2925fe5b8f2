// Splitting into words and pairs of characters, folding and stemming.
#include "engine/search_terms.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/unicode.h"
#include "base/utf8.h"
#include "text/bert_normalizer.h"

namespace bantam {
namespace {

// Sorted.
constexpr std::array<std::string_view, 79> kFunctionWords = {
    "a",     "about", "after", "all", "am",    "an",   "and",   "any",    "are",   "as",
    "at",    "be",    "been",  "but", "by",    "can",  "could", "did",    "do",    "does",
    "for",   "from",  "had",   "has", "have",  "he",   "her",   "him",    "his",   "how",
    "i",     "if",    "in",    "is",  "it",    "its",  "just",  "may",    "me",    "might",
    "my",    "no",    "not",   "of",  "on",    "or",   "our",   "please", "she",   "should",
    "so",    "tell",  "that",  "the", "their", "them", "then",  "there",  "these", "they",
    "this",  "those", "to",    "us",  "was",   "we",   "were",  "what",   "when",  "where",
    "which", "who",   "whom",  "why", "will",  "with", "would", "you",    "your",
};
static_assert(std::ranges::is_sorted(kFunctionWords));

// Particles, pronouns and the characters of question words; they also end a run of characters.
constexpr std::u32string_view kFunctionCharacters = U"的了吗呢吧是我你您什么怎哪请们";

struct Range {
  char32_t first;
  char32_t last;
};
// Scripts that put no spaces between words; Hangul, whose particles stick to words, as well.
constexpr std::array kUnspaced = {
    Range{0x0E00, 0x0EFF},                         // Thai, Lao
    Range{0x1000, 0x109F},                         // Burmese
    Range{0x1780, 0x17FF},                         // Khmer
    Range{0x3005, 0x3006},                         // iteration marks
    Range{0x3041, 0x30FF},                         // kana
    Range{0x3400, 0x4DBF}, Range{0x4E00, 0x9FFF},  // ideographs
    Range{0xAC00, 0xD7A3},                         // Hangul
    Range{0xF900, 0xFAFF}, Range{0x20000, 0x323AF},
};

bool IsUnspaced(char32_t c) {
  return std::ranges::any_of(
      kUnspaced, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

uint64_t Hash(std::string_view text) {  // FNV-1a
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash;
}

bool CutEnding(std::string& word, std::string_view ending, size_t least_left) {
  if (!word.ends_with(ending) || word.size() < ending.size() + least_left) return false;
  word.resize(word.size() - ending.size());
  return true;
}

// A stem both "scheduled" and "schedules" come to. Cruder than Porter's, and enough: question and
// passage go through the same.
void Stem(std::string& word) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (!std::ranges::all_of(word, is_letter)) return;
  if (CutEnding(word, "ies", 2)) {
    word += 'y';
  } else if (!word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is")) {
    CutEnding(word, "s", 2);
  }
  if (CutEnding(word, "ing", 3) || CutEnding(word, "ed", 3)) {
    const size_t n = word.size();
    if (word[n - 1] == word[n - 2] && std::string_view("bdgmnprt").contains(word[n - 1])) {
      word.pop_back();
    }
  }
  CutEnding(word, "e", 3);
}

// Collects terms while it reads along.
class TermReader {
 public:
  void Read(char32_t c) {
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;  // full width
    if (c < 0x80 && c >= 'A' && c <= 'Z') c += 'a' - 'A';
    const bool belongs =
        unicode::PropertiesOf(c).In(unicode::kLetter | unicode::kMark | unicode::kNumber);
    if (!belongs || kFunctionCharacters.contains(c)) return EndAll();
    if (!IsUnspaced(c)) {
      EndRun();
      AppendUtf8(c, word_);
      return;
    }
    EndWord();
    std::string character;
    AppendUtf8(c, character);
    if (!last_.empty()) terms_.push_back(Hash(last_ + character));
    in_pair_ = !last_.empty();
    last_ = std::move(character);
  }

  std::vector<uint64_t> Take() {
    EndAll();
    return std::move(terms_);
  }

 private:
  void EndAll() {
    EndWord();
    EndRun();
  }
  void EndWord() {
    if (word_.empty()) return;
    if (!std::ranges::binary_search(kFunctionWords, std::string_view(word_))) {
      Stem(word_);
      terms_.push_back(Hash(word_));
    }
    word_.clear();
  }
  // A character that stood alone is a term itself.
  void EndRun() {
    if (!last_.empty() && !in_pair_) terms_.push_back(Hash(last_));
    last_.clear();
    in_pair_ = false;
  }

  std::vector<uint64_t> terms_;
  std::string word_;
  std::string last_;  // the run's last character
  bool in_pair_ = false;
};

}  // namespace

std::vector<uint64_t> SearchTerms(std::string_view text) {
  const BertStyle style = {.clean_text = false, .handle_chinese_chars = false};
  const std::string folded = NormalizeForBert(LossyUtf8(text), style);
  TermReader reader;
  for (size_t at = 0; at < folded.size();) {
    const DecodedChar c = DecodeUtf8(folded, at);
    at += c.length;
    // An apostrophe only ends the word: "Anna's" is "anna" and "s", and the "s" is nothing.
    reader.Read(c.code_point);
  }
  return reader.Take();
}

}  // namespace bantam
