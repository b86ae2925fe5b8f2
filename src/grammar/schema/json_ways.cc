// How a document that has been read so far can end.
#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/utf8.h"
#include "grammar/schema/json_matcher.h"

namespace bantam::grammar {
namespace {

constexpr std::string_view kShortEscapes = "\"\\/\b\f\n\r\t";

// The literals of a conjunction.
bool HasLiteral(const FormulaPool& formulas, FormulaId conjunction, FormulaId literal) {
  if (conjunction == literal) return true;
  if (formulas.op(conjunction) != FormulaOp::kAnd) return false;
  const auto parts = formulas.children(conjunction);
  return std::find(parts.begin(), parts.end(), literal) != parts.end();
}

}  // namespace

OpenContainer JsonMatcher::At(const Frame& frame, FormulaId live) const {
  OpenContainer at = frame.at;
  at.live = live;
  return at;
}

RegexId JsonMatcher::NamesAt(const Frame& frame) const {
  if (frame.fits.size() == 1) {
    return machine_.plan().NamesAt(At(frame, frame.fits[0].live)).texts;
  }
  std::vector<RegexId> any;
  for (const Fit& fit : frame.fits) {
    any.push_back(machine_.plan().NamesAt(At(frame, fit.live)).texts);
  }
  return languages_.regexes().Either(any);
}

void JsonMatcher::AddCases(Frame& frame, const Fit& fit, FormulaId begun, const Begun& ways) const {
  if (ways.empty()) return;
  const auto index = static_cast<uint32_t>(frame.fits.size());
  frame.fits.push_back({begun, fit.tail, fit.outer_case});
  for (const BegunWay& way : ways) frame.cases.push_back({way, index, way.close + fit.tail});
}

// The frame once a member of that name has begun; without cases if none may.
JsonMatcher::Frame JsonMatcher::BeginMember(uint32_t index, const std::string& name) const {
  const Frame& before = frames_[index];
  const NameClassId name_class = steps_.ClassOf(before.at.names, name);
  Frame frame = After(index);
  frame.name = name;
  for (FormulaId result : before.results) {
    frame.results.push_back(steps_.Member(result, name_class));
  }
  MemberPlan& plan = machine_.plan();
  for (const Fit& fit : before.fits) {
    const SeenId seen = plan.Seen(At(before, fit.live), name, name_class);
    if (seen != before.at.seen) frame.at.seen = seen;
  }
  for (const Fit& fit : before.fits) {
    AddCases(frame, fit, steps_.Member(fit.live, name_class),
             plan.Member(At(before, fit.live), name_class, frame.at.seen));
  }
  return frame;
}

// The names of the members that the container has at a frame.
RegexId JsonMatcher::SeenTexts(uint32_t index) const {
  std::vector<RegexId> texts;
  AnySeen(index, [&](const std::string& name) {
    texts.push_back(languages_.regexes().Literal(name));
    return false;
  });
  return languages_.regexes().Either(texts);
}

bool JsonMatcher::IsSeen(uint32_t index, std::string_view name) const {
  return AnySeen(index, [&](const std::string& seen) { return seen == name; });
}

// The next place in the same container, nothing said of it yet.
JsonMatcher::Frame JsonMatcher::After(uint32_t index) const {
  const Frame& before = frames_[index];
  Frame frame;
  frame.outer = before.outer;
  frame.start = before.start;
  frame.before = index;
  frame.at = before.at;
  frame.at.first = false;
  return frame;
}

// What comes after the value depends on the value itself.
bool JsonMatcher::NeedsValue(const Frame& frame) const {
  return std::any_of(frame.fits.begin(), frame.fits.end(),
                     [&](const Fit& fit) { return steps_.NeedsValue(fit.live); }) ||
         std::any_of(frame.results.begin(), frame.results.end(),
                     [&](FormulaId result) { return steps_.NeedsValue(result); });
}

// What the value of a frame with cases has to satisfy, what is asked of it, and the answers if they
// are the same for every legal value.
void JsonMatcher::Decide(Frame& frame) const {
  FormulaPool& formulas = languages_.formulas();
  FormulaList values;
  for (const Case& one : frame.cases) values.push_back(one.way.value);
  frame.value = formulas.Or(std::move(values));
  const auto add = [&](FormulaId formula) {
    const FormulaList& asked = steps_.Asked(formula);
    frame.asked.insert(frame.asked.end(), asked.begin(), asked.end());
  };
  for (const Fit& fit : frame.fits) add(fit.live);
  for (FormulaId result : frame.results) add(result);
  std::sort(frame.asked.begin(), frame.asked.end());
  frame.asked.erase(std::unique(frame.asked.begin(), frame.asked.end()), frame.asked.end());
  for (FormulaId formula : frame.asked) {
    const bool holds = HasLiteral(formulas, frame.value, formula);
    if (!holds && !HasLiteral(formulas, frame.value, formulas.Not(formula))) {
      frame.truth.clear();
      return;
    }
    frame.truth.push_back(holds ? 1 : 0);
  }
}

// The end of a document from between two members or items.
std::string JsonMatcher::WayText(const Frame& frame) const {
  const Fit& fit = frame.fits.front();
  const Frame& outer = frames_[frame.outer];
  return finisher_.Close(At(frame, fit.live)).text + TailText(outer, outer.cases[fit.outer_case]);
}

// What comes after the value that a frame waits for.
std::string JsonMatcher::TailText(const Frame& frame, const Case& which) const {
  const Frame* at = &frame;
  const Case* one = &which;
  std::string text;
  while (at != &frames_[0]) {
    text += finisher_.Close(one->way.after).text;
    const Frame& outer = frames_[at->outer];
    one = &outer.cases[at->fits[one->fit].outer_case];
    at = &outer;
  }
  return text;
}

std::string JsonMatcher::ReadText(const State& at) const {
  TextDecoder decoder;
  std::string text;
  for (size_t i = at.start + 1; i < document_.size(); ++i) {
    const auto step = decoder.Push(static_cast<uint8_t>(document_[i]));
    if (step == TextDecoder::Step::kEnd) break;
    if (step == TextDecoder::Step::kChar) AppendUtf8(decoder.code_point(), text);
  }
  return text;
}

// What may follow in the text that is being read if all of it is to match `regex`.
RegexId JsonMatcher::Reread(const State& at, RegexId regex) const {
  TextDecoder decoder;
  for (size_t i = at.start + 1; i < document_.size(); ++i) {
    if (decoder.Push(static_cast<uint8_t>(document_[i])) == TextDecoder::Step::kChar) {
      regex = languages_.regexes().Derive(regex, decoder.code_point());
    }
  }
  return regex;
}

// The rest of a string up to its quote, which is left out.
std::optional<std::string> JsonMatcher::RestOfText(const State& at, RegexId regex) const {
  RegexPool& regexes = languages_.regexes();
  if (!regexes.Alive(regex)) return std::nullopt;
  if (!at.text.partial()) return finisher_.ShortestText(regex);
  std::optional<std::string> best;
  const auto offer = [&](char32_t code_point) {
    const RegexId next = regexes.Derive(regex, code_point);
    if (!regexes.Alive(next)) return;
    std::string rest = at.text.Rest(code_point) + finisher_.ShortestText(next);
    if (!best || rest.size() < best->size()) best = std::move(rest);
  };
  for (const CodePointRange& range : at.text.Candidates()) {
    if (range.empty()) continue;
    if (const auto found = regexes.BestWithin(regex, range.first, range.last)) offer(*found);
    if (range.first > 0) continue;
    for (char escape : kShortEscapes) {
      const auto code_point = static_cast<char32_t>(static_cast<uint8_t>(escape));
      if (at.text.Rest(code_point).size() == 1) offer(code_point);
    }
  }
  return best;
}

// The rest of the value that is being read or to come, if it is to satisfy `value`.
std::optional<std::string> JsonMatcher::RestOfValue(const State& at, FormulaId value) const {
  switch (at.place) {
    case Place::kInText: {
      const bool one_case = FrameOf(at).cases.size() == 1;
      const auto rest = RestOfText(at, one_case ? at.regex : Reread(at, languages_.Texts(value)));
      if (!rest) return std::nullopt;
      return *rest + "\"";
    }
    case Place::kInNumber:
      return languages_.Numbers(value).Complete(std::string_view(document_).substr(at.start));
    case Place::kInLiteral:
      if (!languages_.Accepts(value, at.literal)) return std::nullopt;
      return std::string(kLiteralTexts[static_cast<size_t>(at.literal)]).substr(at.read);
    default: {
      const Finish& finish = finisher_.Value(value);
      if (finish.cost == Finish::kNever) return std::nullopt;
      return (at.place == Place::kColon ? ":" : "") + finish.text;
    }
  }
}

JsonMatcher::Rest JsonMatcher::FindRest(const State& at, bool with_tail) const {
  const Frame& frame = FrameOf(at);
  const bool leaf = at.place == Place::kInText || at.place == Place::kInNumber;
  Rest best;
  for (const Case& one : frame.cases) {
    std::optional<std::string> rest = RestOfValue(at, one.way.value);
    if (!rest) continue;
    Case actual = one;
    if (leaf && steps_.NeedsValue(one.way.settled)) {
      // What comes after depends on the value itself.
      const auto live = steps_.SettleValue(one.way.settled, document_.substr(at.start) + *rest);
      if (!live) continue;
      actual.way.after.live = *live;
      const uint32_t close = finisher_.Close(actual.way.after).cost;
      if (close == Finish::kNever) continue;
      actual.tail = one.tail - one.way.close + close;
    }
    const auto cost = static_cast<uint32_t>(rest->size()) + actual.tail;
    if (cost >= best.cost) continue;
    best.cost = cost;
    if (!with_tail) continue;
    best.text = *std::move(rest);
    best.tail = TailText(frame, actual);
  }
  return best;
}

// A name, its value and what comes after.
void JsonMatcher::OfferName(uint32_t frame, const std::string& name, std::string rest,
                            Rest& best) const {
  const Frame begun = BeginMember(frame, name);
  for (const Case& one : begun.cases) {
    const Finish& value = finisher_.Value(one.way.value);
    const auto cost = static_cast<uint32_t>(rest.size() + 2 + value.cost + one.tail);
    if (value.cost == Finish::kNever || cost >= best.cost) continue;
    best.cost = cost;
    best.text = rest + "\":" + value.text;
    best.tail = TailText(begun, one);
  }
}

// The most that a name of which any text may come can owe: that of a name that nothing speaks of,
// and of which some may be there already.
JsonMatcher::Rest JsonMatcher::RestOfOtherName(uint32_t index) const {
  const Frame& frame = frames_[index];
  Rest best;
  const Names& names = steps_.names(frame.at.names);
  if (!names.patterns.empty() || names.others.size() != 1) return best;
  RegexPool& regexes = languages_.regexes();
  const std::array<RegexId, 2> free = {names.others[0].texts, regexes.Not(SeenTexts(index))};
  const RegexId texts = regexes.Both(free);
  // Two more characters lead away from any name that is taken or listed.
  if (regexes.Alive(texts)) OfferName(index, regexes.Shortest(texts), "xx", best);
  return best;
}

JsonMatcher::Rest JsonMatcher::FindRestOfName(const State& at) const {
  const Frame& frame = FrameOf(at);
  RegexPool& regexes = languages_.regexes();
  const bool begun = at.place == Place::kInName;
  const std::string read = begun ? ReadText(at) : "";
  const std::string quote = begun ? "" : "\"";
  const std::string before = begun ? document_.substr(at.start) : "";
  const RegexId regex = begun ? at.regex : NamesAt(frame);
  Rest best;
  const auto offer = [&](const std::optional<std::string>& rest) {
    if (!rest) return;
    const Result<Json> name = Json::Parse(before + quote + *rest + "\"");
    if (name) OfferName(at.frame, name->AsString(), quote + *rest, best);
  };
  const Names& names = steps_.names(frame.at.names);
  for (uint32_t id : names.listed) {
    const std::string& name = languages_.strings()[id];
    if (at.text.partial() || !name.starts_with(read) || IsSeen(at.frame, name)) continue;
    const std::string rest = name.substr(read.size());
    if (regexes.Matches(regex, rest)) offer(JsonEscaped(rest));
  }
  const RegexId free = regexes.Not(SeenTexts(at.frame));
  for (const Names::Other& other : names.others) {
    const std::array<RegexId, 2> both = {other.texts, free};
    const RegexId texts = regexes.Both(both);
    offer(RestOfText(at, begun ? Reread(at, texts) : texts));
  }
  if (at.text.partial()) offer(RestOfText(at, regex));  // within a character of a listed name
  return best;
}

bool JsonMatcher::FinishesWithin(uint32_t bytes) const {
  const State& at = state();
  if (at.place == Place::kInName && !at.text.partial()) {
    // The shortest name, whichever it is, and the most that any may owe.
    const Frame& frame = FrameOf(at);
    uint64_t most = 0;
    for (const Fit& fit : frame.fits) {
      const NamePlan& plan = machine_.plan().NamesAt(At(frame, fit.live));
      most = std::max(most, uint64_t{plan.most} + fit.tail);
    }
    constexpr size_t kMore = 4;  // the quote, the colon, and a name that must not be there already
    if (finisher_.ShortestText(at.regex).size() + kMore + most <= bytes) return true;
  }
  return FinishBytes() <= bytes;
}

uint32_t JsonMatcher::FinishBytes() const {
  switch (state().place) {
    case Place::kDone: return 0;
    case Place::kFirstItem:
    case Place::kFirstName:
    case Place::kAfterValue: return FrameOf(state()).finish;
    case Place::kName:
    case Place::kInName: return FindRestOfName(state()).cost;
    default: return FindRest(state(), false).cost;
  }
}

std::string JsonMatcher::Completion() const {
  switch (state().place) {
    case Place::kDone: return "";
    case Place::kFirstItem:
    case Place::kFirstName:
    case Place::kAfterValue: return WayText(FrameOf(state()));
    case Place::kName:
    case Place::kInName: {
      const Rest rest = FindRestOfName(state());
      return rest.text + rest.tail;
    }
    default: {
      const Rest rest = FindRest(state(), true);
      return rest.text + rest.tail;
    }
  }
}

}  // namespace bantam::grammar
