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

// Whether something will, can or must be: 会 but not 会员 and 开会.
bool IsAhead(std::u32string_view text) {
  return HasVerb(text, U'会', U"机社协委宴聚开晚年议约大展退入工国", U"员议计费展场所") ||
         Has(text, {U"能", U"可", U"要", U"该", U"才"});
}

std::u32string_view WithoutMarks(std::u32string_view text) {
  while (!text.empty() && !IsUnspacedCharacter(text.back())) text.remove_suffix(1);
  return text;
}

// "在下雨吗": what follows 在 is all.
bool IsGoingOn(std::u32string_view text) {
  constexpr size_t kMost = 4;
  if (text.contains(U"正在")) return true;
  const size_t at = text.rfind(U'在');
  if (at == std::u32string_view::npos || Has(text, {U"在哪", U"在几", U"在什么", U"现在"})) {
    return false;
  }
  return text.size() - at - 1 <= kMost;
}

Aspect AspectOf(std::u32string_view text) {
  if (text.ends_with(U"了") || Has(text, {U"了吗", U"了没", U"了么", U"了吧", U"已经"})) {
    return Aspect::kDone;
  }
  if (IsAhead(text)) return Aspect::kPlain;
  if (HasEver(text)) return Aspect::kEver;
  if (text.contains(U'了')) return Aspect::kDone;
  return IsGoingOn(text) ? Aspect::kGoingOn : Aspect::kPlain;
}

char32_t VerbOf(std::u32string_view text) {
  if (Has(text, {U"在几楼", U"在几层", U"在几号", U"谁在"})) return U'在';
  if (text.contains(U"谁会")) return U'会';
  if (Has(text, {U"能用", U"可以用", U"能不能用", U"可不可以用"})) return U'用';
  if (text.contains(U"好用")) return U'好';
  if (HasVerb(text, U'做', U"", U"饭工")) return U'做';
  // "有什么好处" is "好处是什么", "里面有什么" is not.
  const bool of_which =
      Has(text, {U"有什么", U"有哪"}) && !text.ends_with(U"有什么") && !text.ends_with(U"有哪些");
  if (of_which) return 0;
  if (HasVerb(text, U'有', U"没拥公私还具", U"效限害毒线机关")) return U'有';
  if (text.contains(U"有没有")) return U'有';
  if (HasVerb(text, U'要', U"需必主重不", U"求点")) return U'要';
  return HasVerb(text, U'是', U"还不于可但", U"否不") ? U'是' : 0;
}

// "什么时候到的", "谁买的票"
bool IsPast(std::u32string_view text) {
  if (text.ends_with(U"了")) return true;
  const size_t who = text.find(U'谁');
  const size_t done = who == std::u32string_view::npos ? who : text.find_first_of(U"的了", who + 2);
  if (done != std::u32string_view::npos) return true;
  return text.ends_with(U"的") && !text.ends_with(U"谁的");
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

// What kind of denial comes first; none in 能不能, 有没有 and 到了没.
char32_t DenialOf(std::u32string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t before = i > 0 ? text[i - 1] : 0;
    const char32_t after = At(text, i + 1);
    if (before == after) continue;
    if (text[i] == U'不' && IsOneOf(after, U"能会要是想")) return after;
    if (text[i] == U'没' && after != 0 && !IsOneOf(before, U"了有淹") && after != U'收')
      return U'没';
  }
  return 0;
}

// "被投诉怎么办"
bool IsDoneToAsker(std::u32string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != U'被' || At(text, i + 1) == U'子') continue;
    // Not after a blank: "银行卡 被吞".
    if (i == 0 || text[i - 1] == U'我') return true;
    if (text[i - 1] != ' ' && BeginsClause(text, i)) return true;
  }
  return false;
}

bool ShareOne(std::u32string_view a, std::u32string_view b) {
  return a.empty() || b.empty() || a.find_first_of(b) != std::u32string_view::npos;
}

// Whether two are the same, as far as both are said.
bool Same(char32_t a, char32_t b) {
  return a == b || a == 0 || b == 0;
}

}  // namespace

ChineseTraits ChineseTraitsOf(std::u32string_view worded, std::u32string_view rest, bool wishes) {
  ChineseTraits traits;
  ReadPersons(rest, traits);
  if (wishes) {
    AddOnce(traits.persons, U'我');
    AddOnce(traits.subjects, U'我');
  }
  worded = WithoutMarks(worded);
  traits.aspect = AspectOf(worded);
  traits.verb = VerbOf(worded);
  traits.place = PlaceOf(worded);
  traits.denial = DenialOf(worded);
  traits.suffers = IsDoneToAsker(rest);
  traits.is_given = Has(worded, {U"租", U"借"}) && worded.contains(U'给');
  traits.always = worded.contains(U"一直");
  traits.ahead = IsAhead(worded);
  traits.past = IsPast(worded) && !traits.ahead;
  return traits;
}

bool ChineseTraitsAgree(const ChineseTraits& a, const ChineseTraits& b, BothAsk both) {
  if (!ShareOne(a.persons, b.persons) || !ShareOne(a.owners, b.owners) ||
      !ShareOne(a.subjects, b.subjects) || !Same(a.place, b.place) || !Same(a.denial, b.denial) ||
      a.suffers != b.suffers || a.is_given != b.is_given) {
    return false;
  }
  if (both == BothAsk::kWhether && (a.aspect != b.aspect || a.always != b.always)) return false;
  const bool compares_verbs =
      both == BothAsk::kWhether || both == BothAsk::kThing || a.verb == U'在' || b.verb == U'在';
  if (compares_verbs && !Same(a.verb, b.verb)) return false;
  const bool events = both == BothAsk::kEvent || both == BothAsk::kThing;
  return !events || !((a.past && b.ahead) || (b.past && a.ahead));
}

}  // namespace bantam::store
