// The layout of the generated tables in language_profiles.cc: trigrams by which languages that
// share a script are told apart.
#pragma once

#include <span>
#include <string_view>

namespace bantam {

// Three characters of a word in small letters, the space before or after it included, and what
// having them costs each language: -ln of their frequency among its trigrams, in steps of
// 1 / kStepsPerNat from '0' on.
struct TrigramScores {
  char trigram[10];  // UTF-8
  char scores[16];   // one a language
};

struct LanguageProfiles {
  static constexpr int kStepsPerNat = 3;
  std::string_view languages;            // their codes, with spaces between
  std::span<const TrigramScores> table;  // by trigram, as bytes
};

extern const LanguageProfiles kLatinProfiles;
extern const LanguageProfiles kArabicProfiles;

}  // namespace bantam
