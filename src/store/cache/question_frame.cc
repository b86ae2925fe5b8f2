// Reading frames by the tables of english_frames.h and chinese_frames.h.
#include "store/cache/question_frame.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"
#include "store/cache/chinese_frames.h"
#include "store/cache/english_frames.h"
#include "store/cache/english_words.h"
#include "store/cache/question_form.h"
#include "store/cache/question_words.h"

namespace bantam::store {
namespace {

using Words = std::vector<std::string>;

const CharacterRules& ChinesePhrases() {
  static const CharacterRules kRules(kChinesePhrases);
  return kRules;
}

const CharacterRules& ChineseFrames() {
  static const CharacterRules kRules(kChineseFrames, U"怎么");
  return kRules;
}

const WordRules& EnglishPhrases() {
  static const WordRules kRules(kEnglishPhrases);
  return kRules;
}

// Patterns around the nouns of kEnglishDimensions; `nouns` are put in place of "NOUN".
std::vector<PhraseRule> AroundDimensions(std::span<const std::string_view> patterns,
                                         std::vector<std::string>& texts) {
  texts.reserve(patterns.size() * kEnglishDimensions.size());
  std::vector<PhraseRule> rules;
  for (const Dimension& dimension : kEnglishDimensions) {
    for (std::string_view pattern : patterns) {
      std::string& text = texts.emplace_back(pattern);
      text.replace(text.find("NOUN"), 4, dimension.nouns);
      rules.push_back({.name = dimension.name, .pattern = text, .replacement = ""});
    }
  }
  return rules;
}

const WordRules& EnglishFrames() {
  static const WordRules kRules = [] {
    constexpr auto kAsked = std::to_array<std::string_view>(
        {"what is|are|was|were the|a average|total|exact? NOUN of|between|for|from"});
    std::vector<std::string> texts;
    std::vector<PhraseRule> rules = AroundDimensions(kAsked, texts);
    rules.insert(rules.end(), kEnglishFrames.begin(), kEnglishFrames.end());
    return WordRules(rules, U"how ");
  }();
  return kRules;
}

// For texts without any other frame.
const WordRules& EnglishNouns() {
  static const WordRules kRules = [] {
    constexpr auto kAlone =
        std::to_array<std::string_view>({"^ the? NOUN of|between|for", "NOUN $"});
    std::vector<std::string> texts;
    std::vector<PhraseRule> rules = AroundDimensions(kAlone, texts);
    rules.insert(rules.end(), kEnglishNouns.begin(), kEnglishNouns.end());
    return WordRules(rules);
  }();
  return kRules;
}

// What says no more than "is there".
const WordRules& EnglishOffers() {
  static constexpr auto kOffers = std::to_array<PhraseRule>(
      {{"", "available|offer|offered|offers|provide|provided|serve|served", ""}});
  static const WordRules kRules(kOffers);
  return kRules;
}

std::string_view WithoutNegation(std::string_view word) {
  if (word == "can't") return "can";
  if (word == "won't") return "will";
  return word.ends_with("n't") ? word.substr(0, word.size() - 3) : word;
}

void Add(Words& kinds, std::string kind) {
  if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(std::move(kind));
}

// A clause that begins with an auxiliary asks for yes or no.
bool AsksWhether(const std::vector<WordToken>& words) {
  bool begins = true;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i].word;
    if (begins && HasWord(kAuxiliaries, WithoutNegation(word)) && i + 1 < words.size() &&
        !words[i + 1].word.empty() && words[i + 1].word != "not") {
      return true;
    }
    begins = word.empty() || (begins && HasWord("and but so then or please now also still", word));
  }
  return false;
}

Modality ModalityOf(const std::vector<WordToken>& words) {
  Modality modality = Modality::kNone;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = WithoutNegation(words[i].word);
    const bool have_to =
        (word == "have" || word == "has") && i + 1 < words.size() && words[i + 1].word == "to";
    if (have_to || HasWord(kMustWords, word)) return Modality::kMust;
    if (HasWord(kShouldWords, word)) modality = Modality::kShould;
    if (modality == Modality::kNone && HasWord(kMayWords, word)) modality = Modality::kMay;
  }
  return modality;
}

