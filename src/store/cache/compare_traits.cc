// Comparing the traits of two questions.
#include <algorithm>

#include "store/cache/question_traits.h"
#include "store/cache/question_words.h"

namespace bantam::store {
namespace {

using Words = std::vector<std::string>;

// Whether both have words of a group, but not the same ones.
bool OppositesAgree(const Words& a, const Words& b) {
  const auto group = [](const std::string& word) {
    return word.starts_with("unit:") ? std::string("unit") : word.substr(0, word.size() - 1);
  };
  for (const std::string& word : a) {
    if (std::ranges::binary_search(b, word)) continue;
    const auto same_group = [&](const std::string& other) { return group(other) == group(word); };
    if (std::ranges::any_of(b, same_group)) return false;
  }
  return true;
}

bool NamesAgree(const QuestionTraits& a, const QuestionTraits& b) {
  return std::ranges::all_of(a.names, [&b](std::string name) {
    if (std::ranges::binary_search(b.names, name)) return true;
    Stem(name);
    return std::ranges::binary_search(b.words, name);
  });
}

size_t CountMissing(const Words& from, const Words& in) {
  return static_cast<size_t>(std::ranges::count_if(
      from, [&in](const std::string& word) { return !std::ranges::binary_search(in, word); }));
}

// Whether the same words stand in both, but for optional ones on one side.
bool ContentAgrees(const QuestionTraits& a, const QuestionTraits& b) {
  if (a.content != b.content) return false;
  return CountMissing(a.optional, b.optional) == 0 || CountMissing(b.optional, a.optional) == 0;
}

bool HasOnly(const Words& words, const Words& others, const std::string& word) {
  return std::ranges::find(words, word) != words.end() &&
         std::ranges::find(others, word) == others.end();
}

// "grams in a pound", "pounds in a gram": the same words around a relation, but the other way
// round. Of "than" one that has changed sides is enough.
bool IsReversed(const QuestionTraits& a, const QuestionTraits& b) {
  for (const auto& [word, of_a] : a.around) {
    const auto found = b.around.find(word);
    if (found == b.around.end()) continue;
    const auto& of_b = found->second;
    const bool moved_right = std::ranges::any_of(of_a.first, [&](const std::string& left) {
      return HasOnly(of_a.first, of_a.second, left) && HasOnly(of_b.second, of_b.first, left);
    });
    const bool moved_left = std::ranges::any_of(of_a.second, [&](const std::string& right) {
      return HasOnly(of_a.second, of_a.first, right) && HasOnly(of_b.first, of_b.second, right);
    });
    if (moved_right && moved_left) return true;
    if (word == "than" && (moved_right || moved_left)) return true;
  }
  return false;
}

bool HasWordOf(const Words& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

// "two vouchers for an order" is not "a voucher for two orders".
bool CountsAgree(const QuestionTraits& a, const QuestionTraits& b) {
  return std::ranges::none_of(a.counted, [&](const auto& one) {
    return std::ranges::any_of(b.counted, [&](const auto& other) {
      return one.first == other.first && one.second != other.second &&
             HasWordOf(b.content, one.second) && HasWordOf(a.content, other.second);
    });
  });
}

// What "how many" and "多少" are followed by.
std::string AskedOf(const QuestionTraits& traits) {
  if (!traits.frame.Asks("many")) return "";
  const auto asked = std::ranges::find_if(traits.order, [](const OrderedWord& word) {
    return HasWordOf(word.between, "how") || HasWordOf(word.between, "怎么");
  });
  return asked == traits.order.end() ? "" : asked->word;
}

bool AskedAgrees(const QuestionTraits& a, const QuestionTraits& b) {
  const std::string of_a = AskedOf(a);
  const std::string of_b = AskedOf(b);
  return of_a.empty() || of_b.empty() || of_a == of_b;
}

// Whether something is done to the asker ("怎么联系我"), not by them.
bool IsDoneToAsker(const std::vector<OrderedWord>& order) {
  for (size_t i = 1; i < order.size(); ++i) {
    const bool me = order[i].role == "object" && order[i].word == "i";
    if (!order[i].between.empty()) continue;
    if (me || (order[i].word == "我" && i + 1 == order.size())) return true;
  }
  return false;
}

// Whether what comes "from X" in a is said to go to X, or to be in it, in b.
bool IsOtherwise(const QuestionTraits& a, const QuestionTraits& b) {
  return std::ranges::any_of(a.sources, [&b](const std::string& source) {
    if (HasWordOf(b.sources, source)) return false;
    const auto found = std::ranges::find(b.order, MeaningOf(source), &OrderedWord::word);
    return found != b.order.end() && std::ranges::any_of(found->between, [](const auto& word) {
             return HasWord("to into onto in at on", word);
           });
  });
}

bool HasCommon(const Words& a, const Words& b) {
  return std::ranges::any_of(
      a, [&b](const std::string& word) { return std::ranges::find(b, word) != b.end(); });
}

// "Is water allowed?" may be said for "Can I take water?".
bool SaysLess(const QuestionTraits& less, const QuestionTraits& more) {
  if (!less.light_verbs.empty()) return false;
  return std::ranges::all_of(more.light_verbs, [&](const std::string& verb) {
    return verb == "verb:explain" || (verb == "verb:get" && more.to_get) ||
           (less.allows && HasWord("verb:take verb:use", verb));
  });
}

bool LightVerbsAgree(const QuestionTraits& a, const QuestionTraits& b) {
  return a.light_verbs == b.light_verbs || SaysLess(a, b) || SaysLess(b, a);
}

bool DirectionsAgree(const QuestionTraits& a, const QuestionTraits& b) {
  if (HasCommon(a.sources, b.targets) || HasCommon(b.sources, a.targets)) return false;
  const auto differ = [](const Words& one, const Words& other) {
    return !one.empty() && !other.empty() && !HasCommon(one, other);
  };
  if (IsOtherwise(a, b) || IsOtherwise(b, a)) return false;
  return !differ(a.sources, b.sources) && !differ(a.targets, b.targets) &&
         !differ(a.recipients, b.recipients);
}

}  // namespace

Sha256::Digest ContentHash(const QuestionTraits& traits) {
  Sha256 hash;
  const auto add = [&hash](std::string_view text) {
    hash.Update({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  };
  for (const std::string& word : traits.content) {
    add(word);
    add({"\0", 1});
  }
  return hash.Finish();
}

bool TraitsAgree(const QuestionTraits& a, const QuestionTraits& b) {
  return !a.as_written && !b.as_written && a.numbers == b.numbers && a.operators == b.operators &&
         (a.negations % 2) == (b.negations % 2) && OppositesAgree(a.opposites, b.opposites) &&
         OppositesAgree(b.opposites, a.opposites) && FramesAgree(a.frame, b.frame) &&
         ContentAgrees(a, b) && OrdersAgree(a.order, b.order) && !IsReversed(a, b) &&
         CountsAgree(a, b) && LightVerbsAgree(a, b) && PersonsAgree(a.persons, b.persons) &&
         PrepositionsAgree(a.prepositions, b.prepositions) &&
         IsDoneToAsker(a.order) == IsDoneToAsker(b.order) && AskedAgrees(a, b) &&
         NamesAgree(a, b) && NamesAgree(b, a) && DirectionsAgree(a, b);
}

float WordSimilarity(const QuestionTraits& a, const QuestionTraits& b) {
  if (a.words.empty() || b.words.empty()) return 0;
  size_t common = 0;
  for (size_t i = 0, j = 0; i < a.words.size() && j < b.words.size();) {
    const int order = a.words[i].compare(b.words[j]);
    common += order == 0 ? 1 : 0;
    if (order <= 0) ++i;
    if (order >= 0) ++j;
  }
  return 2.0F * static_cast<float>(common) / static_cast<float>(a.words.size() + b.words.size());
}

float QuestionScore(const QuestionTraits& a, const QuestionTraits& b, std::optional<float> cosine) {
  const float words = WordSimilarity(a, b);
  if (!cosine) return words;
  return *cosine + kMostWordsGive * words * (1 - *cosine);
}

}  // namespace bantam::store
