// Comparing the order of words of two questions.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/utf8.h"
#include "store/cache/chinese_words.h"
#include "store/cache/english_words.h"
#include "store/cache/question_form.h"
#include "store/cache/question_order.h"
#include "store/cache/question_words.h"

namespace bantam::store {
namespace {

using Words = std::vector<std::string>;

// Of what joins two parts in Chinese these say which does what.
constexpr std::u32string_view kRoles = U"给被把将对向从到让叫跟为替用的";
constexpr std::string_view kAuxiliaries = "do does did can could will would should may might must";

// The words with a number each: how often they have come before.
using Place = std::pair<std::string_view, int>;
std::vector<Place> PlacesOf(const std::vector<OrderedWord>& order) {
  std::map<std::string_view, int> seen;
  std::vector<Place> places;
  for (const OrderedWord& word : order) places.emplace_back(word.word, seen[word.word]++);
  return places;
}

// A word of one order that stands in the other, too, and may have moved.
struct CommonWord {
  Place place;
  Words between;  // what joins it to the one before: words of the other order alone, too
  Voice voice = Voice::kUnknown;
};
using Common = std::vector<CommonWord>;

Common CommonOf(const std::vector<OrderedWord>& order, const std::vector<OrderedWord>& other) {
  const std::vector<Place> places = PlacesOf(order);
  const std::vector<Place> others = PlacesOf(other);
  std::map<Place, std::string_view> roles;
  for (size_t i = 0; i < other.size(); ++i) roles[others[i]] = other[i].role;
  Common common;
  Words between;
  for (size_t i = 0; i < order.size(); ++i) {
    between.insert(between.end(), order[i].between.begin(), order[i].between.end());
    const auto found = roles.find(places[i]);
    if (found != roles.end() && (order[i].role.empty() || order[i].role != found->second)) {
      common.push_back({places[i], std::exchange(between, {}), order[i].voice});
    } else {
      between.push_back(order[i].word);
    }
  }
  return common;
}

// What stands before each word, and its voice.
using Voices = std::map<std::string_view, std::pair<std::string_view, Voice>>;
Voices VoicesOf(const std::vector<OrderedWord>& order) {
  Voices voices;
  std::string_view before;
  for (const OrderedWord& word : order) {
    voices.insert_or_assign(word.word, std::pair(before, word.voice));
    before = word.word;
  }
  return voices;
}

bool VoicesAgree(const std::vector<OrderedWord>& a, const std::vector<OrderedWord>& b) {
  const auto of_a = VoicesOf(a);
  const auto of_b = VoicesOf(b);
  return std::ranges::all_of(of_a, [&of_b](const auto& entry) {
    const auto& [word, voice] = entry;
    const auto found = of_b.find(word);
    return found == of_b.end() || found->second.second == voice.second ||
           found->second.first != voice.first || voice.second == Voice::kUnknown ||
           found->second.second == Voice::kUnknown;
  });
}

bool HasAny(const Words& words, std::string_view list) {
  return std::ranges::any_of(words,
                             [list](const std::string& word) { return HasWord(list, word); });
}

bool SamePlaces(Common::const_iterator begin, Common::const_iterator end,
                Common::const_iterator other_begin, Common::const_iterator other_end) {
  return std::equal(begin, end, other_begin, other_end,
                    [](const auto& a, const auto& b) { return a.place == b.place; });
}

// "X does Y … Z" and "Y is done … Z (by X)".
bool IsPassiveOf(const Common& active, const Common& passive) {
  for (auto done = passive.begin(); done != passive.end(); ++done) {
    if (done->voice != Voice::kPassive) continue;
    const auto does = std::ranges::find(active, done->place, &CommonWord::place);
    if (does->voice == Voice::kPassive) continue;
    const auto by = std::find_if(done + 1, passive.end(),
                                 [](const auto& word) { return HasAny(word.between, "by"); });
    // X stands after "by", or before Y ("I get Y done"), or nowhere.
    const auto n_agent = does - active.begin();
    const bool by_agent = by != passive.end();
    if (by_agent && !SamePlaces(active.begin(), does, by, passive.end())) continue;
    auto object = passive.begin();
    if (!by_agent && n_agent > 0) {
      if (done - passive.begin() < n_agent ||
          !SamePlaces(active.begin(), does, passive.begin(), passive.begin() + n_agent)) {
        continue;
      }
      object += n_agent;
    }
    Common rest(object, done);
    if (rest.empty()) continue;
    rest.insert(rest.end(), done + 1, by);
    if (SamePlaces(does + 1, active.end(), rest.begin(), rest.end())) return true;
  }
  return false;
}

bool SaysWhichDoesWhat(const std::string& word) {
  const bool latin = static_cast<unsigned char>(word[0]) < 0x80;
  return latin || word == "比" ||
         std::ranges::any_of(kRoles, [&word](char32_t c) { return ToUtf8({&c, 1}) == word; });
}

bool JoinAlike(const Words& a, const Words& b) {
  if (a.empty() && b.empty()) return true;
  return std::ranges::any_of(a, [&b](const std::string& word) {
    return SaysWhichDoesWhat(word) && std::ranges::find(b, word) != b.end();
  });
}

// Of words separated by blanks what OrderOf makes of each.
std::set<std::string> FormsOf(std::string_view list) {
  std::set<std::string> forms;
  AnyWord(list, [&forms](std::string_view word) {
    std::string form;
    for (const OrderedWord& ordered : OrderOf(FoldCharacters(word))) form += ordered.word;
    if (!form.empty()) forms.insert(std::move(form));
    return false;
  });
  return forms;
}

bool IsOneOf(const std::set<std::string>& forms, const Common& common, size_t begin, size_t end) {
  std::string form;
  for (size_t i = begin; i < end; ++i) form += common[i].place.first;
  return forms.contains(form);
}

// Whether parts may change places although they are joined alike: times, and what is done to a
// thing that has no verb of its own ("How do I track Tom?", but not "How does Tom track?").
bool MayChangePlaces(const Common& a, const Common& b, size_t begin, size_t second, size_t end) {
  static const std::set<std::string> kTimeForms = FormsOf(kChineseTimes);
  static const std::set<std::string> kActionForms =
      FormsOf(std::string(kEnglishActions) + " " + std::string(kChineseActions));
  const size_t middle = begin + second;
  if (IsOneOf(kTimeForms, a, begin, middle) || IsOneOf(kTimeForms, a, middle, end)) return true;
  if (IsOneOf(kActionForms, a, begin, middle)) return !HasAny(b[begin].between, kAuxiliaries);
  return IsOneOf(kActionForms, a, middle, end) && !HasAny(a[begin].between, kAuxiliaries);
}

// The second of two parts, moved before the first, and joined in another way.
bool IsExchange(const Common& a, const Common& b, const std::vector<size_t>& moved, size_t begin,
                size_t end) {
  const size_t n = end - begin;
  const size_t second = moved[begin] - begin;
  for (size_t i = 0; i < n; ++i) {
    if (moved[begin + i] - begin != (second + i) % n) return false;
  }
  return !JoinAlike(a[begin + second].between, b[end - second].between) ||
         MayChangePlaces(a, b, begin, second, end);
}

}  // namespace

bool OrdersAgree(const std::vector<OrderedWord>& a, const std::vector<OrderedWord>& b) {
  const Common of_a = CommonOf(a, b);
  const Common of_b = CommonOf(b, a);
  std::map<Place, size_t> place_in_a;
  for (size_t i = 0; i < of_a.size(); ++i) place_in_a[of_a[i].place] = i;
  std::vector<size_t> moved;  // where the words of b stand in a
  for (const CommonWord& word : of_b) moved.push_back(place_in_a[word.place]);
  size_t begin = 0;
  size_t end = moved.size();
  while (begin < end && moved[begin] == begin) ++begin;
  while (end > begin && moved[end - 1] == end - 1) --end;
  if (begin == end) return VoicesAgree(a, b);
  return IsExchange(of_a, of_b, moved, begin, end) || IsPassiveOf(of_a, of_b) ||
         IsPassiveOf(of_b, of_a);
}

}  // namespace bantam::store
