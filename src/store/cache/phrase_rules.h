// PhraseRules: tables of phrases and what they are to be replaced with, applied to folded texts.
// Of two kinds: patterns over words with blanks between, and phrases of unspaced characters.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bantam::store {

struct PhraseRule {
  std::string_view name;         // what it tells; empty: nothing
  std::string_view pattern;      // see WordRules and CharacterRules
  std::string_view replacement;  // UTF-8
};

struct Rewritten {
  std::u32string text;
  std::vector<std::string> names;  // of the rules that matched, in order, without empty ones
};

// A word of a folded text, or a mark that ends a clause.
struct WordToken {
  std::string
      word;  // "n't" stays with its verb; 's, 'd, 've, 'm, 're and 'll are verbs; "": a mark
  size_t begin = 0;  // in the text
  size_t end = 0;
};
std::vector<WordToken> WordsOf(std::u32string_view text);

// Patterns are elements with blanks between: "a|b" one of these words, "a|b?" the same or nothing,
// "*" up to eight words that stay where the replacement has its "*", "=a|b" a word that must follow
// and stays, as all after it does, "^" (first) only where a clause begins, "$" (last) only where
// one ends. At each word the first rule of the table that matches is taken. Where a rule with a
// name matched, `mark` is left.
class WordRules {
 public:
  explicit WordRules(std::span<const PhraseRule> rules, std::u32string mark = {});

  Rewritten Apply(std::u32string_view text) const;

 private:
  struct Element {
    enum class Kind { kWord, kGap, kBegin, kEnd } kind = Kind::kWord;
    std::vector<std::string> words;
    bool optional = false;
    bool stays = false;
  };
  struct Compiled {
    std::string name;
    std::vector<Element> elements;
    std::u32string before;  // of the replacement: before the gap
    std::u32string after;
    bool has_gap = false;
  };
  static constexpr size_t kNone = static_cast<size_t>(-1);
  struct Match {
    size_t end = 0;        // the first token after it
    size_t stays = kNone;  // the first that must follow and stays
    size_t gap_begin = 0;
    size_t gap_end = 0;
  };
  static bool Matches(const Compiled& rule, const std::vector<WordToken>& words, size_t begin,
                      Match& match);
  static bool MatchesFrom(const Compiled& rule, size_t element, const std::vector<WordToken>& words,
                          size_t at, Match& match);

  std::vector<Compiled> rules_;
  std::map<std::string, std::vector<size_t>, std::less<>> by_first_;  // rules of a first word
};

// Patterns are phrases with blanks between; of a phrase "^" (first) and "$" (last) as above. The
// longest phrase at a character is taken, the first of equals. What a rule without a name replaces
// phrases with stays where it stands already.
class CharacterRules {
 public:
  explicit CharacterRules(std::span<const PhraseRule> rules, std::u32string mark = {});

  Rewritten Apply(std::u32string_view text) const;

 private:
  struct Phrase {
    std::string name;
    std::u32string replacement;
    bool begins = false;
    bool ends = false;
  };
  std::unordered_map<std::u32string, std::vector<Phrase>> phrases_;
  size_t longest_ = 0;
};

}  // namespace bantam::store