// "have I eaten"
bool IsPerfect(const std::vector<WordToken>& words, size_t have) {
  if (!HasWord("have has", WithoutNegation(words[have].word))) return false;
  for (size_t i = have + 1; i < std::min(have + 4, words.size()); ++i) {
    const std::string& word = words[i].word;
    if (word.empty() || word == "to") return false;
    if (IsParticiple(word)) return true;
  }
  return false;
}

Tense TenseOf(const std::vector<WordToken>& words) {
  bool past = false;
  bool present = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = WithoutNegation(words[i].word);
    past = past || HasWord("did was were had happened", word) || IsPerfect(words, i);
    present =
        present || HasWord("do does is are am will can may must should would could happens", word);
  }
  if (past == present) return Tense::kUnknown;
  return past ? Tense::kPast : Tense::kPresent;
}

// "What … for?", "where … from?": a preposition left at the end.
void AddStranded(const std::vector<WordToken>& words, Words& kinds) {
  size_t last = words.size();
  while (last > 0 && words[last - 1].word.empty()) --last;
  if (last == 0 || !HasWord("for from about with without like into", words[last - 1].word)) return;
  for (std::string& kind : kinds) {
    if (HasWord("what where who price", kind)) kind += " " + words[last - 1].word;
  }
}

void AddWhether(QuestionFrame& frame, const std::vector<WordToken>& words) {
  size_t last = words.size();
  while (last > 0 && words[last - 1].word.empty()) --last;
  const bool named = last > 0 && HasWord(kWhetherWords, words[last - 1].word);
  if (AsksWhether(words) || (frame.kinds.empty() && named)) Add(frame.kinds, "whether");
}

void ReadEnglish(QuestionFrame& frame) {
  Rewritten read = EnglishFrames().Apply(frame.worded);
  frame.rest = std::move(read.text);
  const bool wishes = std::ranges::find(read.names, "wish") != read.names.end();
  for (std::string& name : read.names) {
    if (name == "wish") continue;
    // "I want to … What do I do?" asks for a way.
    Add(frame.kinds, wishes && name == "do" ? "how" : std::move(name));
  }
  const std::vector<WordToken> words = WordsOf(frame.worded);
  AddStranded(words, frame.kinds);
  AddWhether(frame, WordsOf(frame.rest));
  if (frame.kinds.empty()) {
    read = EnglishNouns().Apply(frame.rest);
    frame.rest = std::move(read.text);
    for (std::string& name : read.names) Add(frame.kinds, std::move(name));
  }
  if (frame.Asks("whether")) {
    frame.rest = EnglishOffers().Apply(frame.rest).text;
  }
  frame.modality = ModalityOf(WordsOf(frame.rest));
  if (frame.modality == Modality::kNone) frame.modality = ModalityOf(words);
  frame.tense = TenseOf(words);
}

std::u32string Without(std::u32string text, std::initializer_list<std::u32string_view> words) {
  for (const std::u32string_view word : words) {
    for (size_t at = 0; (at = text.find(word, at)) != std::u32string::npos;) {
      text.erase(at, word.size());
    }
  }
  return text;
}

// "在哪里改": where to set something is how to.
void ReadChinesePlace(QuestionFrame& frame) {
  const auto where = std::ranges::find(frame.kinds, "where");
  if (where == frame.kinds.end()) return;
  const std::string rest = ToUtf8(frame.rest);
  for (const std::string_view may : {"怎么", "怎么可以", "怎么能"}) {
    for (const std::string_view verb : kChineseSettings) {
      if (rest.contains(std::string(may) + std::string(verb))) *where = "place";
    }
  }
}

