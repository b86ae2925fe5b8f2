// QuestionTraits: what must agree between two questions that one answer serves, however much alike
// they are otherwise.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "store/cache/question_frame.h"
#include "store/cache/question_order.h"
#include "store/cache/question_persons.h"
#include "store/cache/question_prepositions.h"

namespace bantam::store {

struct QuestionTraits {
  std::vector<std::string> words;  // sorted: stems, and pairs of unspaced characters
  std::vector<std::string>
      content;  // sorted, each once: what the question is about, synonyms as one
  std::vector<std::string> optional;  // sorted, each once: words that may be said or not
  // Words that put things in relation ("in", "than", "等于"), with the content before and after.
  std::map<std::string, std::pair<std::vector<std::string>, std::vector<std::string>>> around;
  QuestionFrame frame;               // what is asked for
  std::vector<std::string> numbers;  // in their order: digits, and number words as digits
  std::vector<std::pair<std::string, std::string>> counted;  // English: a number and its noun
  std::vector<std::string> names;        // sorted: capitals, codes, Latin words within Chinese
  std::vector<std::string> opposites;    // sorted: "open+", "open-": sides of pairs of opposites
  std::vector<std::string> light_verbs;  // sorted, each once
  bool to_get = false;                   // "to get …", which "for …" may be said for
  bool allows = false;                   // "allowed", "permitted": English
  std::vector<std::string> sources;      // words after "from", "从"
  std::vector<std::string> targets;      // words after "to", "into", "到"
  std::vector<std::string> recipients;   // words after "给"
  QuestionPersons persons;
  QuestionPrepositions prepositions;
  std::vector<OrderedWord> order;  // what the question speaks of, as it does
  std::u32string operators;        // signs that belong to no word and no number
  int negations = 0;
  bool as_written = false;  // CountsAsWritten: nothing is like it
};

// Linear in the question, which is cut after kMaxQuestionBytes.
QuestionTraits TraitsOf(std::string_view question);

// The hash of `content`: questions whose traits agree have the same.
Sha256::Digest ContentHash(const QuestionTraits& traits);

// Whether content and its order, numbers, operators, negations, opposites, names, directions,
// persons and prepositions agree.
bool TraitsAgree(const QuestionTraits& a, const QuestionTraits& b);

// The share of words two questions have in common (Dice), 0 to 1.
float WordSimilarity(const QuestionTraits& a, const QuestionTraits& b);

// How alike two questions are, 0 to 1: of the cosine of their vectors (if there are any) and of
// their words.
float QuestionScore(const QuestionTraits& a, const QuestionTraits& b, std::optional<float> cosine);

// From what QuestionScore on words alone (no cosine) are enough.
inline constexpr float kLeastWords = 0.2F;

// The most by which QuestionScore may lie above the cosine.
inline constexpr float kMostWordsGive = 0.25F;

}  // namespace bantam::store
