// Hash tables for the spellings, a banded table for typing errors.
#include "grammar/repair/spellings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"

namespace bantam::grammar {
namespace {

constexpr size_t kMostWordBytes = 64;
constexpr uint32_t kCaseCost = 1;
constexpr uint32_t kSeparatorCost = 2;
constexpr uint32_t kTypingCost = 4;  // and one for each error

constexpr std::array<std::string_view, 10> kDenials = {
    "not", "no", "isnt", "non", "never", "without", "neither", "nor", "un", "except"};

bool IsOfWord(char c) {
  return IsAsciiAlphanumeric(c) || (static_cast<uint8_t>(c) & 0x80) != 0;
}

// In lower case; a capital after a small letter begins a word.
std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  bool begins = true;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!IsOfWord(c)) {
      begins = begins || c != '\'';  // isn't
      continue;
    }
    if (IsAsciiUpper(c) && i > 0 && text[i - 1] >= 'a' && text[i - 1] <= 'z') begins = true;
    if (begins) words.emplace_back();
    begins = false;
    words.back() += LowerCase(c);
  }
  return words;
}

// Another digit is another thing, never a typing error.
std::string Digits(std::string_view text) {
  std::string digits;
  for (char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

}  // namespace

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kAround = " \t\r\n\"'`";
  const size_t first = text.find_first_not_of(kAround);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kAround) - first + 1);
}

std::string Folded(std::string_view text) {
  return LowerCase(Trimmed(text));
}

std::string Squashed(std::string_view text) {
  std::string squashed = Folded(text);
  std::erase_if(squashed, [](char c) { return c == ' ' || c == '_' || c == '-' || c == '.'; });
  return squashed;
}

bool HasWords(std::string_view text, std::string_view part) {
  const std::vector<std::string> words = WordsOf(text);
  const std::vector<std::string> wanted = WordsOf(part);
  if (wanted.empty() || wanted.size() >= words.size()) return false;
  for (const std::string& word : words) {
    if (std::find(kDenials.begin(), kDenials.end(), word) != kDenials.end()) return false;
  }
  return std::search(words.begin(), words.end(), wanted.begin(), wanted.end()) != words.end();
}

// Optimal string alignment distance, three rows at a time.
std::optional<int> EditDistance(std::string_view a, std::string_view b, int most) {
  if (a.size() > kMostWordBytes || b.size() > kMostWordBytes) return std::nullopt;
  const auto difference = static_cast<int>(std::max(a.size(), b.size())) -
                          static_cast<int>(std::min(a.size(), b.size()));
  if (difference > most) return std::nullopt;
  using Row = std::array<int, kMostWordBytes + 1>;
  Row before{};
  Row last{};
  Row row{};
  for (size_t j = 0; j <= b.size(); ++j) last[j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = last;
    last = row;
  }
  if (last[b.size()] > most) return std::nullopt;
  return last[b.size()];
}

void WordList::AddTo(Index& index, std::string key, size_t word) {
  const auto [it, added] = index.try_emplace(std::move(key), word);
  if (!added) it->second.reset();
}

void WordList::Add(std::string_view word) {
  const size_t index = words_.size();
  words_.emplace_back(word);
  squashed_words_.push_back(Squashed(word));
  AddTo(folded_, Folded(word), index);
  AddTo(squashed_, squashed_words_.back(), index);
}

std::optional<WordList::Match> WordList::Find(std::string_view text) const {
  if (const auto it = folded_.find(Folded(text)); it != folded_.end()) {
    const std::optional<size_t> word = it->second;
    if (word) return Match{*word, kCaseCost};
  }
  const std::string squashed = Squashed(text);
  if (squashed.empty()) return std::nullopt;
  if (const auto it = squashed_.find(squashed); it != squashed_.end()) {
    const std::optional<size_t> word = it->second;
    return word ? std::optional(Match{*word, kSeparatorCost}) : std::nullopt;
  }
  if (!compares() || squashed.size() < 4) return std::nullopt;
  const std::string digits = Digits(squashed);
  int best = squashed.size() < 8 ? 1 : 2;
  std::optional<size_t> found;
  for (size_t i = 0; i < words_.size(); ++i) {
    const std::string& word = squashed_words_[i];
    if (word.size() < 4 || Digits(word) != digits) continue;
    const auto distance = EditDistance(squashed, word, word.size() < 8 ? std::min(best, 1) : best);
    if (!distance) continue;
    const bool closer = *distance < best || !found;
    if (!closer && *distance == best) {
      found = words_.size();  // several
    } else if (closer) {
      found = i;
    }
    best = *distance;
  }
  if (!found || *found == words_.size()) return std::nullopt;
  return Match{*found, kTypingCost + static_cast<uint32_t>(best)};
}

}  // namespace bantam::grammar
