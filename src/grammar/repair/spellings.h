// Spellings of one word: without case, separators and quotes, and how far two words are apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bantam::grammar {

// Without the white space and the quotes around it.
std::string_view Trimmed(std::string_view text);
// Trimmed, ASCII letters in lower case.
std::string Folded(std::string_view text);
// Folded, without spaces, '_', '-' and '.': firstName, first_name and First-Name are one.
std::string Squashed(std::string_view text);

// Whether the words of `part` ("user_name", "userName" and "User name" have two) come in `text` in
// a row, not as all of it. Of words that are denied ("not active") it says no.
bool HasWords(std::string_view text, std::string_view part);

// Edits (a byte put in, left out or replaced, two neighbours swapped) between two short texts, or
// nothing if there are more than `most` (at most 2) or a text is longer than 64 bytes.
std::optional<int> EditDistance(std::string_view a, std::string_view b, int most);

// Words to be recognised in other spellings.
class WordList {
 public:
  struct Match {
    size_t index;
    uint32_t cost;  // 1: but for case, space or quotes; 2: but for separators; 5, 6: typing errors
  };

  void Add(std::string_view word);  // the next index
  size_t size() const { return words_.size(); }
  // Whether typing errors are looked for: then Find compares with each word.
  bool compares() const { return words_.size() <= kMostCompared; }
  const std::string& operator[](size_t index) const { return words_[index]; }

  // The one word that `text` is a spelling of; nothing if none or several are equally close.
  // Typing errors: one in 4 characters or more, two in 8 or more.
  static constexpr size_t kMostCompared = 500;  // words
  std::optional<Match> Find(std::string_view text) const;

 private:
  using Index = std::unordered_map<std::string, std::optional<size_t>>;  // none: several
  static void AddTo(Index& index, std::string key, size_t word);

  std::vector<std::string> words_;
  std::vector<std::string> squashed_words_;
  Index folded_;
  Index squashed_;
};

}  // namespace bantam::grammar
