// What masks may take for granted inside names and texts.
#include <algorithm>

#include "base/utf8.h"
#include "grammar/schema/json_matcher.h"

namespace bantam::grammar {
namespace {

const CodePointSet& Punctuation() {
  static const CodePointSet set = CodePointSet::Of(0x2000, 0x2FFF);
  return set;
}

const CodePointSet& BeyondAscii() {
  static const CodePointSet set = [] {
    CodePointSet beyond = CodePointSet::Of(0x80, 0x1FFF);
    beyond.Add(CodePointSet::Of(0x3000, CodePointSet::kLast));
    return beyond;
  }();
  return set;
}

// The members of a set of code points that a PlainSet can tell apart.
PlainSet AsPlainSet(const CodePointSet& set) {
  PlainSet plain;
  const PlainSet all = PlainSet::All();
  for (const CodePointSet::Range& range : set.ranges()) {
    for (char32_t c = range.first; c <= range.last && c < 0x80; ++c) {
      plain.ascii[c / 64] |= uint64_t{1} << (c % 64) & all.ascii[c / 64];
    }
  }
  plain.beyond_ascii = set.Intersect(BeyondAscii()) == BeyondAscii();
  const CodePointSet punctuation = set.Intersect(Punctuation());
  if (!punctuation.empty()) {
    plain.punctuation = punctuation == Punctuation() ? PlainSet::kAll : PlainSet::kSome;
  }
  return plain;
}

void AppendText(std::string_view text, std::string& position) {
  AppendToPosition(text.size(), position);
  position += text;
}

}  // namespace

bool JsonMatcher::InString() const {
  const Place place = state().place;
  return (place == Place::kInText || place == Place::kInName) && !state().text.partial();
}

// A class of characters that may come, and nothing else that is plain.
std::optional<RegexPool::Run> JsonMatcher::PlainRun() const {
  auto run = languages_.regexes().ClassRun(state().regex);
  if (!run || run->most == 0) return std::nullopt;
  const CodePointSet there = run->set.Intersect(BeyondAscii());
  if (!there.empty() && there != BeyondAscii()) return std::nullopt;
  return run;
}

// Any character may also be written as an escape.
std::string JsonMatcher::OnlyCharacter() const {
  if (!InString() || state().may_be_seen()) return "";
  const auto only = languages_.regexes().OnlyNext(state().regex);
  if (!only) return "";
  std::string character;
  AppendUtf8(*only, character);
  return JsonEscaped(character);
}

PlainText JsonMatcher::plain_text() const {
  if (!InString()) return PlainText::kTry;
  RegexPool& regexes = languages_.regexes();
  const State& at = state();
  const bool loops = at.scan == kNoScan ? regexes.LoopsOnPlain(at.regex) : scans_.Loops(at.scan);
  if (loops && !at.may_be_seen() && IsEven(at)) return PlainText::kUniform;
  return regexes.AliveAfterAnyPlain(at.regex) || PlainRun() ? PlainText::kLegal : PlainText::kTry;
}

// By a name that the shortest end would have had, or by a text that it has to do without.
bool JsonMatcher::ends_vary() const {
  constexpr uint64_t kMostEscaped = 6;  // bytes of a character as JSON
  const State& at = state();
  const Frame& frame = FrameOf(at);
  if (frame.value_matters && !Knows(at)) return true;
  if (at.place != Place::kInName || !stages_.NeedsOthers(frame.stage)) return false;
  const uint64_t characters = (document_.size() - at.start) / kMostEscaped;  // at least
  const Names& names = steps_.names(StageOf(at).at.names);
  // After one that is a member already nothing may be left to ask for others.
  const auto asks_for_more = [&](const Names::Other& other) {
    return std::ranges::any_of(StageOf(at).fits, [&](const Fit& fit) {
      return finisher_.MayNeedOthers(steps_.Member(fit.live, other.id));
    });
  };
  return std::ranges::any_of(names.others, [&](const Names::Other& other) {
    return characters <= other.short_length && asks_for_more(other);
  });
}

std::optional<std::string> JsonMatcher::compared_text() const {
  if (!InString() || !FrameOf(state()).value_matters) return std::nullopt;
  return ReadText(state());
}

std::optional<Matcher::Convergence> JsonMatcher::convergence() const {
  const State& at = state();
  if (!InString()) return std::nullopt;
  const auto strays = StraysHere(at);
  if (strays.empty() && !IsEven(at)) return std::nullopt;
  Convergence here;
  if (at.scan != kNoScan) {
    const auto& found = scans_.ConvergenceOf(at.scan);
    const bool same = found && found->to == at.scan && !at.may_be_seen();
    if (!found || (same && strays.empty())) return std::nullopt;
    here = {found->first_bytes, found->loop};
  } else {
    if (strays.empty() || !languages_.regexes().LoopsOnPlain(at.regex)) return std::nullopt;
    for (unsigned byte = 0x20; byte < 0x80; ++byte) here.loop[byte] = byte != '"' && byte != '\\';
    for (unsigned byte = 0xC2; byte <= 0xF4; ++byte) here.loop.set(byte);
    here.first_bytes = here.loop;
  }
  const size_t size = strays.empty() ? 0 : ReadText(at).size();
  for (const std::string& text : strays) {
    if (text.size() > size) here.first_bytes.reset(static_cast<uint8_t>(text[size]));
  }
  if (at.may_be_seen()) {
    for (const std::string* name : SeenThatBeginSo(at)) {
      if (name->size() == at.name_bytes) continue;
      here.first_bytes.reset(static_cast<uint8_t>((*name)[at.name_bytes]));
    }
  }
  for (size_t c = 0; c < 0x80; ++c) {
    if (here.first_bytes[c]) return here;
  }
  return std::nullopt;
}

uint64_t JsonMatcher::text_position() const {
  const State& at = state();
  if (!InString() || at.may_be_seen() || !StraysHere(at).empty()) return 0;
  return uint64_t{1} + (at.scan == kNoScan ? at.regex : at.scan);
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

// Names that are there already, where there may be no others that begin so.
std::vector<std::string> JsonMatcher::dead_ends() const {
  const State& at = state();
  std::vector<std::string> rests;
  if (!at.may_be_seen() || stages_.Names(FrameOf(at).stage).names == NamePlan::kOpen) return rests;
  for (const std::string* name : SeenThatBeginSo(at)) {
    rests.push_back(name->substr(at.name_bytes));
  }
  return rests;
}

std::vector<std::string> JsonMatcher::stray_texts() const {
  std::vector<std::string> rests;
  const auto strays = StraysHere(state());
  const size_t size = strays.empty() ? 0 : ReadText(state()).size();
  for (const std::string& text : strays) rests.push_back(text.substr(size));
  return rests;
}

// The stages of all open containers, the names that are there already, and how far the text, number
// or literal has been read.
bool JsonMatcher::AppendPosition(std::string& position) const {
  constexpr size_t kMostBytes = 2048;
  const State& at = state();
  if (at.text.partial() || FrameOf(at).value_matters) return false;
  AppendToPosition(machine_.serial(), position);
  position += static_cast<char>(at.place);
  position += static_cast<char>(at.space);
  switch (at.place) {
    case Place::kInName:
    case Place::kInText:
      AppendToPosition(at.scan, position);
      AppendToPosition(at.regex, position);
      // Ends of several cases and of names that are there already depend on all of it.
      if (at.may_be_seen() || StageOf(at).cases.size() > 1) AppendText(ReadText(at), position);
      break;
    case Place::kInNumber: AppendText(document_.substr(at.start), position); break;
    case Place::kInLiteral:
      position += static_cast<char>(at.literal);
      position += static_cast<char>(at.read);
      break;
    default: break;
  }
  for (uint32_t frame = at.frame;; frame = frames_[frame].outer) {
    AppendToPosition(frames_[frame].stage, position);
    for (const std::string* name : Seen(frame)) {
      AppendText(*name, position);
      if (position.size() > kMostBytes) return false;
    }
    if (frame == 0) return true;
  }
}

uint32_t JsonMatcher::PlainFinishBytes() const {
  constexpr uint64_t kCharacter = 3;    // what the first byte of a character may still owe
  constexpr uint64_t kMostEscaped = 6;  // bytes of a character as JSON
  if (plain_text() == PlainText::kUniform) return FinishBytes() + kCharacter;
  RegexPool& regexes = languages_.regexes();
  // More characters lessen what a repeated class owes.
  const uint64_t owed = regexes.AliveAfterAnyPlain(state().regex)
                            ? regexes.MostAfterPlain(state().regex)
                            : regexes.ShortestLength(state().regex);
  const bool shared = state().place == Place::kInText && Knows(state());
  if (Decides(FrameOf(state())) && !shared) return FinishBytes() + kVariation;
  const uint64_t most =
      std::min<uint64_t>(owed, kUnbounded) * kMostEscaped + MostAfterText() + kCharacter;
  return static_cast<uint32_t>(std::min<uint64_t>(most, kUnbounded));
}

// Other texts than names: whether those have come matters there.
std::optional<TextPlace> JsonMatcher::text_place() const {
  const State& at = state();
  if (at.place != Place::kInText || at.text.partial()) return std::nullopt;
  if (Decides(FrameOf(at)) && !Knows(at)) return std::nullopt;
  TextAutomaton& automaton = machine_.texts();
  const auto start = automaton.At(at.regex);
  if (!start) return std::nullopt;
  const uint64_t more = ends_vary() ? kVariation : 0;
  const Stage& stage = StageOf(at);
  const bool same_end = stage.asked.empty() && stage.cases.size() == 1 && !stage.needs_value &&
                        !FrameOf(at).value_matters;
  const auto texts = std::ranges::count_if(stage.cases, [&](const Case& one) {
    return languages_.Texts(one.way.value) != RegexPool::kNothing;
  });
  const bool exact = texts == 1 && more == 0;
  return TextPlace{&automaton,  start->row, MostAfterText() + more, true, same_end,
                   start->most, exact};
}

PlainSet JsonMatcher::loop() const {
  const State& at = state();
  if (!InString() || at.may_be_seen() || !IsEven(at)) return {};
  if (at.scan != kNoScan) return AsPlainSet(scans_.LoopOf(at.scan));
  return AsPlainSet(languages_.regexes().Leading(at.regex, at.regex));
}

}  // namespace bantam::grammar