// "开不开放" asks whether; what remains is "开放".
std::u32string WithoutAlternatives(std::u32string_view text, Words& kinds) {
  std::u32string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool alternative = i + 2 < text.size() && IsUnspacedCharacter(text[i]) &&
                             (text[i + 1] == U'不' || text[i + 1] == U'没') &&
                             text[i] == text[i + 2];
    if (alternative) {
      Add(kinds, "whether");
      i += 2;
    }
    out += text[i];
  }
  return out;
}

bool IsBefore(std::string_view text, std::string_view one, std::string_view other) {
  const size_t at = text.find(one);
  return at != std::string_view::npos && text.find(other, at) != std::string_view::npos;
}

// "多久浇一次水": how often.
bool IsRepeated(std::string_view worded) {
  for (const std::string_view times : {"多久", "几天", "多少天", "几个月", "几年", "几小时"}) {
    for (const std::string_view once : {"一次", "一回", "一遍"}) {
      if (IsBefore(worded, times, once)) return true;
    }
  }
  return false;
}

// "孩子多大", "多大可以租车"
bool AsksForAge(std::string_view worded) {
  constexpr std::string_view kBig = "多大";
  const size_t at = worded.find(kBig);
  if (at == std::string_view::npos) return false;
  const std::string_view before = worded.substr(0, at);
  const std::string_view after = worded.substr(at + kBig.size());
  if (before.empty()) {
    return std::ranges::any_of(
        std::to_array<std::string_view>({"可", "能", "才", "就", "开始"}),
        [after](std::string_view follows) { return after.starts_with(follows); });
  }
  return std::ranges::any_of(kChineseAged,
                             [before](std::string_view aged) { return before.ends_with(aged); });
}

void ReadChinese(QuestionFrame& frame) {
  Rewritten read = ChineseFrames().Apply(frame.worded);
  const std::string worded = ToUtf8(frame.worded);
  const bool wishes = std::ranges::find(read.names, "wish") != read.names.end();
  const bool repeated = IsRepeated(worded);
  for (std::string& name : read.names) {
    if (name == "wish" || name == "tell") continue;
    if (name == "whether must") {
      frame.modality = Modality::kMust;
      name = "whether";
    }
    if (wishes && (name == "do" || name == "manage")) name = "how";
    if (name == "long" && repeated) name = "often";
    Add(frame.kinds, std::move(name));
  }
  // "能告诉我……吗" asks for what is to be told.
  const bool told = std::ranges::find(read.names, "tell") != read.names.end();
  if (told && frame.kinds.size() > 1) std::erase(frame.kinds, "whether");
  frame.rest = WithoutAlternatives(read.text, frame.kinds);
  frame.chinese = ChineseTraitsOf(frame.worded, read.text, wishes);
  ReadChinesePlace(frame);
  if (frame.Asks("whether") || frame.Asks("many") || frame.Asks("long")) {
    frame.rest = Without(frame.rest, {U"支持", U"允许", U"准许", U"提供"});
  }
  if (frame.Asks("far")) frame.rest = Without(frame.rest, {U"离"});
  // "考试时间是什么" asks for nothing but the time.
  if (frame.Asks("time") && HasAnyOf("时间是什么 日期是什么", worded))
    std::erase(frame.kinds, "what");
  if (frame.Asks("big") && AsksForAge(worded)) {
    std::ranges::replace(frame.kinds, std::string("big"), std::string("old"));
  }
  // Nouns of time, and "是多少", count where nothing else is asked for.
  for (const std::string_view weak : {"time", "value"}) {
    if (frame.Asks(weak) && frame.kinds.size() > 1) std::erase(frame.kinds, weak);
  }
  if (frame.modality != Modality::kNone) return;
  if (HasAnyOf(kChineseMayWords, worded)) {
    frame.modality = Modality::kMay;
  } else if (HasAnyOf(frame.Asks("long") || frame.Asks("price") ? "必须" : kChineseMustWords,
                      worded)) {
    frame.modality = Modality::kMust;
  } else if (HasAnyOf(kChineseShouldWords, worded)) {
    frame.modality = Modality::kShould;
  }
}

