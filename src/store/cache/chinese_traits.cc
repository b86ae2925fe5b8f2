// Reading what light characters tell, and comparing it.
#include "store/cache/chinese_traits.h"

#include <algorithm>
#include <array>

#include "store/cache/question_form.h"

namespace bantam::store {
namespace {

using Phrases = std::initializer_list<std::u32string_view>;

bool Has(std::u32string_view text, Phrases phrases) {
  return std::ranges::any_of(phrases,
                             [text](std::u32string_view phrase) { return text.contains(phrase); });
}

char32_t At(std::u32string_view text, size_t i) {
  return i < text.size() ? text[i] : 0;
}

bool IsOneOf(char32_t c, std::u32string_view characters) {
  return c != 0 && characters.contains(c);
}

// The person at text[i]; 0: none, or part of another word (其他, 自我, 他人).
char32_t PersonAt(std::u32string_view text, size_t i) {
  const char32_t c = text[i];
  if (!IsOneOf(c, U"我咱你您他她它")) return 0;
  if (i > 0 && IsOneOf(text[i - 1], U"其吉维自迷")) return 0;
  if (IsOneOf(At(text, i + 1), U"人国")) return 0;
  if (c == U'咱') return U'我';
  return c == U'您' ? U'你' : c;
}

void AddOnce(std::u32string& list, char32_t c) {
  if (!list.contains(c)) list += c;
}

// Whether what stands before text[i] begins a clause, times and 怎么 left out of account.
bool BeginsClause(std::u32string_view text, size_t i) {
  return i == 0 || !IsUnspacedCharacter(text[i - 1]) || IsOneOf(text[i - 1], U"天年月时前后么候果");
}

void ReadPersons(std::u32string_view text, ChineseTraits& traits) {
  for (size_t i = 0; i < text.size(); ++i) {
    char32_t person = PersonAt(text, i);
    if (person == 0) continue;
    const size_t begin = i;
    if (At(text, i + 1) == U'们') {
      ++i;
      if (person != U'我' && person != U'你') person = U'们';
    }
    AddOnce(traits.persons, person);
    if (At(text, i + 1) == U'的') {
      AddOnce(traits.owners, person);
    } else if (BeginsClause(text, begin)) {
      AddOnce(traits.subjects, person);
    }
  }
}

// Whether 过 stands after a verb somewhere: 去过, not 过期 and 通过.
bool HasEver(std::u32string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == U'过' && IsUnspacedCharacter(text[i - 1]) &&
        !IsOneOf(text[i - 1], U"经通超不难路错越度要能会可") &&
        !IsOneOf(At(text, i + 1), U"期敏年户程滤夜关安海去来时境度")) {
      return true;
    }
  }
  return false;
}

Aspect AspectOf(std::u32string_view text) {
  size_t last = text.size();
  while (last > 0 && !IsUnspacedCharacter(text[last - 1])) --last;
  const bool ends = last > 0 && text[last - 1] == U'了';
  if (ends || Has(text, {U"了吗", U"了没", U"了么", U"了吧", U"已经"})) return Aspect::kDone;
  if (Has(text, {U"能", U"可", U"会", U"要", U"该"})) return Aspect::kPlain;
  if (HasEver(text)) return Aspect::kEver;
  return text.contains(U'了') ? Aspect::kDone : Aspect::kPlain;
}

// Whether `verb` stands as a word of its own.
bool HasVerb(std::u32string_view text, char32_t verb, std::u32string_view not_after,
             std::u32string_view not_before) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == verb && (i == 0 || !IsOneOf(text[i - 1], not_after)) &&
        !IsOneOf(At(text, i + 1), not_before)) {
      return true;
    }
  }
  return false;
}

char32_t VerbOf(std::u32string_view text) {
  if (Has(text, {U"能用", U"可以用", U"能不能用", U"可不可以用"})) return U'用';
  if (HasVerb(text, U'做', U"", U"饭工")) return U'做';
  if (HasVerb(text, U'有', U"没所拥公私还具", U"效限害毒线机关")) return U'有';
  if (text.contains(U"有没有")) return U'有';
  if (HasVerb(text, U'要', U"需必主重不", U"求点")) return U'要';
  return HasVerb(text, U'是', U"还不于可但", U"否不") ? U'是' : 0;
}

// "在车里", "在车上"; of screens both are said.
char32_t PlaceOf(std::u32string_view text) {
  constexpr size_t kMost = 6;
  for (size_t at = 0; (at = text.find(U'在', at)) != std::u32string_view::npos; ++at) {
    for (size_t i = at + 2; i < std::min(at + kMost, text.size()); ++i) {
      const bool place = text[i] == U'里' || text[i] == U'上';
      if (!place || IsOneOf(text[i - 1], U"哪这那晚早网线以马")) continue;
      if (!IsUnspacedCharacter(text[i - 1]) || IsOneOf(text[i - 1], U"机站件台序统信")) return 0;
      return text[i];
    }
  }
  return 0;
}

bool ShareOne(std::u32string_view a, std::u32string_view b) {
  return a.empty() || b.empty() || a.find_first_of(b) != std::u32string_view::npos;
}

// What is denied, or asked for, of things: 有 is not 是.
bool VerbsAgree(char32_t a, char32_t b) {
  return a == b || a == 0 || b == 0;
}

}  // namespace

ChineseTraits ChineseTraitsOf(std::u32string_view worded, std::u32string_view rest) {
  ChineseTraits traits;
  ReadPersons(rest, traits);
  traits.aspect = AspectOf(worded);
  traits.verb = VerbOf(worded);
  traits.place = PlaceOf(worded);
  traits.is_given = Has(worded, {U"租", U"借"}) && worded.contains(U'给');
  traits.goes_on = worded.contains(U"一直");
  return traits;
}

bool ChineseTraitsAgree(const ChineseTraits& a, const ChineseTraits& b, bool whether) {
  if (!ShareOne(a.persons, b.persons) || !ShareOne(a.owners, b.owners) ||
      !ShareOne(a.subjects, b.subjects)) {
    return false;
  }
  if (whether && (a.aspect != b.aspect || a.goes_on != b.goes_on)) return false;
  return VerbsAgree(a.verb, b.verb) && VerbsAgree(a.place, b.place) && a.is_given == b.is_given;
}

}  // namespace bantam::store
