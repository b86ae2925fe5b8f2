// Byte by byte through a document.
#include "grammar/schema/json_matcher.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace bantam::grammar {
namespace {

// Whether a number that begins so stays one that float64 holds, neither infinite nor 0 unless it
// is: most programs read numbers as that.
bool FitsDouble(std::string_view text) {
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  if (e == text.size()) return true;  // kMostDigits are few enough
  const std::string_view mantissa = text.substr(text.starts_with('-') ? 1 : 0, e);
  const auto point = static_cast<int>(std::min(mantissa.find_first_of(".eE"), mantissa.size()));
  int power = point - 1;  // of ten, of the first digit that is not 0
  const size_t digit = mantissa.find_first_of("123456789");
  if (static_cast<int>(digit) > point) power = point - static_cast<int>(digit);
  size_t at = e + 1;
  const bool negative = at < text.size() && text[at] == '-';
  if (at < text.size() && (negative || text[at] == '+')) ++at;
  int exponent = 0;
  for (; at < text.size(); ++at) exponent = std::min(exponent * 10 + (text[at] - '0'), 10'000);
  power += negative ? -exponent : exponent;
  return exponent == 0 || (power >= -307 && power <= 307);
}

constexpr uint32_t kNewFrame = ~uint32_t{0};

bool IsSpace(uint8_t byte) {
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

}  // namespace

JsonMatcher::JsonMatcher(SchemaMachine& machine)
    : machine_(machine),
      languages_(machine.languages()),
      steps_(machine.steps()),
      finisher_(machine.finisher()) {
  Frame frame;
  frame.value = languages_.Root();
  frame.cases.push_back({{frame.value, FormulaPool::kTrue, {}, 0}, 0, 0});
  frames_.push_back(std::move(frame));
  State first;
  first.frames = 1;
  states_.push_back(first);
}

bool JsonMatcher::Push(uint8_t byte) {
  State next = states_.back();
  document_.push_back(static_cast<char>(byte));
  if (!Step(next, byte)) {
    document_.pop_back();
    frames_.resize(states_.back().frames);
    return false;
  }
  next.frames = static_cast<uint32_t>(frames_.size());
  states_.push_back(next);
  return true;
}

void JsonMatcher::Pop(size_t n) {
  CHECK(n <= document_.size());
  document_.resize(document_.size() - n);
  states_.resize(document_.size() + 1);
  frames_.resize(states_.back().frames);
}

bool JsonMatcher::Accepting() const {
  if (state().place == Place::kDone) return true;
  if (state().place != Place::kInNumber || state().frame != 0) return false;
  return FinishBytes() == 0;
}

bool JsonMatcher::Step(State& state, uint8_t byte) {
  switch (state.place) {
    case Place::kInName:
    case Place::kInText: return StepString(state, byte);
    case Place::kInLiteral: return StepLiteral(state, byte);
    case Place::kInNumber:
      if (Next(state.number, byte) != NumberState::kDead) return StepNumber(state, byte);
      if (!EndNumber(state)) return false;
      break;
    default: break;
  }
  if (state.place == Place::kDone) return false;
  if (IsSpace(byte)) return ++state.space <= kMostSpace;
  state.space = 0;
  return StepBetween(state, byte);
}

bool JsonMatcher::StepBetween(State& state, uint8_t byte) {
  switch (state.place) {
    case Place::kValue: return StartValue(state, byte);
    case Place::kFirstItem:
      if (byte == ']') return EndContainer(state);
      return BeginItem(state) && StartValue(state, byte);
    case Place::kFirstName:
      if (byte == '}') return EndContainer(state);
      [[fallthrough]];
    case Place::kName:
      if (byte != '"') return false;
      state.regex = NamesAt(FrameOf(state));
      if (!languages_.regexes().Alive(state.regex)) return false;
      state.place = Place::kInName;
      state.start = static_cast<uint32_t>(document_.size() - 1);
      return true;
    case Place::kColon:
      if (byte != ':') return false;
      state.place = Place::kValue;
      return true;
    case Place::kAfterValue:
      if (byte == ',') return StepComma(state);
      return byte == (FrameOf(state).at.object ? '}' : ']') && EndContainer(state);
    default: return false;
  }
}

bool JsonMatcher::StepComma(State& state) {
  const Frame& frame = FrameOf(state);
  if (!frame.at.object) {
    state.place = Place::kValue;
    return BeginItem(state);
  }
  state.place = Place::kName;
  return languages_.regexes().Alive(NamesAt(frame));
}

bool JsonMatcher::StartValue(State& state, uint8_t byte) {
  const FormulaId value = FrameOf(state).value;
  state.start = static_cast<uint32_t>(document_.size() - 1);
  switch (byte) {
    case '"':
      state.place = Place::kInText;
      state.regex = languages_.Texts(value);
      return languages_.regexes().Alive(state.regex);
    case '{': return StartContainer(state, true);
    case '[': return StartContainer(state, false);
    default: break;
  }
  for (size_t i = 0; i < kLiteralTexts.size(); ++i) {
    if (byte != static_cast<uint8_t>(kLiteralTexts[i][0])) continue;
    state.place = Place::kInLiteral;
    state.literal = static_cast<JsonLiteral>(i);
    state.read = 1;
    return languages_.Accepts(value, state.literal);
  }
  state.place = Place::kInNumber;
  state.number = NumberState::kStart;
  return StepNumber(state, byte);
}

bool JsonMatcher::StartContainer(State& state, bool object) {
  const Frame& outer = FrameOf(state);
  const auto open = [&](FormulaId value) {
    return object ? languages_.Members(value) : languages_.Items(value);
  };
  Frame frame;
  frame.outer = state.frame;
  frame.before = kNewFrame;
  frame.start = state.start;
  frame.at.object = object;
  for (uint32_t i = 0; i < outer.cases.size(); ++i) {
    frame.fits.push_back({open(outer.cases[i].way.value), outer.cases[i].tail, i});
  }
  if (!outer.decided()) {
    for (FormulaId asked : outer.asked) frame.results.push_back(open(asked));
  }
  if (object) {
    FormulaList formulas = frame.results;
    for (const Fit& fit : frame.fits) formulas.push_back(fit.live);
    frame.at.names = steps_.NamesOf(formulas);
  }
  if (!Settle(frame)) return false;
  PushFrame(state, std::move(frame));
  state.place = object ? Place::kFirstName : Place::kFirstItem;
  return true;
}

// Keeps the fits that a container can still reach from between two members or items, and finds the
// shortest end.
bool JsonMatcher::Settle(Frame& frame) {
  std::vector<std::pair<uint32_t, Fit>> kept;  // by length of the end
  for (const Fit& fit : frame.fits) {
    if (fit.live == FormulaPool::kFalse) continue;
    const uint32_t close = finisher_.Close(At(frame, fit.live)).cost;
    if (close == Finish::kNever) continue;
    const auto same = std::find_if(
        kept.begin(), kept.end(), [&](const auto& other) { return other.second.live == fit.live; });
    if (same == kept.end()) {
      kept.emplace_back(close + fit.tail, fit);
    } else if (close + fit.tail < same->first) {
      *same = {close + fit.tail, fit};
    }
  }
  if (kept.empty()) return false;
  std::sort(kept.begin(), kept.end(), [](const auto& x, const auto& y) {
    return std::pair{x.first, x.second.outer_case} < std::pair{y.first, y.second.outer_case};
  });
  if (kept.size() > kMostFits) kept.resize(kMostFits);
  frame.finish = kept.front().first;
  frame.fits.clear();
  for (const auto& fit : kept) frame.fits.push_back(fit.second);
  return true;
}

void JsonMatcher::PushFrame(State& state, Frame frame) {
  const auto index = static_cast<uint32_t>(frames_.size());
  if (frame.before == kNewFrame) frame.before = index;
  state.frame = index;
  frames_.push_back(std::move(frame));
}

bool JsonMatcher::EndContainer(State& state) {
  const Frame& frame = FrameOf(state);
  const auto closes = [&](const Fit& fit) { return steps_.Closes(fit.live); };
  if (std::none_of(frame.fits.begin(), frame.fits.end(), closes)) return false;
  std::vector<uint8_t> truth;
  for (FormulaId result : frame.results) truth.push_back(steps_.Closes(result) ? 1 : 0);
  state.frame = frame.outer;
  return EndValue(state, truth, std::string_view(document_).substr(frame.start));
}

bool JsonMatcher::BeginItem(State& state) {
  const Frame& before = FrameOf(state);
  Frame frame = After(state.frame);
  for (FormulaId result : before.results) frame.results.push_back(steps_.Item(result));
  for (const Fit& fit : before.fits) {
    AddCases(frame, fit, steps_.Item(fit.live), machine_.plan().Item(At(before, fit.live)));
  }
  return Begin(state, std::move(frame));
}

bool JsonMatcher::Begin(State& state, Frame frame) {
  if (frame.cases.empty()) return false;
  Decide(frame);
  PushFrame(state, std::move(frame));
  return true;
}

bool JsonMatcher::EndValue(State& state, const std::vector<uint8_t>& truth,
                           std::string_view value) {
  if (state.frame == 0) {
    state.place = Place::kDone;
    return true;
  }
  const Frame& begun = FrameOf(state);
  Outcome outcome;
  outcome.asked = begun.asked;
  outcome.truth = begun.decided() ? begun.truth : truth;
  if (NeedsValue(begun)) {
    const Result<Json> json = Json::Parse(value);
    if (!json) return false;  // nested deeper than Json goes
    outcome.value = languages_.values().Intern(*json);
  }
  Frame frame = After(state.frame);
  frame.fits = begun.fits;
  for (Fit& fit : frame.fits) fit.live = steps_.Settle(fit.live, outcome);
  for (FormulaId result : begun.results) frame.results.push_back(steps_.Settle(result, outcome));
  if (!Settle(frame)) return false;
  PushFrame(state, std::move(frame));
  state.place = Place::kAfterValue;
  return true;
}

bool JsonMatcher::MoveRegex(State& state, TextDecoder::Step step) {
  RegexPool& regexes = languages_.regexes();
  if (step == TextDecoder::Step::kChar) {
    state.regex = regexes.Derive(state.regex, state.text.code_point());
    return regexes.Alive(state.regex);
  }
  if (state.regex == RegexPool::kAnything) return true;
  for (const CodePointRange& range : state.text.Candidates()) {
    if (!range.empty() && regexes.AliveWithin(state.regex, range.first, range.last)) return true;
  }
  return false;
}

bool JsonMatcher::StepString(State& state, uint8_t byte) {
  const TextDecoder::Step step = state.text.Push(byte);
  if (step == TextDecoder::Step::kRejected) return false;
  if (step != TextDecoder::Step::kEnd) return MoveRegex(state, step);
  if (!languages_.regexes().Nullable(state.regex)) return false;
  return state.place == Place::kInName ? EndName(state) : EndText(state);
}

bool JsonMatcher::EndName(State& state) {
  const std::string name = ReadText(state);
  if (IsSeen(state.frame, name)) return false;
  state.place = Place::kColon;
  return Begin(state, BeginMember(state.frame, name));
}

bool JsonMatcher::EndText(State& state) {
  const Frame& frame = FrameOf(state);
  std::vector<uint8_t> truth;
  if (!frame.decided()) {
    const std::string text = ReadText(state);
    for (FormulaId asked : frame.asked) {
      truth.push_back(languages_.regexes().Matches(languages_.Texts(asked), text) ? 1 : 0);
    }
  }
  return EndValue(state, truth, std::string_view(document_).substr(state.start));
}

bool JsonMatcher::StepNumber(State& state, uint8_t byte) {
  state.number = Next(state.number, byte);
  if (state.number == NumberState::kDead) return false;
  const std::string_view text = std::string_view(document_).substr(state.start);
  if (text.size() > kMostDigits || !FitsDouble(text)) return false;
  const NumberSet& numbers = languages_.Numbers(FrameOf(state).value);
  return numbers.is_all() || numbers.CompletionLength(text).has_value();
}

bool JsonMatcher::EndNumber(State& state) {
  if (!IsComplete(state.number)) return false;
  const Frame& frame = FrameOf(state);
  const std::string_view text =
      std::string_view(document_).substr(state.start, document_.size() - 1 - state.start);
  const NumberSet& numbers = languages_.Numbers(frame.value);
  std::vector<uint8_t> truth;
  if (!numbers.is_all() || !frame.decided()) {
    const Result<Decimal> number = Decimal::Parse(text);
    if (!number || !numbers.Has(*number)) return false;
    for (FormulaId asked : frame.asked) {
      truth.push_back(languages_.Numbers(asked).Has(*number) ? 1 : 0);
    }
  }
  return EndValue(state, truth, text);
}

bool JsonMatcher::StepLiteral(State& state, uint8_t byte) {
  const std::string_view text = kLiteralTexts[static_cast<size_t>(state.literal)];
  if (byte != static_cast<uint8_t>(text[state.read])) return false;
  if (++state.read < text.size()) return true;
  std::vector<uint8_t> truth;
  const Frame& frame = FrameOf(state);
  for (FormulaId asked : frame.asked) {
    truth.push_back(languages_.Accepts(asked, state.literal) ? 1 : 0);
  }
  return EndValue(state, truth, text);
}

}  // namespace bantam::grammar
