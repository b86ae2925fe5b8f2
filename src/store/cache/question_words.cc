// Questions to the tables.
#include "store/cache/question_words.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "base/ascii.h"
#include "store/cache/chinese_words.h"
#include "store/cache/english_words.h"

namespace bantam::store {
namespace {

using Meanings = std::map<std::string, std::string_view, std::less<>>;

void AddWords(Meanings& table, std::string_view list, std::string_view meaning) {
  AnyWord(list, [&](std::string_view form) {
    std::string word(form);
    Stem(word);
    table.try_emplace(std::move(word), meaning);
    return false;
  });
}

// Stem → what it stands for.
const Meanings& Synonyms() {
  static const Meanings kTable = [] {
    Meanings table;
    AddWords(table, kEmptyWords, "");
    AddWords(table, kOptionalWords, "?");
    for (const std::string_view row : kSynonyms) AddWords(table, row, row.substr(0, row.find(' ')));
    return table;
  }();
  return kTable;
}

// Nouns whose stem would be another word.
constexpr std::string_view kOwnStems =
    "glasses parking training painting dressing setting building meeting wedding housing clothing "
    "crossing stocking wiring heating lighting filling stuffing";

// Consonants, one vowel, one consonant: what "car" and "care" share, and "bak" of "baking".
bool IsClosedSyllable(std::string_view stem) {
  if (stem.size() < 3) return false;
  const size_t vowel = stem.size() - 2;
  const auto is_vowel = [](char c) { return std::string_view("aeiouy").contains(c); };
  return is_vowel(stem[vowel]) && !is_vowel(stem[vowel + 1]) &&
         !std::string_view("wx").contains(stem.back()) &&
         std::ranges::none_of(stem.substr(0, vowel), is_vowel);
}

}  // namespace

bool HasWord(std::string_view list, std::string_view word) {
  return AnyWord(list, [word](std::string_view one) { return one == word; });
}

bool HasAnyOf(std::string_view list, std::string_view text) {
  return AnyWord(list, [text](std::string_view word) { return text.contains(word); });
}

void Stem(std::string& word) {
  const auto is_small = [](char c) { return IsAsciiLower(c); };
  if (!std::ranges::all_of(word, is_small)) return;
  const auto cut = [&word](std::string_view ending, size_t least) {
    if (!word.ends_with(ending) || word.size() < ending.size() + least) return false;
    word.resize(word.size() - ending.size());
    return true;
  };
  if (HasWord(kOwnStems, word)) return;
  if (word == "buses") word = "bus";
  if (cut("ies", 2) || cut("ied", 3)) {
    word += 'y';
  } else if (!word.ends_with("ss") && !word.ends_with("us") && !word.ends_with("is")) {
    cut("s", 2);
  }
  if (HasWord(kOwnStems, word)) return;
  if (cut("ing", 3) || cut("ed", 3)) {
    const size_t n = word.size();
    if (n > 3 && word[n - 1] == word[n - 2] && std::string_view("bdgmnprt").contains(word[n - 1])) {
      word.pop_back();
    } else if (IsClosedSyllable(word)) {
      word += 'e';
    }
  }
  if (!IsClosedSyllable(std::string_view(word).substr(0, word.size() - 1))) cut("e", 3);
}

int ChineseDigit(char32_t c) {
  if (c == U'两') return 2;
  if (c == U'零' || c == U'〇') return 0;
  const size_t at = std::u32string_view(U"一二三四五六七八九").find(c);
  return at == std::u32string_view::npos ? -1 : static_cast<int>(at) + 1;
}

int64_t ChineseUnit(char32_t c) {
  switch (c) {
    case U'十': return 10;
    case U'百': return 100;
    case U'千': return 1000;
    case U'万': return 10'000;
    default: return 0;
  }
}

std::string_view MeaningOf(std::string_view stem) {
  const auto& synonyms = Synonyms();
  const auto found = synonyms.find(stem);
  return found == synonyms.end() ? stem : found->second;
}

std::string MeaningOfForm(std::string_view form) {
  std::string word(form);
  Stem(word);
  const std::string_view meaning = MeaningOf(word);
  return meaning.empty() || meaning == "?" ? word : std::string(meaning);
}

bool IsParticiple(std::string_view form) {
  return form.ends_with("ed") || HasWord(kParticiples, form);
}

bool IsNumber(std::string_view word) {
  return std::ranges::any_of(word, [](char c) { return IsAsciiDigit(c); }) ||
         std::ranges::any_of(kNumberWords, [word](const auto& pair) { return pair.first == word; });
}

size_t WholeLength(std::u32string_view text) {
  static const std::set<std::u32string_view> kWords(kWholeWords.begin(), kWholeWords.end());
  if (!kWords.contains(text.substr(0, 2))) return 0;
  return std::ranges::find(kNoWholeWords, text.substr(0, 3)) == kNoWholeWords.end() ? 2 : 0;
}

bool IsOptional(std::u32string_view text) {
  if (kOptionalCharacters.contains(text[0])) return true;
  return kVehicleVerbs.contains(text[0]) &&
         std::ranges::any_of(kVehicles, [text](std::u32string_view vehicle) {
           return text.substr(1).starts_with(vehicle);
         });
}

size_t LightLength(std::u32string_view text) {
  if (text.starts_with(U"等于")) return 0;
  const auto* light = std::ranges::find_if(
      kLightPhrases, [text](std::u32string_view phrase) { return text.starts_with(phrase); });
  return light == kLightPhrases.end() ? 0 : light->size();
}

}  // namespace bantam::store