struct Agreeing {
  std::string_view kind;  // "": none is named
  std::string_view kinds;
};
constexpr auto kAgreeing = std::to_array<Agreeing>({
    {"", "how do manage what value ?"},
    {"?", "how do manage what value whether"},
    {"manage", "how do"},
    {"value", "what many"},
    {"place", "how where"},
    {"when", "when:hour when:day when:date when:weekday when:month when:year"},
    {"when:day", "when:date when:weekday"},
    {"time", "when when:hour when:day when:date when:weekday when:month when:year long"},
});

bool KindsAgree(std::string_view a, std::string_view b) {
  return a == b || std::ranges::any_of(kAgreeing, [a, b](const Agreeing& row) {
           return (row.kind == a && HasWord(row.kinds, b)) ||
                  (row.kind == b && HasWord(row.kinds, a));
         });
}

bool AllAgree(const Words& a, const Words& b) {
  return std::ranges::all_of(a, [&b](const std::string& kind) {
    return b.empty() ? KindsAgree(kind, "") : std::ranges::any_of(b, [&kind](const auto& other) {
      return KindsAgree(kind, other);
    });
  });
}

bool ModalitiesAgree(const QuestionFrame& a, const QuestionFrame& b) {
  const auto may_or_none = [](Modality m) { return m == Modality::kMay ? Modality::kNone : m; };
  if (a.Asks("whether") && b.Asks("whether"))
    return may_or_none(a.modality) == may_or_none(b.modality);
  // Who does something, and who may.
  if (a.Asks("who") && b.Asks("who") &&
      (a.modality == Modality::kMay) != (b.modality == Modality::kMay)) {
    return false;
  }
  if (a.Asks("how") || b.Asks("how") || a.Asks("?") || b.Asks("?")) return true;
  if (a.kinds.empty() || b.kinds.empty()) return true;
  const auto differ = [](Modality one, Modality other) {
    return one == Modality::kMay && other == Modality::kMust;
  };
  return !differ(a.modality, b.modality) && !differ(b.modality, a.modality);
}

BothAsk BothAskOf(const QuestionFrame& a, const QuestionFrame& b) {
  const auto both = [&](std::string_view kinds) {
    return std::ranges::all_of(std::to_array({&a, &b}), [kinds](const QuestionFrame* frame) {
      return std::ranges::any_of(frame->kinds, [kinds](const std::string& kind) {
        return HasWord(kinds, kind.substr(0, kind.find(':')));
      });
    });
  };
  if (both("whether ?")) return BothAsk::kWhether;
  if (both("what who")) return BothAsk::kThing;
  return both("when where") ? BothAsk::kEvent : BothAsk::kOther;
}

}  // namespace

QuestionFrame FrameOf(std::u32string_view clauses, bool asked) {
  QuestionFrame frame;
  frame.worded = EnglishPhrases().Apply(clauses).text;
  if (std::ranges::any_of(clauses, IsUnspacedCharacter)) {
    frame.worded = ChinesePhrases().Apply(frame.worded).text;
    ReadChinese(frame);
  } else {
    ReadEnglish(frame);
  }
  // "gift wrap?"
  if (asked && frame.kinds.empty()) frame.kinds.emplace_back("?");
  std::ranges::sort(frame.kinds);
  return frame;
}

bool FramesAgree(const QuestionFrame& a, const QuestionFrame& b) {
  const bool tenses =
      a.tense == b.tense || a.tense == Tense::kUnknown || b.tense == Tense::kUnknown;
  const bool remedy = a.Asks("do");
  return AllAgree(a.kinds, b.kinds) && AllAgree(b.kinds, a.kinds) && ModalitiesAgree(a, b) &&
         (tenses || remedy) && ChineseTraitsAgree(a.chinese, b.chinese, BothAskOf(a, b));
}

}  // namespace bantam::store
