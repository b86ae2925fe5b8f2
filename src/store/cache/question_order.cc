// Reading the order of words.
#include "store/cache/question_order.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/unicode.h"
#include "base/utf8.h"
#include "store/cache/english_words.h"
#include "store/cache/question_form.h"
#include "store/cache/question_words.h"

namespace bantam::store {
namespace {

using Words = std::vector<std::string>;

struct Pronoun {
  std::string_view person;
  std::string_view subject;  // forms
  std::string_view object;
};
constexpr auto kPronouns = std::to_array<Pronoun>({
    {"i", "i we", "me us"},
    {"he", "he", "him"},
    {"she", "she", "her"},
    {"they", "they", "them"},
});
// Verbs that are no content, but say which does what. Forms of "have" that a participle may follow
// make it passive ("have it deleted").
constexpr std::string_view kVerbs =
    "give gives gave given giving let lets take takes took bring brings use uses used mean means";
constexpr std::string_view kHave = "have get";
constexpr std::string_view kPassiveForms = "is are was were be been being am get gets got getting";
constexpr std::string_view kUnjoining =
    "a an the my your his its our their this that these those not no never";
constexpr std::string_view kFormsOfBe = "is are was were be been being am";
constexpr std::u32string_view kPersons = U"我你您他她它谁";
constexpr std::u32string_view kUnjoiningCharacters = U"了着过得地吗呢吧啊呀们不没";

bool IsOfWord(char32_t c) {
  return !IsUnspacedCharacter(c) &&
         ((c >= 0xE000 && c <= 0xF8FF) ||  // FoldCharacters' mark of capitals
          unicode::PropertiesOf(c).In(unicode::kLetter | unicode::kMark | unicode::kNumber));
}

class OrderReader {
 public:
  explicit OrderReader(std::u32string_view text) : text_(text) {}

  std::vector<OrderedWord> Read() {
    for (size_t i = 0; i < text_.size();) {
      if (IsUnspacedCharacter(text_[i])) {
        i += TakeUnspaced(i);
      } else if (IsOfWord(text_[i])) {
        i += TakeWord(i);
      } else {
        ++i;
      }
    }
    return std::move(order_);
  }

 private:
  void Add(std::string word, std::string role = {}) {
    // "invited Tom": with an object, and without "was", it is active.
    if (between_.empty() && !order_.empty() && order_.back().voice == Voice::kUnknown) {
      order_.back().voice = Voice::kActive;
    }
    order_.push_back({std::move(word), std::exchange(between_, {}), std::move(role)});
  }

  std::string Utf8(size_t begin, size_t length) const {
    return ToUtf8(text_.substr(begin, length));
  }

  bool Is(size_t at, char32_t c) const { return at < text_.size() && text_[at] == c; }

  // Each gives how many characters it took.
  size_t TakeUnspaced(size_t i) {
    const char32_t c = text_[i];
    if (const size_t whole = WholeLength(text_.substr(i)); whole > 0) {
      for (size_t at = i; at < i + whole; ++at) Add(Utf8(at, 1));
      return whole;
    }
    // "谁是…" is "…是谁".
    const bool identity = c == U'谁' && (Is(i + 1, U'是') || (i > 0 && text_[i - 1] == U'是'));
    if (kPersons.contains(c) && !identity) {
      Add(Utf8(i, 1));
      return 1;
    }
    const bool compares = c == U'比';
    const size_t light = compares ? 1 : LightLength(text_.substr(i));
    if (light == 0) {
      Add(Utf8(i, 1));
      return 1;
    }
    const bool joins = !kUnjoiningCharacters.contains(c) && ChineseDigit(c) < 0;
    if (light > 1 || joins) between_.push_back(Utf8(i, light));
    return light;
  }

  size_t TakeWord(size_t begin) {
    size_t end = begin;
    while (end < text_.size() && IsOfWord(text_[end])) ++end;
    std::string word = Utf8(begin, end - begin);
    if (begin > 0 && text_[begin - 1] == '\'') word.insert(0, "'");
    Take(std::move(word));
    return end - begin;
  }

  void Take(std::string word) {
    if (IsNumber(word) || HasWord(kUnjoining, word)) return;
    if (word == "you") return Add(std::move(word));
    for (const auto& [person, subject, object] : kPronouns) {
      if (HasWord(subject, word)) return Add(std::string(person), "subject");
      if (HasWord(object, word)) return Add(std::string(person), "object");
    }
    if (word.starts_with('\'') || IsFunctionWord(word)) return between_.push_back(word);
    const std::string form = word;
    Stem(word);
    if (HasWord(kVerbs, form) || IsFunctionWord(word)) return between_.push_back(word);
    const std::string_view meaning = MeaningOf(word);
    // "monthly", "per month": wherever it stands.
    if (meaning == "per") return between_.push_back(std::move(word));
    if (meaning.empty()) return;
    const Voice voice = VoiceOf(form);
    TakeVoice(form);
    Add(meaning == "?" ? word : std::string(meaning));
    order_.back().voice = voice;
  }

  // "is paid", "is the rent paid".
  Voice VoiceOf(std::string_view form) const {
    if (!IsParticiple(form)) return Voice::kActive;
    const auto is = [](const Words& words) {
      return std::ranges::any_of(
          words, [](const std::string& word) { return HasWord(kPassiveForms, word); });
    };
    if (!between_.empty()) return is(between_) ? Voice::kPassive : Voice::kUnknown;
    const auto joined = std::ranges::find_if(
        order_.rbegin(), order_.rend(), [](const auto& word) { return !word.between.empty(); });
    return joined != order_.rend() && is(joined->between) ? Voice::kPassive : Voice::kUnknown;
  }

  // "is hitting" joins as "hits" does, and "have it deleted" as "it is deleted".
  void TakeVoice(std::string_view form) {
    const bool is = !between_.empty() && HasWord(kFormsOfBe, between_.back());
    if (form.ends_with("ing") && is) between_.pop_back();
    if (!form.ends_with("ed") || !between_.empty() || order_.empty()) return;
    const auto& before = order_.back().between;
    const bool has =
        std::ranges::any_of(before, [](const std::string& word) { return HasWord(kHave, word); });
    if (has) between_.emplace_back("be");
  }

  static bool IsFunctionWord(std::string_view word) {
    return std::ranges::binary_search(kFunctionWords, word) || HasWord(kFormsOfBe, word);
  }

  const std::u32string_view text_;
  std::vector<OrderedWord> order_;
  Words between_;
};

}  // namespace

std::vector<OrderedWord> OrderOf(std::u32string_view folded) {
  return OrderReader(folded).Read();
}

}  // namespace bantam::store
