// Reading prepositions, and which of them do not stand for each other.
#include "store/cache/question_prepositions.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "store/cache/english_words.h"
#include "store/cache/phrase_rules.h"
#include "store/cache/question_words.h"

namespace bantam::store {
namespace {

// The first of each row stands for it.
constexpr auto kPrepositions = std::to_array<std::string_view>({
    "with using via through",
    "by",
    "for",
    "from",
    "to into onto towards",
    "in inside within during",
    "on upon",
    "at",
    "until till",
    "near beside next behind under underneath",
    "about",
    "and",
    "or",
});

// Rows of which no two stand for each other.
constexpr auto kApart = std::to_array<std::string_view>({
    "with for",
    "by for",
    "from to",
    "from for",
    "until in",
    "until on",
    "until at",
    "until by",
    "until for",
    "in for",
    "in near",
    "in by",
    "on by",
    "on near",
    "about in",
    "about for",
    "and or",
});

// Things one is in and on alike.
constexpr std::string_view kInOrOn =
    "train plane bus ship boat ferry tram app site website internet network phone computer tv "
    "screen page menu street road island bill invoice receipt list team market campus "
    "morning evening afternoon night day weekend monday tuesday wednesday thursday friday saturday "
    "sunday holiday date";

std::optional<std::string_view> PrepositionOf(std::string_view word) {
  for (const std::string_view row : kPrepositions) {
    if (HasWord(row, word)) return row.substr(0, row.find(' '));
  }
  return std::nullopt;
}

std::string NounOf(std::string_view form) {
  if (HasWord("me us", form)) return "i";
  if (form == "you") return "you";
  if (std::ranges::binary_search(kFunctionWords, form)) return "";
  return MeaningOfForm(form);
}

bool MayStandFor(const std::string& noun, const std::string& one, const std::string& other) {
  if (one == other) return true;
  const auto are = [&](std::string_view pair) {
    return HasWord(pair, one) && HasWord(pair, other);
  };
  if (are("in on")) return HasWord(kInOrOn, noun);
  return std::ranges::none_of(kApart, are);
}

}  // namespace

QuestionPrepositions PrepositionsOf(std::u32string_view folded) {
  QuestionPrepositions prepositions;
  std::optional<std::string_view> before;
  for (const WordToken& token : WordsOf(folded)) {
    if (const auto preposition = PrepositionOf(token.word)) {
      before = preposition;
      continue;
    }
    if (HasWord(kDeterminers, token.word) || IsNumber(token.word)) continue;
    std::string noun = before ? NounOf(token.word) : std::string();
    if (!noun.empty()) prepositions[std::move(noun)].emplace(*before);
    before.reset();
  }
  return prepositions;
}

bool PrepositionsAgree(const QuestionPrepositions& a, const QuestionPrepositions& b) {
  return std::ranges::all_of(a, [&b](const auto& entry) {
    const auto found = b.find(entry.first);
    if (found == b.end()) return true;
    return std::ranges::any_of(entry.second, [&](const std::string& one) {
      return std::ranges::any_of(found->second, [&](const std::string& other) {
        return MayStandFor(entry.first, one, other);
      });
    });
  });
}

}  // namespace bantam::store
