// What masks may take for granted inside names and texts.
#include <algorithm>

#include "grammar/schema/json_matcher.h"

namespace bantam::grammar {
namespace {

// The members of a set of code points that a PlainSet can tell apart.
PlainSet AsPlainSet(const CodePointSet& set) {
  PlainSet plain;
  const PlainSet all = PlainSet::All();
  for (const CodePointSet::Range& range : set.ranges()) {
    for (char32_t c = range.first; c <= range.last && c < 0x80; ++c) {
      plain.ascii[c / 64] |= uint64_t{1} << (c % 64) & all.ascii[c / 64];
    }
  }
  const CodePointSet beyond = CodePointSet::Of(0x80, CodePointSet::kLast);
  plain.beyond_ascii = set.Intersect(beyond) == beyond;
  return plain;
}

}  // namespace

bool JsonMatcher::InString() const {
  const Place place = state().place;
  return (place == Place::kInText || place == Place::kInName) && !state().text.partial();
}

// What comes after depends on more of the text that is being read than the position in its regex.
bool JsonMatcher::Remembers(const Frame& frame) const {
  return state().place != Place::kInText || !frame.decided() || NeedsValue(frame);
}

// A class of characters that may come, and nothing else that is plain.
std::optional<RegexPool::Run> JsonMatcher::PlainRun() const {
  auto run = languages_.regexes().ClassRun(state().regex);
  if (!run || run->most == 0) return std::nullopt;
  const CodePointSet beyond = CodePointSet::Of(0x80, CodePointSet::kLast);
  const CodePointSet there = run->set.Intersect(beyond);
  if (!there.empty() && there != beyond) return std::nullopt;
  return run;
}

PlainText JsonMatcher::plain_text() const {
  if (!InString()) return PlainText::kTry;
  RegexPool& regexes = languages_.regexes();
  const RegexId regex = state().regex;
  if (regexes.LoopsOnPlain(regex) && !Remembers(FrameOf(state()))) return PlainText::kUniform;
  if (Exceptions()) return PlainText::kUniform;
  return regexes.AliveAfterAnyPlain(regex) || PlainRun() ? PlainText::kLegal : PlainText::kTry;
}

uint32_t JsonMatcher::plain_characters() const {
  if (languages_.regexes().AliveAfterAnyPlain(state().regex)) return kUnbounded;
  const auto run = PlainRun();
  return run && run->most < kUnbounded ? static_cast<uint32_t>(run->most) : kUnbounded;
}

PlainSet JsonMatcher::plain_set() const {
  if (languages_.regexes().AliveAfterAnyPlain(state().regex)) return PlainSet::All();
  const auto run = PlainRun();
  return run ? AsPlainSet(run->set) : PlainSet::All();
}

uint32_t JsonMatcher::PlainFinishBytes() const {
  constexpr uint32_t kCharacter = 3;  // what the first byte of a character may still owe
  if (state().place == Place::kInText) {
    // More characters lessen what a repeated class owes, and change nothing where any text will do.
    const bool falls = languages_.regexes().LoopsOnPlain(state().regex) || PlainRun();
    return falls && FrameOf(state()).cases.size() == 1 ? FinishBytes() + kCharacter : kUnbounded;
  }
  const Rest other = RestOfOtherName(state().frame);
  return other.cost == Finish::kNever ? kUnbounded : other.cost + kCharacter;
}

PlainSet JsonMatcher::loop() const {
  if (!InString() || Remembers(FrameOf(state()))) return {};
  return AsPlainSet(languages_.regexes().Loop(state().regex));
}

// The names that are told from others, of those that begin as this one does; nothing where a name
// may not just be any other.
std::optional<std::vector<std::string>> JsonMatcher::NameExceptions() const {
  const Frame& frame = FrameOf(state());
  const Names& names = steps_.names(frame.at.names);
  const std::string read = ReadText(state());
  std::vector<std::string> rests;
  if (!AddExceptions(state().regex, rests)) return std::nullopt;
  for (RegexId pattern : names.patterns) {
    if (!AddExceptions(Reread(state(), pattern), rests)) return std::nullopt;
  }
  const auto add = [&](std::string_view name) {
    if (name.starts_with(read)) rests.emplace_back(name.substr(read.size()));
  };
  for (uint32_t name : names.listed) add(languages_.strings()[name]);
  AnySeen(state().frame, [&](const std::string& name) {
    add(name);
    return false;
  });
  return rests;
}

// Texts on which it depends what comes after, if they are few.
std::optional<std::vector<std::string>> JsonMatcher::TextExceptions() const {
  const Frame& frame = FrameOf(state());
  std::vector<std::string> rests;
  if (!AddExceptions(state().regex, rests)) return std::nullopt;
  if (frame.decided()) return rests;
  for (FormulaId asked : frame.asked) {
    if (!AddExceptions(Reread(state(), languages_.Texts(asked)), rests)) return std::nullopt;
  }
  return rests;
}

bool JsonMatcher::AddExceptions(RegexId regex, std::vector<std::string>& out) const {
  constexpr size_t kFew = 64;
  RegexPool& regexes = languages_.regexes();
  if (regexes.LoopsOnPlain(regex)) return true;
  auto texts = regexes.FewTexts(regex, kFew);
  if (!texts) texts = regexes.FewTexts(regexes.Not(regex), kFew);
  if (!texts) return false;
  out.insert(out.end(), texts->begin(), texts->end());
  return true;
}

std::optional<std::vector<std::string>> JsonMatcher::Exceptions() const {
  if (!languages_.regexes().AliveAfterAnyPlain(state().regex)) return std::nullopt;
  auto rests = state().place == Place::kInName ? NameExceptions() : TextExceptions();
  if (!rests) return std::nullopt;
  const auto special = [](char c) {
    return static_cast<uint8_t>(c) < 0x20 || c == '"' || c == '\\';
  };
  for (const std::string& rest : *rests) {
    if (std::any_of(rest.begin(), rest.end(), special)) return std::nullopt;
  }
  return rests;
}

std::vector<std::string> JsonMatcher::exceptions() const {
  if (!InString()) return {};
  auto rests = Exceptions();
  return rests ? *std::move(rests) : std::vector<std::string>{};
}

}  // namespace bantam::grammar
