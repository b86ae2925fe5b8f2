// Reading persons by the words around pronouns and auxiliaries.
#include "store/cache/question_persons.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "store/cache/english_frames.h"
#include "store/cache/english_words.h"
#include "store/cache/phrase_rules.h"
#include "store/cache/question_words.h"

namespace bantam::store {
namespace {

constexpr auto kPossessives = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"my", "i"},
    {"our", "i"},
    {"mine", "i"},
    {"ours", "i"},
    {"your", "you"},
    {"yours", "you"},
    {"his", "he"},
    {"her", "she"},
    {"hers", "she"},
});
constexpr std::string_view kActive =
    "do does did can could may might will would shall should must don't doesn't didn't can't won't";
constexpr std::string_view kForms = "is are was were am be been being 'm 're isn't aren't";
constexpr std::string_view kPronounSubjects = "i we you he she it they one there";
constexpr std::string_view kBeforeSubjects =
    "what which who whom when where how why if that whether while after before because so and or "
    "but until once as than unless not";
// Between a subject and its verb.
constexpr std::string_view kBetween =
    "not to also just still ever only really always never please want need have has like love wish "
    "try trying going able allowed supposed permitted 'd 'll 've actually already now too very so "
    "am is are was were be been 'm 're";
constexpr std::string_view kLight =
    "work use need take get bring have make give find like want let keep go";
// Asked of whoever answers.
constexpr std::string_view kOfAnswering = "tell explain show help know say wonder ask think mean";

bool IsArticle(std::string_view word) {
  return word == "no" || HasWord(kDeterminers, word);
}

class PersonReader {
 public:
  explicit PersonReader(std::u32string_view text) : words_(WordsOf(text)) {}

  QuestionPersons Read() {
    for (size_t i = 0; i < words_.size(); ++i) {
      const std::string& word = words_[i].word;
      ReadPossessive(i);
      if (word == "i" || word == "we") ReadPronoun(i, "i");
      if (word == "you" && IsSubject(i)) ReadPronoun(i, "you");
      if (HasWord("me us", word)) ReadObject(i, "i");
      if (word == "you" && !IsSubject(i)) ReadObject(i, "you");
      if (HasWord(kActive, word)) ReadNoun(i + 1);
      if (HasWord("is are was were isn't aren't", word)) ReadBe(i);
    }
    return std::move(persons_);
  }

 private:
  std::string_view At(size_t i) const {
    return i < words_.size() ? std::string_view(words_[i].word) : std::string_view();
  }

  // No word, or one that is neither noun nor verb.
  bool IsFunction(size_t i) const {
    const std::string_view word = At(i);
    if (word.empty() || word.starts_with('\'')) return true;
    return !HasWord(kLight, word) &&
           (std::ranges::binary_search(kFunctionWords, word) || IsArticle(word) ||
            HasWord(kForms, word) || HasWord(kActive, word) ||
            HasWord("after before until during without into onto per not", word));
  }

  bool IsSubject(size_t i) const {
    if (i == 0) return true;
    const std::string_view before = At(i - 1);
    return before.empty() || HasWord(kActive, before) || HasWord(kForms, before) ||
           HasWord(kAuxiliaries, before) || HasWord(kBeforeSubjects, before);
  }

  void ReadPossessive(size_t i) {
    const auto* found =
        std::ranges::find(kPossessives, At(i), [](const auto& p) { return p.first; });
    if (found == kPossessives.end()) return;
    persons_.owners.emplace(found->second);
    const size_t next = At(i + 1) == "own" ? i + 2 : i + 1;
    if (!IsFunction(next)) persons_.owned.emplace(MeaningOfForm(At(next)), found->second);
  }

  void ReadPronoun(size_t i, std::string_view who) {
    bool passive = i > 0 && HasWord(kForms, At(i - 1));
    std::string verb = "be";
    size_t at = i + 1;
    for (; HasWord(kBetween, At(at)) || HasWord(kActive, At(at)); ++at) {
      if (HasWord(kLight, At(at))) verb = At(at);
      passive = passive || HasWord(kForms, At(at));
    }
    if (!IsFunction(at)) {
      verb = MeaningOfForm(At(at));
      if (passive && IsParticiple(At(at))) verb += " passive";
    }
    if (!HasWord(kOfAnswering, verb)) persons_.acts[verb].emplace(who);
  }

  // "call me", "for you"
  void ReadObject(size_t i, std::string_view whom) {
    if (i == 0 || At(i - 1).empty() || HasWord(kOfAnswering, At(i - 1))) return;
    persons_.objects.emplace(MeaningOfForm(At(i - 1)), whom);
  }

  // "(can) the shop cancel an order": any word but the first may be the verb.
  void ReadNoun(size_t at) {
    if (At(at) == "not") ++at;
    while (IsArticle(At(at))) ++at;
    if (HasWord(kPronounSubjects, At(at)) || IsFunction(at)) return;
    for (size_t verb = at + 1; !IsFunction(verb); ++verb) {
      if (HasWord(kLight, At(verb))) {
        persons_.acts[std::string(At(verb))].emplace("noun");
        return;
      }
      persons_.acts[MeaningOfForm(At(verb))].emplace("noun");
    }
  }

  // "my train is late", "is my train late"
  void ReadBe(size_t i) {
    size_t before = i;
    while (before > 0 && !IsFunction(before - 1)) --before;
    const bool of_noun = before < i && before > 0 && IsArticle(At(before - 1));
    size_t at = i + 1;
    if (of_noun) {
      while (HasWord("not so too very still also", At(at))) ++at;
    } else {
      if (HasWord(kPronounSubjects, At(at)) || !IsArticle(At(at))) return;
      while (IsArticle(At(at))) ++at;
      const size_t noun = at;
      while (!IsFunction(at + 1)) ++at;
      if (at == noun) return;
    }
    if (IsFunction(at) || IsParticiple(At(at)) || At(at).ends_with("ing")) return;
    persons_.acts[MeaningOfForm(At(at))].emplace("noun");
  }

  const std::vector<WordToken> words_;
  QuestionPersons persons_;
};

bool HasCommon(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::ranges::any_of(a, [&b](const std::string& word) { return b.contains(word); });
}

}  // namespace

QuestionPersons PersonsOf(std::u32string_view folded) {
  return PersonReader(folded).Read();
}

bool PersonsAgree(const QuestionPersons& a, const QuestionPersons& b) {
  if (!a.owners.empty() && !b.owners.empty() && a.owners != b.owners) return false;
  const auto agree = [](const auto& one, const auto& other) {
    return std::ranges::all_of(one, [&other](const auto& entry) {
      const auto found = other.find(entry.first);
      return found == other.end() || found->second == entry.second;
    });
  };
  if (!agree(a.owned, b.owned) || !agree(a.objects, b.objects)) return false;
  return std::ranges::all_of(a.acts, [&b](const auto& entry) {
    const auto found = b.acts.find(entry.first);
    return found == b.acts.end() || HasCommon(entry.second, found->second);
  });
}

}  // namespace bantam::store
